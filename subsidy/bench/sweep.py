"""How fast claims move in bulk: eight transitions from enrolled to payable, beside the floor.

Both run the same windows on copies of one database, one transition after the other, taking turns who
goes first. `full` writes history, seals, ledger, messages and deadlines; `core` only history and seals.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from states.chart import FAR
from subsidy.bench.floor import Floor, Step, due_in, steps
from subsidy.bench.measuring import median, peak_rss_mb, seconds_of
from subsidy.bench.same_rows import compare
from subsidy.bench.scratch import Scratch, scratch
from subsidy.bench.seeding import WINDOWS, fill
from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.moves import Moment, OpenTicket, OpenWindow, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.rules.clocks import Run

TODAY = date(2020, 10, 30)
GIVEN = {
    "certificate_issued": date(2020, 9, 25),
    "applied_on": date(2020, 9, 30),
    "notice_last_day": date(2020, 10, 10),
}


class BenchRules:
    """Windows of plain days, so that the floor can count them in SQL."""

    def __init__(self, *, opens: bool) -> None:
        """`opens`: whether this workload has windows at all."""
        self.opens = opens

    def window(self, *, road_id: int, window: str, anchor: date) -> OpenWindow | None:
        """A window of so many days after its anchor; it never ends a claim."""
        if not self.opens or window not in WINDOWS:
            return None
        due = due_in(window, anchor)
        rule = list(WINDOWS).index(window) + 1
        return OpenWindow(rule, due, due, FAR, due + timedelta(days=1), True, "bench")

    def ticket(self, *, code: str, today: date) -> OpenTicket:
        """No edge of this workload opens tickets."""
        raise KeyError(code)

    def resumed(
        self, *, road_id: int, window: str, anchor: date, run: Run, today: date
    ) -> OpenWindow | None:
        """No clock of this workload stops."""
        raise KeyError(window)


class BenchSigner:
    """Signs with an HMAC: as long as one Ed25519 signature a window is noise, any signature will do."""

    def sign(self, message: bytes) -> str:
        """Return the signature as hexadecimal text."""
        return hmac.new(b"bench", message, hashlib.sha256).hexdigest()

    def verify(self, message: bytes, signature: str) -> bool:
        """Return whether the signature fits."""
        return hmac.compare_digest(self.sign(message), signature)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one run of the eight transitions: ours and the floor's, by event."""

    ours: dict[str, float]
    floor: dict[str, float]


def measure_sweep(
    *,
    claims: int,
    database: str,
    url: str | None = None,
    repeat: int = 3,
    modes: tuple[str, ...] = ("full", "core"),
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure and return the report: the figures of `full` at the top, those of `core` beneath.

    Rates are transitions a second. Raises DifferentRowsError if both did not write the same rows.
    """
    with scratch(database, url=url) as place:
        found = {mode: _mode(place, mode, claims, repeat, tell) for mode in modes}
        first = found[modes[0]]
        report = {"bench": "sweep", "database": database, "n": claims, **first}
        report |= {f"{mode}": found[mode] for mode in modes[1:]}
        return report | {
            "repeat": repeat,
            "floor_window": _window(database),
            "durability": place.facts,
            "peak_rss_mb": peak_rss_mb(),
        }


def _window(kind: str) -> int:
    """The floor's windows: as wide as the engine's can become."""
    return windows.SQLITE_WIDEST if kind == "sqlite" else windows.POSTGRESQL_WINDOW


def _mode(
    place: Scratch, mode: str, n: int, repeat: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    template = place.create()
    source = Database(template)
    fill(source, n=n, full=mode == "full")
    source.dispose()
    timed: list[Timed] = []
    compared = 0
    for number in range(repeat):
        ours, floor = place.copy(template), place.copy(template)
        timed.append(_once(ours, floor, n=n, full=mode == "full", ours_first=number % 2 == 0))
        tell(f"{mode} {number + 1}/{repeat}: {_line(timed[-1], n)}")
        if number == repeat - 1:
            compared = compare(ours, floor)
        place.drop(ours)
        place.drop(floor)
    place.drop(template)
    return _figures(mode, timed, n) | {"rows_compared": compared}


def _line(timed: Timed, n: int) -> str:
    ours, floor = sum(timed.ours.values()), sum(timed.floor.values())
    return f"{8 * n / ours:,.0f}/s, floor {8 * n / floor:,.0f}/s"


def _figures(mode: str, timed: list[Timed], n: int) -> dict[str, Any]:
    ours = median(sum(t.ours.values()) for t in timed)
    floor = median(sum(t.floor.values()) for t in timed)
    count = 8 * n
    return {
        "mode": mode,
        "transitions": count,
        "seconds": round(ours, 3),
        "rate": round(count / ours),
        "floor_seconds": round(floor, 3),
        "floor_rate": round(count / floor),
        "ratio": round(floor / ours, 3),
        "by_event": {
            event: {
                "rate": round(n / median(t.ours[event] for t in timed)),
                "floor_rate": round(n / median(t.floor[event] for t in timed)),
            }
            for event in timed[0].ours
        },
    }


def _once(ours: str, floor: str, *, n: int, full: bool, ours_first: bool) -> Timed:
    engine = Database(ours)
    kind = "sqlite" if engine.is_sqlite else "postgresql"
    bare = Floor(floor, today=TODAY, full=full, window=_window(kind), n=n)
    timed = Timed({}, {})
    for step in steps(TODAY, GIVEN):
        turns = [
            (timed.ours, lambda step=step: _ours(engine, step, n, full=full)),
            (timed.floor, lambda step=step: _theirs(bare, step, n)),
        ]
        for into, work in turns if ours_first else reversed(turns):
            into[step.event] = seconds_of(work)
    engine.dispose()
    return timed


def _ours(engine: Database, step: Step, n: int, *, full: bool) -> None:
    rules = BenchRules(opens=full)

    def apply(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        moment = Moment(TODAY, at, "bench", given=GIVEN, window_batch=batch)
        scope = Scope.window(low, high)
        return move_all(session, event=step.event, scope=scope, moment=moment, rules=rules)

    totals = windows.each(engine, run=f"bench {step.event}", apply=apply, signer=BenchSigner())
    _require(totals.all, n, step)


def _theirs(bare: Floor, step: Step, n: int) -> None:
    _require(bare.run(step), n, step)


def _require(moved: int, n: int, step: Step) -> None:
    if moved != n:
        raise RuntimeError(f"{step.event}: {moved} of {n} claims moved")
