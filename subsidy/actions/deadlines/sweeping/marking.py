"""Writing what became of many deadlines: one statement for all that share the new values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, String, case, column, update, values
from sqlmodel import Session

from states.chart import FAR
from subsidy.records.among import marked
from subsidy.records.tables import Deadline
from subsidy.records.tables.types import table_of

d = table_of(Deadline)


@dataclass(frozen=True, slots=True)
class Mark:
    """New values of a deadline."""

    status: str
    next_on: date
    escalated: int = 0
    closed_on: date = FAR
    """9999-12-31: as it is."""


_KINDS: dict[str, Any] = {
    "mark": Integer,
    "status": String,
    "next_on": Date,
    "escalated": Integer,
    "closed_on": Date,
}
CHUNK = 4000
"""Different marks of one statement: SQLite takes some 30,000 bound values."""


def mark_all(session: Session, marks: Mapping[int, Mark]) -> None:
    """Give each deadline, by its id, its new values."""
    kinds = list(dict.fromkeys(marks.values()))
    for start in range(0, len(kinds), CHUNK):
        numbers = {kind: n for n, kind in enumerate(kinds[start : start + CHUNK])}
        pairs = [(id, numbers[kind]) for id, kind in marks.items() if kind in numbers]
        _write(session, numbers, pairs)


def _write(session: Session, numbers: Mapping[Mark, int], pairs: list[tuple[int, int]]) -> None:
    columns = [column(name, kind) for name, kind in _KINDS.items()]
    new = values(*columns, name="new").data([(n, *astuple(m)) for m, n in numbers.items()])
    fresh, mark = new.cte("new"), marked(session, pairs)
    closed = case((fresh.c.closed_on == FAR, d.c.closed_on), else_=fresh.c.closed_on)
    session.connection().execute(
        update(d)
        .where(d.c.id == mark.c.id, mark.c.mark == fresh.c.mark)
        .values(
            status=fresh.c.status,
            next_on=fresh.c.next_on,
            escalated=fresh.c.escalated,
            closed_on=closed,
        )
    )
