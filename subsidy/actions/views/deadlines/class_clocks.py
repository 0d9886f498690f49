"""The deadlines of a class: its own windows, and those of its trainees in groups of one clock each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.showing.clock_face import DeadlineClock
from subsidy.actions.deadlines.showing.clocks import clocks_of, deadlines_of
from subsidy.records.tables import Claim, Deadline


@dataclass(frozen=True)
class ClockGroup:
    """Claims of one class whose window began on one day, ends on one day and stands alike."""

    clock: DeadlineClock
    """The clock of the first of them."""
    count: int


@dataclass(frozen=True)
class ClassClocks:
    """Everything that runs for a class."""

    own: list[DeadlineClock]
    groups: list[ClockGroup]
    """Of the trainees' claims: current ones first, the earliest end first."""


def class_clocks(session: Session, act: Act, *, class_id: int) -> ClassClocks:
    """The windows of a class and of its claims; 40 trainees with one clock are one group."""
    rows = session.exec(
        select(func.min(Deadline.id), func.count())
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Claim.class_id == class_id, Deadline.city == act.city)
        .group_by(
            col(Deadline.window),
            col(Deadline.anchor_on),
            col(Deadline.told_by),
            col(Deadline.status),
        )
    ).all()
    counts = {int(first): count for first, count in rows if first is not None}
    clocks = clocks_of(session, act, ids=list(counts))
    return ClassClocks(
        own=deadlines_of(session, act, class_id=class_id),
        groups=[ClockGroup(clock, counts[clock.id]) for clock in clocks],
    )
