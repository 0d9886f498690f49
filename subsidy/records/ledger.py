"""Reading the ledger: balances, entries, and whether every claim's money stands where its state says.

The ledger is append-only and each row takes from one stage and gives to another, so totals always
balance; what can go wrong is a claim whose money stands in another stage than its state. `check` finds
those in one pass over the two tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, or_, select, union_all
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.records.tables import Claim, ClaimClosed, ClaimProgress, LedgerEntry
from subsidy.records.tables.money import STAGES
from subsidy.records.tables.types import table_of

STAGE_OF = {"paying": "ordered", "paid": "paid", "recovering": "paid", "bank_returned": "returned"}
"""States whose approved money has left the stage `approved`; in every other state it stands there."""
MOVED_ON = tuple(dict.fromkeys(STAGE_OF.values()))


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands in one stage of one fund of one area: given minus taken, in fen."""

    fund: str
    area_id: int
    stage: str
    balance_fen: int
    given_fen: int
    taken_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer of the ledger."""

    id: int
    claim_id: int
    claim_version: int
    fund: str
    area_id: int
    debit: str
    credit: str
    amount_fen: int
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Money of one claim that is not where its state says it must be, in fen."""

    claim_id: int
    state: str
    stage: str
    expected_fen: int
    found_fen: int


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """The outcome of a check: what was looked at and every fault."""

    claims: int
    entries: int
    given_fen: int
    taken_fen: int
    misplaced: tuple[Misplaced, ...]

    @property
    def ok(self) -> bool:
        """Every claim's money stands where it must, and what was taken was given."""
        return not self.misplaced and self.given_fen == self.taken_fen


def balances(
    session: Session,
    *,
    city: str,
    fund: str | None = None,
    area_id: int | None = None,
    until: date | None = None,
) -> list[Balance]:
    """Return what stands in each stage, by fund and area; `until` is exclusive (effective day)."""
    e = table_of(LedgerEntry).c
    where = [e.city == city]
    if fund is not None:
        where.append(e.fund == fund)
    if area_id is not None:
        where.append(e.area_id == area_id)
    if until is not None:
        where.append(e.effective_on < until)
    sides = union_all(
        select(
            e.fund, e.area_id, e.credit.label("stage"), e.amount_fen, literal(1).label("side")
        ).where(*where),
        select(
            e.fund, e.area_id, e.debit.label("stage"), e.amount_fen, literal(0).label("side")
        ).where(*where),
    ).subquery()
    s = sides.c
    given = func.coalesce(func.sum(case((s.side == 1, s.amount_fen), else_=0)), 0)
    taken = func.coalesce(func.sum(case((s.side == 0, s.amount_fen), else_=0)), 0)
    found = session.execute(
        select(s.fund, s.area_id, s.stage, given, taken).group_by(s.fund, s.area_id, s.stage)
    )
    rows = [
        Balance(name, area, stage, int(plus) - int(minus), int(plus), int(minus))
        for name, area, stage, plus, minus in found
    ]
    return sorted(rows, key=lambda b: (b.fund, b.area_id, STAGES.index(b.stage)))


def entries(
    session: Session,
    *,
    city: str,
    claim_id: int | None = None,
    after_id: int = 0,
    limit: int = 200,
) -> list[Entry]:
    """Return transfers in the order they were written, from behind `after_id`."""
    query = select_rows(LedgerEntry).where(LedgerEntry.city == city, col(LedgerEntry.id) > after_id)
    if claim_id is not None:
        query = query.where(LedgerEntry.claim_id == claim_id)
    found = session.exec(query.order_by(col(LedgerEntry.id)).limit(limit)).all()
    return [
        Entry(
            id=row.id or 0,
            claim_id=row.claim_id,
            claim_version=row.claim_version,
            fund=row.fund,
            area_id=row.area_id,
            debit=row.debit,
            credit=row.credit,
            amount_fen=row.amount_fen,
            effective_on=row.effective_on,
            recorded_at=row.recorded_at,
        )
        for row in found
    ]


def paid_so_far(session: Session, *, claim_ids: Sequence[int]) -> dict[int, int]:
    """Return, for claims with money out, what was paid and not returned or recovered, in fen."""
    e = table_of(LedgerEntry).c
    found = session.execute(
        select(e.claim_id, _net(e, "paid"))
        .where(e.claim_id.in_(list(claim_ids)), or_(e.debit == "paid", e.credit == "paid"))
        .group_by(e.claim_id)
    )
    return {claim_id: int(net) for claim_id, net in found if net}


def check(session: Session, *, city: str, limit: int = 1000) -> LedgerCheck:
    """Compare every claim's money with its state; `limit` bounds the faults that are listed."""
    e = table_of(LedgerEntry).c
    nets = (
        select(
            e.claim_id,
            *(_net(e, stage).label(stage) for stage in ("reserved", "approved", *MOVED_ON)),
        )
        .where(e.city == city)
        .group_by(e.claim_id)
        .subquery("nets")
    )
    standing = _standing(city)
    wrong = _wrong(nets, standing)
    found = session.execute(
        select(
            standing.c.claim_id,
            standing.c.state,
            standing.c.reserved_fen,
            standing.c.approved_fen,
            *(func.coalesce(nets.c[s], 0) for s in ("reserved", "approved", *MOVED_ON)),
        )
        .outerjoin_from(standing, nets, nets.c.claim_id == standing.c.claim_id)
        .where(wrong)
        .order_by(standing.c.claim_id)
        .limit(limit)
    )
    misplaced = tuple(fault for row in found for fault in _faults(tuple(row)))
    claims = session.execute(select(func.count()).select_from(standing)).scalar_one()
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(e.amount_fen), 0)).where(e.city == city)
    ).one()
    stages = balances(session, city=city)
    return LedgerCheck(
        claims=int(claims),
        entries=int(count),
        given_fen=sum(b.given_fen for b in stages),
        taken_fen=int(total),
        misplaced=misplaced,
    )


def _net(e: Any, stage: str) -> ColumnElement[int]:
    return func.sum(
        case((e.credit == stage, e.amount_fen), (e.debit == stage, -e.amount_fen), else_=0)
    )


def _standing(city: str) -> Subquery:
    """Every claim of the city, open or closed, with its state and what its row says of its money."""
    identity = table_of(Claim)
    parts = []
    for model in (ClaimProgress, ClaimClosed):
        p = table_of(model)
        parts.append(
            select(p.c.claim_id, p.c.state, p.c.reserved_fen, p.c.approved_fen)
            .join(identity, identity.c.id == p.c.claim_id)
            .where(identity.c.city == city)
        )
    return union_all(*parts).subquery("standing")


def _wrong(nets: Subquery, standing: Subquery) -> ColumnElement[bool]:
    s = standing.c

    def found(stage: str) -> ColumnElement[int]:
        return func.coalesce(nets.c[stage], 0)

    def expected(stage: str) -> ColumnElement[int]:
        states = [state for state, place in STAGE_OF.items() if place == stage]
        return case((s.state.in_(states), s.approved_fen), else_=0)

    at_rest = case((s.state.in_(list(STAGE_OF)), 0), else_=s.approved_fen)
    return or_(
        found("reserved") != s.reserved_fen,
        found("approved") != at_rest,
        *(found(stage) != expected(stage) for stage in MOVED_ON),
    )


def _faults(row: tuple[Any, ...]) -> list[Misplaced]:
    claim_id, state, reserved, approved, *found = row
    place = STAGE_OF.get(state, "approved")
    expected = {"reserved": reserved, place: approved}
    return [
        Misplaced(claim_id, state, stage, int(expected.get(stage, 0)), int(amount))
        for stage, amount in zip(("reserved", "approved", *MOVED_ON), found, strict=True)
        if int(amount) != int(expected.get(stage, 0))
    ]
