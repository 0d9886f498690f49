"""Classes: lists, and one class with its people (masked), changes, files and history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from states.training_class import TRAINING_CLASS
from subsidy.actions.views.places import actor_names
from subsidy.records.tables import (
    Area,
    Assessment,
    Attendance,
    CatalogueItem,
    Certificate,
    Claim,
    ClaimClosed,
    ClaimProgress,
    ClassChange,
    Enrolment,
    ImportedFile,
    Person,
    Provider,
    SubjectHistory,
    TrainingClass,
)

PAGE = 50


@dataclass(frozen=True)
class ClassRow:
    """One class as lists show it."""

    id: int
    number: str
    title: str
    area_id: int
    area: str
    provider_id: int
    provider: str
    track: str
    state: str
    starts_on: date
    ends_on: date
    file_by: date
    filed_on: date | None
    planned_heads: int


@dataclass(frozen=True)
class Trainee:
    """One person of a class, masked, with what is on file."""

    enrolment_id: int
    person_id: int
    name: str
    masked_id: str
    group: str
    claim_id: int | None
    claim_number: str
    state: str
    blocks: int
    day_count: int
    result: str
    certificate_tail: str
    certificate_on: date | None
    dropped_on: date | None
    amount_fen: int


@dataclass(frozen=True)
class ChangeRow:
    """One request to change a class."""

    id: int
    kind: str
    wanted: Mapping[str, Any]
    reason: str
    status: str
    findings: list[Mapping[str, Any]]
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class ClassMove:
    """One row of the history of a class."""

    version: int
    event: str
    source: str
    target: str
    effective_on: date
    actor: str
    note: str


@dataclass(frozen=True)
class TakenFile:
    """A list that was taken in."""

    kind: str
    rows_good: int
    rows_bad: int
    actor: str
    at: datetime


@dataclass(frozen=True)
class ClassView:
    """One class with everything about it."""

    row: ClassRow
    project: str
    lesson_days: tuple[str, ...]
    teacher: str
    room: str
    decided_on: date | None
    attendance_on: date | None
    certificates_on: date | None
    version: int
    counts: Mapping[str, int]
    trainees: list[Trainee]
    changes: list[ChangeRow]
    moves: list[ClassMove]
    files: list[TakenFile]


def class_page(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None = None,
    provider_id: int | None = None,
    state: str = "",
    number: str = "",
    after: int | None = None,
) -> tuple[list[ClassRow], int | None]:
    """Classes of some areas (or of one provider), newest first, and the key of the next page."""
    query = _rows().where(TrainingClass.city == city)
    if areas is not None:
        query = query.where(col(TrainingClass.area_id).in_(areas))
    if provider_id is not None:
        query = query.where(TrainingClass.provider_id == provider_id)
    if state in TRAINING_CLASS.labels:
        query = query.where(TrainingClass.state == state)
    if number:
        start = number.replace("%", "").replace("_", "") + "%"
        query = query.where(col(TrainingClass.number).like(start))
    if after is not None:
        query = query.where(col(TrainingClass.id) < after)
    found = session.execute(query.order_by(col(TrainingClass.id).desc()).limit(PAGE + 1)).all()
    rows = [_row(*each) for each in found[:PAGE]]
    return rows, rows[-1].id if len(found) > PAGE else None


def class_view(session: Session, *, city: str, class_id: int) -> ClassView | None:
    """One class of the city; None if there is none."""
    found = session.execute(
        _rows().where(TrainingClass.id == class_id, TrainingClass.city == city)
    ).first()
    if found is None:
        return None
    training: TrainingClass = found[0]
    item = session.get(CatalogueItem, training.item_id)
    trainees = trainees_of(session, class_id=class_id)
    counts: dict[str, int] = {}
    for one in trainees:
        counts[one.state] = counts.get(one.state, 0) + 1
    return ClassView(
        row=_row(*found),
        project=item.title if item else "",
        lesson_days=tuple(training.lesson_days.split()),
        teacher=training.teacher,
        room=training.room,
        decided_on=training.decided_on,
        attendance_on=training.attendance_on,
        certificates_on=training.certificates_on,
        version=training.version,
        counts=counts,
        trainees=trainees,
        changes=_changes(session, class_id),
        moves=_moves(session, class_id),
        files=_files(session, training),
    )


def trainees_of(session: Session, *, class_id: int) -> list[Trainee]:
    """The people of a class in the order of the roster."""
    found = session.execute(
        select(Enrolment, Person, Claim, ClaimProgress, ClaimClosed, Attendance)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == Enrolment.person_id)
        .outerjoin(Claim, col(Claim.id) == Enrolment.claim_id)
        .outerjoin(ClaimProgress, col(ClaimProgress.claim_id) == Enrolment.claim_id)
        .outerjoin(ClaimClosed, col(ClaimClosed.claim_id) == Enrolment.claim_id)
        .outerjoin(Attendance, col(Attendance.enrolment_id) == Enrolment.id)
        .where(Enrolment.class_id == class_id)
        .order_by(col(Enrolment.row_number), col(Enrolment.id))
    ).all()
    ids = [row[0].id for row in found]
    results = _last(session, Assessment, ids)
    papers = _last(session, Certificate, ids)
    return [_trainee(row, results, papers) for row in found]


def changes_waiting(
    session: Session, *, city: str, areas: Collection[int]
) -> list[tuple[ChangeRow, int, str]]:
    """Requests that wait for a decision: (change, class id, class number)."""
    rows = session.exec(
        select(ClassChange, TrainingClass)
        .join(TrainingClass, col(TrainingClass.id) == ClassChange.class_id)
        .where(
            ClassChange.city == city,
            ClassChange.status == "asked",
            col(TrainingClass.area_id).in_(areas),
        )
        .order_by(col(ClassChange.id))
    ).all()
    names = actor_names(session, {change.asked_by for change, _ in rows})
    return [(_change(change, names), t.id or 0, t.number) for change, t in rows]


def _rows() -> Any:
    return (
        select(TrainingClass, Area.name, Provider.name)
        .join(Area, col(Area.id) == TrainingClass.area_id)
        .join(Provider, col(Provider.id) == TrainingClass.provider_id)
    )


def _row(training: TrainingClass, area: str, provider: str) -> ClassRow:
    return ClassRow(
        training.id or 0,
        training.number,
        training.title,
        training.area_id,
        area,
        training.provider_id,
        provider,
        training.track,
        training.state,
        training.starts_on,
        training.ends_on,
        training.file_by,
        training.filed_on,
        training.planned_heads,
    )


def _trainee(row: Any, results: Mapping[int, Any], papers: Mapping[int, Any]) -> Trainee:
    enrolment, person, claim, moving, closed, attendance = row
    at = moving or closed
    result, paper = results.get(enrolment.id), papers.get(enrolment.id)
    return Trainee(
        enrolment.id,
        enrolment.person_id,
        person.masked_name,
        person.masked_id,
        enrolment.group,
        enrolment.claim_id,
        claim.number if claim else "",
        at.state if at else "",
        at.blocks if at else 0,
        attendance.day_count if attendance else 0,
        result.result if result else "",
        paper.number[-4:] if paper else "",
        paper.issued_on if paper else None,
        enrolment.dropped_on,
        (at.amount_fen or at.planned_fen) if at else 0,
    )


def _last(session: Session, table: Any, ids: list[int]) -> dict[int, Any]:
    rows = session.exec(
        select(table).where(col(table.enrolment_id).in_(ids)).order_by(col(table.id))
    ).all()
    return {row.enrolment_id: row for row in rows}


def _changes(session: Session, class_id: int) -> list[ChangeRow]:
    rows = session.exec(
        select(ClassChange)
        .where(ClassChange.class_id == class_id)
        .order_by(col(ClassChange.id).desc())
    ).all()
    names = actor_names(session, {r.asked_by for r in rows} | {r.decided_by for r in rows} - {""})
    return [_change(row, names) for row in rows]


def _change(row: ClassChange, names: Mapping[str, str]) -> ChangeRow:
    return ChangeRow(
        row.id or 0,
        row.kind,
        json.loads(row.wanted or "{}"),
        row.reason,
        row.status,
        json.loads(row.findings or "[]"),
        names.get(row.asked_by, row.asked_by),
        row.asked_at,
        names.get(row.decided_by, row.decided_by),
        row.decided_at,
    )


def _moves(session: Session, class_id: int) -> list[ClassMove]:
    rows = session.exec(
        select(SubjectHistory)
        .where(
            SubjectHistory.machine == TRAINING_CLASS.name,
            SubjectHistory.subject_id == class_id,
        )
        .order_by(col(SubjectHistory.version).desc())
    ).all()
    names = actor_names(session, {r.actor for r in rows})
    return [
        ClassMove(
            r.version, r.event, r.source, r.target, r.effective_on,
            names.get(r.actor, r.actor), r.note,
        )
        for r in rows
    ]  # fmt: skip


def _files(session: Session, training: TrainingClass) -> list[TakenFile]:
    rows = session.exec(
        select(ImportedFile)
        .where(
            ImportedFile.city == training.city,
            ImportedFile.subject == f"class:{training.id}",
        )
        .order_by(col(ImportedFile.id).desc())
    ).all()
    names = actor_names(session, {r.actor for r in rows})
    return [
        TakenFile(r.kind, r.rows_good, r.rows_bad, names.get(r.actor, r.actor), r.at) for r in rows
    ]


def count_by_state(session: Session, *, provider_id: int) -> dict[str, int]:
    """Classes of a provider by state."""
    rows = session.exec(
        select(TrainingClass.state, func.count())
        .where(TrainingClass.provider_id == provider_id)
        .group_by(TrainingClass.state)
    ).all()
    return dict(rows)
