"""Other claims and older payments of the same people: what limits and repeats are counted from.

Inside a city the claim is named. Across cities only what the rule compares is passed on (a yes or no
on occupation and level, and the year), never the claim, its class or its days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.outside_payments import OutsidePayments, outside_payments
from subsidy.records.tables import (
    FAR,
    CatalogueItem,
    Claim,
    ClaimClosed,
    ClaimProgress,
    TrainingClass,
)
from subsidy.records.tables.claims import ProgressColumns
from subsidy.rules import facts as f
from subsidy.rules.checks.across import ELSEWHERE

STATUS = {
    "paid": "paid",
    "recovering": "paid",
    "bank_returned": "paid",
    "recovered": "recovered",
    "counted": "counted",
    "rejected": "rejected",
    "lapsed": "rejected",
    "failed": "rejected",
    "withdrawn": "withdrawn",
}
"""What a state means to the limits; every other one is pending."""
COUNTED_KINDS = ("main",)
"""Allowances, advances and settlements of the same entitlement are not another subsidy."""


@dataclass(frozen=True)
class Past:
    """One claim of a person, with what the rules may compare."""

    claim_id: int
    city: str
    facts: f.PastClaim


class History:
    """The claims of several people, and what is known to have been paid to them outside claims."""

    def __init__(self, by_person: dict[int, list[Past]], outside: OutsidePayments) -> None:
        """Hold what was read."""
        self._by_person = by_person
        self.outside = outside

    def seen_by(self, claim: Claim, training: f.TrainingFacts) -> tuple[f.PastClaim, ...]:
        """The other claims and payments of the person, as this claim's decision may see them."""
        if claim.person_id is None:
            return ()
        others = [p for p in self._by_person.get(claim.person_id, ()) if p.claim_id != claim.id]
        known = [(p.city, p.facts) for p in others]
        known += [(p.city, p.facts) for p in self.outside.seen_by(claim)]
        return tuple(
            facts if city == claim.city else _from_elsewhere(facts, training)
            for city, facts in known
        )


def history_of(session: Session, act: Act, *, person_ids: Iterable[int]) -> History:
    """Read every claim of the people, open and closed, in all cities, and their older payments."""
    found: dict[int, list[Past]] = defaultdict(list)
    wanted = list(person_ids)
    for progress in (ClaimProgress, ClaimClosed):
        if not wanted:
            break
        query = (
            select(Claim, progress, TrainingClass, CatalogueItem)
            .join(progress, col(progress.claim_id) == Claim.id)
            .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
            .outerjoin(CatalogueItem, col(CatalogueItem.id) == TrainingClass.item_id)
            .where(col(Claim.person_id).in_(wanted))
            .order_by(col(Claim.id))
        )
        for claim, row, training, item in session.exec(query).all():
            found[cast("int", claim.person_id)].append(_past(act, claim, row, training, item))
    paid = {p.claim_id: p.city for each in found.values() for p in each if p.facts.status == "paid"}
    return History(found, outside_payments(session, act, person_ids=wanted, paid_claims=paid))


def _past(
    act: Act,
    claim: Claim,
    row: ProgressColumns,
    training: TrainingClass | None,
    item: CatalogueItem | None,
) -> Past:
    track = act.office.packs[claim.city].tracks.get(claim.track)
    counts = track is None or track.spec.counts_towards_limits
    facts = f.PastClaim(
        ref=claim.number,
        status=cast("f.ClaimStatus", STATUS.get(row.state, "pending")),
        occupation=item.occupation if item else "",
        project=item.code if item else "",
        level=cast("f.Level", (item.level if item else "") or "none"),
        starts=training.starts_on if training else None,
        ends=training.ends_on if training else None,
        applied_on=None if row.applied_on == FAR else row.applied_on,
        order=row.claim_id,
        counts=counts and claim.kind in COUNTED_KINDS,
    )
    return Past(row.claim_id, claim.city, facts)


def _from_elsewhere(past: f.PastClaim, training: f.TrainingFacts) -> f.PastClaim:
    """A claim of another city: same occupation and level yes or no, and the year."""
    same = (
        bool(training.occupation)
        and past.occupation == training.occupation
        and past.level == training.level
    )
    return f.PastClaim(
        ref=ELSEWHERE,
        status=past.status,
        occupation=training.occupation if same else "",
        level=past.level if same else "none",
        ends=date(past.ends.year, 12, 31) if past.ends else None,
        applied_on=past.applied_on and date(past.applied_on.year, 1, 1),
        order=past.order,
        counts=past.counts,
    )
