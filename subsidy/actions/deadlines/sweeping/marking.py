"""Writing what became of many deadlines: one statement for all that share the new values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session

from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.records.among import among
from subsidy.records.tables import Deadline
from subsidy.records.tables.types import table_of

d = table_of(Deadline)


class Mark(NamedTuple):
    """New values of a deadline."""

    status: str
    next_on: date
    escalated: int = 0
    closed_on: date | None = None
    """None: as it is."""


def mark_all(session: Session, marks: Iterable[tuple[Due, Mark]]) -> None:
    """Give the deadlines their new values."""
    groups: dict[Mark, list[int]] = {}
    for row, mark in marks:
        groups.setdefault(mark, []).extend(row.ids)
    for mark, ids in groups.items():
        new: dict[str, Any] = {"status": mark.status, "next_on": mark.next_on}
        new["escalated"] = mark.escalated
        if mark.closed_on is not None:
            new["closed_on"] = mark.closed_on
        session.connection().execute(update(d).where(among(session, d.c.id, ids)).values(new))
