"""Messages that did not go out: a ticket for the engineer, and putting them back in the queue."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area
from subsidy.actions.grounds.ticket_rows import close_row, open_ticket
from subsidy.records.tables import Claim, Outbox, Ticket, TrainingClass
from subsidy.records.tables.types import table_of

CODE = "E1102"


def report_failure(session: Session, act: Act, row: Outbox) -> int:
    """Open a technical ticket for a message that will never go out as it is; it blocks nothing."""
    claim = row.subject_id if row.subject == "claim" else None
    training = row.subject_id if row.subject == "class" else None
    if (claim and session.get(Claim, claim) is None) or (
        training and session.get(TrainingClass, training) is None
    ):
        claim = training = None
    return open_ticket(
        session,
        act,
        code=CODE,
        claim_id=claim,
        class_id=training,
        area_id=city_area(session, act.city).id,
        facts={"message": row.id or 0, "template": row.template},
        blocks=False,
    )


def report_outage(session: Session, act: Act) -> int | None:
    """Open one ticket of the city because nothing goes out, unless its office has one of the kind."""
    office = city_area(session, act.city).id
    standing = session.exec(
        select(Ticket.id).where(
            Ticket.city == act.city,
            Ticket.code == CODE,
            Ticket.area_id == office,
            col(Ticket.claim_id).is_(None),
            col(Ticket.class_id).is_(None),
            col(Ticket.state).not_in(TICKET.ends),
        )
    ).first()
    if standing is not None:
        return None
    facts = {"way_out": "closed"}
    return open_ticket(session, act, code=CODE, area_id=office, facts=facts, blocks=False)


def outage_is_over(session: Session, act: Act) -> int:
    """Close the city's ticket of an outage, because messages go out again; return how many."""
    found = session.exec(
        select(Ticket).where(
            Ticket.city == act.city,
            Ticket.code == CODE,
            col(Ticket.facts).contains("way_out"),
            col(Ticket.state).not_in(TICKET.ends),
        )
    ).all()
    for row in found:
        close_row(session, act, row, event="resolve", outcome="mended")
    return len(found)


def send_again(session: Session, act: Act, *, outbox_ids: Sequence[int] | None = None) -> int:
    """Put failed messages of the city back in the queue (all, or these); return how many."""
    session.flush()
    table = table_of(Outbox)
    change = update(table).where(table.c.city == act.city, table.c.status == "failed")
    if outbox_ids is not None:
        change = change.where(table.c.id.in_(list(outbox_ids)))
    done = session.connection().execute(change.values(status="waiting", attempts=0, error=""))
    session.expire_all()
    return done.rowcount
