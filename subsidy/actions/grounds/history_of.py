"""Other claims and older payments of the same people: what limits and repeats are counted from.

Inside a city the claim is named. Across cities only what the rule compares is passed on (a yes or no
on occupation and level, and the year), never the claim, its class or its days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.application_facts import stated_facts
from subsidy.actions.grounds.outside.payments import OutsidePayments, outside_payments
from subsidy.records.tables import (
    FAR,
    Application,
    ApplicationLine,
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

    def __init__(
        self,
        by_person: dict[int, list[Past]],
        outside: OutsidePayments,
        by_unit: dict[int, list[Past]],
    ) -> None:
        """Hold what was read."""
        self._by_person, self._by_unit = by_person, by_unit
        self.outside = outside

    def seen_by(self, claim: Claim, training: f.TrainingFacts) -> tuple[f.PastClaim, ...]:
        """The other claims and payments of the person, as this claim's decision may see them.

        For a claim of a unit itself: what the unit applied for in this city.
        """
        if claim.person_id is None:
            own = self._by_unit.get(claim.provider_id or 0, ())
            return tuple(p.facts for p in own if p.city == claim.city and p.claim_id != claim.id)
        return self.of_person(claim.person_id, claim, training)

    def of_person(
        self, person_id: int, claim: Claim, training: f.TrainingFacts
    ) -> tuple[f.PastClaim, ...]:
        """The other claims and payments of a person, who may be one head of the claim."""
        others = [p for p in self._by_person.get(person_id, ()) if p.claim_id != claim.id]
        known = [(p.city, p.facts) for p in others]
        known += [(p.city, p.facts) for p in self.outside.seen_by(claim.city, person_id)]
        return tuple(
            facts if city == claim.city else _from_elsewhere(facts, training)
            for city, facts in known
        )


def history_of(
    session: Session, act: Act, *, person_ids: Iterable[int], unit_ids: Iterable[int] = ()
) -> History:
    """Read every claim of the people, open and closed, in all cities, and their older payments.

    Also claims of a class or programme that count them among their heads, and what units drew for
    themselves.
    """
    found: dict[int, list[Past]] = defaultdict(list)
    wanted = list(person_ids)
    for progress in (ClaimProgress, ClaimClosed):
        if not wanted:
            break
        for claim, row, training, item, application, line in session.exec(
            _own_claims(progress).where(col(Claim.person_id).in_(wanted))
        ).all():
            known = _Rows(claim, row, training or application, item, line, application)
            found[cast("int", claim.person_id)].append(_past(act, known))
        for claim, row, item, application, line in session.exec(
            _as_head(progress).where(col(ApplicationLine.person_id).in_(wanted))
        ).all():
            known = _Rows(claim, row, application, item, line, application)
            found[line.person_id].append(_past(act, known))
    paid = {p.claim_id: p.city for each in found.values() for p in each if p.facts.status == "paid"}
    outside = outside_payments(session, act, person_ids=wanted, paid_claims=paid)
    return History(found, outside, _of_units(session, act, list(unit_ids)))


def _of_units(session: Session, act: Act, unit_ids: Sequence[int]) -> dict[int, list[Past]]:
    """Claims that units made for themselves: a base, a studio, a class paid as one."""
    found: dict[int, list[Past]] = defaultdict(list)
    for progress in (ClaimProgress, ClaimClosed) if unit_ids else ():
        query = (
            select(Claim, progress, Application)
            .join(progress, col(progress.claim_id) == Claim.id)
            .join(Application, col(Application.id) == Claim.application_id)
            .where(col(Claim.person_id).is_(None), col(Claim.provider_id).in_(unit_ids))
            .order_by(col(Claim.id))
        )
        for claim, row, application in session.exec(query).all():
            known = _Rows(claim, row, application, None, None, application)
            found[cast("int", claim.provider_id)].append(_past(act, known))
    return found


@dataclass(frozen=True)
class _Rows:
    """The rows behind one claim of a person."""

    claim: Claim
    progress: ProgressColumns
    dates: TrainingClass | Application | None
    item: CatalogueItem | None
    line: ApplicationLine | None
    application: Application | None


def _own_claims(progress: type[ProgressColumns]) -> Any:
    return (
        select(Claim, progress, TrainingClass, CatalogueItem, Application, ApplicationLine)  # type: ignore[call-overload]
        .join(progress, col(progress.claim_id) == Claim.id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Application, col(Application.id) == Claim.application_id)
        .outerjoin(
            CatalogueItem,
            col(CatalogueItem.id) == func.coalesce(TrainingClass.item_id, Application.item_id),
        )
        .outerjoin(
            ApplicationLine,
            and_(
                col(ApplicationLine.claim_id) == Claim.id,
                col(ApplicationLine.person_id) == Claim.person_id,
            ),
        )
        .order_by(col(Claim.id))
    )


def _as_head(progress: type[ProgressColumns]) -> Any:
    """Claims of a class or programme that count a person among their heads."""
    return (
        select(Claim, progress, CatalogueItem, Application, ApplicationLine)  # type: ignore[call-overload]
        .join(progress, col(progress.claim_id) == Claim.id)
        .join(ApplicationLine, col(ApplicationLine.claim_id) == Claim.id)
        .join(Application, col(Application.id) == Claim.application_id)
        .outerjoin(CatalogueItem, col(CatalogueItem.id) == Application.item_id)
        .where(col(Claim.person_id).is_(None), col(ApplicationLine.counted))
        .order_by(col(Claim.id))
    )


def _past(act: Act, known: _Rows) -> Past:
    claim, row, line = known.claim, known.progress, known.line
    track = act.office.packs[claim.city].tracks.get(claim.track)
    counts = track is None or track.spec.counts_towards_limits
    trade = known.item.occupation if known.item else (line.occupation if line else "")
    level = known.item.level if known.item else (line.level if line else "")
    stated = stated_facts(known.application, line)
    starts, ends = _days(known.dates, stated)
    facts = f.PastClaim(
        ref=claim.number,
        status=cast("f.ClaimStatus", STATUS.get(row.state, "pending")),
        occupation=trade,
        project=known.item.code if known.item else "",
        level=cast("f.Level", level or "none"),
        starts=starts,
        ends=ends,
        applied_on=None if row.applied_on == FAR else row.applied_on,
        order=row.claim_id,
        counts=counts and claim.kind in COUNTED_KINDS,
        track=claim.track,
        months=stated.months,
        facility=stated.facility,
    )
    return Past(row.claim_id, claim.city, facts)


def _days(
    dates: TrainingClass | Application | None, stated: f.Stated
) -> tuple[date | None, date | None]:
    """First and last day of the training, else of the period that the claim is for."""
    if dates is not None and dates.starts_on is not None:
        return dates.starts_on, dates.ends_on
    until = stated.period_until
    return stated.period_starts, until and until - timedelta(1)


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
