"""The overview: how many claims stand in each state, what is overdue and due, how the queues are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from states.claim import ENDS, ROAD, SIDE
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import (
    ClaimClosed,
    ClaimProgress,
    Deadline,
    FlowReport,
    Ticket,
)


@dataclass(frozen=True)
class Station:
    """One state of the road with what stands in it."""

    state: str
    claims: int
    overdue: int


@dataclass(frozen=True)
class QueueSize:
    """One exception queue: open tickets, those past their limit, and since when the oldest waits."""

    queue: str
    open: int
    overdue: int
    oldest: date | None


@dataclass(frozen=True)
class LastRun:
    """The last run of one flow."""

    flow: str
    business_date: str
    status: str
    counts: Mapping[str, object]
    started_at: datetime
    finished_at: datetime | None
    run_id: str


@dataclass(frozen=True)
class DueCounts:
    """Deadlines of open claims that end today, and by the coming Sunday."""

    overdue: int
    today: int
    week: int
    week_ends: date


@dataclass(frozen=True)
class Overview:
    """Everything the first page shows."""

    road: list[Station] = field(default_factory=list)
    side: list[Station] = field(default_factory=list)
    ends: list[Station] = field(default_factory=list)
    due: DueCounts | None = None
    queues: list[QueueSize] = field(default_factory=list)
    runs: list[LastRun] = field(default_factory=list)


def overview(session: Session, *, city: str, areas: Collection[int], today: date) -> Overview:
    """Read the overview for some areas of one city."""
    counts = _counts(session, areas)
    late = _overdue(session, areas, today)

    def stations(states: Collection[str]) -> list[Station]:
        return [Station(s, counts.get(s, 0), late.get(s, 0)) for s in states]

    return Overview(
        road=stations(ROAD),
        side=stations([*SIDE, "failed"]),
        ends=stations([s for s in ENDS if s not in ("paid", "failed")]),
        due=_due(session, areas, today, sum(late.values())),
        queues=queue_sizes(session, areas=areas, today=today),
        runs=last_runs(session, city=city),
    )


def _counts(session: Session, areas: Collection[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in (ClaimProgress, ClaimClosed):
        rows = session.exec(
            select(table.state, func.count())
            .where(col(table.area_id).in_(areas))
            .group_by(table.state)
        ).all()
        for state, number in rows:
            found[state] = found.get(state, 0) + number
    return found


def _overdue(session: Session, areas: Collection[int], today: date) -> dict[str, int]:
    """Open claims with a deadline that has passed, by state."""
    rows = session.exec(
        select(ClaimProgress.state, func.count(func.distinct(ClaimProgress.claim_id)))
        .join(Deadline, col(Deadline.claim_id) == ClaimProgress.claim_id)
        .where(
            col(ClaimProgress.area_id).in_(areas),
            col(Deadline.status).in_(("open", "missed")),
            col(Deadline.due_on) < today,
        )
        .group_by(ClaimProgress.state)
    ).all()
    return dict(rows)


def _due(session: Session, areas: Collection[int], today: date, overdue: int) -> DueCounts:
    sunday = today + timedelta(days=6 - today.weekday())
    rows = session.exec(
        select(col(Deadline.due_on), func.count())
        .where(
            col(Deadline.area_id).in_(areas),
            Deadline.status == "open",
            col(Deadline.due_on) >= today,
            col(Deadline.due_on) <= sunday,
        )
        .group_by(col(Deadline.due_on))
    ).all()
    by_day = dict(rows)
    return DueCounts(overdue, by_day.get(today, 0), sum(by_day.values()), sunday)


def queue_sizes(session: Session, *, areas: Collection[int], today: date) -> list[QueueSize]:
    """Size and age of every queue that has open tickets."""
    rows = session.exec(
        select(
            Ticket.queue,
            func.count(),
            func.sum(case((col(Ticket.due_on) < today, 1), else_=0)),
            func.min(Ticket.opened_on),
        )
        .where(col(Ticket.area_id).in_(areas), col(Ticket.state).in_(TICKET_OPEN))
        .group_by(Ticket.queue)
        .order_by(Ticket.queue)
    ).all()
    return [QueueSize(queue, number, late or 0, oldest) for queue, number, late, oldest in rows]


def last_runs(session: Session, *, city: str) -> list[LastRun]:
    """The last run of each flow for the city, newest first."""
    newest = (
        select(func.max(FlowReport.id))
        .where(col(FlowReport.city).in_((city, "all", "")))
        .group_by(FlowReport.flow)
    )
    rows = session.exec(
        select(FlowReport)
        .where(col(FlowReport.id).in_(newest))
        .order_by(col(FlowReport.started_at).desc())
    ).all()
    return [run_of(row) for row in rows]


def recent_runs(session: Session, *, city: str, most: int = 50) -> list[LastRun]:
    """The latest runs of every flow for the city."""
    rows = session.exec(
        select(FlowReport)
        .where(col(FlowReport.city).in_((city, "all", "")))
        .order_by(col(FlowReport.id).desc())
        .limit(most)
    ).all()
    return [run_of(row) for row in rows]


def run_of(row: FlowReport) -> LastRun:
    """One run as plain values."""
    counts = json.loads(row.counts or "{}")
    return LastRun(
        row.flow,
        row.business_date,
        row.status,
        counts if isinstance(counts, dict) else {},
        row.started_at,
        row.finished_at,
        row.run_id,
    )
