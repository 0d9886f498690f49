"""Rows of the outbox: one message to one receiver, put there in the transaction of the act itself.

Values are ids and counts; the texts are built when the message is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.tables import (
    Claim,
    NoticeLine,
    Objection,
    Outbox,
    PaymentItem,
    PaymentLine,
)
from subsidy.records.tables.types import table_of


class Wanted(NamedTuple):
    """One message to put into the outbox."""

    subject: str
    subject_id: int
    template: str
    occasion: str
    to_kind: str
    to_id: int
    values: Mapping[str, object]


def put(
    session: Session,
    act: Act,
    *,
    subject: str,
    subject_id: int,
    template: str,
    occasion: str,
    to_kind: str,
    to_id: int,
    **values: object,
) -> bool:
    """Put one message into the outbox; False if it is there already (subject, template, occasion)."""
    known = session.exec(
        select(Outbox.id).where(
            Outbox.subject == subject,
            Outbox.subject_id == subject_id,
            Outbox.template == template,
            Outbox.occasion == occasion,
        )
    ).first()
    if known is not None:
        return False
    session.add(
        Outbox(
            city=act.city,
            subject=subject,
            subject_id=subject_id,
            template=template,
            occasion=occasion,
            to_kind=to_kind,
            to_id=to_id,
            values=_as_text(values),
            effective_on=act.today,
            created_at=act.recorded_at,
        )
    )
    session.flush()
    return True


def put_all(session: Session, act: Act, messages: Iterable[Wanted]) -> int:
    """Put many messages into the outbox at once; return how many were not there already."""
    rows = [
        {
            **one._asdict(),
            "values": _as_text(one.values),
            "city": act.city,
            "effective_on": act.today,
            "created_at": act.recorded_at,
            **_WAITING,
        }
        for one in messages
    ]
    if not rows:
        return 0
    table = table_of(Outbox)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)
    return len(session.connection().execute(insert, rows).all())


_BLANK = ("channel", "address_masked", "error", "letter")
_WAITING = {"status": "waiting", "attempts": 0, **dict.fromkeys(_BLANK, "")}


def tell_payees(session: Session, act: Act, *, batch_id: int) -> int:
    """Tell every payee of a sent batch that the order has gone to the bank: one message a line."""
    lines = session.exec(
        select(PaymentLine)
        .where(PaymentLine.batch_id == batch_id, col(PaymentLine.amount_fen) > 0)
        .order_by(col(PaymentLine.position))
    ).all()
    told = 0
    for line in lines:
        claims = session.exec(
            select(PaymentItem.claim_id)
            .where(PaymentItem.line_id == line.id, PaymentItem.status != "dissolved")
            .order_by(col(PaymentItem.claim_id))
        ).all()
        told += put(
            session,
            act,
            subject="batch",
            subject_id=batch_id,
            template="payment_sent",
            occasion=f"line{line.id}",
            to_kind="provider" if line.payee_kind == "unit" else "trainee",
            to_id=line.payee_id,
            line_id=line.id,
            claim_id=claims[0],
        )
    return told


def tell_listed(
    session: Session, act: Act, *, notice_id: int, claim_ids: Sequence[int] | None = None
) -> int:
    """Tell every unit whose claims (of these, where given) stand on a posted notice: once a unit."""
    query = (
        select(Claim.provider_id)
        .join(NoticeLine, col(NoticeLine.claim_id) == Claim.id)
        .where(
            NoticeLine.notice_id == notice_id,
            NoticeLine.status != "removed",
            col(Claim.provider_id).is_not(None),
        )
    )
    if claim_ids is not None:
        query = query.where(col(Claim.id).in_(claim_ids))
    units = session.exec(query.distinct()).all()
    return sum(
        put(
            session,
            act,
            subject="notice",
            subject_id=notice_id,
            template="notice_posted",
            occasion=f"unit{unit}",
            to_kind="provider",
            to_id=unit,
        )
        for unit in sorted(u for u in units if u is not None)
    )


def tell_objector(session: Session, act: Act, row: Objection, *, template: str) -> None:
    """Tell whoever objected and left a contact: received, or decided."""
    if row.contact_sealed is None:
        return
    session.flush()
    assert row.id is not None
    put(
        session,
        act,
        subject="objection",
        subject_id=row.id,
        template=template,
        occasion=template,
        to_kind="objector",
        to_id=row.id,
    )


def _as_text(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a message holds text, numbers and dates, not {type(value).__name__}")
