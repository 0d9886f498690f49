"""A trainee's own claim: its number and the end of the ID number, a few tries at a time."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.views.own_views import own_claim
from subsidy.console.answers import page
from subsidy.console.doors import Doors
from subsidy.console.routes.overview import track_titles
from subsidy.console.throttle import LOOK_UP_BY_ADDRESS, LOOK_UP_BY_CLAIM
from subsidy.console.visits import Entering

doors = Doors("/public")


@doors.get("/claim", "public.claim")
def ask(visit: Entering) -> Response:
    """The form: both fields go by POST, so that neither stands in an address."""
    return page(visit, "public_claim.html", found=None, asked=False, number="", tracks={})


@doors.post("/claim", "public.claim")
def look_up(visit: Entering) -> Response:
    """Where the claim stands; says the same for a wrong number and a wrong ending."""
    number, id_tail = visit.text("number")[:40], visit.text("id_tail")
    visit.within("own claim, address", LOOK_UP_BY_ADDRESS)
    visit.within("own claim", LOOK_UP_BY_CLAIM, who=number.upper())
    found = None
    if len(id_tail) == 4:
        with visit.reading() as session:
            found = own_claim(session, visit.act(), number=number, id_tail=id_tail)
    return page(
        visit,
        "public_claim.html",
        200 if found else 404,
        found=found,
        asked=True,
        number=number,
        tracks=track_titles(visit),
    )
