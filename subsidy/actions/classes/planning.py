"""Plan a class: provider, project, place, dates, lesson days, room and teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from subsidy.actions.acting import Act, Outcome, sync_roads
from subsidy.actions.class_work.class_facts import (
    class_numbered,
    class_row,
    days_text,
    filing_limit,
    planned_fen,
)
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.together import change_facts, claims_of
from subsidy.actions.deadlines.opening.class_rows import keep_filing_window
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.actions.providers import provider_row
from subsidy.actions.uplifts.terms import keep_uplift_window
from subsidy.records.moves import NotMoved
from subsidy.records.tables import Area, CatalogueItem, TrainingClass
from subsidy.rules.routing import route_of
from subsidy.rules.verdict import Finding, Source, source_of

PLANNERS = ("provider", "clerk")
OPEN_TO_PLANS = ("planned", "returned", "refused")
"""States in which plan and roster are still the provider's own."""


@dataclass(frozen=True, kw_only=True)
class ClassPlan:
    """What a provider plans. `ends_on` is the last training day (inclusive)."""

    title: str
    starts_on: date
    ends_on: date
    lesson_days: Sequence[date]
    teacher: str = ""
    room: str = ""
    planned_heads: int = 0


def plan_class(
    session: Session,
    act: Act,
    *,
    number: str,
    provider_id: int,
    item_id: int,
    area_id: int,
    plan: ClassPlan,
) -> Outcome:
    """Enter a class under a number of its own; its road follows from the district's route.

    Nothing is filed by this. The last lawful day for filing is computed and kept (R2).
    """
    known = class_numbered(session, city=act.city, number=number)
    if known is not None:
        assert known.id is not None
        if (known.provider_id, known.item_id, known.area_id) == (provider_id, item_id, area_id):
            return revise_plan(session, act, class_id=known.id, plan=plan)
        fault = entry_fault(act, "E522", faults=f"班级编号{number}已用于另一个班级")
        return Outcome.refused(fault, subject_id=known.id)
    area, item = session.get_one(Area, area_id), session.get_one(CatalogueItem, item_id)
    provider = provider_row(session, provider_id)
    route, faults = route_for(act, area.code, plan.starts_on)
    faults += outside_of(session, act, area_id=area_id, roles=PLANNERS)
    faults += plan_faults(act, plan)
    if {area.city, item.city, provider.city} != {act.city}:
        faults.append(entry_fault(act, "E522", faults="培训单位、项目和区域不属于同一城市"))
    if faults:
        return Outcome.refused(*faults)
    row = TrainingClass(
        city=act.city,
        number=number,
        area_id=area_id,
        provider_id=provider_id,
        item_id=item_id,
        road_id=sync_roads(session, act)[item.track, route],
        track=item.track,
        title=plan.title,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        lesson_days="",
        file_by=plan.starts_on,
    )
    write_plan(act, row, plan)
    session.add(row)
    session.flush()
    keep_filing_window(session, act, row)
    keep_uplift_window(session, act, row)
    return Outcome(True, row.id, _hints(act, item, plan))


def revise_plan(session: Session, act: Act, *, class_id: int, plan: ClassPlan) -> Outcome:
    """Change the plan of a class that is not filed, or came back; its claims follow."""
    row = class_row(session, class_id, lock=True)
    item = session.get_one(CatalogueItem, row.item_id)
    if _same(row, plan):
        return Outcome(True, class_id, note="计划未变，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    faults += plan_faults(act, plan)
    if row.state not in OPEN_TO_PLANS:
        failed = NotMoved(class_id, "plan", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    write_plan(act, row, plan)
    session.add(row)
    session.flush()
    plan_onto_claims(session, act, row)
    keep_filing_window(session, act, row)
    keep_uplift_window(session, act, row)
    return Outcome(True, class_id, _hints(act, item, plan))


def plan_of(row: TrainingClass, **changed: object) -> ClassPlan:
    """The plan of a class as it stands, with changes."""
    plan = ClassPlan(
        title=row.title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        lesson_days=tuple(date.fromisoformat(day) for day in row.lesson_days.split()),
        teacher=row.teacher,
        room=row.room,
        planned_heads=row.planned_heads,
    )
    return replace(plan, **changed)  # type: ignore[arg-type]


def write_plan(act: Act, row: TrainingClass, plan: ClassPlan) -> None:
    """Put a plan onto the class with the last lawful day for filing that follows from it."""
    row.title, row.teacher, row.room = plan.title, plan.teacher, plan.room
    row.starts_on, row.ends_on = plan.starts_on, plan.ends_on
    row.lesson_days = days_text(plan.lesson_days)
    row.planned_heads = plan.planned_heads
    row.file_by = filing_limit(act, track=row.track, starts=plan.starts_on).shown


def plan_onto_claims(session: Session, act: Act, row: TrainingClass) -> list[int]:
    """Bring dates, last day for filing and planned amount of the class's claims up to date."""
    assert row.id is not None
    ids = [claim.claim_id for claim in claims_of(session, class_id=row.id)]
    if ids:
        change_facts(session, ids, **figures_of(session, act, row))
    return ids


def figures_of(session: Session, act: Act, row: TrainingClass) -> dict[str, object]:
    """The columns that every claim of a class takes from its plan."""
    item = session.get_one(CatalogueItem, row.item_id)
    return {
        "training_starts": row.starts_on,
        "training_ends": row.ends_on,
        "file_by": filing_limit(act, track=row.track, starts=row.starts_on).guard,
        "may_pay": int(act.pack.may_pay(anchor=row.starts_on, track=row.track)),
        "planned_fen": planned_fen(
            act.pack,
            track=row.track,
            level=item.level or "none",
            starts=row.starts_on,
            lesson_days=len(row.lesson_days.split()),
        ),
    }


def plan_faults(act: Act, plan: ClassPlan) -> list[Finding]:
    """What is wrong with the dates and lessons of a plan."""
    days, wrong = sorted(set(plan.lesson_days)), []
    if not plan.title.strip():
        wrong.append("班级名称未填写")
    if plan.ends_on < plan.starts_on:
        wrong.append("结业日早于开班日")
    if not days:
        wrong.append("没有上课日")
    elif (days[0], days[-1]) != (plan.starts_on, plan.ends_on):
        wrong.append("首个和末个上课日须为开班日和结业日")
    return [entry_fault(act, "E522", faults="；".join(wrong))] if wrong else []


def _hints(act: Act, item: CatalogueItem, plan: ClassPlan) -> list[Finding]:
    days = len(set(plan.lesson_days))
    if item.days and days > item.days:
        words = f"上课{days}天，多于项目备案的{item.days}天"
        return [entry_fault(act, "E522", effect="warn", faults=words)]
    return []


def route_for(act: Act, district: str, on: date) -> tuple[str, list[Finding]]:
    """The route of a district, or the finding that nobody has settled it."""
    route = route_of(act.pack, district=district, on=on)
    if not route.unset:
        return str(route.value), []
    source = source_of(route) if route.clause else Source("", "", None)
    fault = act.pack.book.finding(
        "E606", effect="gap", source=source, facts={"district": district, "on": on}
    )
    return "", [fault]


def _same(row: TrainingClass, plan: ClassPlan) -> bool:
    return plan_of(row) == replace(plan, lesson_days=tuple(sorted(set(plan.lesson_days))))
