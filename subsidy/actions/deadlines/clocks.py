"""Deadlines as people see them: the clock of each one of a claim, and lists of what is due soon."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, window_of
from subsidy.actions.deadlines.duties import document_of, means_of
from subsidy.actions.deadlines.recounting import entries_of
from subsidy.actions.deadlines.sweeping.rows import WANTED
from subsidy.records.tables import Area, Claim, ClockEntry, Deadline, TrainingClass, WindowRule
from subsidy.rules.clocks import Clock, clock, run_of
from subsidy.rules.deadline_words import describe
from subsidy.rules.deadlines import Window
from subsidy.rules.workdays import rest_days, working_days_after, working_days_between

ONE_DAY = timedelta(1)
CURRENT = ("open", "stopped", "missed")
MOST = 1000
WIDEST_RANGE = timedelta(40)
"""More days than lie between the day told and the day after a provisional end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a clock. `due_after` of a request is the day that was asked for."""

    entry: str
    on: date
    due_before: date
    due_after: date
    actor: str
    second_person: str
    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeadlineClock:
    """One deadline of a claim. Days are counted in `unit`: working or calendar days."""

    id: int
    window: str
    means: str
    status: str
    anchor_on: date
    due_on: date
    """Last day, inclusive; the middle of the range while it is provisional."""
    told_by: date
    final: bool
    lapses: bool
    """Whether its end takes the right away."""
    clause: str
    document: str
    assumed: str
    unit: str
    total: int
    used: int
    stopped: int
    left: int
    overrun: int
    running: bool
    words: str
    """`已用7个工作日（共10个），暂停2个`; empty for windows that count back."""
    skipped: tuple[tuple[date, str], ...]
    """Days of rest between the first day and the last, with the reason."""
    closed_on: date | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DueSoon:
    """An open deadline as lists show it."""

    id: int
    claim_id: int
    claim_number: str
    class_number: str
    area: str
    window: str
    means: str
    due_on: date
    told_by: date
    final: bool
    working_days_left: int
    """Up to the day told; below 0 for one that the sweep has not dealt with yet."""
    clause: str
    assumed: str


def deadlines_of(session: Session, act: Act, *, claim_id: int) -> list[DeadlineClock]:
    """Every deadline of a claim of the city: current ones first, the earliest end first."""
    rows = session.exec(
        select(Deadline, WindowRule, Claim.track)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Deadline.claim_id == claim_id, Deadline.city == act.city)
    ).all()
    entries = entries_of(session, [row.id or 0 for row, _, _ in rows])
    views = [
        _view(act, row, rule, track, entries.get(row.id or 0, ())) for row, rule, track in rows
    ]
    return sorted(views, key=lambda view: (view.status not in CURRENT, view.due_on, view.id))


def due_within(
    session: Session,
    act: Act,
    *,
    working_days: int,
    areas: Collection[int] | None = None,
    limit: int = MOST,
) -> list[DueSoon]:
    """Open deadlines whose told day comes within so many working days of today, soonest first.

    Found through the index of the sweep: a deadline wants attention at the latest on the day after
    its end.
    """
    bound = act.today
    if working_days > 0:
        bound = working_days_after(act.calendar, anchor=act.today, days=working_days).on
    query = (
        select(Deadline, WindowRule, Claim, Area.name)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .join(Area, col(Area.id) == Deadline.area_id)
        .where(
            text(WANTED),
            Deadline.status == "open",
            Deadline.next_on <= bound + WIDEST_RANGE,
            Deadline.told_by <= bound,
            Deadline.city == act.city,
        )
        .order_by(col(Deadline.told_by), col(Deadline.id))
        .limit(limit)
    )
    if areas is not None:
        query = query.where(col(Deadline.area_id).in_(areas))
    rows = session.exec(query).all()
    numbers = _class_numbers(session, {claim.class_id for _, _, claim, _ in rows})
    return [
        DueSoon(
            id=row.id or 0,
            claim_id=row.of_claim,
            claim_number=claim.number,
            class_number=numbers.get(claim.class_id, ""),
            area=area,
            window=row.window,
            means=means_of(act, track=claim.track, window=row.window),
            due_on=row.due_on,
            told_by=row.told_by,
            final=row.final,
            working_days_left=_days_left(act, row.told_by),
            clause=rule.clause,
            assumed=rule.assumed,
        )
        for row, rule, claim, area in rows
    ]


def _days_left(act: Act, told_by: date) -> int:
    if told_by >= act.today:
        return working_days_between(act.calendar, after=act.today, through=told_by)
    return -max(working_days_between(act.calendar, after=told_by, through=act.today), 1)


def _class_numbers(session: Session, ids: Collection[int | None]) -> dict[int | None, str]:
    query = select(TrainingClass.id, TrainingClass.number).where(
        col(TrainingClass.id).in_([i for i in ids if i is not None])
    )
    return {row[0]: row[1] for row in session.exec(query).all()}


def _view(
    act: Act, row: Deadline, rule: WindowRule, track: str, entries: Sequence[ClockEntry]
) -> DeadlineClock:
    window = window_of(rule)
    told = _clock(act, row, window, entries)
    return DeadlineClock(
        id=row.id or 0,
        window=row.window,
        means=means_of(act, track=track, window=row.window),
        status=row.status,
        anchor_on=row.anchor_on,
        due_on=row.due_on,
        told_by=row.told_by,
        final=row.final,
        lapses=window.may_lapse,
        clause=rule.clause,
        document=document_of(act, rule.document),
        assumed=rule.assumed,
        unit=rule.unit if told is None else told.unit,
        total=rule.n if told is None else told.total,
        used=0 if told is None else told.used,
        stopped=0 if told is None else told.stopped,
        left=rule.n if told is None else told.left,
        overrun=0 if told is None else told.overrun,
        running=row.status == "open",
        words="" if told is None else describe(told),
        skipped=_skipped(act, row),
        closed_on=row.closed_on,
        entries=tuple(_entry(each) for each in entries),
    )


def _clock(act: Act, row: Deadline, window: Window, entries: Sequence[ClockEntry]) -> Clock | None:
    """How far the window has run: until today, or until it was closed."""
    if window.direction != "after":
        return None
    until = min(row.closed_on or act.today, act.today)
    run = run_of((each.entry, each.on, each.due_after) for each in entries)
    return clock(window, anchor=row.anchor_on, today=until, run=run, calendar=act.calendar)


def _skipped(act: Act, row: Deadline) -> tuple[tuple[date, str], ...]:
    first, last = row.anchor_on + ONE_DAY, row.due_on
    if row.due_on < row.anchor_on:
        first, last = row.due_on, row.anchor_on - ONE_DAY
    return rest_days(act.calendar, first=first, last=last)


def _entry(row: ClockEntry) -> Entry:
    return Entry(
        entry=row.entry,
        on=row.on,
        due_before=row.due_before,
        due_after=row.due_after,
        actor=row.actor,
        second_person=row.second_person,
        clause=row.clause,
        reason=row.reason,
    )
