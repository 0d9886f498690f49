"""A class as the rules see it, and the plain figures its claims carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.actions.providers import agreement_for
from subsidy.records.tables import FAR, Area, CatalogueItem, Enrolment, TrainingClass
from subsidy.rules import facts as f
from subsidy.rules.amount import by_days
from subsidy.rules.deadlines import Window, due
from subsidy.rules.policy import Pack

ACCEPTED = ("accepted", "completed")
"""States of a class whose filing was approved."""
LISTED = ("published", "closed")


def class_row(session: Session, class_id: int, *, lock: bool = False) -> TrainingClass:
    """The class. Raises LookupError if there is none."""
    row = session.get(
        TrainingClass, class_id, with_for_update=True if lock else None, populate_existing=lock
    )
    if row is None:
        raise LookupError(f"no class has the id {class_id}")
    return row


def class_numbered(session: Session, *, city: str, number: str) -> TrainingClass | None:
    """The class with this number in the city."""
    return session.exec(
        select(TrainingClass).where(TrainingClass.city == city, TrainingClass.number == number)
    ).first()


def days_of(text: str) -> tuple[date, ...]:
    """Lesson days or attended days as stored: ISO dates separated by blanks."""
    return tuple(date.fromisoformat(day) for day in text.split())


def days_text(days: Sequence[date]) -> str:
    """Distinct days in order, as they are stored."""
    return " ".join(day.isoformat() for day in sorted(set(days)))


def heads_of(session: Session, *, class_id: int) -> int:
    """How many people are enrolled and have not dropped out."""
    query = select(func.count()).where(
        Enrolment.class_id == class_id, col(Enrolment.dropped_on).is_(None)
    )
    return int(session.exec(query).one())


def training_facts(session: Session, row: TrainingClass) -> f.TrainingFacts:
    """What the checks on filing and enrolment need to know about a class."""
    area = session.get_one(Area, row.area_id)
    item = session.get_one(CatalogueItem, row.item_id)
    assert row.id is not None
    heads = heads_of(session, class_id=row.id)
    signed = agreement_for(
        session, provider_id=row.provider_id, on=row.starts_on, occupation=item.occupation
    )
    days = row.lesson_days.split()
    return f.TrainingFacts(
        ref=row.number,
        district=area.code,
        occupation=item.occupation,
        level=cast("f.Level", item.level or "none"),
        starts=row.starts_on,
        ends=row.ends_on,
        filed_on=row.filed_on,
        filing_approved_on=row.decided_on if row.state in ACCEPTED else None,
        head_count=heads,
        planned_days=len(days) or None,
        agreement=None
        if signed is None
        else f.Agreement(valid_from=signed.valid_from, valid_until=signed.valid_until),
        project=f.ProjectFacts(
            ref=item.code,
            approved_on=item.listed_on if item.state in LISTED else None,
            withdrawn_on=item.ends_on,
            days=item.days or None,
        ),
        procurement_ref=item.procurement_record,
        has_roster=heads > 0,
        has_teaching_plan=bool(days and row.teacher and row.room),
    )


@dataclass(frozen=True, slots=True)
class FilingLimit:
    """The last lawful day for filing: what people are shown, and what the claim's guard compares."""

    shown: date
    """9999-12-31 while no document gives the window a length."""
    guard: date
    """9999-12-31 unless a clause gives the window and its end is final: only then is late late."""


def filing_limit(act: Act, *, track: str, starts: date) -> FilingLimit:
    """The last lawful day (R2) for filing a class of a track that starts on a day."""
    window: Window = act.pack.tracks[track].window("filing_before_start", on=starts)
    end = due(window, anchor=starts, calendar=act.calendar)
    binding = end.final and window.assumed is None
    return FilingLimit(end.on, end.on if binding else FAR)


def planned_fen(pack: Pack, *, track: str, level: str, starts: date, lesson_days: int) -> int:
    """What one trainee is expected to earn, in fen; 0 while the rate is unset."""
    plan = pack.tracks[track].spec.amount
    key = plan.rate or plan.rates.get(level)
    if plan.of != "rate" or key is None:
        return 0
    rate = pack.value(key, on=starts)
    if rate.unset:
        return 0
    if plan.times not in ("attended_day", "training_day"):
        return int(rate.value)
    cap = pack.value(plan.times_at_most, on=starts) if plan.times_at_most else None
    if cap is not None and cap.unset:
        return 0
    most = lesson_days if cap is None else int(cap.value)
    return by_days(rate_fen=rate.value, days=lesson_days, cap_days=most)
