"""The exception queues and one ticket with what can be done about it."""

from __future__ import annotations

from starlette.responses import Response

from states.ticket import TICKET
from subsidy.actions.tickets import (
    ask_override,
    assign,
    confirm_override,
    refuse_override,
    resolve,
)
from subsidy.actions.views.ticket_views import TicketView, ticket_page, ticket_view
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.naming import state_name
from subsidy.console.language.words import N_
from subsidy.console.menu import role_titles
from subsidy.console.pages import link
from subsidy.console.routes.overview import queue_titles
from subsidy.console.visits import Entering, NotFoundError, Visit

doors = Doors()
OPEN = ("opened", "assigned")


@doors.get("/tickets", "tickets.list")
def show_list(visit: Entering) -> Response:
    """Open tickets of the caller's areas, oldest first, narrowed by the address."""
    query = visit.query
    after = query.get("after", "")
    with visit.reading() as session:
        rows, more = ticket_page(
            session,
            visit.act(),
            areas=visit.areas,
            queue=query.get("queue", ""),
            state=query.get("state", ""),
            code=query.get("code", ""),
            overdue=query.get("overdue") == "1",
            mine=query.get("mine") == "1",
            after=int(after) if after.isdigit() else None,
        )
    bare = {k: v for k, v in query.items() if k != "after"}
    return page(
        visit,
        "tickets.html",
        rows=rows,
        query=query,
        queues=queue_titles(visit),
        states=[(code, state_name("ticket", code, visit.language)) for code in TICKET.labels],
        first_page=link("/tickets", **bare),
        next_page=link("/tickets", **bare, after=more) if more else "",
    )


@doors.get("/tickets/{ticket_id}", "tickets.show")
def show_one(visit: Entering, ticket_id: int) -> Response:
    """One ticket: what was found, what the clerk should do, and the deeds."""
    ticket = _ticket(visit, ticket_id)
    area_id = ticket.row.area_id
    return page(
        visit,
        "ticket.html",
        ticket=ticket,
        row=ticket.row,
        queues=queue_titles(visit),
        roles=role_titles(visit),
        may_work=visit.may("tickets.work", area_id=area_id),
        may_ask=visit.may("tickets.override", area_id=area_id) and ticket.may_override,
        may_confirm=visit.may("tickets.confirm", area_id=area_id),
        is_asker=ticket.override_by_actor == f"user:{visit.who.account_id}",
        is_open=ticket.row.state in OPEN,
        claim_doors=visit.may("claims.show", area_id=area_id),
    )


@doors.post("/tickets/{ticket_id}/assign", "tickets.work")
def take(visit: Entering, ticket_id: int) -> Response:
    """Take the ticket in hand."""
    area_id = _ticket(visit, ticket_id).row.area_id
    with visit.writing() as session:
        outcome = assign(session, visit.act(area_id=area_id), ticket_id=ticket_id)
    return done_or_refused(
        visit, outcome, to=f"/tickets/{ticket_id}", note=visit.say(N_("The ticket is yours."))
    )


@doors.post("/tickets/{ticket_id}/resolve", "tickets.work")
def close(visit: Entering, ticket_id: int) -> Response:
    """Close the ticket with what was found."""
    area_id = _ticket(visit, ticket_id).row.area_id
    with visit.writing() as session:
        outcome = resolve(
            session,
            visit.act(area_id=area_id),
            ticket_id=ticket_id,
            outcome=visit.text("outcome"),
        )
    return done_or_refused(
        visit, outcome, to=f"/tickets/{ticket_id}", note=visit.say(N_("The ticket is closed."))
    )


@doors.post("/tickets/{ticket_id}/override", "tickets.override")
def ask(visit: Entering, ticket_id: int) -> Response:
    """Ask that the claim passes in spite of the finding."""
    area_id = _ticket(visit, ticket_id).row.area_id
    with visit.writing() as session:
        outcome = ask_override(
            session, visit.act(area_id=area_id), ticket_id=ticket_id, reason=visit.text("reason")
        )
    return done_or_refused(
        visit,
        outcome,
        to=f"/tickets/{ticket_id}",
        note=visit.say(N_("Asked for; a second person has to confirm.")),
    )


@doors.post("/tickets/{ticket_id}/confirm", "tickets.confirm")
def confirm(visit: Entering, ticket_id: int) -> Response:
    """Confirm the override as the second person, under the number of the decision."""
    area_id = _ticket(visit, ticket_id).row.area_id
    with visit.writing() as session:
        outcome = confirm_override(
            session,
            visit.act(area_id=area_id),
            ticket_id=ticket_id,
            decision=visit.text("decision"),
        )
    return done_or_refused(
        visit, outcome, to=f"/tickets/{ticket_id}", note=visit.say(N_("The override is confirmed."))
    )


@doors.post("/tickets/{ticket_id}/refuse-override", "tickets.confirm")
def turn_down(visit: Entering, ticket_id: int) -> Response:
    """Turn the override down; the ticket is open again."""
    area_id = _ticket(visit, ticket_id).row.area_id
    with visit.writing() as session:
        outcome = refuse_override(
            session, visit.act(area_id=area_id), ticket_id=ticket_id, reason=visit.text("reason")
        )
    return done_or_refused(
        visit,
        outcome,
        to=f"/tickets/{ticket_id}",
        note=visit.say(N_("The override is refused; the ticket is open again.")),
    )


def _ticket(visit: Visit, ticket_id: int) -> TicketView:
    with visit.reading() as session:
        found = ticket_view(session, visit.act(), ticket_id=ticket_id)
    if found is None:
        raise NotFoundError
    visit.need_area(found.row.area_id)
    return found
