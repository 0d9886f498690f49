"""Windows of a class itself: filing before the start, its examination, asking for the higher rate.

They hang on the class, not on its claims, since there may be none yet. What ends them is a step of the
class; what follows their end is the rule's `at_end`, as for claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.deadlines.recounting import ANCHORED
from subsidy.records.tables import ClockEntry, Deadline, TrainingClass

FILING, FILING_REVIEW, UPLIFT = "filing_before_start", "filing_review", "uplift_application"
RUNNING = ("open", "stopped")
BEFORE_FILING = ("planned", "returned", "refused")
"""States of a class in which its filing is awaited."""
STEPS = {
    FILING: ("file", "cancel"),
    FILING_REVIEW: ("accept", "send_back", "refuse", "cancel"),
    UPLIFT: ("cancel",),
}
"""Window of a class → events of its chart that end it."""


def open_class_window(
    session: Session, act: Act, row: TrainingClass, window: str, *, anchor: date
) -> Deadline | None:
    """Open a window of the class's road from `anchor`; None where its pack gives it no length."""
    found = PackRules(session, act).window(road_id=row.road_id, window=window, anchor=anchor)
    if found is None:
        return None
    deadline = Deadline(
        city=row.city,
        area_id=row.area_id,
        class_id=row.id,
        rule_id=found.rule_id,
        window=window,
        anchor_on=anchor,
        due_on=found.due_on,
        told_by=found.told_by,
        lapses_after=FAR,
        next_on=found.next_on,
        final=found.final,
        calendar_version=found.calendar_version,
        opened_version=row.version,
        opened_on=act.today,
    )
    session.add(deadline)
    session.flush()
    return deadline


def close_class_windows(
    session: Session, act: Act, row: TrainingClass, *windows: str, status: str = "met"
) -> int:
    """End the running windows of a class; return how many. A missed one stays missed.

    The ticket that a missed one had opened closes with the next look at mended tickets.
    """
    ended = 0
    for deadline in _rows(session, row, windows):
        if deadline.status in RUNNING:
            deadline.status, deadline.closed_on, deadline.next_on = status, act.today, FAR
            ended += 1
        elif deadline.status == "missed":
            deadline.next_on = FAR  # the work is done: nobody further is called
        session.add(deadline)
    session.flush()
    return ended


def keep_filing_window(session: Session, act: Act, row: TrainingClass) -> None:
    """As `keep_class_window`, as long as the filing is awaited, or awaited anew."""
    if row.state in BEFORE_FILING:
        keep_class_window(session, act, row, FILING)


def keep_class_window(session: Session, act: Act, row: TrainingClass, window: str) -> None:
    """Let a window that ends before the start follow the plan: opened, moved, opened once more.

    One that was met or closed is opened once more only where its last day has not passed yet.
    """
    last = next(iter(reversed(_rows(session, row, (window,)))), None)
    if last is None:
        open_class_window(session, act, row, window, anchor=row.starts_on)
    elif last.status in (*RUNNING, "missed"):
        if last.anchor_on != row.starts_on:
            _move(session, act, row, last)
    else:
        found = PackRules(session, act).window(
            road_id=row.road_id, window=window, anchor=row.starts_on
        )
        if found is not None and found.due_on >= act.today:
            open_class_window(session, act, row, window, anchor=row.starts_on)


def _move(session: Session, act: Act, row: TrainingClass, deadline: Deadline) -> None:
    """Count from the new start; a missed window runs again where its new end is still ahead."""
    found = PackRules(session, act).window(
        road_id=row.road_id, window=deadline.window, anchor=row.starts_on
    )
    assert deadline.id is not None
    if found is None:
        return
    session.add(
        ClockEntry(
            city=row.city,
            deadline_id=deadline.id,
            entry=ANCHORED,
            on=act.today,
            due_before=deadline.due_on,
            due_after=found.due_on,
            actor=act.actor,
            reason=f"开班日由{deadline.anchor_on}改为{row.starts_on}",
        )
    )
    deadline.anchor_on, deadline.rule_id = row.starts_on, found.rule_id
    deadline.due_on, deadline.told_by, deadline.final = found.due_on, found.told_by, found.final
    deadline.calendar_version = found.calendar_version
    if deadline.status == "missed" and found.due_on >= act.today:
        deadline.status, deadline.closed_on, deadline.escalated = "open", None, 0
    if deadline.status in RUNNING:
        deadline.next_on = found.next_on
    session.add(deadline)
    session.flush()


def _rows(session: Session, row: TrainingClass, windows: Sequence[str]) -> Sequence[Deadline]:
    """Deadlines of the class under these windows, oldest first."""
    query = select(Deadline).where(
        Deadline.class_id == row.id, col(Deadline.window).in_(list(windows))
    )
    return session.exec(query.order_by(col(Deadline.id))).all()
