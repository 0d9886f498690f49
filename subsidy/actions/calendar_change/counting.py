"""What the calendar of an act makes of running deadlines: read in batches, nothing is written.

Deadlines whose clock never stood share an answer for each rule and anchor, so that it is worked out
once; those with stops and extensions are counted one by one from their entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, next_attention, window_of
from subsidy.actions.deadlines.recounting import (
    AGREED,
    ANCHORED,
    EXTENDED,
    RESUMED,
    STOPPED,
    counted_end,
    entries_of,
    never_earlier,
)
from subsidy.records.tables import ClockEntry, Deadline, WindowRule
from subsidy.records.tables.deadlines import RUNNING
from subsidy.records.tables.types import table_of
from subsidy.rules.deadlines import Window, due
from subsidy.rules.workdays import DueDate

MOVING = (STOPPED, RESUMED, EXTENDED, AGREED, ANCHORED)
"""Entries of a clock that move its end."""


class Standing(NamedTuple):
    """A running deadline as its row has it."""

    id: int
    area_id: int
    claim_id: int | None
    class_id: int | None
    rule_id: int
    window: str
    anchor_on: date
    due_on: date
    told_by: date
    final: bool
    lapses_after: date
    next_on: date
    status: str
    calendar_version: str


class Answer(NamedTuple):
    """What a row should say with the calendar of the act."""

    due_on: date
    told_by: date
    final: bool
    lapses_after: date
    next_on: date


@dataclass(frozen=True, slots=True)
class Change:
    """A deadline and what becomes of it."""

    row: Standing
    to: Answer
    may_lapse: bool

    @property
    def moves(self) -> bool:
        """Whether its day, the day told, or whether it is final changes."""
        row, to = self.row, self.to
        return (row.due_on, row.told_by, row.final) != (to.due_on, to.told_by, to.final)

    @property
    def is_told(self) -> bool:
        """Whether people hear of it: the day they were told moves."""
        return self.row.told_by != self.to.told_by


class Counting:
    """Counts with the calendar of one act; rules and answers are kept from batch to batch."""

    def __init__(self, session: Session, act: Act) -> None:
        """Bind to one session and act."""
        self._session, self._act = session, act
        self._rules: dict[int, Window] = {}
        self._ends: dict[tuple[int, date], DueDate] = {}
        self._answers: dict[tuple[int, date, DueDate, date], Answer] = {}

    def batch(self, *, after: int, limit: int) -> list[Standing]:
        """Running deadlines of the city behind `after`, by id."""
        d = table_of(Deadline).c
        query = (
            select(*(getattr(d, name) for name in Standing._fields))
            .where(text(RUNNING), d.city == self._act.city, d.id > after)
            .order_by(d.id)
            .limit(limit)
        )
        return [Standing(*row) for row in self._session.connection().execute(query)]

    def changes(self, rows: Sequence[Standing]) -> list[Change]:
        """Those of the rows that this calendar changes, by id. A pending day of attention stays.

        Rows that were counted with this version are as it has them.
        """
        rows = [row for row in rows if row.calendar_version != self._act.calendar.version]
        if not rows:
            return []
        self._read_rules({row.rule_id for row in rows})
        clocks = self._clocks(rows)
        found = []
        for row in rows:
            to = self._answer(row, clocks.get(row.id))
            if to.next_on != row.next_on and not self._keeps_attention(row, to):
                changed = True
            else:
                changed = to[:4] != (row.due_on, row.told_by, row.final, row.lapses_after)
            if changed:
                found.append(Change(row, to, self._rules[row.rule_id].may_lapse))
        return found

    def _keeps_attention(self, row: Standing, to: Answer) -> bool:
        """Where the end stays, a day of attention that has come waits for the sweep."""
        return row.next_on <= self._act.today or row.status != "open"

    def _answer(self, row: Standing, clock: Sequence[ClockEntry] | None) -> Answer:
        window = self._rules[row.rule_id]
        if clock is None:
            end = self._end(row, window)
        else:
            calendar = self._act.calendar
            end = counted_end(window, anchor=row.anchor_on, entries=clock, calendar=calendar)
        key = (row.rule_id, row.anchor_on, end, row.told_by)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self._worked_out(row, window, end)
        return known

    def _worked_out(self, row: Standing, window: Window, end: DueDate) -> Answer:
        now = never_earlier(end, told_by=row.told_by, may_lapse=window.may_lapse)
        attention = next_attention(
            window,
            DueDate(on=now.due_on, final=now.final, low=now.told_by, high=now.due_on),
            anchor=row.anchor_on,
            today=self._act.today,
            calendar=self._act.calendar,
        )
        return Answer(*now, attention)

    def _end(self, row: Standing, window: Window) -> DueDate:
        key = (row.rule_id, row.anchor_on)
        if key not in self._ends:
            self._ends[key] = due(window, anchor=row.anchor_on, calendar=self._act.calendar)
        return self._ends[key]

    def _read_rules(self, wanted: set[int]) -> None:
        new = wanted - self._rules.keys()
        if new:
            query = select(WindowRule).where(col(WindowRule.id).in_(new))
            for rule in self._session.exec(query).all():
                self._rules[rule.id or 0] = window_of(rule)

    def _clocks(self, rows: Sequence[Standing]) -> Mapping[int, Sequence[ClockEntry]]:
        """Entries of the clocks in the batch that stood or were extended."""
        query = (
            select(ClockEntry.deadline_id)
            .where(
                col(ClockEntry.deadline_id).between(rows[0].id, rows[-1].id),
                col(ClockEntry.entry).in_(MOVING),
            )
            .distinct()
        )
        ids = set(self._session.exec(query).all()) & {row.id for row in rows}
        return entries_of(self._session, sorted(ids)) if ids else {}
