"""When a batch is finished: every line answered, and nothing it sent still waits to be paid again."""

from __future__ import annotations

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.payment_batch import PAYMENT_BATCH
from subsidy.actions.acting import Act
from subsidy.actions.money.answers import PAID, TICKETS
from subsidy.records.moves import move_subject
from subsidy.records.tables import ClaimProgress, PaymentBatch, PaymentItem, PaymentLine


def refresh_state(session: Session, act: Act, batch: PaymentBatch) -> None:
    """Settled once every line is answered and nothing returned still waits; else partly settled."""
    assert batch.id is not None
    session.flush()
    silent = session.exec(
        select_rows(func.count())
        .select_from(PaymentLine)
        .where(
            PaymentLine.batch_id == batch.id,
            PaymentLine.amount_fen > 0,
            col(PaymentLine.result).not_in((PAID, *TICKETS)),
        )
    ).one()
    finished = silent == 0 and not _waits(session, batch.id)
    event = {True: "settle", False: "settle_some"}[finished]
    if batch.state == "settled":
        event = "" if finished else "late_return"
    elif batch.state == "partly_settled" and not finished:
        event = ""
    if event:
        move_subject(session, chart=PAYMENT_BATCH, row=batch, event=event, moment=act.moment())


def _waits(session: Session, batch_id: int) -> bool:
    """Whether a claim that this batch returned still waits to be paid again."""
    later = aliased(PaymentItem)
    found = session.exec(
        select_rows(PaymentItem.id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == PaymentItem.claim_id)
        .where(
            PaymentLine.batch_id == batch_id,
            PaymentItem.status == "returned",
            ClaimProgress.state == "bank_returned",
            ~exists().where(
                col(later.claim_id) == PaymentItem.claim_id, col(later.id) > PaymentItem.id
            ),
        )
        .limit(1)
    ).first()
    return found is not None
