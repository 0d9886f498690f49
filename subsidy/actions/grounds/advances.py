"""Money paid ahead: what a settlement takes off, what it waits for, and when an advance comes too late."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from subsidy.records.tables import Claim, ClaimClosed, ClaimProgress, Ticket

SETTLED = ("paid",)
"""How an advance ended that is with the payee; one that is being recovered is still under way."""
SETTLING = ("main", "settlement")
"""Kinds of claims that an advance is taken off; an allowance of the same entitlement is not."""
BEFORE_APPLYING = ("listed", "enrolled", "filed", "completed", "assessed", "certified")
WAITS = "E910"
IS_OPEN = "ticket.state IN ('opened', 'assigned', 'override_asked')"
"""As the partial index has it, word for word."""


def advances_of(session: Session, claims: Sequence[Claim]) -> dict[int, int]:
    """Advance paid under the same entitlement and period, in fen, by claim."""
    wanted = _entitlements(claims)
    if not wanted:
        return {}
    query = (
        select(Claim.entitlement_id, Claim.period, func.sum(ClaimClosed.approved_fen))
        .join(ClaimClosed, col(ClaimClosed.claim_id) == Claim.id)
        .where(
            col(Claim.entitlement_id).in_(wanted),
            Claim.kind == "advance",
            col(ClaimClosed.state).in_(SETTLED),
        )
        .group_by(col(Claim.entitlement_id), col(Claim.period))
    )
    paid = {(right, period): int(fen or 0) for right, period, fen in session.exec(query).all()}
    return {
        c.id: paid[c.entitlement_id, c.period]
        for c in claims
        if c.id is not None and c.kind in SETTLING and (c.entitlement_id, c.period) in paid
    }


def waiting_for_advance(session: Session, claims: Sequence[Claim]) -> set[int]:
    """Those of the claims whose advance has not ended: nobody knows yet what is to be taken off."""
    wanted = _entitlements(claims)
    if not wanted:
        return set()
    query = (
        select(Claim.entitlement_id, Claim.period)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .where(col(Claim.entitlement_id).in_(wanted), Claim.kind == "advance")
    )
    under_way = set(session.exec(query).all())
    return {
        c.id
        for c in claims
        if c.id is not None and c.kind in SETTLING and (c.entitlement_id, c.period) in under_way
    }


def freed_by_advance(session: Session, *, city: str) -> list[int]:
    """Claims that were held for their advance, which has ended since; to be decided again."""
    query = (
        select(Claim)
        .join(Ticket, col(Ticket.claim_id) == Claim.id)
        .where(text(IS_OPEN), Ticket.city == city, Ticket.code == WAITS)
        .order_by(col(Claim.id))
    )
    held = session.exec(query).all()
    waiting = waiting_for_advance(session, held)
    return [claim.id for claim in held if claim.id is not None and claim.id not in waiting]


def comes_too_late(session: Session, *, entitlement_id: int, period: str) -> bool:
    """Whether the training that an advance is for has applied for its subsidy, or ended, already."""
    main = session.exec(
        select(Claim.id, ClaimProgress.state)
        .outerjoin(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .where(Claim.entitlement_id == entitlement_id, Claim.kind == "main", Claim.period == period)
    ).all()
    return any(state not in BEFORE_APPLYING for _, state in main)


def _entitlements(claims: Sequence[Claim]) -> list[int]:
    return sorted({c.entitlement_id for c in claims if c.kind in SETTLING})
