"""Tickets as JSON."""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from subsidy.actions.views.ticket_views import ticket_page, ticket_view
from subsidy.console.api.claims import as_json
from subsidy.console.doors import Doors
from subsidy.console.visits import Entering, NotFoundError

doors = Doors("/api")


@doors.get("/tickets", "tickets.list")
def show_list(visit: Entering) -> Response:
    """A page of open tickets, oldest first."""
    query = visit.query
    after = query.get("after", "")
    with visit.reading() as session:
        rows, more = ticket_page(
            session,
            visit.act(),
            areas=visit.areas,
            queue=query.get("queue", ""),
            state=query.get("state", ""),
            overdue=query.get("overdue") == "1",
            after=int(after) if after.isdigit() else None,
        )
    return as_json(
        {"business_date": visit.today, "tickets": [asdict(r) for r in rows], "after": more}
    )


@doors.get("/tickets/{ticket_id}", "tickets.show")
def show_one(visit: Entering, ticket_id: int) -> Response:
    """One ticket with its history."""
    with visit.reading() as session:
        found = ticket_view(session, visit.act(), ticket_id=ticket_id)
    if found is None:
        raise NotFoundError
    visit.need_area(found.row.area_id)
    return as_json(asdict(found))
