"""Stopping and resuming deadlines: the same statements for one claim and for a set of claims."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, insert, literal, select, update
from sqlmodel import Session

from subsidy.records.moves.moment import DueRules, Moment, OpenWindow
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline
from subsidy.records.tables.types import table_of

d = table_of(Deadline)
e = table_of(ClockEntry)
p = table_of(ClaimProgress)

_STOPPED_ON = (
    select(e.c.on)
    .where(e.c.deadline_id == d.c.id, e.c.entry == "stopped")
    .order_by(e.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_RESUME = (
    update(d)
    .where(d.c.id == bindparam("deadline"))
    .values(
        status="open",
        due_on=bindparam("to_due_on"),
        told_by=bindparam("to_told_by"),
        lapses_after=bindparam("to_lapses_after"),
        next_on=bindparam("to_next_on"),
        final=bindparam("to_final"),
        calendar_version=bindparam("to_calendar_version"),
    )
)


def stop_clocks(session: Session, mine: ColumnElement[bool], moment: Moment) -> None:
    """Stop the open clocks of the deadlines that `mine` describes; the entry keeps the due date."""
    running = and_(mine, d.c.status == "open")
    values = {
        "city": d.c.city,
        "deadline_id": d.c.id,
        "entry": literal("stopped"),
        "on": literal(moment.today, type_=Date()),
        "due_before": d.c.due_on,
        "due_after": d.c.due_on,
        "actor": literal(moment.actor),
        "second_person": literal(""),
        "clause": literal(""),
        "reason": literal(""),
    }
    found = select(*values.values()).where(running).order_by(d.c.id)
    connection = session.connection()
    connection.execute(insert(e).from_select(list(values), found))
    connection.execute(update(d).where(running).values(status="stopped"))


def resume_clocks(
    session: Session, moving: ColumnElement[bool], moment: Moment, rules: DueRules
) -> None:
    """Let stopped clocks of the claims about to move run on, later by the working days stopped.

    `moving` is a condition on `claim_progress`. What people were told never moves earlier.
    """
    connection = session.connection()
    query = (
        select(d, p.c.road_id, _STOPPED_ON.label("stopped_on"))
        .join(p, p.c.claim_id == d.c.claim_id)
        .where(moving, d.c.status == "stopped")
        .order_by(d.c.id)
    )
    plan: dict[tuple[int, str, date, date], OpenWindow | None] = {}
    changed: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for row in connection.execute(query):
        stopped_on = row.stopped_on or moment.today
        key = (row.road_id, row.window, row.due_on, stopped_on)
        if key not in plan:
            plan[key] = rules.resumed(
                road_id=row.road_id,
                window=row.window,
                due_on=row.due_on,
                stopped_on=stopped_on,
                today=moment.today,
            )
        changed.append(_resumed(row, plan[key]))
        entries.append(_entry(row, changed[-1]["to_due_on"], moment))
    if changed:
        connection.execute(_RESUME, changed)
        connection.execute(insert(e), entries)


def _resumed(row: Any, after: OpenWindow | None) -> dict[str, Any]:
    new = after or row
    return {
        "deadline": row.id,
        "to_due_on": new.due_on,
        "to_told_by": max(row.told_by, new.told_by),
        "to_lapses_after": new.lapses_after,
        "to_next_on": new.next_on,
        "to_final": new.final,
        "to_calendar_version": new.calendar_version,
    }


def _entry(row: Any, due_after: date, moment: Moment) -> dict[str, Any]:
    return {
        "city": row.city,
        "deadline_id": row.id,
        "entry": "resumed",
        "on": moment.today,
        "due_before": row.due_on,
        "due_after": due_after,
        "actor": moment.actor,
        "second_person": "",
        "clause": "",
        "reason": "",
    }
