"""Approved list ↔ payment order ↔ bank return: do the three tell one story, batch by batch?

Each difference is a typed break. Some only wait (the bank has not answered, an account is not mended);
the others mean that books and bank disagree, and somebody has to look before the batch is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select, union_all
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.records.tables import (
    BankFile,
    ClaimClosed,
    ClaimProgress,
    LedgerEntry,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
)
from subsidy.records.tables.types import table_of

OUT = ("ordered", "paid", "returned")
"""Statuses of an item that was once ordered."""
UNCLEAR = ("unknown", "contradicted", "amount_differs")
"""Results of a line that a person must clear with the bank before the money moves on."""


class BreakKind(StrEnum):
    """How a batch can differ from its approval, its order or the bank's answer."""

    TOTAL_DIFFERS = "total_differs"  # the batch's total is not the sum of its lines
    LINE_DIFFERS = "line_differs"  # a line is not the sum of its claims
    FILE_MISSING = "file_missing"  # sent, but no file is on record as delivered
    FILE_DIFFERS = "file_differs"  # the file delivered has another count or total
    ORDER_NOT_POSTED = "order_not_posted"  # orders of a claim are not what the ledger ordered
    PAYMENT_NOT_POSTED = "payment_not_posted"  # payments of a claim are not what the ledger paid
    RETURN_NOT_POSTED = "return_not_posted"  # returns of a claim are not what the ledger took back
    STATE_DIFFERS = "state_differs"  # the claim stands elsewhere than its payment
    ANSWER_UNCLEAR = "answer_unclear"  # the bank's answer needs a person
    NO_ANSWER = "no_answer"  # ordered, the bank has not answered yet
    NOT_PAID_AGAIN = "not_paid_again"  # returned, and not yet ready to be paid again


WAITING = frozenset({BreakKind.NO_ANSWER, BreakKind.NOT_PAID_AGAIN})


@dataclass(frozen=True, slots=True)
class Break:
    """One difference: where, and both amounts in fen."""

    kind: BreakKind
    batch_id: int
    line_no: int | None = None
    claim_id: int | None = None
    expected_fen: int = 0
    found_fen: int = 0

    @property
    def waits(self) -> bool:
        """True where nothing is wrong and something is still to come."""
        return self.kind in WAITING


@dataclass(frozen=True, slots=True)
class BatchSums:
    """One batch in fen: what was approved for payment, and where each fen of it is now."""

    batch_id: int
    number: str
    state: str
    lines: int
    approved_fen: int
    ordered_fen: int
    """Ordered and not answered."""
    paid_fen: int
    returned_fen: int
    breaks: tuple[Break, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every batch that was asked for, with its breaks."""

    batches: tuple[BatchSums, ...]

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Every break of every batch."""
        return tuple(found for batch in self.batches for found in batch.breaks)

    @property
    def balanced(self) -> bool:
        """No break but those that only wait."""
        return all(found.waits for found in self.breaks)


@dataclass(frozen=True, slots=True)
class _Line:
    batch_id: int
    position: int
    amount_fen: int
    result: str
    sums: dict[str, int]


def reconcile(
    session: Session,
    *,
    city: str,
    batch_id: int | None = None,
    first: date | None = None,
    until: date | None = None,
) -> Reconciliation:
    """Compare one batch, or every batch built from `first` (inclusive) to `until` (exclusive).

    Dissolved batches are left out: nothing was ordered by them.
    """
    query = select_rows(PaymentBatch).where(
        PaymentBatch.city == city, PaymentBatch.state != "dissolved"
    )
    if batch_id is not None:
        query = query.where(PaymentBatch.id == batch_id)
    if first is not None:
        query = query.where(PaymentBatch.built_on >= first)
    if until is not None:
        query = query.where(PaymentBatch.built_on < until)
    batches = session.exec(query.order_by(col(PaymentBatch.id))).all()
    ids = [batch.id for batch in batches if batch.id is not None]
    lines = _lines(session, ids)
    breaks: dict[int, list[Break]] = {i: [] for i in ids}
    for found in (*_postings(session, ids), *_states(session, ids), *_files(session, batches)):
        breaks[found.batch_id].append(found)
    sums = [_sums(batch, lines[batch.id or 0], breaks[batch.id or 0]) for batch in batches]
    return Reconciliation(tuple(sums))


def _sums(batch: PaymentBatch, lines: list[_Line], breaks: list[Break]) -> BatchSums:
    assert batch.id is not None
    found = [*breaks, *_line_breaks(batch, lines)]
    total = sum(line.amount_fen for line in lines)
    if batch.total_fen != total:
        kind = BreakKind.TOTAL_DIFFERS
        found.append(Break(kind, batch.id, expected_fen=batch.total_fen, found_fen=total))

    def of(status: str) -> int:
        return sum(line.sums[status] for line in lines)

    return BatchSums(
        batch_id=batch.id,
        number=batch.number,
        state=batch.state,
        lines=len(lines),
        approved_fen=batch.total_fen,
        ordered_fen=of("ordered"),
        paid_fen=of("paid"),
        returned_fen=of("returned"),
        breaks=tuple(sorted(found, key=lambda b: (b.line_no or 0, b.claim_id or 0, b.kind))),
    )


def _line_breaks(batch: PaymentBatch, lines: list[_Line]) -> Iterator[Break]:
    assert batch.id is not None
    for line in lines:
        inside = sum(line.sums.values())
        if inside != line.amount_fen:
            yield Break(
                BreakKind.LINE_DIFFERS,
                batch.id,
                line.position,
                expected_fen=line.amount_fen,
                found_fen=inside,
            )
        if line.result in UNCLEAR:
            yield Break(
                BreakKind.ANSWER_UNCLEAR, batch.id, line.position, expected_fen=line.amount_fen
            )
        elif not line.result and line.sums["ordered"]:
            yield Break(BreakKind.NO_ANSWER, batch.id, line.position, expected_fen=line.amount_fen)


def _lines(session: Session, batch_ids: Sequence[int]) -> dict[int, list[_Line]]:
    statuses = ("built", *OUT)
    item, line = table_of(PaymentItem).c, table_of(PaymentLine).c
    rows = session.execute(
        select(
            line.batch_id,
            line.position,
            line.amount_fen,
            line.result,
            *(func.sum(case((item.status == s, item.amount_fen), else_=0)) for s in statuses),
        )
        .join_from(table_of(PaymentLine), table_of(PaymentItem), item.line_id == line.id)
        .where(line.batch_id.in_(batch_ids))
        .group_by(line.id, line.batch_id, line.position, line.amount_fen, line.result)
        .order_by(line.batch_id, line.position)
    )
    found: dict[int, list[_Line]] = {i: [] for i in batch_ids}
    for batch_id, position, amount, result, *parts in rows:
        sums = {status: int(part or 0) for status, part in zip(statuses, parts, strict=True)}
        if amount or any(sums.values()):
            found[batch_id].append(_Line(batch_id, position, amount, result, sums))
    return found


def _postings(session: Session, batch_ids: Sequence[int]) -> Iterator[Break]:
    """Claims whose items, over all their batches, are not what the ledger ordered, paid, took back."""
    mine = _claims_of(batch_ids).subquery("mine")
    item, entry = table_of(PaymentItem).c, table_of(LedgerEntry).c

    def of_items(statuses: Sequence[str]) -> ColumnElement[int]:
        return func.sum(case((item.status.in_(statuses), item.amount_fen), else_=0))

    def posted(debit: str | None, credit: str) -> ColumnElement[int]:
        way = entry.credit == credit
        if debit is not None:
            way = and_(way, entry.debit == debit)
        return func.sum(case((way, entry.amount_fen), else_=0))

    claims = select(mine.c.claim_id)
    items = (
        select(
            item.claim_id,
            of_items(OUT).label("ordered"),
            of_items(("paid",)).label("paid"),
            of_items(("returned",)).label("returned"),
        )
        .where(item.claim_id.in_(claims))
        .group_by(item.claim_id)
        .subquery("items")
    )
    ledger = (
        select(
            entry.claim_id,
            posted("approved", "ordered").label("ordered"),
            (posted("ordered", "paid") - posted_back(entry)).label("paid"),
            posted(None, "returned").label("returned"),
        )
        .where(entry.claim_id.in_(claims))
        .group_by(entry.claim_id)
        .subquery("ledger")
    )
    kinds = {
        "ordered": BreakKind.ORDER_NOT_POSTED,
        "paid": BreakKind.PAYMENT_NOT_POSTED,
        "returned": BreakKind.RETURN_NOT_POSTED,
    }
    pairs = [(func.coalesce(items.c[k], 0), func.coalesce(ledger.c[k], 0)) for k in kinds]
    rows = session.execute(
        select(
            mine.c.batch_id,
            mine.c.position,
            mine.c.claim_id,
            *(side for pair in pairs for side in pair),
        )
        .outerjoin_from(mine, items, items.c.claim_id == mine.c.claim_id)
        .outerjoin(ledger, ledger.c.claim_id == mine.c.claim_id)
        .where(or_(*(a != b for a, b in pairs)))
    )
    for batch_id, position, claim_id, *sides in rows:
        for kind, at in zip(kinds.values(), range(0, 6, 2), strict=True):
            expected, found = int(sides[at]), int(sides[at + 1])
            if expected != found:
                yield Break(kind, batch_id, position, claim_id, expected, found)


def posted_back(entry: Any) -> ColumnElement[int]:
    """What late returns took back out of `paid`, summed over the rows of a group."""
    late = and_(entry.debit == "paid", entry.credit == "returned")
    return func.sum(case((late, entry.amount_fen), else_=0))


def _claims_of(batch_ids: Sequence[int]) -> Select[Any]:
    item, line = table_of(PaymentItem).c, table_of(PaymentLine).c
    return (
        select(line.batch_id, line.position, item.claim_id, item.id, item.status, item.amount_fen)
        .join_from(table_of(PaymentItem), table_of(PaymentLine), item.line_id == line.id)
        .where(line.batch_id.in_(batch_ids), item.status != "dissolved")
    )


def _standing(claims: Subquery) -> Subquery:
    parts = []
    for model in (ClaimProgress, ClaimClosed):
        p = table_of(model).c
        mine = select(claims.c.claim_id)
        parts.append(select(p.claim_id, p.state).where(p.claim_id.in_(mine)))
    return union_all(*parts).subquery("standing")


def _states(session: Session, batch_ids: Sequence[int]) -> Iterator[Break]:
    """Items whose claim stands elsewhere, and returned ones that wait for another payment."""
    mine = _claims_of(batch_ids).subquery("mine")
    standing = _standing(mine)
    newest = (
        select(func.max(table_of(PaymentItem).c.id))
        .where(table_of(PaymentItem).c.claim_id == mine.c.claim_id)
        .scalar_subquery()
    )
    state = standing.c.state
    fits = case(
        (mine.c.status == "ordered", state == "paying"),
        (mine.c.status == "paid", state.in_(("paid", "recovering", "recovered"))),
        (mine.c.status == "returned", state != "bank_returned"),
        else_=state == "payable",
    )
    rows = session.execute(
        select(mine.c.batch_id, mine.c.position, mine.c.claim_id, mine.c.status, mine.c.amount_fen)
        .outerjoin_from(mine, standing, standing.c.claim_id == mine.c.claim_id)
        .where(~fits, mine.c.id == newest)
    )
    for batch_id, position, claim_id, status, amount in rows:
        waits = status == "returned"
        kind = BreakKind.NOT_PAID_AGAIN if waits else BreakKind.STATE_DIFFERS
        yield Break(kind, batch_id, position, claim_id, expected_fen=amount)


def _files(session: Session, batches: Sequence[PaymentBatch]) -> Iterator[Break]:
    sent = {b.id: b for b in batches if b.id is not None and b.value_date is not None}
    files = session.exec(
        select_rows(BankFile).where(
            col(BankFile.batch_id).in_(list(sent)), BankFile.direction == "out"
        )
    ).all()
    for batch_id, batch in sent.items():
        mine = [file for file in files if file.batch_id == batch_id]
        if not mine:
            yield Break(BreakKind.FILE_MISSING, batch_id, expected_fen=batch.total_fen)
        for file in mine:
            if (file.lines, file.total_fen) != (batch.lines, batch.total_fen):
                yield Break(
                    BreakKind.FILE_DIFFERS,
                    batch_id,
                    expected_fen=batch.total_fen,
                    found_fen=file.total_fen,
                )
