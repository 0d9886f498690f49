"""How fast what is due is found among what waits, and how fast it is fired with every effect."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from subsidy.actions import advance
from subsidy.actions.acting import Act, Office
from subsidy.actions.deadlines.sweeping.rows import next_wanted
from subsidy.bench.measuring import median, peak_rss_mb, seconds_of
from subsidy.bench.same_rows import compare
from subsidy.bench.scratch import scratch
from subsidy.bench.timers.floor import Floor
from subsidy.bench.timers.layout import CITY, TODAY, Layout, lay_out
from subsidy.bench.timers.seeding import Seeding
from subsidy.records.database import Database
from subsidy.records.tables import (
    ClaimClosed,
    ClaimHistory,
    ClaimProgress,
    Deadline,
    LedgerEntry,
    Outbox,
    Ticket,
)
from subsidy.rules.policy import load_pack
from subsidy.rules.workdays import CalendarBook

CONFIG = Path(__file__).resolve().parents[3] / "config"
NOW = datetime(2020, 12, 7, tzinfo=UTC)
ASKED = 1_000
LOOKS = 60
NEXT_BARE = (
    "SELECT id, next_on FROM deadline WHERE status IN ('open', 'missed') AND next_on < '9999-12-31' AND "
    f"city = '{CITY}' ORDER BY next_on, id LIMIT {ASKED}"
)
ORDERS: dict[type[SQLModel], str] = {
    ClaimProgress: "claim_id",
    ClaimClosed: "claim_id",
    ClaimHistory: "claim_id, version",
    LedgerEntry: "claim_id, claim_version, debit, credit",
    Outbox: "subject, subject_id, template, occasion",
    Ticket: "coalesce(claim_id, 0), class_id, code",
    Deadline: "id",
}


class NoKeys:
    """A vault that holds nothing: no deadline needs personal data."""

    @property
    def ring(self) -> Any:
        """There are no keys."""
        raise LookupError("no personal data is opened here")

    index = b""


def measure_timers(
    *,
    waiting: int,
    due_now: int,
    database: str,
    url: str | None = None,
    repeat: int = 3,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure and return the report. Rates are deadlines fired a second, with every effect written.

    Raises DifferentRowsError if the floor did not write the same rows, LookupError where not every due
    one was fired.
    """
    act = _act()
    layout = lay_out(waiting=waiting, due_now=due_now, pack=act.pack, calendar=act.calendar)
    with scratch(database, url=url) as place:
        template = place.create()
        source = Database(template)
        seconds = seconds_of(Seeding(source, layout, act).fill)
        tell(f"{layout.n:,} deadlines written in {seconds:.0f} s, {layout.due:,} of them due")
        looked = _look(source)
        source.dispose()
        ours, floor, compared = [], [], 0
        for number in range(repeat):
            mine, bare = place.copy(template), place.copy(template)
            both = [partial(_fire, mine, layout, act), partial(_floor, bare, layout, act)]
            taken = [both[i]() for i in ((0, 1) if number % 2 == 0 else (1, 0))]
            ours.append(taken[number % 2])
            floor.append(taken[1 - number % 2])
            tell(f"{number + 1}/{repeat}: {layout.due / ours[-1]:,.0f}/s, floor "
                 f"{layout.due / floor[-1]:,.0f}/s")  # fmt: skip
            if number == repeat - 1:
                compared = compare(mine, bare, orders=ORDERS)
            place.drop(mine)
            place.drop(bare)
        place.drop(template)
        facts = place.facts
    return (
        _report(layout, database, ours, floor)
        | looked
        | {
            "rows_compared": compared,
            "repeat": repeat,
            "durability": facts,
            "peak_rss_mb": peak_rss_mb(),
        }
    )


def _act() -> Act:
    pack = load_pack(
        CONFIG / "policies" / f"{CITY}.yaml",
        settings=CONFIG / "settings" / f"{CITY}.yaml",
        exceptions=CONFIG / "exceptions.yaml",
    )
    calendars = CalendarBook.load(CONFIG / "calendar")
    office = Office(packs={CITY: pack}, calendars=calendars, vault=NoKeys())
    return Act(office, CITY, TODAY, NOW, "flow:bench")


def _look(database: Database) -> dict[str, Any]:
    """Milliseconds to get the next thousand by our query, and by the bare statement beside it."""
    times, bare = [], []
    for _ in range(LOOKS):
        with database.reading() as session:
            session.connection()
            start = time.perf_counter()
            found = next_wanted(session, city=CITY, limit=ASKED)
            times.append(time.perf_counter() - start)
            start = time.perf_counter()
            session.connection().execute(text(NEXT_BARE)).all()
            bare.append(time.perf_counter() - start)
    return {
        "next_1000_ms": round(statistics.median(times) * 1000, 3),
        "next_1000_found": len(found),
        "next_1000_floor_ms": round(statistics.median(bare) * 1000, 3),
    }


def _fire(url: str, layout: Layout, act: Act) -> float:
    database = Database(url)
    done: dict[str, int] = {}

    def work() -> None:
        done.update(
            advance.watch_deadlines(
                database, act.office, city=CITY, today=TODAY, now=NOW, actor=act.actor
            )
        )

    try:
        seconds = seconds_of(work)
    finally:
        database.dispose()
    if done["looked_at"] != layout.due:
        raise LookupError(f"{done['looked_at']} deadlines were fired, {layout.due} are due")
    return seconds


def _floor(url: str, layout: Layout, act: Act) -> float:
    window = advance.SQLITE_DEADLINES if url.startswith("sqlite") else advance.POSTGRESQL_DEADLINES
    floor = Floor(url, layout, act, window=window)
    fired: list[int] = []
    seconds = seconds_of(lambda: fired.append(floor.run()))
    if fired != [layout.due]:
        raise LookupError(f"the floor fired {fired[0]} deadlines, {layout.due} are due")
    return seconds


def _report(layout: Layout, database: str, ours: list[float], floor: list[float]) -> dict[str, Any]:
    mine, bare = median(ours), median(floor)
    return {
        "bench": "timers",
        "database": database,
        "n": layout.n,
        "fired": layout.due,
        "seconds": round(mine, 3),
        "rate": round(layout.due / mine),
        "floor_seconds": round(bare, 3),
        "floor_rate": round(layout.due / bare),
        "ratio": round(bare / mine, 3),
    }
