"""A provider's own claims: the list, one with its clocks, and what it mends and hands in again."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.deadlines import deadlines_of
from subsidy.actions.reviews import resubmit
from subsidy.actions.views.casework.claim_list import ClaimFilter, claim_page
from subsidy.actions.views.claim_page import claim_view
from subsidy.actions.views.own_views import to_mend
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.routes.overview import track_titles
from subsidy.console.visits import Entering, NotFoundError

doors = Doors("/own")


@doors.get("/claims", "own.show")
def show_list(visit: Entering) -> Response:
    """The unit's claims with where each stands."""
    query = visit.query
    after = query.get("after", "")
    wanted = ClaimFilter(
        provider_id=visit.provider_id,
        state=query.get("state", ""),
        number=query.get("number", "")[:40],
        ended=query.get("ended") == "1",
    )
    with visit.reading() as session:
        found = claim_page(
            session,
            city=visit.city,
            areas=[area.id for area in visit.all_areas],
            wanted=wanted,
            today=visit.today,
            after=int(after) if after.isdigit() else None,
        )
    bare = {k: v for k, v in query.items() if k != "after"}
    return page(
        visit,
        "own_claims.html",
        rows=found.rows,
        wanted=wanted,
        query=query,
        first_page=link("/own/claims", **bare),
        next_page=link("/own/claims", **bare, after=found.next_after) if found.next_after else "",
    )


@doors.get("/claims/{claim_id}", "own.show")
def show_one(visit: Entering, claim_id: int) -> Response:
    """One claim of the unit: where it stands, and by when what must be done."""
    with visit.reading() as session:
        view = claim_view(session, city=visit.city, claim_id=claim_id)
        if view is None or view.head.provider_id != visit.provider_id:
            raise NotFoundError
        act = visit.act(area_id=view.head.area_id)
        clocks = deadlines_of(session, act, claim_id=claim_id)
    return page(
        visit,
        "own_claim.html",
        head=view.head,
        road=view.road,
        track=track_titles(visit).get(view.head.track, view.head.track),
        clocks=clocks,
    )


@doors.post("/claims/{claim_id}/resubmit", "own.correct")
def hand_in_again(visit: Entering, claim_id: int) -> Response:
    """Hand a correction in: the clocks run on, the claim is decided anew."""
    with visit.reading() as session:
        mine = {m.claim_id for m in to_mend(session, provider_id=visit.provider_id)}
    if claim_id not in mine:
        raise NotFoundError
    with visit.writing() as session:
        outcome = resubmit(session, visit.act(), claim_id=claim_id, note=visit.text("note"))
    return done_or_refused(
        visit, outcome, to="/own", note=visit.say(N_("Handed in; the office goes on with it."))
    )
