"""Claims as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from subsidy.actions.deadlines import deadlines_of
from subsidy.actions.decisions import decide_claims
from subsidy.actions.views.casework.claim_list import claim_page
from subsidy.actions.views.claim_page import claim_view
from subsidy.console.doors import Doors
from subsidy.console.routes.claims import head_of, wanted_claims
from subsidy.console.visits import Entering, NotFoundError

doors = Doors("/api")


@doors.get("/claims", "claims.list")
def show_list(visit: Entering) -> Response:
    """A page of claims; `after` of the answer leads to the next one."""
    after = visit.query.get("after", "")
    with visit.reading() as session:
        found = claim_page(
            session,
            city=visit.city,
            areas=visit.areas,
            wanted=wanted_claims(visit),
            today=visit.today,
            after=int(after) if after.isdigit() else None,
        )
    return as_json(
        {
            "business_date": visit.today,
            "claims": [asdict(row) for row in found.rows],
            "after": found.next_after,
        }
    )


@doors.get("/claims/{claim_id}", "claims.show")
def show_one(visit: Entering, claim_id: int) -> Response:
    """One claim with road, clocks, receipt, ledger and history; people masked."""
    head = head_of(visit, claim_id)
    with visit.reading() as session:
        view = claim_view(session, city=visit.city, claim_id=claim_id)
        if view is None:
            raise NotFoundError
        clocks = deadlines_of(session, visit.act(area_id=head.area_id), claim_id=claim_id)
    return as_json({**asdict(view), "clocks": [asdict(each) for each in clocks]})


@doors.post("/claims/{claim_id}/decide", "claims.decide")
def decide(visit: Entering, claim_id: int) -> Response:
    """Decide the claim again on the facts of now; the answer holds the receipt's findings."""
    head = head_of(visit, claim_id)
    with visit.writing() as session:
        decided = decide_claims(session, visit.act(area_id=head.area_id), claim_ids=[claim_id])
    return as_json({"decided": [asdict(each) for each in decided]})


def as_json(body: dict[str, Any]) -> Response:
    """Dates as YYYY-MM-DD, moments in UTC."""
    return JSONResponse(_plain(body))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
