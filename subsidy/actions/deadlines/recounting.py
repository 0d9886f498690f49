"""Counting a running deadline anew, when the calendar that is known today is another one.

The end is counted from the rule and from every entry of the clock, never from the old end, so that a
provisional day in between leaves no trace. It is never earlier than what people were told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, next_attention, window_of
from subsidy.actions.deadlines.duties import Running
from subsidy.records.among import among
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline
from subsidy.records.tables.types import table_of
from subsidy.rules.clocks import ends_on, over, run_of
from subsidy.rules.deadlines import Window
from subsidy.rules.workdays import Calendar, DueDate

RECOMPUTED, EXTENDED, STOPPED, RESUMED = "recomputed", "extended", "stopped", "resumed"
AGREED = "agreed"
"""The last day was agreed and follows from no length."""
ANCHORED = "anchor_moved"
"""The day it counts from became another one; what was granted before no longer matters."""


def entries_of(session: Session, deadline_ids: Sequence[int]) -> dict[int, list[ClockEntry]]:
    """Entries of the clocks, oldest first, by deadline."""
    found: dict[int, list[ClockEntry]] = {}
    query = select(ClockEntry).where(col(ClockEntry.deadline_id).in_(list(deadline_ids)))
    for entry in session.exec(query.order_by(col(ClockEntry.id))).all():
        found.setdefault(entry.deadline_id, []).append(entry)
    return found


def counted_end(
    window: Window, *, anchor: date, entries: Iterable[ClockEntry], calendar: Calendar
) -> DueDate:
    """The last lawful day after every stop and extension, as the calendar now has it.

    Days are stopped and extensions count as `rules.clocks.ends_on` says; a stop that lasts lengthens
    nothing before it is over.
    """
    run = over(run_of((each.entry, each.on, each.due_after) for each in entries))
    return ends_on(window, anchor=anchor, run=run, today=anchor, calendar=calendar)


class End(NamedTuple):
    """What the row of a deadline says of its end."""

    due_on: date
    told_by: date
    final: bool
    lapses_after: date
    """9999-12-31 while the end is provisional, and for windows that end no claim."""


def never_earlier(end: DueDate, *, told_by: date, may_lapse: bool) -> End:
    """The end as it was counted, moved on to the day told where it would lie before it."""
    on = max(end.on, told_by)
    told = on if end.final else max(told_by, end.told_by)
    return End(on, told, end.final, on if end.final and may_lapse else FAR)


def recount(session: Session, act: Act, rows: Iterable[Running]) -> list[tuple[Running, date]]:
    """Count these deadlines anew; return those whose told day moved, with the day told before.

    A changed end or one that became final is an entry of the clock, old → new.
    """
    running = [one for one in rows if one.row.calendar_version != act.calendar.version]
    entries = entries_of(session, [one.row.id or 0 for one in running])
    moved = []
    lapsing: list[int] = []
    for one in running:
        before, told = (one.row.due_on, one.row.final), one.row.told_by
        _rewrite(act, one, entries)
        if (one.row.due_on, one.row.final) != before:
            session.add(_entry(act, one.row, before[0]))
        if one.row.told_by != told:
            moved.append((one, told))
        if window_of(one.rule).may_lapse and one.row.status == "open":
            lapsing.append(one.row.of_claim)
    session.flush()
    set_lapses(session, lapsing)
    return moved


def rebase(
    session: Session, act: Act, rows: Iterable[Running], *, reason: str
) -> list[tuple[Running, date]]:
    """Count these deadlines anew under the rules that they are paired with, which may be others.

    Never earlier than what was told; return those whose told day moved, with the day told before.
    """
    running = list(rows)
    entries = entries_of(session, [one.row.id or 0 for one in running])
    moved = []
    for one in running:
        assert one.rule.id is not None
        before, told = one.row.due_on, one.row.told_by
        one.row.rule_id = one.rule.id
        _rewrite(act, one, entries)
        if one.row.due_on != before:
            session.add(_entry(act, one.row, before, reason))
        if one.row.told_by != told:
            moved.append((one, told))
        session.add(one.row)
    session.flush()
    set_lapses(session, [one.row.of_claim for one in running if one.row.status == "open"])
    return moved


def _rewrite(act: Act, one: Running, entries: Mapping[int, Sequence[ClockEntry]]) -> None:
    row, calendar = one.row, act.calendar
    window = window_of(one.rule)
    end = counted_end(
        window, anchor=row.anchor_on, entries=entries.get(row.id or 0, ()), calendar=calendar
    )
    now = never_earlier(end, told_by=row.told_by, may_lapse=window.may_lapse)
    row.due_on, row.told_by, row.final = now.due_on, now.told_by, now.final
    row.lapses_after = now.lapses_after
    row.calendar_version = calendar.version
    row.next_on = attention_of(act, row, window)


def attention_of(act: Act, row: Deadline, window: Window) -> date:
    """The next day behind today on which the deadline wants attention, else the day after its end."""
    end = DueDate(on=row.due_on, final=row.final, low=row.told_by, high=row.due_on)
    return next_attention(window, end, anchor=row.anchor_on, today=act.today, calendar=act.calendar)


def _entry(act: Act, row: Deadline, before: date, reason: str = "") -> ClockEntry:
    assert row.id is not None
    return ClockEntry(
        city=row.city,
        deadline_id=row.id,
        entry=RECOMPUTED,
        on=act.today,
        due_before=before,
        due_after=row.due_on,
        actor=act.actor,
        reason=reason or f"日历版本{row.calendar_version}，{'最终' if row.final else '暂定'}",
    )


def set_lapses(session: Session, claim_ids: Sequence[int]) -> None:
    """Keep the guard column of open claims: the earliest end of a running window that may lapse."""
    if not claim_ids:
        return
    p = table_of(ClaimProgress)
    d = table_of(Deadline)
    earliest = (
        select(func.min(d.c.lapses_after))
        .where(d.c.claim_id == p.c.claim_id, d.c.status == "open")
        .scalar_subquery()
    )
    session.execute(
        update(p)
        .where(among(session, p.c.claim_id, claim_ids))
        .values(lapses_after=func.coalesce(earliest, FAR))
    )
    for held in session.identity_map.values():
        if isinstance(held, ClaimProgress):
            session.expire(held, ["lapses_after"])
