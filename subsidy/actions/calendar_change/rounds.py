"""Counting all running deadlines of a city anew, round by round, once for each version of the calendar.

How far it came is kept in the database, so that a stop between two rounds loses nothing and a calendar
that was counted with is not walked again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    case,
    column,
    insert,
    literal,
    or_,
    select,
    update,
    values,
)
from sqlmodel import Session, col

from subsidy.actions.acting import Act
from subsidy.actions.calendar_change.counting import Answer, Change, Counting
from subsidy.actions.calendar_change.forgetting import forget_by_calendar, forget_moved
from subsidy.actions.deadlines.duties import Desks
from subsidy.actions.deadlines.recounting import RECOMPUTED, set_lapses
from subsidy.actions.deadlines.telling import tell_moved
from subsidy.records.among import among, marked
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline, Setting
from subsidy.records.tables.types import table_of

COUNTED = "calendar_counted:"
"""Name of the setting that says how far the deadlines are counted, before the city's id."""
ROUND = 1500
"""Keeps SQLite's writer below 0.2 s."""
CHUNK = 4000
"""Rows joined at once: should each have an answer of its own, SQLite takes some 30,000 bound values."""
ANSWER: dict[str, Any] = {
    "mark": Integer,
    "due_on": Date,
    "told_by": Date,
    "final": Boolean,
    "lapses_after": Date,
    "next_on": Date,
}
"""The joined table: the number of an answer, then the answer as `Answer` has it."""


@dataclass(frozen=True, slots=True)
class RecountRound:
    """What one round did."""

    looked_at: int = 0
    recounted: int = 0
    """Rows that were written."""
    moved: int = 0
    """Of those, the ones whose day, told day or finality changed."""
    messages: int = 0
    more: bool = False
    """Call again in a new transaction."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the running deadlines of a city are counted with which calendar."""

    version: str
    notices: tuple[str, ...]
    """Numbers of the notices that this version sees."""
    after: int | None
    """The last id that was looked at; None where the walk is over."""


def recount_round(session: Session, act: Act, *, limit: int = ROUND) -> RecountRound:
    """Count the next `limit` running deadlines of the city with the calendar of the act.

    Nothing is done where the city is counted with this version already. Rows that do not change are
    not written; a changed end is an entry of its clock, never earlier than what was told.
    """
    walk = _begun(session, act)
    if walk.after is None:
        return RecountRound()
    counting = Counting(session, act)
    rows = counting.batch(after=walk.after, limit=limit)
    changes = counting.changes(rows)
    if changes and _lock(session, changes):
        first, last = rows[0].id, rows[-1].id
        again = [r for r in counting.batch(after=first - 1, limit=limit) if r.id <= last]
        changes = counting.changes(again)
    messages = _write(session, act, changes)
    more = len(rows) >= limit
    _note(session, act, after=rows[-1].id if more else None, notices=walk.notices)
    return RecountRound(
        looked_at=len(rows),
        recounted=len(changes),
        moved=sum(change.moves for change in changes),
        messages=messages,
        more=more,
    )


def walk_of(session: Session, *, city: str) -> Walk | None:
    """How far a city is counted; None where no round was ever done."""
    row = session.get(Setting, f"{COUNTED}{city}")
    if row is None:
        return None
    kept = json.loads(row.value)
    return Walk(kept["version"], tuple(kept["notices"]), kept["after"])


def _begun(session: Session, act: Act) -> Walk:
    """The walk with the calendar of the act, begun where there is none; its row is locked."""
    name = f"{COUNTED}{act.city}"
    session.get(Setting, name, with_for_update=True, populate_existing=True)
    walk = walk_of(session, city=act.city)
    if walk is not None and walk.version == act.calendar.version:
        return walk
    if walk is not None:
        forget_by_calendar(session, act, seen=walk.notices)
    notices = tuple(notice.number for notice in act.calendar.notices)
    _note(session, act, after=0, notices=notices)
    return Walk(act.calendar.version, notices, 0)


def _note(session: Session, act: Act, *, after: int | None, notices: Sequence[str]) -> None:
    kept = {"version": act.calendar.version, "notices": list(notices), "after": after}
    text = json.dumps(kept, ensure_ascii=False)
    session.merge(Setting(name=f"{COUNTED}{act.city}", value=text))
    session.flush()


def _lock(session: Session, changes: Sequence[Change]) -> bool:
    """Lock the claims in id order, as every move does; True where the rows must be read again.

    A transaction of SQLite keeps every other writer out from its beginning.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    ids = sorted({c.row.claim_id for c in changes if c.row.claim_id is not None})
    session.execute(
        select(col(ClaimProgress.claim_id))
        .where(among(session, col(ClaimProgress.claim_id), ids))
        .order_by(col(ClaimProgress.claim_id))
        .with_for_update()
    ).all()
    return True


def _write(session: Session, act: Act, changes: Sequence[Change]) -> int:
    """Write the rows, their clocks, the guard column, the messages; return how many were sent."""
    if not changes:
        return 0
    for start in range(0, len(changes), CHUNK):
        _update(session, act, changes[start : start + CHUNK])
    lapsing = [c for c in changes if c.may_lapse and c.row.status == "open"]
    set_lapses(session, sorted({c.row.claim_id for c in lapsing if c.row.claim_id is not None}))
    forget_moved(session, [c.row.claim_id for c in changes if c.moves])
    session.expire_all()
    told = {change.row.id: change.row.told_by for change in changes if change.is_told}
    return tell_moved(session, act, Desks(session, act), told)


def _update(session: Session, act: Act, changes: Sequence[Change]) -> None:
    """Enter the changed ends into the clocks, then set the rows: the answers are a small joined table."""
    numbers = {to: n for n, to in enumerate(dict.fromkeys(change.to for change in changes))}
    columns: list[ColumnElement[Any]] = [column(name, kind) for name, kind in ANSWER.items()]
    rows = [(n, *to) for to, n in numbers.items()]
    fresh = values(*columns, name="fresh").data(rows).cte("fresh")
    pairs = marked(session, [(change.row.id, numbers[change.to]) for change in changes])
    d = table_of(Deadline)
    joined = (d.c.id == pairs.c.id, pairs.c.mark == fresh.c.mark)
    changed = or_(d.c.due_on != fresh.c.due_on, d.c.final != fresh.c.final)
    word = case((fresh.c.final, literal("最终")), else_=literal("暂定"))
    entry = {
        "city": d.c.city,
        "deadline_id": d.c.id,
        "entry": literal(RECOMPUTED),
        "on": literal(act.today),
        "due_before": d.c.due_on,
        "due_after": fresh.c.due_on,
        "actor": literal(act.actor),
        "second_person": literal(""),
        "clause": literal(""),
        "reason": literal(f"日历版本{act.calendar.version}，") + word,
    }
    source = select(*entry.values()).where(*joined, changed).order_by(d.c.id)
    session.connection().execute(insert(table_of(ClockEntry)).from_select(list(entry), source))
    new = {name: fresh.c[name] for name in Answer._fields}
    session.connection().execute(
        update(d).where(*joined).values(**new, calendar_version=act.calendar.version)
    )
