"""What happened to a clock: its stops and its extension, and which days it stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

ONE_DAY = timedelta(1)
Stop = tuple[date, date | None]
"""A stop from its day up to, not including, the day on which it resumed; None while it lasts."""


@dataclass(frozen=True, slots=True)
class Run:
    """What happened to a clock: its stops, oldest first, and the newest extension."""

    stops: tuple[Stop, ...] = ()
    until: date | None = None
    """The last day (inclusive) that the extension names."""
    granted: date | None = None
    """The day on which it was granted: days stopped before it no longer matter."""


RUNNING = Run()
"""A clock that nobody stopped or extended."""


def run_of(entries: Iterable[tuple[str, date, date]]) -> Run:
    """Return what the entries of a clock (entry, day, day it then ends on), oldest first, come to.

    Only `stopped`, `resumed`, `extended`, `agreed` (a last day that follows from no length) and
    `anchor_moved` (what came before no longer matters) change how it runs; a second stop while it
    stands, or a resumption of one that runs, changes nothing.
    """
    stops: list[Stop] = []
    until = granted = None
    for entry, on, ends in entries:
        standing = bool(stops) and stops[-1][1] is None
        if entry == "stopped" and not standing:
            stops.append((on, None))
        elif entry == "resumed" and standing:
            stops[-1] = (stops[-1][0], on)
        elif entry in ("extended", "agreed"):
            until, granted = ends, on
        elif entry == "anchor_moved":
            stops, until, granted = [], None, None
    return Run(tuple(stops), until, granted)


def over(run: Run) -> Run:
    """The run without a stop that still lasts: what is certain of it."""
    return replace(run, stops=tuple(stop for stop in run.stops if stop[1] is not None))


def stopped_days(stops: Sequence[Stop], today: date) -> tuple[date, ...]:
    """Every day at whose end the clock stands, once, though stops may overlap."""
    days: set[date] = set()
    for first, resumed in stops:
        end = resumed if resumed is not None else today + ONE_DAY
        days.update(first + timedelta(n) for n in range((end - first).days))
    return tuple(sorted(days))
