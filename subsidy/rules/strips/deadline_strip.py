"""A deadline as a small calendar: which days were used, stood still, or do not count, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from subsidy.rules.deadlines import MONTHS, Window, add_months
from subsidy.rules.workdays import FAR, Calendar, DayKind, DueDate

ONE_DAY = timedelta(1)
MOST_DAYS = 100
"""A longer window is drawn by months."""
MOST_MONTHS = 120
"""A longer one is not drawn at all."""
TAIL = timedelta(21)
"""So many days behind the end are shown of a window that is over."""
LEAD = timedelta(13)
"""So many days before the last lawful one are shown of a window that counts back."""

Use = Literal["start", "used", "left", "stopped", "rest", "over", "lead"]
"""start: the anchor, which does not count; lead: a day that must lie before the anchor (R2)."""
Mark = Literal["", "due", "told", "range"]
"""due: the last lawful day; told: the same while it is provisional; range: a day up to the latest."""


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the strip."""

    on: date
    use: Use
    make_up: bool
    """A day off by its weekday that is worked in exchange for a holiday."""
    reason: str
    """Why it is a day of rest or a make-up day, in Chinese; empty for an ordinary day."""
    today: bool
    mark: Mark
    provisional: bool
    """No published notice arranges this day yet."""


@dataclass(frozen=True, slots=True)
class StripMonth:
    """One month of a long window. `use` is what most of it is: used, left, over."""

    first: date
    use: Use
    stopped: int
    """Days on which the clock stood."""
    today: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Strip:
    """Weeks from Monday to Sunday, with None outside the window; or months of a long window."""

    weeks: tuple[tuple[StripDay | None, ...], ...] = ()
    months: tuple[StripMonth, ...] = ()

    @property
    def days(self) -> tuple[StripDay, ...]:
        """The days in order; none for a strip of months."""
        return tuple(day for week in self.weeks for day in week if day is not None)


@dataclass(frozen=True)
class _Drawing:
    """Everything that one day's place depends on."""

    window: Window
    anchor: date
    due: DueDate
    today: date
    until: date
    stops: Sequence[tuple[date, date | None]]
    calendar: Calendar

    @property
    def told(self) -> date:
        return self.due.on if self.due.final else self.due.low

    @property
    def latest(self) -> date:
        return self.due.on if self.due.final else max(self.due.high, self.due.on)


def strip_of(
    window: Window,
    *,
    anchor: date,
    due: DueDate,
    today: date,
    stops: Sequence[tuple[date, date | None]] = (),
    closed_on: date | None = None,
    calendar: Calendar,
) -> Strip | None:
    """Draw a window from its anchor to its end; None where it has no length or no end.

    `due` is the end as it is recorded, after every stop and extension; its `low` the day people were
    told. A stop covers its day up to, not including, the day it was resumed (None: it still stands),
    as `rules.clocks` counts it. A window that was closed uses no day after that.
    """
    if window.n is None or FAR in (due.on, due.told_by):
        return None
    until = min(closed_on or today, today)
    drawing = _Drawing(window, anchor, due, today, until, stops, calendar)
    first, last = _reach(drawing)
    if (last - first).days > MOST_DAYS:
        months = tuple(_months(drawing, first, last))
        return Strip(months=months) if len(months) <= MOST_MONTHS else None
    return Strip(weeks=_weeks(list(_days(drawing, first, last))))


def _reach(at: _Drawing) -> tuple[date, date]:
    if at.window.direction == "before":
        return min(at.due.on, max(at.today, at.due.on - LEAD)), at.anchor
    return min(at.anchor, at.told), max(at.latest, min(at.until, at.latest + TAIL))


def _days(at: _Drawing, first: date, last: date) -> Iterator[StripDay]:
    rolled = _rolled_over(at)
    for n in range((last - first).days + 1):
        day = first + timedelta(n)
        yield StripDay(
            on=day,
            use="rest" if day in rolled else _use(at, day),
            make_up=at.calendar.kind(day) is DayKind.MAKE_UP,
            reason=at.calendar.reason(day),
            today=day == at.today,
            mark=_mark(at, day),
            provisional=not at.calendar.is_final(day, day),
        )


def _rolled_over(at: _Drawing) -> frozenset[date]:
    """Days of rest behind the plain end of calendar days or months, over which the end rolled (R3)."""
    n, unit = at.window.n or 0, at.window.unit
    if unit == "working" or at.window.direction == "before":
        return frozenset()
    plain = at.anchor + timedelta(n)
    if unit in MONTHS:
        plain = add_months(at.anchor, n * MONTHS[unit])
    plain -= ONE_DAY * at.window.first_day_counts
    found: list[date] = []
    day = at.due.on - ONE_DAY
    while day > plain and not at.calendar.is_working(day):
        found.append(day)
        day -= ONE_DAY
    return frozenset(found)


def _use(at: _Drawing, day: date) -> Use:
    if day == at.anchor and not at.window.first_day_counts:
        return "start"
    works = at.calendar.is_working(day)
    if at.window.direction == "before":
        return "rest" if not works else "left" if day < at.due.on else "lead"
    if at.window.unit == "working" and not works:
        return "rest"
    if any(_stands(stop, day, at.until) for stop in at.stops):
        return "stopped"
    if day > at.latest:
        return "over" if works else "rest"
    return "used" if day <= at.until else "left"


def _stands(stop: tuple[date, date | None], day: date, until: date) -> bool:
    first, resumed = stop
    return first <= day <= until if resumed is None else first <= day < resumed


def _mark(at: _Drawing, day: date) -> Mark:
    if at.due.final:
        return "due" if day == at.due.on else ""
    return "told" if day == at.told else "range" if at.told < day <= at.latest else ""


def _weeks(days: Sequence[StripDay]) -> tuple[tuple[StripDay | None, ...], ...]:
    before: list[StripDay | None] = [None] * days[0].on.weekday()
    after: list[StripDay | None] = [None] * (6 - days[-1].on.weekday())
    cells = before + list(days) + after
    return tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))


def _months(at: _Drawing, first: date, last: date) -> Iterator[StripMonth]:
    every = (first + timedelta(n) for n in range((last - first).days + 1))
    for _, group in groupby(every, key=lambda day: (day.year, day.month)):
        days = list(group)
        end = days[-1]
        marks = {_mark(at, day) for day in days}
        yield StripMonth(
            first=days[0].replace(day=1),
            use="over" if days[0] > at.latest else "used" if end <= at.until else "left",
            stopped=sum(any(_stands(stop, day, at.until) for stop in at.stops) for day in days),
            today=days[0] <= at.today <= end,
            mark=next((m for m in ("due", "told", "range") if m in marks), ""),
        )
