"""The commit loop of bulk work: id windows, one transaction each, resumable behind the last one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session, col, select

from subsidy.records.database import Database
from subsidy.records.moves.minutes import BULK
from subsidy.records.moves.moment import RowsMovedUnderneathError
from subsidy.records.seals import Signer, seal_window
from subsidy.records.tables import ClaimProgress, SweepWindow

SQLITE_WINDOW = 5_000
POSTGRESQL_WINDOW = 20_000
SQLITE_YIELD_SECONDS = 0.005
"""Pause between windows, so that the console gets the write lock."""
SQLITE_LONGEST_SECONDS = 0.15
"""How long a window should keep the write lock; the next one is made as wide as that allows."""
SQLITE_NARROWEST, SQLITE_WIDEST = 1_000, 20_000
TRIES = 10
CHAINS = 16
"""Runners that may seal at the same time on PostgreSQL; each has a chain of its own."""
CHAIN_LOCK = 7_020_200

Apply = Callable[[Session, int, int, int, datetime], dict[str, int]]
"""(session, low, high, batch, recorded_at) → target state → how many moved."""


class TooManyRunnersError(RuntimeError):
    """Sixteen bulk runs are at work at once. Wait for one to end, or run fewer shards."""


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


@dataclass(frozen=True, slots=True)
class _Run:
    database: Database
    name: str
    apply: Apply
    signer: Signer
    chain: str
    now: Callable[[], datetime]


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
    """Walk the open claims from `low` (inclusive) to `high` (exclusive) window by window.

    Each window is one transaction: moves, effects, seal and cursor. Ids without an open claim are
    passed over. A run of the same name over the same ids that was killed goes on behind its last
    committed window; a finished one does nothing. A window that met a conflict is tried again. Without
    `size`, SQLite's windows are fitted to how fast the machine is.
    """
    fitted = database.is_sqlite and size is None
    width = size or (SQLITE_WINDOW if database.is_sqlite else POSTGRESQL_WINDOW)
    totals = Totals()
    with _chain(database) as chain:
        at_work = _Run(database, run, apply, signer, chain, now)
        start, end = _span(database, run, low, high)
        while (first := _next_open(database, start, end)) is not None:
            start = min(first + width, end)
            began = time.perf_counter()
            totals.add(_one(at_work, first, start))
            if fitted:
                width = _fitting(width, time.perf_counter() - began)
            if database.is_sqlite and start < end:
                time.sleep(SQLITE_YIELD_SECONDS)
    return totals


def _fitting(width: int, seconds: float) -> int:
    """The width of the next window after one that took so long: at most twice or half as wide."""
    wanted = width * SQLITE_LONGEST_SECONDS / max(seconds, 0.001)
    wanted = min(max(wanted, width / 2), width * 2)
    return int(min(max(wanted, SQLITE_NARROWEST), SQLITE_WIDEST))


@contextmanager
def _chain(database: Database) -> Iterator[str]:
    """Give a chain of seals that no other runner uses until this one ends, or its connection does."""
    if database.is_sqlite:
        yield BULK
        return
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        ask = text("SELECT pg_try_advisory_lock(:key)")
        for number in range(CHAINS):
            if connection.execute(ask, {"key": CHAIN_LOCK + number}).scalar():
                try:
                    yield BULK if number == 0 else f"{BULK}-{number}"
                finally:
                    connection.execute(
                        text("SELECT pg_advisory_unlock(:key)"), {"key": CHAIN_LOCK + number}
                    )
                return
    raise TooManyRunnersError(TooManyRunnersError.__doc__)


def _span(database: Database, run: str, low: int | None, high: int | None) -> tuple[int, int]:
    """Where the run begins and ends: behind what it has done within these ids."""
    with database.reading() as session:
        first, last = session.exec(
            select(func.min(ClaimProgress.claim_id), func.max(ClaimProgress.claim_id))
        ).one()
        if first is None or last is None:
            return 0, 0
        start = first if low is None else low
        end = last + 1 if high is None else high
        done = session.exec(
            select(func.max(SweepWindow.high)).where(
                col(SweepWindow.run) == run,
                col(SweepWindow.low) >= start if low is not None else True,
                col(SweepWindow.high) <= end if high is not None else True,
            )
        ).one()
    return max(start, done or 0), end


def _next_open(database: Database, start: int, end: int) -> int | None:
    with database.reading() as session:
        claim_id = col(ClaimProgress.claim_id)
        query = select(claim_id).where(claim_id >= start, claim_id < end)
        return session.exec(query.order_by(claim_id).limit(1)).first()


def _one(run: _Run, low: int, high: int) -> dict[str, int]:
    for attempt in range(1, TRIES + 1):
        try:
            return _window(run, low, high)
        except (OperationalError, IntegrityError, RowsMovedUnderneathError) as error:
            if attempt == TRIES or not _is_conflict(error):
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("unreachable")


def _is_conflict(error: Exception) -> bool:
    """Whether another transaction was in the way, so that trying again helps."""
    if not isinstance(error, DBAPIError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    locked = "locked" in str(error.orig) or "busy" in str(error.orig)
    return state in ("40001", "40P01", "55P03", "23505") if state else locked


def _window(run: _Run, low: int, high: int) -> dict[str, int]:
    with run.database.transaction(repeatable=True) as session:
        at = run.now()
        window = SweepWindow(run=run.name, low=low, high=high, moved=0, recorded_at=at)
        session.add(window)
        session.flush()
        assert window.id is not None
        batch = window.id
        moved = run.apply(session, low, high, batch, at)
        window.moved = sum(moved.values())
        session.add(window)
        session.flush()
        seal_window(session, run.signer, batch=batch, low=low, high=high, now=at, chain=run.chain)
        return moved
