"""What a provider sees of its own, and what a trainee sees of one claim with number and ID."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from states.claim import CLOSED
from subsidy.actions.acting import Act
from subsidy.records.moves.interactive import progress_of
from subsidy.records.people import read_field
from subsidy.records.tables import (
    Agreement,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Deadline,
    Person,
    Provider,
    ReviewAct,
    Road,
    TrainingClass,
)


@dataclass(frozen=True)
class Unit:
    """A provider as it sees itself."""

    id: int
    name: str
    credit_code: str
    area_id: int
    contact: str
    mailbox: str
    account_tail: str
    account_verified_on: date | None
    agreements: tuple[tuple[str, date, date | None], ...]


@dataclass(frozen=True)
class Money:
    """Sums of a provider's claims in fen."""

    planned_fen: int
    approved_fen: int
    paid_fen: int


@dataclass(frozen=True)
class ToMend:
    """A claim that waits for the applicant."""

    claim_id: int
    number: str
    class_number: str
    person: str
    faults: str
    due_on: date | None


@dataclass(frozen=True)
class OwnClaim:
    """What a trainee may see of the own claim: where it stands, in words, and by when."""

    number: str
    track: str
    title: str
    state: str
    since: date
    road: tuple[tuple[str, bool], ...]
    amount_fen: int
    ended: bool
    note: str


def unit_of(session: Session, *, provider_id: int) -> Unit | None:
    """The provider with its agreements."""
    row = session.get(Provider, provider_id)
    if row is None or row.id is None:
        return None
    agreements = session.exec(
        select(Agreement)
        .where(Agreement.provider_id == provider_id)
        .order_by(col(Agreement.valid_from).desc())
    ).all()
    return Unit(
        row.id,
        row.name,
        row.credit_code,
        row.area_id,
        row.contact,
        row.mailbox,
        row.account_tail,
        row.account_verified_on,
        tuple((a.number, a.valid_from, a.valid_until) for a in agreements),
    )


def claim_counts(session: Session, *, provider_id: int) -> Mapping[str, int]:
    """Claims of the provider by state."""
    found: dict[str, int] = {}
    for table in (ClaimProgress, ClaimClosed):
        rows = session.exec(
            select(table.state, func.count())
            .join(Claim, col(Claim.id) == table.claim_id)
            .where(Claim.provider_id == provider_id)
            .group_by(table.state)
        ).all()
        for state, number in rows:
            found[state] = found.get(state, 0) + number
    return found


def money_of(session: Session, *, provider_id: int) -> Money:
    """Planned, approved and paid sums of the provider's claims."""

    def total(table: type[ClaimProgress | ClaimClosed], column: Any, state: str = "") -> int:
        query = (
            select(func.sum(column))
            .select_from(table)
            .join(Claim, col(Claim.id) == table.claim_id)
            .where(Claim.provider_id == provider_id)
        )
        if state:
            query = query.where(table.state == state)
        found: int | None = session.exec(query).one()
        return found or 0

    return Money(
        total(ClaimProgress, ClaimProgress.planned_fen),
        total(ClaimProgress, ClaimProgress.approved_fen),
        total(ClaimClosed, ClaimClosed.approved_fen, "paid"),
    )


def to_mend(session: Session, *, provider_id: int) -> list[ToMend]:
    """Claims that were sent back to the provider, with what is wrong and by when."""
    rows = session.exec(
        select(Claim, ClaimProgress, TrainingClass, Person)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Person, col(Person.id) == Claim.person_id)
        .where(Claim.provider_id == provider_id, ClaimProgress.state == "correcting")
        .order_by(col(Claim.id))
    ).all()
    return [
        ToMend(
            at.claim_id,
            claim.number,
            training.number if training else "",
            person.masked_name if person else "",
            _note(session, at.claim_id, "sent_back"),
            _due(session, at.claim_id, "correction"),
        )
        for claim, at, training, person in rows
    ]


def own_claim(session: Session, act: Act, *, number: str, id_tail: str) -> OwnClaim | None:
    """The claim with this number, if the ID number of its person ends like that; else None.

    Nothing in the answer tells whether number or ending was wrong.
    """
    claim = session.exec(
        select(Claim).where(Claim.city == act.city, Claim.number == number)
    ).first()
    person = session.get(Person, claim.person_id) if claim and claim.person_id else None
    kept = read_field(act.office.vault, person, "id_number")[-4:] if person else "----"
    if not hmac.compare_digest(kept.upper().encode(), id_tail.upper().encode()) or claim is None:
        return None
    assert claim.id is not None
    at = progress_of(session, claim.id)
    road = session.get_one(Road, at.road_id).stages.split()
    reached = road.index(at.state) if at.state in road else -1
    training = session.get(TrainingClass, claim.class_id) if claim.class_id else None
    return OwnClaim(
        claim.number,
        claim.track,
        training.title if training else "",
        at.state,
        at.since,
        tuple((stage, place <= reached) for place, stage in enumerate(road)),
        at.approved_fen or at.amount_fen or at.planned_fen,
        at.state in CLOSED,
        _note(session, claim.id, "rejected") if at.state == "rejected" else "",
    )


def _note(session: Session, claim_id: int, deed: str) -> str:
    found = session.exec(
        select(ReviewAct.note)
        .where(ReviewAct.claim_id == claim_id, ReviewAct.act == deed)
        .order_by(col(ReviewAct.id).desc())
    ).first()
    return found or ""


def _due(session: Session, claim_id: int, window: str) -> date | None:
    return session.exec(
        select(col(Deadline.due_on))
        .where(Deadline.claim_id == claim_id, Deadline.window == window, Deadline.status == "open")
        .order_by(col(Deadline.id).desc())
    ).first()
