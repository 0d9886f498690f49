"""The working calendar: what is known, a year at a time, and the way in for a notice that arrives late."""

from __future__ import annotations

from base64 import b64decode, b64encode

from starlette.responses import Response

from subsidy.actions.calendar_change import (
    known_now,
    loads,
    may_load,
    recount_round,
    year_view,
)
from subsidy.calendars.live import expected_notice
from subsidy.calendars.loading import Handed, Loading, Plan
from subsidy.console.answers import go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import CHINESE, N_
from subsidy.console.visits import Entering, FieldError, Visit
from subsidy.rules.calendars.arriving.fault_words import in_chinese
from subsidy.rules.workdays import CalendarFileError

doors = Doors("/calendar")
BACK = "/calendar"
ROUNDS = 20
"""Rounds that a request waits for; the rest is done by the nightly run, or by asking again."""


@doors.get("", "calendar.show")
def show(visit: Entering) -> Response:
    """The notices that are known, from when dates are provisional, and a year in twelve months."""
    act = visit.act()
    with visit.reading() as session:
        known, log = known_now(session, act), loads(session)
        may = visit.may("calendar.load") and not may_load(session, act)
    wanted = visit.query.get("year", "")
    year = int(wanted) if wanted.isdigit() and len(wanted) == 4 else act.today.year
    expected = expected_notice(visit.desk.settings)
    return page(
        visit,
        "calendars/calendar.html",
        known=known,
        year=year_view(act, year=year),
        notices=[n for n in reversed(act.office.calendars.notices) if n.city in (None, act.city)],
        log=log,
        may=may,
        missing=expected.missing(act.calendar, today=act.today),
        expected=expected,
    )


@doors.post("/preview", "calendar.load")
def preview(visit: Entering) -> Response:
    """Check an uploaded notice and list what it moves; nothing is written."""
    name, content = visit.file("file")
    return _previewed(visit, name, content)


@doors.post("/load", "calendar.load")
def load(visit: Entering) -> Response:
    """Apply the notice that was previewed: the form carries it, and it is checked again."""
    name, content = visit.text("name", needed=True), _carried(visit)
    if refusal := _refusal(visit):
        return refusal
    loading, handed = _loading(visit), _handed(visit, name, content)
    try:
        plan = loading.plan(handed, listed=0)
    except CalendarFileError as error:
        return _faults(visit, name, error)
    if plan.found.new and visit.text("fits") != _fits(plan):
        return _previewed(visit, name, content, again=True)
    plan = loading.load(handed)
    if not plan.found.new:
        return go(visit, BACK, visit.say(N_("Nothing new: these notices are loaded already.")))
    moved, more = _count(loading, plan)
    return go(visit, BACK, _told(visit, plan, moved, more=more))


@doors.post("/recount", "calendar.load")
def recount(visit: Entering) -> Response:
    """Go on counting the running time limits of the city with the calendar of today."""
    if refusal := _refusal(visit):
        return refusal
    looked_at = 0
    for _ in range(ROUNDS):
        with visit.writing() as session:
            done = recount_round(session, visit.act())
        looked_at += done.looked_at
        if not done.more:
            break
    note = visit.say(N_("%(n)s running time limits were looked at.")) % {"n": looked_at}
    return go(visit, BACK, note)


def _previewed(visit: Visit, name: str, content: bytes, *, again: bool = False) -> Response:
    if refusal := _refusal(visit):
        return refusal
    try:
        plan = _loading(visit).plan(_handed(visit, name, content))
    except CalendarFileError as error:
        return _faults(visit, name, error)
    counts_only = not visit.roles & {"section_head", "leader"}
    return page(
        visit,
        "calendars/preview.html",
        name=name,
        content=b64encode(content).decode(),
        plan=plan,
        fits=_fits(plan),
        again=again,
        counts_only=counts_only,
    )


def _faults(visit: Visit, name: str, error: CalendarFileError) -> Response:
    chinese = visit.language == CHINESE
    told = [in_chinese(fault) if chinese else str(fault) for fault in error.faults]
    return page(visit, "calendars/faults.html", 422, name=name, faults=told)


def _refusal(visit: Visit) -> Response | None:
    with visit.reading() as session:
        faults = may_load(session, visit.act())
    return refused(visit, faults, back=BACK) if faults else None


def _loading(visit: Visit) -> Loading:
    return Loading(visit.desk.settings, visit.desk.database)


def _handed(visit: Visit, name: str, content: bytes) -> Handed:
    if not content.strip():
        raise FieldError("file", N_("the file is empty"))
    return Handed(name.replace("\\", "/").rpartition("/")[2], content, visit.act())


def _carried(visit: Visit) -> bytes:
    """The file as it was previewed, byte for byte: forms change the ends of lines."""
    try:
        return b64decode(visit.text("content", needed=True), validate=True)
    except ValueError:
        raise FieldError("content", N_("choose the file again")) from None


def _fits(plan: Plan) -> str:
    """What was shown: the calendar versions before and after, and how much moves."""
    versions = "-".join(f"{city}:{old}:{new}" for city, (old, new) in plan.versions().items())
    return f"{versions}-{plan.moved}"


def _count(loading: Loading, plan: Plan) -> tuple[int, bool]:
    """(deadlines that moved, whether some are still to be looked at)."""
    moved = 0
    for number, (_, done) in enumerate(loading.rounds(plan), start=1):
        moved += done.moved
        if number >= ROUNDS and done.more:
            return moved, True
    return moved, False


def _told(visit: Visit, plan: Plan, moved: int, *, more: bool) -> str:
    numbers = "、".join(notice.number for notice in plan.found.new)
    words = {"numbers": numbers, "n": moved}
    note = visit.say(N_("%(numbers)s is loaded; %(n)s time limits moved.")) % words
    rest = visit.say(N_("The rest follows tonight."))
    return f"{note} {rest}" if more else note
