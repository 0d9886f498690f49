"""What a change asks for, in one form, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.classes.planning import plan_faults, plan_of
from subsidy.records.tables import Enrolment, TrainingClass
from subsidy.rules.checks.case import Verdicts
from subsidy.rules.checks.timing import filing_in_time
from subsidy.rules.verdict import Finding

KIND_WORDS = {
    "start": "培训时间",
    "teacher": "教师",
    "room": "场地",
    "drop_out": "学员退出",
    "cancel": "取消班级",
}


def normal(kind: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted values as they are stored: ISO dates, sorted and distinct."""
    if kind == "start":
        days = sorted({_iso(day) for day in wanted["lesson_days"]})
        return {
            "starts_on": _iso(wanted["starts_on"]),
            "ends_on": _iso(wanted["ends_on"]),
            "lesson_days": days,
        }
    if kind == "drop_out":
        return {"person_ids": sorted({int(i) for i in wanted["person_ids"]})}
    if kind in ("teacher", "room"):
        return {kind: str(wanted[kind]).strip()}
    return {}


def plan_dates(values: Mapping[str, Any]) -> dict[str, Any]:
    """The dates of a moved class as a plan has them."""
    return {
        "starts_on": date.fromisoformat(values["starts_on"]),
        "ends_on": date.fromisoformat(values["ends_on"]),
        "lesson_days": tuple(date.fromisoformat(day) for day in values["lesson_days"]),
    }


def faults_of(
    session: Session,
    act: Act,
    row: TrainingClass,
    kind: str,
    values: Mapping[str, Any],
    *,
    asked_on: date,
) -> list[Finding]:
    """What stands against a change of this kind, as of the day it was asked for; holds only warn."""
    if kind == "start":
        return _start(act, row, values, asked_on)
    if kind == "drop_out":
        return _drop_out(session, act, row, values)
    if kind in ("teacher", "room") and not values[kind]:
        return [entry_fault(act, "E526", faults=f"{KIND_WORDS[kind]}未填写")]
    return []


def _start(
    act: Act, row: TrainingClass, values: Mapping[str, Any], asked_on: date
) -> list[Finding]:
    """A moved start is a filing anew: the working days before it are tested from the request."""
    plan = plan_of(row, **plan_dates(values))
    faults = plan_faults(act, plan)
    if act.today >= row.starts_on:
        faults.append(entry_fault(act, "E526", faults="已到原开班日，不能再变更培训时间"))
    if plan.starts_on < act.today:
        faults.append(entry_fault(act, "E526", faults="新的开班日已过"))
    out = Verdicts(act.pack)
    filing_in_time(
        track=act.pack.tracks[row.track],
        starts=plan.starts_on,
        filed_on=asked_on,
        calendar=act.calendar,
        out=out,
    )
    return [*faults, *out.all()]


def _drop_out(
    session: Session, act: Act, row: TrainingClass, values: Mapping[str, Any]
) -> list[Finding]:
    wanted = values["person_ids"]
    found = session.exec(
        select(Enrolment.person_id).where(
            Enrolment.class_id == row.id,
            col(Enrolment.person_id).in_(wanted),
            col(Enrolment.dropped_on).is_(None),
        )
    ).all()
    if wanted and len(found) == len(wanted):
        return []
    return [entry_fault(act, "E517")]


def _iso(day: date | str) -> str:
    return day if isinstance(day, str) else day.isoformat()
