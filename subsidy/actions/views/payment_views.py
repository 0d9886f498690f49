"""Payment batches: lists, one batch with its lines and files, and what waits to be put into one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions.views.places import actor_names
from subsidy.records.tables import (
    Area,
    BankFile,
    Claim,
    ClaimProgress,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
)

PAGE = 50


@dataclass(frozen=True)
class BatchRow:
    """One batch as lists show it."""

    id: int
    number: str
    area_id: int
    area: str
    fund: str
    payee_kind: str
    channel: str
    state: str
    lines: int
    total_fen: int
    built_on: date
    built_by: str
    approved_by: tuple[str, ...]
    sent_by: str
    value_date: date | None
    file_hash: str
    follows: int | None


@dataclass(frozen=True)
class BatchLine:
    """One line of the bank file; a person's name is masked."""

    position: int
    payee_name: str
    account_tail: str
    amount_fen: int
    claims: int
    result: str
    result_on: date | None


@dataclass(frozen=True)
class FileRow:
    """A file sent to the bank or read back."""

    direction: str
    name: str
    sha256: str
    lines: int
    total_fen: int
    at: datetime
    actor: str


@dataclass(frozen=True)
class BatchView:
    """One batch with lines, claims and files."""

    row: BatchRow
    lines: list[BatchLine]
    claims: list[tuple[int, str, int, str]]
    """(claim id, number, amount in fen, status of the item)."""
    files: list[FileRow]


def batch_page(
    session: Session, *, city: str, areas: Collection[int], after: int | None = None
) -> tuple[list[BatchRow], int | None]:
    """Batches newest first, and the key of the next page."""
    query = (
        select(PaymentBatch, Area.name)
        .join(Area, col(Area.id) == PaymentBatch.area_id)
        .where(PaymentBatch.city == city, col(PaymentBatch.area_id).in_(areas))
    )
    if after is not None:
        query = query.where(col(PaymentBatch.id) < after)
    found = session.exec(query.order_by(col(PaymentBatch.id).desc()).limit(PAGE + 1)).all()
    names = _names(session, [batch for batch, _ in found])
    rows = [_row(batch, area, names) for batch, area in found[:PAGE]]
    return rows, rows[-1].id if len(found) > PAGE else None


def batch_view(session: Session, *, city: str, batch_id: int) -> BatchView | None:
    """One batch of the city."""
    found = session.exec(
        select(PaymentBatch, Area.name)
        .join(Area, col(Area.id) == PaymentBatch.area_id)
        .where(PaymentBatch.id == batch_id, PaymentBatch.city == city)
    ).first()
    if found is None:
        return None
    lines = session.exec(
        select(PaymentLine, func.count(col(PaymentItem.id)))
        .outerjoin(
            PaymentItem,
            (col(PaymentItem.line_id) == PaymentLine.id) & (PaymentItem.status != "dissolved"),
        )
        .where(PaymentLine.batch_id == batch_id)
        .group_by(col(PaymentLine.id))
        .order_by(col(PaymentLine.position))
    ).all()
    items = session.exec(
        select(PaymentItem, Claim.number)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .join(Claim, col(Claim.id) == PaymentItem.claim_id)
        .where(PaymentLine.batch_id == batch_id)
        .order_by(col(PaymentItem.claim_id))
    ).all()
    return BatchView(
        row=_row(found[0], found[1], _names(session, [found[0]])),
        lines=[
            BatchLine(
                line.position,
                line.payee_name,
                line.account_tail,
                line.amount_fen,
                number,
                line.result,
                line.result_on,
            )
            for line, number in lines
        ],
        claims=[(i.claim_id, number, i.amount_fen, i.status) for i, number in items],
        files=_files(session, batch_id),
    )


def waiting_for_payment(session: Session, *, city: str, areas: Collection[int]) -> tuple[int, int]:
    """(claims, fen) that are due and stand in no live batch."""
    live = select(PaymentItem.claim_id).where(
        col(PaymentItem.status).not_in(("returned", "dissolved"))
    )
    number, total = session.exec(
        select(func.count(), func.sum(ClaimProgress.approved_fen))
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(
            Claim.city == city,
            ClaimProgress.state == "payable",
            col(ClaimProgress.area_id).in_(areas),
            col(ClaimProgress.claim_id).not_in(live),
        )
    ).one()
    return number, int(total or 0)


def _files(session: Session, batch_id: int) -> list[FileRow]:
    rows = session.exec(
        select(BankFile).where(BankFile.batch_id == batch_id).order_by(col(BankFile.id))
    ).all()
    names = actor_names(session, {r.actor for r in rows})
    return [
        FileRow(
            r.direction, r.name, r.sha256, r.lines, r.total_fen, r.at, names.get(r.actor, r.actor)
        )
        for r in rows
    ]


def _names(session: Session, batches: Collection[PaymentBatch]) -> dict[str, str]:
    marks = {m for b in batches for m in (b.built_by, b.sent_by, *b.approved_by.split()) if m}
    return actor_names(session, marks)


def _row(batch: PaymentBatch, area: str, names: dict[str, str]) -> BatchRow:
    return BatchRow(
        batch.id or 0,
        batch.number,
        batch.area_id,
        area,
        batch.fund,
        batch.payee_kind,
        batch.channel,
        batch.state,
        batch.lines,
        batch.total_fen,
        batch.built_on,
        names.get(batch.built_by, batch.built_by),
        tuple(names.get(mark, mark) for mark in batch.approved_by.split()),
        names.get(batch.sent_by, batch.sent_by),
        batch.value_date,
        batch.file_hash,
        batch.follows_batch_id,
    )
