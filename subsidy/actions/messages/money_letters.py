"""Letters about money on its way: sent to the bank, booked, or come back."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import col, select

from subsidy.actions.messages.claim_letters import about_claim
from subsidy.actions.messages.source import GroundsMissingError, Source, Values, told_day
from subsidy.actions.money.answers import TICKETS
from subsidy.records.tables import PaymentBatch, PaymentItem, PaymentLine

Payment = tuple[PaymentItem, PaymentLine, PaymentBatch]


def payment_sent(source: Source) -> Values:
    """The order has gone to the bank: one letter for a whole line, however many claims it pays."""
    _, line, batch = _payment(source)
    count = source.session.exec(
        select(func.count())
        .select_from(PaymentItem)
        .where(PaymentItem.line_id == line.id, PaymentItem.status != "dissolved")
    ).one()
    about = _about(source, batch)
    number = about["claim_number"]
    return about | {
        "claim_number": f"{number}等{count}件" if count > 1 else number,
        "batch_number": batch.number,
        "amount_fen": line.amount_fen,
        "ordered_on": source.on,
        "account_tail": line.account_tail,
    }


def paid(source: Source) -> Values:
    """The money is booked."""
    item, line, batch = _payment(source)
    return _about(source, batch) | {
        "amount_fen": item.amount_fen,
        "paid_on": line.result_on or source.on,
        "account_tail": line.account_tail,
    }


def bank_returned(source: Source) -> Values:
    """The bank sent the money back: why, and until when another account is to be given."""
    item, line, batch = _payment(source)
    code = TICKETS.get(line.result)
    running = source.deadline("return_repaired")
    return _about(source, batch) | {
        "amount_fen": item.amount_fen,
        "returned_on": line.result_on or source.on,
        "reason": source.act.pack.book[code].title_zh if code else "银行未说明",
        "account_tail": line.account_tail,
        "reply_by": told_day(running) if running and running.status == "open" else None,
    }


def _about(source: Source, batch: PaymentBatch) -> Values:
    """The paying office speaks."""
    return about_claim(source, source.area(batch.area_id))


def _payment(source: Source) -> Payment:
    """The payment that the letter is about: the newest one built on or before its day."""
    query = (
        select(PaymentItem, PaymentLine, PaymentBatch)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .join(PaymentBatch, col(PaymentBatch.id) == PaymentLine.batch_id)
        .where(
            PaymentItem.claim_id == source.claim.id,
            PaymentItem.status != "dissolved",
            col(PaymentBatch.built_on) <= source.on,
        )
        .order_by(col(PaymentItem.id).desc())
        .limit(1)
    )
    if (line_id := source.given.get("line_id")) is not None:
        query = query.where(PaymentLine.id == line_id)
    found = source.session.exec(query).first()
    if found is None:
        raise GroundsMissingError(f"claim {source.claim.id} has no payment on or before that day")
    return found
