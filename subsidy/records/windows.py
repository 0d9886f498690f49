"""The commit loop of bulk work: id windows, one transaction each, resumable behind the last one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from subsidy.records.database import Database
from subsidy.records.moves.bulk import RowsMovedUnderneathError
from subsidy.records.seals import Signer, seal_window
from subsidy.records.tables import Claim, SweepWindow

SQLITE_WINDOW = 10_000
POSTGRESQL_WINDOW = 20_000
SQLITE_YIELD_SECONDS = 0.005
"""Pause between windows, so that the console gets the write lock."""
TRIES = 5

Apply = Callable[[Session, int, int, int, datetime], dict[str, int]]
"""(session, low, high, batch, recorded_at) → target state → how many moved."""


@dataclass
class Totals:
    """What a run moved, by target state, and over how many windows."""

    windows: int = 0
    moved: dict[str, int] = field(default_factory=dict)

    def add(self, moved: dict[str, int]) -> None:
        """Count one window."""
        self.windows += 1
        for state, count in moved.items():
            self.moved[state] = self.moved.get(state, 0) + count

    @property
    def all(self) -> int:
        """Every claim that moved."""
        return sum(self.moved.values())


def each(
    database: Database,
    *,
    run: str,
    apply: Apply,
    signer: Signer,
    low: int | None = None,
    high: int | None = None,
    size: int | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Totals:
    """Walk the claims from `low` (inclusive) to `high` (exclusive) window by window.

    Each window is one transaction: moves, effects, seal and cursor. A run of the same name that was
    killed goes on behind its last committed window. A window that met a conflict is tried again.
    """
    size = size or (SQLITE_WINDOW if database.is_sqlite else POSTGRESQL_WINDOW)
    start, end = _span(database, run, low, high)
    totals = Totals()
    while start < end:
        stop = min(start + size, end)
        totals.add(_one(database, run, apply, signer, start, stop, now))
        start = stop
        if database.is_sqlite and start < end:
            time.sleep(SQLITE_YIELD_SECONDS)
    return totals


def _span(database: Database, run: str, low: int | None, high: int | None) -> tuple[int, int]:
    with database.reading() as session:
        first, last = session.exec(select(func.min(Claim.id), func.max(Claim.id))).one()
        done = session.exec(
            select(func.max(SweepWindow.high)).where(col(SweepWindow.run) == run)
        ).one()
    if first is None or last is None:
        return 0, 0
    start = max(first if low is None else low, done or 0)
    return start, last + 1 if high is None else min(high, last + 1)


def _one(
    database: Database,
    run: str,
    apply: Apply,
    signer: Signer,
    low: int,
    high: int,
    now: Callable[[], datetime],
) -> dict[str, int]:
    for attempt in range(1, TRIES + 1):
        try:
            with database.transaction(repeatable=True) as session:
                recorded_at = now()
                window = SweepWindow(run=run, low=low, high=high, moved=0, recorded_at=recorded_at)
                session.add(window)
                session.flush()
                assert window.id is not None
                moved = apply(session, low, high, window.id, recorded_at)
                window.moved = sum(moved.values())
                session.add(window)
                seal_window(session, signer, batch=window.id, low=low, high=high, now=recorded_at)
                return moved
        except (OperationalError, RowsMovedUnderneathError):
            if attempt == TRIES:
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("unreachable")
