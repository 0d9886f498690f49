"""Outside registers: how old the data are that answer for each, the way in for new ones, asking anew."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.registers import ask_round, register_states
from subsidy.console.answers import go, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.outside.history import in_the_citys_office
from subsidy.console.uploads import give_blank, give_copy, take_extract, upload_page
from subsidy.console.visits import Entering

doors = Doors()


@doors.get("/registers", "registers.list")
def show_list(visit: Entering) -> Response:
    """Every register that the city's rules ask, with the day of its data."""
    with visit.reading() as session:
        states = register_states(session, visit.act())
    may_load = in_the_citys_office(visit, "registers.load")
    return page(visit, "registers.html", states=states, may_load=may_load)


@doors.post("/registers/upload", "registers.load")
def upload(visit: Entering) -> Response:
    """Load an extract; it comes back with a verdict on every row."""
    taken = take_extract(visit, visit.act())
    title = visit.say(N_("Back to the registers"))
    return upload_page(visit, taken, back="/registers", back_title=title, copies="/registers")


@doors.post("/registers/ask", "registers.load")
def ask(visit: Entering) -> Response:
    """Ask about every open claim, batch by batch; those with new answers are decided anew."""
    new = 0
    more: int | None = 0
    while more is not None:
        with visit.writing() as session:
            more, counts = ask_round(session, visit.act(), after=more)
        new += sum(counts.values())
    return go(visit, "/registers", visit.say(N_("New answers: %(n)s.")) % {"n": new})


@doors.get("/registers/verdicts/{token}", "registers.load")
def verdicts(visit: Entering, token: str) -> Response:
    """The uploader's own file with the verdicts."""
    return give_copy(visit, token)


@doors.get("/registers/blank", "registers.load")
def blank(visit: Entering) -> Response:
    """An empty list to fill in."""
    return give_blank(visit, "extract")
