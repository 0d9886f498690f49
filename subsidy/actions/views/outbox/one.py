"""One message: what it is about, whom it was for, and every try to send it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.actions.messages.undelivered import CODE, ON_ITS_OWN
from subsidy.actions.views.outbox.listing import OutboxRow, in_areas, shown
from subsidy.records.tables import DeliveryTry, Outbox, Ticket


@dataclass(frozen=True)
class TryRow:
    """One try."""

    at: datetime
    on: date
    way: str
    address: str
    result: str
    error: str
    letter: str


@dataclass(frozen=True)
class MessageView:
    """A message with its tries and the others of its letter."""

    row: OutboxRow
    kept: Outbox
    """The row itself, for rendering."""
    tries: list[TryRow]
    beside: list[OutboxRow]
    """Messages that went out, or are fixed to go, in the same letter."""


def message_view(
    session: Session, *, city: str, areas: Collection[int], outbox_id: int
) -> MessageView | None:
    """One message; None if there is none about a matter of these areas."""
    query = select(Outbox).where(Outbox.id == outbox_id, Outbox.city == city)
    if (scope := in_areas(session, city=city, areas=areas)) is not None:
        query = query.where(scope)
    row = session.exec(query).first()
    if row is None:
        return None
    tries = session.exec(
        select(DeliveryTry)
        .where(DeliveryTry.outbox_id == outbox_id)
        .order_by(col(DeliveryTry.id).desc())
    ).all()
    beside = session.exec(
        select(Outbox)
        .where(
            Outbox.city == city,
            col(Outbox.letter) == row.letter,
            col(Outbox.letter) != "",
            Outbox.id != outbox_id,
        )
        .order_by(col(Outbox.id))
    ).all()
    return MessageView(
        row=shown(session, [row])[0],
        kept=row,
        tries=[
            TryRow(t.at, t.on, t.way, t.address_masked, t.result, t.error, t.letter) for t in tries
        ],
        beside=shown(session, beside),
    )


def open_tickets(session: Session, row: OutboxRow, *, city: str) -> list[int]:
    """Open technical tickets about a message that could not be sent."""
    query = select(Ticket.id).where(
        Ticket.city == city, Ticket.code == CODE, col(Ticket.state).not_in(TICKET.ends)
    )
    if row.subject not in ON_ITS_OWN:
        query = query.where(col(Ticket.claim_id).is_(None), col(Ticket.class_id).is_(None))
    elif row.subject == "claim":
        query = query.where(Ticket.claim_id == row.subject_id)
    else:
        query = query.where(Ticket.class_id == row.subject_id, col(Ticket.claim_id).is_(None))
    return [number for number in session.exec(query).all() if number is not None]
