"""Older payments and those of other places: the lists that were taken in, and the way in for more."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.history import past_imports, take_back
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.uploads import give_blank, give_copy, take_history, upload_page
from subsidy.console.visits import Entering, NotFoundError, Visit

doors = Doors()


@doors.get("/history", "history.list")
def show_list(visit: Entering) -> Response:
    """The city's lists: who took which in, when, with what counts."""
    with visit.reading() as session:
        imports = past_imports(session, city=visit.city)
    return page(
        visit,
        "history.html",
        imports=imports,
        may_import=in_the_citys_office(visit, "history.import"),
        may_take_back=in_the_citys_office(visit, "history.take_back"),
    )


@doors.post("/history/upload", "history.import")
def upload(visit: Entering) -> Response:
    """Take a list in; it comes back with a verdict on every row."""
    taken = take_history(visit, visit.act())
    title = visit.say(N_("Back to the older payments"))
    return upload_page(visit, taken, back="/history", back_title=title, copies="/history")


@doors.post("/history/{file_id}/take-back", "history.take_back")
def back(visit: Entering, file_id: int) -> Response:
    """Let a wrong list count no more."""
    try:
        with visit.writing() as session:
            outcome = take_back(
                session, visit.act(), file_id=file_id, reason=visit.text("reason", needed=True)
            )
    except LookupError:
        raise NotFoundError from None
    note = visit.say(N_("Payments that count no more: %(n)s.")) % {
        "n": outcome.moved.get("taken_back", 0)
    }
    return done_or_refused(visit, outcome, to="/history", note=note)


@doors.get("/history/verdicts/{token}", "history.import")
def verdicts(visit: Entering, token: str) -> Response:
    """The uploader's own file with the verdicts."""
    return give_copy(visit, token)


@doors.get("/history/blank", "history.import")
def blank(visit: Entering) -> Response:
    """An empty list to fill in."""
    return give_blank(visit, "history")


def in_the_citys_office(visit: Visit, door: str) -> bool:
    """Whether the caller may do so in the city's own office, the one place where it is done."""
    city = next((area.id for area in visit.all_areas if area.is_city), None)
    return city is not None and visit.may(door, area_id=city)
