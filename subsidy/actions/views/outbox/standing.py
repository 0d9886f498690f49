"""How the outbox stands, for the engineer: counts and faults, nothing of anybody's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.records.tables import DeliveryTry, Outbox

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """Messages of one template that wait, or failed."""

    template: str
    status: str
    count: int
    oldest: datetime


@dataclass(frozen=True)
class Fault:
    """One message that failed, or is tried again: its number and what the way out answered."""

    id: int
    template: str
    status: str
    attempts: int
    error: str


@dataclass(frozen=True)
class OutboxState:
    """What waits and what failed in a city."""

    waiting: list[Waiting]
    faults: list[Fault]
    last_sent: datetime | None


def outbox_state(session: Session, *, city: str) -> OutboxState:
    """Counts by template, the newest faults, and when something went out last."""
    groups = session.exec(
        select(Outbox.template, Outbox.status, func.count(), func.min(Outbox.created_at))
        .where(Outbox.city == city, col(Outbox.status).in_(("waiting", "failed")))
        .group_by(col(Outbox.template), col(Outbox.status))
        .order_by(col(Outbox.status), col(Outbox.template))
    ).all()
    faults = session.exec(
        select(Outbox)
        .where(
            Outbox.city == city,
            col(Outbox.status).in_(("waiting", "failed")),
            col(Outbox.error) != "",
        )
        .order_by(col(Outbox.id).desc())
        .limit(SHOWN)
    ).all()
    last = session.exec(
        select(DeliveryTry.at)
        .where(DeliveryTry.city == city, DeliveryTry.result == "sent")
        .order_by(col(DeliveryTry.id).desc())
        .limit(1)
    ).first()
    return OutboxState(
        waiting=[Waiting(*each) for each in groups],
        faults=[Fault(r.id or 0, r.template, r.status, r.attempts, r.error) for r in faults],
        last_sent=last,
    )
