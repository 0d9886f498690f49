"""Deadlines as people see them: the full record of each one of a claim or class, with its clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from states.charts import CHARTS
from subsidy.actions.acting import Act, window_of
from subsidy.actions.deadlines.duties import document_of, means_of
from subsidy.actions.deadlines.mending import undone_claims
from subsidy.actions.deadlines.recounting import counted_end, entries_of
from subsidy.actions.deadlines.showing.clock_face import DeadlineClock, Entry, Said, Start
from subsidy.actions.views.places import actor_names
from subsidy.records.tables import (
    Claim,
    ClaimHistory,
    ClaimProgress,
    ClockEntry,
    Deadline,
    SubjectHistory,
    TrainingClass,
    WindowRule,
)
from subsidy.rules.clocks import Clock, Run, clock, run_of
from subsidy.rules.deadline_words import describe, describe_end, describe_window
from subsidy.rules.deadlines import Window
from subsidy.rules.strips.deadline_strip import Strip, strip_of
from subsidy.rules.strips.strip_words import describe_strip
from subsidy.rules.workdays import (
    CalendarReachError,
    DueDate,
    rest_days,
)

ONE_DAY = timedelta(1)
RUNNING = ("open", "stopped")
STARTED = "started"
CLASS = "training_class"


def deadlines_of(
    session: Session, act: Act, *, claim_id: int | None = None, class_id: int | None = None
) -> list[DeadlineClock]:
    """Every deadline of a claim, or of a class itself: current ones first, the earliest end first."""
    mine = [Deadline.claim_id == claim_id] if claim_id is not None else []
    mine += [Deadline.class_id == class_id] if class_id is not None else []
    if not mine:
        raise ValueError("name the claim or the class whose deadlines are wanted")
    return _clocks(session, act, *mine)


def clocks_of(session: Session, act: Act, *, ids: Collection[int]) -> list[DeadlineClock]:
    """Deadlines of the city by their ids, in the same order; unknown ids are left out."""
    return _clocks(session, act, col(Deadline.id).in_(list(ids)))


def _clocks(session: Session, act: Act, *mine: ColumnElement[bool] | bool) -> list[DeadlineClock]:
    rows = session.exec(
        select(Deadline, WindowRule, func.coalesce(Claim.track, TrainingClass.track).label("track"))
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .outerjoin(Claim, col(Claim.id) == Deadline.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Deadline.class_id)
        .where(Deadline.city == act.city, *mine)
    ).all()
    deadlines = [row for row, _, _ in rows]
    entries = entries_of(session, [row.id or 0 for row in deadlines])
    starts = _starts(session, deadlines)
    actors = {start.actor for start in starts.values()}
    actors |= {who for each in entries.values() for e in each for who in (e.actor, e.second_person)}
    names = actor_names(session, actors)
    waiting = _outstanding(session, deadlines)
    views = [
        _view(
            act, row, rule, track, entries.get(row.id or 0, ()), starts[row.id or 0], names,
            undone=row.id in waiting,
        )
        for row, rule, track in rows
    ]  # fmt: skip
    return sorted(views, key=lambda view: (not view.current, view.due_on, view.id))


def _outstanding(session: Session, rows: Sequence[Deadline]) -> set[int | None]:
    """Those missed whose work is still to be done: the claim is open, the class has not moved on."""
    missed = [row for row in rows if row.status == "missed" and row.claim_id is not None]
    claims = [row.of_claim for row in missed]
    standing = select(ClaimProgress.claim_id).where(col(ClaimProgress.claim_id).in_(claims))
    on_road = set(session.exec(standing).all()) if claims else set()
    open_ones = [(row.id or 0, row.window) for row in missed if row.claim_id in on_road]
    found: set[int | None] = {*undone_claims(session, open_ones)}
    for row in rows:
        if row.status == "missed" and row.class_id is not None:
            later = select(SubjectHistory.version).where(
                SubjectHistory.machine == CLASS,
                SubjectHistory.subject_id == row.class_id,
                SubjectHistory.version > row.opened_version,
            )
            found |= {row.id} if session.exec(later).first() is None else set()
    return found


def _starts(session: Session, rows: Sequence[Deadline]) -> dict[int, Start]:
    """The move that opened each deadline, by deadline."""
    claims = [row.claim_id for row in rows if row.claim_id is not None]
    classes = [row.class_id for row in rows if row.class_id is not None]
    moves: dict[tuple[str, int, int], ClaimHistory | SubjectHistory] = {
        ("claim", move.claim_id, move.version): move
        for move in session.exec(
            select(ClaimHistory).where(col(ClaimHistory.claim_id).in_(set(claims)))
        )
    }
    if classes:
        query = select(SubjectHistory).where(
            SubjectHistory.machine == CLASS, col(SubjectHistory.subject_id).in_(set(classes))
        )
        moves |= {(CLASS, move.subject_id, move.version): move for move in session.exec(query)}
    found = {}
    for row in rows:
        machine, subject = ("claim", row.claim_id) if row.claim_id else (CLASS, row.class_id)
        move = moves.get((machine, subject or 0, row.opened_version))
        if move is None:
            found[row.id or 0] = Start(machine, "", "", "", row.opened_on, "")
            continue
        label = str(CHARTS[machine].labels.get(move.target, move.target))
        found[row.id or 0] = Start(
            machine, move.event, move.target, label, move.effective_on, move.actor
        )
    return found


def _view(
    act: Act,
    row: Deadline,
    rule: WindowRule,
    track: str,
    entries: Sequence[ClockEntry],
    start: Start,
    names: Mapping[str, str],
    *,
    undone: bool,
) -> DeadlineClock:
    window = window_of(rule)
    until = None if undone else row.due_on if row.status == "missed" else row.closed_on
    told = _clock(act, row, window, entries, until)
    low, high = _range(act, row, window, entries)
    ends = told.due if told is not None and row.status == "stopped" else None
    strip = None
    if undone or row.status in RUNNING:
        recorded = DueDate(on=row.due_on, final=row.final, low=row.told_by, high=high)
        strip = _strip(act, row, window, entries, until, ends or recorded)
    return DeadlineClock(
        id=row.id or 0,
        claim_id=row.claim_id,
        class_id=row.class_id,
        window=row.window,
        means=means_of(act, track=track, window=row.window),
        status=row.status,
        start=replace(start, actor=names.get(start.actor, start.actor)),
        anchor=_anchor(act, track=track, window=row.window),
        anchor_on=row.anchor_on,
        due_on=row.due_on,
        told_by=row.told_by,
        final=row.final,
        low=low,
        high=high,
        ends_if_mended_next_day=ends.on if ends else None,
        calendar_version=row.calendar_version,
        lapses=window.may_lapse,
        rule=Said(describe_window(window), describe_window(window, language="en")),
        at_end=Said(describe_end(window), describe_end(window, language="en")),
        escalated=row.escalated,
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
        words_en="" if told is None else describe(told, language="en"),
        skipped=_skipped(act, row),
        closed_on=row.closed_on,
        outstanding=undone,
        entries=(_started(row, entries, start, names), *(_entry(each, names) for each in entries)),
        strip=strip,
        strip_words=_drawn_in_words(strip),
    )


def _drawn_in_words(strip: Strip | None) -> Said:
    if strip is None:
        return Said("", "")
    return Said(describe_strip(strip), describe_strip(strip, language="en"))


def _anchor(act: Act, *, track: str, window: str) -> str:
    known = act.pack.tracks.get(track)
    rule = known.windows.get(window) if known else None
    return rule.anchor if rule else ""


def _clock(
    act: Act, row: Deadline, window: Window, entries: Sequence[ClockEntry], closed_on: date | None
) -> Clock | None:
    """How far the window has run: until today, or until it was closed."""
    if window.direction != "after":
        return None
    until = min(closed_on or act.today, act.today)
    run = _run(entries)
    told = clock(window, anchor=row.anchor_on, today=until, run=run, calendar=act.calendar)
    return replace(told, running=row.status != "stopped")


def _run(entries: Sequence[ClockEntry]) -> Run:
    return run_of((each.entry, each.on, each.due_after) for each in entries)


def _range(
    act: Act, row: Deadline, window: Window, entries: Sequence[ClockEntry]
) -> tuple[date, date]:
    """Between which days a provisional end lies, never earlier than what people were told."""
    if row.final:
        return row.due_on, row.due_on
    try:
        end = counted_end(window, anchor=row.anchor_on, entries=entries, calendar=act.calendar)
    except CalendarReachError:
        return row.told_by, row.due_on
    return max(row.told_by, end.low), max(row.due_on, end.high)


def _strip(
    act: Act,
    row: Deadline,
    window: Window,
    entries: Sequence[ClockEntry],
    closed_on: date | None,
    ends: DueDate,
) -> Strip | None:
    return strip_of(
        window,
        anchor=row.anchor_on,
        due=ends,
        today=act.today,
        stops=_run(entries).stops,
        closed_on=closed_on,
        calendar=act.calendar,
    )


def _skipped(act: Act, row: Deadline) -> tuple[tuple[date, str], ...]:
    first, last = row.anchor_on + ONE_DAY, row.due_on
    if row.due_on < row.anchor_on:
        first, last = row.due_on, row.anchor_on - ONE_DAY
    return rest_days(act.calendar, first=first, last=last)


def _started(
    row: Deadline, entries: Sequence[ClockEntry], start: Start, names: Mapping[str, str]
) -> Entry:
    """The first entry, which no row holds: who opened it, on which business day, until when."""
    until = entries[0].due_before if entries else row.due_on
    return Entry(
        entry=STARTED,
        on=row.opened_on,
        due_before=until,
        due_after=until,
        actor=names.get(start.actor, start.actor),
        second_person="",
        clause="",
        reason="",
    )


def _entry(row: ClockEntry, names: Mapping[str, str]) -> Entry:
    return Entry(
        entry=row.entry,
        on=row.on,
        due_before=row.due_before,
        due_after=row.due_after,
        actor=names.get(row.actor, row.actor),
        second_person=names.get(row.second_person, row.second_person),
        clause=row.clause,
        reason=row.reason,
    )
