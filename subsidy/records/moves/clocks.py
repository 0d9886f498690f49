"""Stopping and resuming deadlines: the same statements for one claim and for a set of claims."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, insert, literal, select, update
from sqlmodel import Session

from subsidy.records.moves.moment import DueRules, Moment, OpenWindow
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline
from subsidy.records.tables.types import table_of
from subsidy.rules.clocks import Run, run_of

d = table_of(Deadline)
e = table_of(ClockEntry)
p = table_of(ClaimProgress)

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
    """Let stopped clocks of the claims about to move run on, their ends moved by the days they stood.

    `moving` is a condition on `claim_progress`. What people were told never moves earlier.
    """
    connection = session.connection()
    stopped = and_(moving, d.c.status == "stopped")
    rows = connection.execute(
        select(d, p.c.road_id).join(p, p.c.claim_id == d.c.claim_id).where(stopped).order_by(d.c.id)
    ).all()
    if not rows:
        return
    told: dict[int, list[tuple[str, date, date]]] = {}
    for entry in connection.execute(
        select(e.c.deadline_id, e.c.entry, e.c.on, e.c.due_after)
        .join(d, d.c.id == e.c.deadline_id)
        .join(p, p.c.claim_id == d.c.claim_id)
        .where(stopped)
        .order_by(e.c.id)
    ):
        told.setdefault(entry.deadline_id, []).append((entry.entry, entry.on, entry.due_after))
    plan: dict[tuple[int, str, date, Run], OpenWindow | None] = {}
    changed: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for row in rows:
        run = run_of([*told.get(row.id, ()), ("resumed", moment.today, moment.today)])
        key = (row.road_id, row.window, row.anchor_on, run)
        if key not in plan:
            plan[key] = rules.resumed(
                road_id=row.road_id,
                window=row.window,
                anchor=row.anchor_on,
                run=run,
                today=moment.today,
            )
        changed.append(_resumed(row, plan[key]))
        entries.append(_entry(row, changed[-1]["to_due_on"], moment))
    connection.execute(_RESUME, changed)
    connection.execute(insert(e), entries)


def _resumed(row: Any, after: OpenWindow | None) -> dict[str, Any]:
    """A window that the rules no longer know keeps its end; no end comes before the day told."""
    new = after or row
    due_on = max(new.due_on, row.told_by)
    return {
        "deadline": row.id,
        "to_due_on": due_on,
        "to_told_by": due_on if new.final else max(row.told_by, new.told_by),
        "to_lapses_after": max(new.lapses_after, due_on),
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
