"""A claim's deadlines with their clocks: counted days used, stopped, left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, window_of
from subsidy.records.tables import ClockEntry, Deadline, WindowRule
from subsidy.rules.deadlines import clock, skipped_days

RUNNING = ("open", "stopped", "missed")
SKIPPED_SHOWN = 14


@dataclass(frozen=True)
class Entry:
    """One entry of a clock: stopped, resumed, extended, waived."""

    entry: str
    on: date
    due_before: date
    due_after: date
    actor: str
    clause: str
    reason: str


@dataclass(frozen=True)
class ClockView:
    """One deadline of a claim. `used` and `stopped` count days of the window's own unit."""

    window: str
    status: str
    clause: str
    document: str
    assumed: str
    n: int
    unit: str
    direction: str
    anchor_on: date
    due_on: date
    told_by: date
    final: bool
    closed_on: date | None
    used: int
    stopped: int
    overrun: int
    counts: bool
    """Whether days used are counted: only for windows that run forward and are not closed."""
    skipped: tuple[tuple[date, str], ...]
    """Days of rest on the way, with the reason."""
    skipped_more: int
    entries: tuple[Entry, ...]

    @property
    def late(self) -> bool:
        """Whether its end has passed without being met."""
        return self.status == "missed" or self.overrun > 0

    @property
    def left(self) -> int:
        """Days that remain."""
        return max(self.n - self.used, 0)


def clocks_of(session: Session, act: Act, *, claim_id: int) -> list[ClockView]:
    """Every deadline of a claim: the running ones first, then those that are over."""
    rows = session.exec(
        select(Deadline, WindowRule)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .where(Deadline.claim_id == claim_id)
        .order_by(col(Deadline.id).desc())
    ).all()
    entries = _entries(session, [deadline.id or 0 for deadline, _ in rows])
    views = [
        _view(act, deadline, rule, entries.get(deadline.id or 0, [])) for deadline, rule in rows
    ]
    return sorted(views, key=lambda view: (view.status not in RUNNING, view.due_on))


def _entries(session: Session, ids: list[int]) -> dict[int, list[ClockEntry]]:
    found: dict[int, list[ClockEntry]] = {}
    for row in session.exec(
        select(ClockEntry).where(col(ClockEntry.deadline_id).in_(ids)).order_by(col(ClockEntry.id))
    ).all():
        found.setdefault(row.deadline_id, []).append(row)
    return found


def _view(act: Act, row: Deadline, rule: WindowRule, entries: list[ClockEntry]) -> ClockView:
    window = window_of(rule)
    counts = rule.direction == "after" and row.status in RUNNING and row.anchor_on <= act.today
    used = stopped = overrun = 0
    if counts:
        told = clock(
            window,
            anchor=row.anchor_on,
            today=act.today,
            stops=_stops(entries),
            calendar=act.calendar,
        )
        used, stopped, overrun = min(told.used, told.total), told.stopped, told.overrun
    skipped = (
        skipped_days(window, anchor=row.anchor_on, calendar=act.calendar)
        if row.status in RUNNING and rule.unit == "working"
        else ()
    )
    return ClockView(
        window=row.window,
        status=row.status,
        clause=rule.clause,
        document=rule.document,
        assumed=rule.assumed,
        n=rule.n,
        unit=rule.unit,
        direction=rule.direction,
        anchor_on=row.anchor_on,
        due_on=row.due_on,
        told_by=row.told_by,
        final=row.final,
        closed_on=row.closed_on,
        used=used,
        stopped=stopped,
        overrun=overrun,
        counts=counts,
        skipped=skipped[:SKIPPED_SHOWN],
        skipped_more=max(len(skipped) - SKIPPED_SHOWN, 0),
        entries=tuple(
            Entry(e.entry, e.on, e.due_before, e.due_after, e.actor, e.clause, e.reason)
            for e in entries
        ),
    )


def _stops(entries: list[ClockEntry]) -> list[tuple[date, date | None]]:
    stops: list[tuple[date, date | None]] = []
    for entry in entries:
        if entry.entry == "stopped":
            stops.append((entry.on, None))
        elif entry.entry == "resumed" and stops and stops[-1][1] is None:
            stops[-1] = (stops[-1][0], entry.on)
    return stops
