"""The list of deadlines with filters that stay in the address, its export, and bulk reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Literal

from starlette.responses import Response

from subsidy.actions.deadlines import MOST_AT_ONCE, remind_now
from subsidy.actions.views.deadlines.deadline_list import Key, deadline_page, first_ids
from subsidy.actions.views.deadlines.wanted import (
    FIVE,
    MISSED,
    STATUSES,
    STOPPED,
    WHO,
    DeadlineFilter,
)
from subsidy.console.answers import download, go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.naming import CODES, WINDOWS
from subsidy.console.language.words import N_
from subsidy.console.pages import link, word
from subsidy.console.routes.overview import track_titles
from subsidy.console.visits import Entering, Visit
from subsidy.papers.spreadsheets import ExportColumn, export_csv

doors = Doors()
MOST_DAYS = 250
"""More working days than this are a year; the list `all` shows what lies farther off."""
STATUS_WORDS: Mapping[str, str] = {
    "due": N_("Due soon"),
    "missed": N_("Past the day and not done"),
    "stopped": N_("Stopped for a correction"),
    "provisional": N_("Provisional"),
    "all": N_("Everything that waits"),
}
EXPORTED: tuple[tuple[str, str, Literal["text", "date", "whole"]], ...] = (
    ("told_by", N_("Day told"), "date"),
    ("due_on", N_("Last day"), "date"),
    ("final", N_("Final"), "text"),
    ("working_days_left", N_("Working days left"), "whole"),
    ("window", N_("Deadline"), "text"),
    ("status", N_("State"), "text"),
    ("claim_number", N_("Claim"), "text"),
    ("class_number", N_("Class"), "text"),
    ("person", N_("Trainee"), "text"),
    ("provider", N_("Provider"), "text"),
    ("area", N_("Area"), "text"),
    ("track", N_("Track"), "text"),
    ("who", N_("Who must act"), "text"),
    ("reminded_on", N_("Reminded"), "date"),
    ("source", N_("Clause"), "text"),
)


@doors.get("/deadlines", "deadlines.list")
def show_list(visit: Entering) -> Response:
    """Deadlines of the caller's areas, the soonest first; a class's trainees on one line."""
    query = visit.query
    wanted = wanted_deadlines(query)
    with visit.reading() as session:
        found = deadline_page(
            session, visit.act(), wanted=wanted, areas=visit.areas, after=_key(query.get("after"))
        )
    bare = {k: v for k, v in query.items() if k != "after"}
    return page(
        visit,
        "deadlines.html",
        found=found,
        wanted=wanted,
        query=query,
        next_page=link("/deadlines", **bare, after=_text(found.next_after))
        if found.next_after
        else "",
        first_page=link("/deadlines", **bare),
        export=link("/deadlines.csv", **bare),
        statuses=[(name, visit.say(STATUS_WORDS[name])) for name in STATUSES],
        windows=_window_choices(visit),
        tracks=track_titles(visit),
        areas=[(area.id, area.name) for area in visit.all_areas if area.id in visit.areas],
        who=[(name, word(CODES, name, language=visit.language)) for name in WHO],
        may_remind=visit.may("deadlines.remind") and wanted.status not in (MISSED, STOPPED),
        most=MOST_AT_ONCE,
        most_days=MOST_DAYS,
    )


@doors.get("/deadlines.csv", "deadlines.export")
def export(visit: Entering) -> Response:
    """Every deadline of the filter, one on a row, as a spreadsheet; people masked."""
    tracks = track_titles(visit)
    columns = [ExportColumn(key, visit.say(title), kind) for key, title, kind in EXPORTED]
    wanted = wanted_deadlines(visit.query | {"each": "1"})
    with visit.reading() as session:
        found = deadline_page(session, visit.act(), wanted=wanted, areas=visit.areas, size=None)
    yes, no = visit.say(N_("yes")), visit.say(N_("no"))
    rows = (
        asdict(line)
        | {
            "window": window_name(visit, line.window, line.means),
            "status": word(CODES, line.status, language=visit.language),
            "who": word(CODES, line.who, language=visit.language),
            "track": tracks.get(line.track, line.track),
            "final": yes if line.final else no,
            "source": line.clause or line.assumed,
        }
        for line in found.lines
    )
    return download(f"deadlines-{visit.today}.csv", export_csv(rows, columns=columns))


@doors.post("/deadlines/remind", "deadlines.remind")
def remind(visit: Entering) -> Response:
    """Remind whoever must act in the ticked lines, or in the first ones that the filter finds."""
    query = {k: v for k in ("status", "within", "area", "window", "track", "who", "sort", "each")
             if (v := visit.text(k))}  # fmt: skip
    back = link("/deadlines", **query)
    act = visit.act()
    with visit.writing() as session:
        ids = visit.wholes("deadline")
        if visit.text("what") == "all":
            wanted = wanted_deadlines(query)
            ids = first_ids(session, act, wanted=wanted, areas=visit.areas, most=MOST_AT_ONCE)
        outcome = remind_now(session, act, deadline_ids=ids, reason=visit.text("reason"))
    if not outcome.done:
        return refused(visit, outcome.findings, back=back)
    note = visit.say(N_("%(messages)s messages about %(deadlines)s deadlines are on their way."))
    if outcome.left:
        note += " " + visit.say(N_("%(left)s lines stayed: reminded today already, or over."))
    return go(visit, back, note % {**outcome.moved, "left": len(outcome.left)})


def wanted_deadlines(query: Mapping[str, str]) -> DeadlineFilter:
    """The filter that an address asks for; what cannot be read is left out."""
    within = query.get("within", "")
    area = query.get("area", "")
    return DeadlineFilter(
        status=query["status"] if query.get("status") in STATUSES else "due",
        within=min(int(within), MOST_DAYS) if _whole(within) else FIVE,
        area_id=int(area) if _whole(area) else None,
        window=query.get("window", "")[:60],
        track=query.get("track", "")[:60],
        who=query["who"] if query.get("who") in WHO else "",
        sort="area" if query.get("sort") == "area" else "due",
        each=query.get("each") == "1",
    )


def window_name(visit: Visit, window: str, means: str) -> str:
    """What a window is called: as the pack prints it, in English by its own name."""
    return means if visit.language == "zh_CN" else word(WINDOWS, window, language=visit.language)


def _window_choices(visit: Visit) -> list[tuple[str, str]]:
    return [(name, word(WINDOWS, name, language=visit.language)) for name in WINDOWS]


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _text(key: Key) -> str:
    return "_".join(str(part) for part in key)


def _key(text: str | None) -> Key | None:
    """Where the page before ended: `area_day_deadline`; the first page for what cannot be read."""
    place, _, rest = (text or "").partition("_")
    day, _, last = rest.partition("_")
    if not (_whole(place) and last.isascii() and last.isdigit() and len(last) < 18):
        return None
    try:
        return int(place), date.fromisoformat(day), int(last)
    except ValueError:
        return None
