"""Counting time once more, one day after the other: nothing here comes from `subsidy`.

It reads the calendar files for itself and walks. A day is known as work or rest, or it is open because
the notice that arranges it was not published by then; whoever walks into an open day cannot know the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORK, REST = "work", "rest"
ONE = timedelta(days=1)
KINDS = {"holiday": REST, "make_up": WORK}


@dataclass(frozen=True)
class Files:
    """The notices of a calendar folder, as its YAML has them; those of cities with their `city`."""

    notices: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, folder: Path) -> Files:
        """Read `<year>.yaml` and `cities/<city>.yaml`."""
        found = []
        for path in [*sorted(folder.glob("20*.yaml")), *sorted(folder.glob("cities/*.yaml"))]:
            file = YAML(typ="safe").load(path.read_text("utf-8"))
            for notice in file["notices"]:
                found.append({"year": file.get("year"), "city": file.get("city"), **notice})
        return cls(tuple(found))

    def known(self, today: date, city: str | None) -> Known:
        """What somebody in the city knows on a day."""
        rows: dict[date, str] = {}
        years = set()
        published = [one for one in self.notices if one["published"] <= today]
        for notice in sorted(published, key=lambda one: (one["published"], "amends" in one)):
            if notice["city"] is None:
                rows.update({row["date"]: row["kind"] for row in notice["days"]})
                if "amends" not in notice:
                    years.add(notice["year"])
        for notice in sorted(published, key=lambda one: one["published"]):
            if notice["city"] is not None and notice["city"] == city:
                rows.update({row["date"]: row["kind"] for row in notice["days"]})
        return Known(rows, frozenset(years))


@dataclass(frozen=True)
class Known:
    """The days that notices name, and the years that they arrange."""

    rows: dict[date, str]
    years: frozenset[int]

    def day(self, day: date) -> str | None:
        """`work`, `rest`, or None where a notice still to come may change it."""
        kind = self.rows.get(day)
        if kind is None:
            if day.year not in self.years:
                return None
            if day.month == 12 and day.day >= 25 and day.year + 1 not in self.years:
                return None
        return KINDS.get(kind or "", WORK if day.isoweekday() <= 5 else REST)


@dataclass(frozen=True)
class Period:
    """A window by its plain words."""

    n: int
    unit: str
    direction: str = "after"
    first_day_counts: bool = False


@dataclass(frozen=True)
class Happened:
    """What happened to a clock, in order: ("stopped" | "resumed" | "extended", day, named day)."""

    entries: tuple[tuple[str, date, date], ...] = ()

    def stands(self, day: date) -> bool:
        """Whether the clock stands at the end of the day."""
        standing = False
        for entry, on, _ in self.entries:
            if on <= day and entry in ("stopped", "resumed"):
                standing = entry == "stopped"
        return standing

    @property
    def extension(self) -> tuple[date, date] | None:
        """(day of the grant, last day named) of the newest one."""
        found = [(on, named) for entry, on, named in self.entries if entry == "extended"]
        return found[-1] if found else None


def end(known: Known, period: Period, anchor: date, today: date, happened: Happened) -> date | None:
    """The last lawful day, None while it is not known. A stop that lasts is counted through `today`."""

    def stood(day: date) -> bool:
        return day <= today and happened.stands(day)

    if happened.extension is not None:
        return _extended(known, period, anchor, happened.extension, stood)
    if period.direction == "before":
        return _before(known, period, anchor)
    if period.unit == "working":
        return _nth_working(known, period, anchor, stood)
    day, last = _eve(period, anchor), _without_stops(period, anchor)
    lacking = (last - day).days
    while lacking:
        day += ONE
        lacking -= not stood(day)
    return _roll(known, day, stood)


def used(known: Known, period: Period, anchor: date, today: date, happened: Happened) -> int | None:
    """How many days of the period have passed by the end of today, without those it stood."""
    count, day = 0, _eve(period, anchor)
    while day < today:
        day += ONE
        kind = known.day(day) if period.unit == "working" else WORK
        if kind is None:
            return None
        count += kind == WORK and not happened.stands(day)
    return count


def stood(
    known: Known, period: Period, anchor: date, today: date, happened: Happened
) -> int | None:
    """How many of its days passed by while it stood."""
    whole = used(known, period, anchor, today, Happened())
    part = used(known, period, anchor, today, happened)
    return None if whole is None or part is None else whole - part


def rests(known: Known, first: date, last: date) -> list[date]:
    """The days of rest from first to last."""
    return [day for day in walk(first, last) if known.day(day) == REST]


def walk(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    while first <= last:
        yield first
        first += ONE


def next_work(known: Known, day: date) -> date | None:
    """The first day of work behind a day."""
    return _roll(known, day + ONE, lambda _: False)


def _eve(period: Period, anchor: date) -> date:
    """The day before the first one that counts."""
    return anchor - ONE if period.first_day_counts else anchor


def _nth_working(known: Known, period: Period, anchor: date, stood: Any) -> date | None:
    day, lacking = _eve(period, anchor), period.n
    while lacking:
        day += ONE
        kind = known.day(day)
        if kind is None:
            return None
        lacking -= kind == WORK and not stood(day)
    return day


def _before(known: Known, period: Period, anchor: date) -> date | None:
    if period.unit != "working":
        return _without_stops(period, anchor)
    day, lacking = anchor + ONE if period.first_day_counts else anchor, period.n
    while lacking:
        day -= ONE
        kind = known.day(day)
        if kind is None:
            return None
        lacking -= kind == WORK
    return day


def _without_stops(period: Period, anchor: date) -> date:
    """The plain end of calendar days, months and years."""
    sign = -1 if period.direction == "before" else 1
    back = timedelta(days=sign * period.first_day_counts)
    if period.unit == "calendar":
        return anchor + timedelta(days=sign * period.n) - back
    months = sign * period.n * (12 if period.unit == "year" else 1)
    year, month = anchor.year, anchor.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    day = anchor.day
    while True:
        try:
            return date(year, month, day) - back
        except ValueError:
            day -= 1


def _roll(known: Known, day: date, stood: Any) -> date | None:
    while True:
        kind = known.day(day)
        if kind is None:
            return None
        if kind == WORK and not stood(day):
            return day
        day += ONE


def _extended(
    known: Known, period: Period, anchor: date, extension: tuple[date, date], stood: Any
) -> date | None:
    granted, named = extension
    works = period.unit == "working"
    first = max(granted, _eve(period, anchor) + ONE)
    lost = [day for day in walk(first, named) if stood(day)]
    if period.direction == "before" or not lost:
        return named
    kinds: Sequence[str | None] = [known.day(day) if works else WORK for day in lost]
    if None in kinds:
        return None
    day, lacking = named, sum(kind == WORK for kind in kinds)
    if not lacking:
        return named
    while lacking:
        day += ONE
        kind = known.day(day) if works else WORK
        if kind is None:
            return None
        lacking -= kind == WORK and not (stood(day) and day >= granted)
    return day if works else _roll(known, day, stood)
