"""Money paid ahead: what a settlement takes off, what it waits for, and when an advance comes too late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, select

from subsidy.records.tables import FAR, Claim, ClaimClosed, ClaimProgress, Ticket
from subsidy.records.tables.claims import ProgressColumns

SETTLED = ("paid", "recovering")
"""States of an advance that is with the payee."""
ENDED = ("rejected", "withdrawn", "lapsed", "failed", "recovered", "counted")
"""States of an advance that is with nobody."""
SETTLING = ("main", "settlement")
"""Kinds of claims that an advance is taken off; an allowance of the same entitlement is not."""
BEFORE_APPLYING = ("listed", "enrolled", "filed", "completed", "assessed", "certified")
WAITS = "E910"
IS_OPEN = "ticket.state IN ('opened', 'assigned', 'override_asked')"
"""As the partial index has it, word for word."""


@dataclass(frozen=True)
class Advance:
    """What was advanced for a claim, and whether more of it is still on its way."""

    paid_fen: int = 0
    is_open: bool = False


NO_ADVANCE = Advance()


def advances_of(session: Session, claims: Sequence[Claim]) -> dict[int, Advance]:
    """Advances under the same entitlement, by claim: of its period, of all where it has none.

    One without a period, for a claim that has one, may belong to another: somebody has to look.
    """
    wanted = {c.entitlement_id for c in claims if c.kind in SETTLING}
    if not wanted:
        return {}
    rows = [*_advances(session, wanted, ClaimClosed), *_advances(session, wanted, ClaimProgress)]
    found: dict[int, Advance] = {}
    for claim in claims if rows else ():
        mine = [row for row in rows if row[0] == claim.entitlement_id and claim.kind in SETTLING]
        own = [row for row in mine if claim.period in ("", row[1])]
        vague = any(state in SETTLED and not period for _, period, state, _ in mine)
        paid = sum(fen for _, _, state, fen in own if state in SETTLED)
        waits = any(state not in (*SETTLED, *ENDED) for _, _, state, _ in own)
        if claim.id is not None and (own or vague):
            found[claim.id] = Advance(paid, waits or bool(claim.period and vague))
    return found


def _advances(
    session: Session, rights: Collection[int], progress: type[ProgressColumns]
) -> list[tuple[int, str, str, int]]:
    """Entitlement, period, state and approved money of advances that were applied for."""
    query = (
        select(Claim.entitlement_id, Claim.period, progress.state, progress.approved_fen)
        .join(progress, col(progress.claim_id) == Claim.id)
        .where(
            col(Claim.entitlement_id).in_(sorted(rights)),
            Claim.kind == "advance",
            col(progress.applied_on) != FAR,
        )
    )
    return [(right, period, state, fen or 0) for right, period, state, fen in session.exec(query)]


def freed_by_advance(session: Session, *, city: str) -> list[int]:
    """Claims that were held for their advance, which has ended since; to be decided again."""
    query = (
        select(Claim)
        .join(Ticket, col(Ticket.claim_id) == Claim.id)
        .where(text(IS_OPEN), Ticket.city == city, Ticket.code == WAITS)
        .order_by(col(Claim.id))
    )
    held = session.exec(query).all()
    known = advances_of(session, held)
    return [
        claim.id
        for claim in held
        if claim.id is not None and not known.get(claim.id, NO_ADVANCE).is_open
    ]


def comes_too_late(session: Session, *, entitlement_id: int, period: str) -> bool:
    """Whether the training that an advance is for has applied for its subsidy, or ended, already."""
    main = session.exec(
        select(Claim.id, ClaimProgress.state)
        .outerjoin(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .where(Claim.entitlement_id == entitlement_id, Claim.kind == "main", Claim.period == period)
    ).all()
    return any(state not in BEFORE_APPLYING for _, state in main)
