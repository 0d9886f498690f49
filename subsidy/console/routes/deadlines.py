"""More time for a deadline: asked for by one person, granted by another, with clause and reason."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.deadlines import ask_extension, ask_waiver, deadlines_of, extend, waive
from subsidy.console.answers import done_or_refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.routes.claims import head_of
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors("/deadlines")


@doors.post("/{deadline_id}/ask", "deadlines.ask")
def ask(visit: Entering, deadline_id: int) -> Response:
    """Ask for a later last day, or that the deadline shall not count."""
    claim_id, area_id = _claim(visit, deadline_id)
    until, act = visit.day_or_none("until"), visit.act(area_id=area_id)
    grounds = {"reason": visit.text("reason"), "clause": visit.text("clause")}
    with visit.writing() as session:
        if until is None:
            outcome = ask_waiver(session, act, deadline_id=deadline_id, **grounds)
        else:
            outcome = ask_extension(session, act, deadline_id=deadline_id, until=until, **grounds)
    note = visit.say(N_("Asked for; a second person has to grant it."))
    return done_or_refused(visit, outcome, to=f"/claims/{claim_id}", note=note)


@doors.post("/{deadline_id}/grant", "deadlines.grant")
def grant(visit: Entering, deadline_id: int) -> Response:
    """Grant, as the second person, what was asked for."""
    claim_id, area_id = _claim(visit, deadline_id)
    step = {"extend": extend, "waive": waive}.get(visit.text("what"))
    if step is None:
        raise FieldError("what", N_("choose one of the answers"))
    with visit.writing() as session:
        outcome = step(session, visit.act(area_id=area_id), deadline_id=deadline_id)
    return done_or_refused(visit, outcome, to=f"/claims/{claim_id}", note=visit.say(N_("Granted.")))


def _claim(visit: Visit, deadline_id: int) -> tuple[int, int]:
    """(claim, area) that the deadline belongs to. Raises NotFoundError for a foreign one."""
    claim_id = visit.whole("claim_id")
    area_id = head_of(visit, claim_id).area_id
    with visit.reading() as session:
        known = {d.id for d in deadlines_of(session, visit.act(), claim_id=claim_id) if d.id}
    if deadline_id not in known:
        raise NotFoundError
    return claim_id, area_id
