"""Ask for a change of an accepted class, and decide it: start, teacher, room, drop-out, cancellation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_changes.effects import APPLY
from subsidy.actions.class_changes.wanted import KIND_WORDS, faults_of, normal
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.telling import tell_provider
from subsidy.actions.classes.filing import EXAMINERS
from subsidy.actions.classes.planning import PLANNERS
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person
from subsidy.records.moves import NotMoved
from subsidy.records.tables import ClassChange, TrainingClass
from subsidy.rules.verdict import Finding


def request_change(
    session: Session,
    act: Act,
    *,
    class_id: int,
    kind: str,
    wanted: Mapping[str, Any],
    reason: str,
) -> Outcome:
    """Ask for a change. What cannot be granted is refused at once, with every reason; what only a
    person can weigh (a time limit that no clause gives) comes back beside it.

    `wanted` by kind: start {starts_on, ends_on, lesson_days} (dates), teacher {teacher}, room
    {room}, drop_out {person_ids}, cancel {}. The same request again changes nothing.
    """
    row = class_row(session, class_id, lock=True)
    values = normal(kind, wanted)
    text = json.dumps({**values, "asked_on": act.today.isoformat()}, sort_keys=True)
    open_one = _open_request(session, class_id, kind)
    if open_one is not None and _same(open_one.wanted, text):
        return Outcome(True, open_one.id, note="已提出，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    if not reason.strip():
        faults.append(missing(act, "变更理由"))
    if open_one is not None:
        fault = f"已有一件{KIND_WORDS[kind]}变更申请待办"
        faults.append(entry_fault(act, "E526", faults=fault))
    found = _against(session, act, row, kind, values, asked_on=act.today)
    faults += [finding for finding in found if finding.effect == "refuse"]
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    change = ClassChange(
        city=row.city,
        class_id=class_id,
        kind=kind,
        wanted=text,
        reason=reason,
        asked_by=act.actor,
        asked_at=act.recorded_at,
        class_version=row.version,
    )
    session.add(change)
    session.flush()
    return Outcome(True, change.id, found)


def decide_change(
    session: Session, act: Act, *, change_id: int, grant: bool, reason: str = ""
) -> Outcome:
    """Grant or refuse a change; not by whoever asked. A granted one makes a new version.

    What stood against it on the day it was asked for is tested again, as of that day.
    """
    change = _locked(session, change_id)
    row = class_row(session, change.class_id, lock=True)
    wanted_status = "granted" if grant else "refused"
    if change.status == wanted_status:
        return Outcome(True, change_id, note="已办结，未作改动")
    values = json.loads(change.wanted)
    asked_on = date.fromisoformat(values.pop("asked_on"))
    faults = outside_of(session, act, area_id=row.area_id, roles=EXAMINERS)
    if change.asked_by == act.actor:
        faults.append(same_person(act, step="变更审核", earlier="变更申请"))
    if change.status != "asked":
        faults.append(entry_fault(act, "E526", faults="该申请已办结"))
    if not grant and not reason.strip():
        faults.append(missing(act, "不同意变更的理由"))
    if grant and change.status == "asked":
        found = _against(session, act, row, change.kind, values, asked_on=asked_on)
        faults += [finding for finding in found if finding.effect == "refuse"]
    if faults:
        return Outcome.refused(*faults, subject_id=change_id)
    change.status = wanted_status
    change.decided_by, change.decided_at = act.actor, act.recorded_at
    change.findings = json.dumps([reason] if reason else [], ensure_ascii=False)
    session.add(change)
    session.flush()
    done = Outcome(True, change_id)
    if grant:
        note = f"变更{change_id}：{KIND_WORDS[change.kind]}"
        applied = APPLY[change.kind](session, act, row, values, note)
        done = Outcome(True, change_id, moved=applied.moved, left=applied.left)
    _tell(session, act, row, change, grant, [reason] if reason else [])
    return done


def _against(
    session: Session,
    act: Act,
    row: TrainingClass,
    kind: str,
    values: Mapping[str, Any],
    *,
    asked_on: date,
) -> list[Finding]:
    """Everything that stands against a change of this class."""
    if kind not in KIND_WORDS:
        return [entry_fault(act, "E526", faults=f"没有“{kind}”这种变更")]
    if row.state != "accepted":
        failed = NotMoved(row.id or 0, f"change_{kind}", row.state, ())
        return [not_possible(act, failed, machine="training_class")]
    return faults_of(session, act, row, kind, values, asked_on=asked_on)


def _open_request(session: Session, class_id: int, kind: str) -> ClassChange | None:
    return session.exec(
        select(ClassChange)
        .where(
            ClassChange.class_id == class_id,
            ClassChange.kind == kind,
            ClassChange.status == "asked",
        )
        .order_by(col(ClassChange.id))
    ).first()


def _same(stored: str, wanted: str) -> bool:
    mine, theirs = json.loads(stored), json.loads(wanted)
    mine.pop("asked_on"), theirs.pop("asked_on")
    return bool(mine == theirs)


def _locked(session: Session, change_id: int) -> ClassChange:
    change = session.get(ClassChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise LookupError(f"no change of a class has the id {change_id}")
    return change


def _tell(
    session: Session,
    act: Act,
    row: TrainingClass,
    change: ClassChange,
    granted: bool,
    reasons: Sequence[str],
) -> None:
    tell_provider(
        session,
        act,
        row=row,
        template="class_change_decided",
        occasion=f"change{change.id}",
        change=KIND_WORDS[change.kind],
        approved=granted,
        decided_on=act.today,
        reasons=[{"message": text, "remedy": "", "clause": "", "document": ""} for text in reasons],
    )
