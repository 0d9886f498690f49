"""Moving catalogue items, classes, notices, batches and tickets: few rows, one at a time."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import insert
from sqlmodel import Session

from states.chart import Blocked, Chart
from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import Moment, Moved, NotMoved
from subsidy.records.tables import SubjectHistory


class Subject(Protocol):
    """A row that a chart moves."""

    id: int | None
    city: str
    state: str
    version: int


def move_subject(
    session: Session, *, chart: Chart, row: Subject, event: str, moment: Moment
) -> Moved | NotMoved:
    """Move one row by `event` and write its history; nothing is committed.

    Returns what was done, or the guards that failed (none: the state knows no such event).
    """
    session.flush()
    assert row.id is not None
    edge = chart.choose(row, event, moment)
    if isinstance(edge, Blocked):
        return NotMoved(row.id, event, edge.source, edge.guards)
    row.state = edge.target
    row.version += 1
    session.add(row)
    batch = batch_of(session, moment)
    session.execute(
        insert(SubjectHistory).values(
            machine=chart.name,
            subject_id=row.id,
            version=row.version,
            city=row.city,
            event=event,
            source=edge.source,
            target=edge.target,
            effective_on=moment.today,
            recorded_at=moment.recorded_at,
            actor=moment.actor,
            note=moment.note,
            batch=batch,
        )
    )
    session.flush()
    return Moved(row.id, event, edge.source, edge.target, row.version)
