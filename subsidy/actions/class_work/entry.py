"""Faults of what was entered, and deeds that no chart moves but the history keeps."""

from __future__ import annotations

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.moves import batch_of
from subsidy.records.tables import SubjectHistory
from subsidy.rules.verdict import NO_CLAUSE, Effect, FactValue, Finding, Source


def entry_fault(
    act: Act,
    code: str,
    *,
    effect: Effect = "refuse",
    column: str | None = None,
    source: Source = NO_CLAUSE,
    **facts: FactValue,
) -> Finding:
    """A finding about an entry; it keeps the entry out, it refuses nobody a subsidy."""
    return act.pack.book.finding(code, effect=effect, source=source, column=column, facts=facts)


def last_actor(session: Session, *, machine: str, subject_id: int, event: str) -> str:
    """Who last did `event` to a subject; empty if nobody did."""
    found = session.exec(
        select(SubjectHistory.actor)
        .where(
            SubjectHistory.machine == machine,
            SubjectHistory.subject_id == subject_id,
            SubjectHistory.event == event,
        )
        .order_by(col(SubjectHistory.version).desc())
    ).first()
    return found or ""


def note_deed(
    session: Session, act: Act, *, machine: str, subject_id: int, event: str, note: str = ""
) -> int:
    """Write a deed that moves no chart (a change of account) into the history; return its version."""
    last = session.exec(
        select(SubjectHistory.version)
        .where(SubjectHistory.machine == machine, SubjectHistory.subject_id == subject_id)
        .order_by(col(SubjectHistory.version).desc())
    ).first()
    moment = act.moment(note)
    version = (last or 0) + 1
    session.add(
        SubjectHistory(
            machine=machine,
            subject_id=subject_id,
            version=version,
            city=act.city,
            event=event,
            source="",
            target="",
            effective_on=moment.today,
            recorded_at=moment.recorded_at,
            actor=moment.actor,
            note=note,
            batch=batch_of(session, moment),
        )
    )
    session.flush()
    return version
