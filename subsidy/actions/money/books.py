"""The books for reading: batches, balances, entries, the check of claims, the match with the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act
from subsidy.records import ledger
from subsidy.records.ledger import Balance, Entry, LedgerCheck
from subsidy.records.reconcile import Reconciliation
from subsidy.records.reconcile import reconcile as match
from subsidy.records.tables import Claim, PaymentBatch


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch as lists show it. Amounts in fen."""

    batch_id: int
    number: str
    state: str
    area_id: int
    fund: str
    payee_kind: str
    channel: str
    lines: int
    total_fen: int
    built_on: date
    built_by: str
    approved_by: str
    value_date: date | None
    follows_batch_id: int | None


def batches(session: Session, act: Act, *, state: str | None = None) -> list[BatchView]:
    """The city's batches in the actor's areas, the newest first."""
    query = select_rows(PaymentBatch).where(PaymentBatch.city == act.city)
    if state is not None:
        query = query.where(PaymentBatch.state == state)
    if act.areas is not None:
        query = query.where(col(PaymentBatch.area_id).in_(act.areas))
    rows = session.exec(query.order_by(col(PaymentBatch.id).desc())).all()
    return [
        BatchView(
            batch_id=row.id or 0,
            **{name: getattr(row, name) for name in BatchView.__slots__ if name != "batch_id"},
        )
        for row in rows
    ]


def ledger_balance(
    session: Session,
    act: Act,
    *,
    fund: str | None = None,
    area_id: int | None = None,
    until: date | None = None,
) -> list[Balance]:
    """What stands in each stage of each fund and area, in fen; `until` is exclusive."""
    found = ledger.balances(session, city=act.city, fund=fund, area_id=area_id, until=until)
    return [row for row in found if act.areas is None or row.area_id in act.areas]


def ledger_entries(
    session: Session, act: Act, *, number: str | None = None, after_id: int = 0, limit: int = 200
) -> list[Entry]:
    """Transfers in the order of writing, of one claim by its number or of all.

    Raises LookupError for a number that no claim of the city has.
    """
    claim_id = None
    if number is not None:
        claim_id = session.exec(
            select_rows(Claim.id).where(Claim.city == act.city, col(Claim.number) == number)
        ).first()
        if claim_id is None:
            raise LookupError(f"no claim of {act.city} has the number {number}")
    return ledger.entries(session, city=act.city, claim_id=claim_id, after_id=after_id, limit=limit)


def ledger_check(session: Session, act: Act) -> LedgerCheck:
    """Whether every claim's money stands in the stage that its state says."""
    return ledger.check(session, city=act.city)


def reconcile(
    session: Session,
    act: Act,
    *,
    batch_id: int | None = None,
    first: date | None = None,
    until: date | None = None,
) -> Reconciliation:
    """Match approved list, payment order and bank return of one batch or of a period.

    The period is the day of building: `first` inclusive, `until` exclusive.
    """
    return match(session, city=act.city, batch_id=batch_id, first=first, until=until)
