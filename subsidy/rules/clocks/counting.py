"""Where a window ends whose clock was stopped or extended, and how much of it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from subsidy.rules.clocks.run import ONE_DAY, RUNNING, Run, stopped_days
from subsidy.rules.deadlines import UNSET_DUE, Window, due, plain_end, working_due
from subsidy.rules.workdays import (
    Calendar,
    DueDate,
    next_working_day,
    working_days_after,
    working_days_between,
)


@dataclass(frozen=True, slots=True)
class Clock:
    """How far a window has run: counted days used and stopped, and where it now ends."""

    total: int
    used: int
    stopped: int
    unit: Literal["working", "calendar"]
    due: DueDate
    running: bool
    """False while it is stopped for a correction that has not come back."""

    @property
    def left(self) -> int:
        """Days not used yet, never below 0."""
        return max(self.total - self.used, 0)

    @property
    def overrun(self) -> int:
        """Days used beyond the total."""
        return max(self.used - self.total, 0)


def ends_on(window: Window, *, anchor: date, run: Run, today: date, calendar: Calendar) -> DueDate:
    """Return the last lawful day of a window whose clock was stopped or extended.

    A day is stopped when the clock stands at its end: the day of the stop is, the day on which it
    resumes is not, and stopping and resuming on one day costs nobody a day. A stop that lasts is
    counted through `today`. The window ends on the first day by which all its days have passed but
    the stopped ones: working days of a window of working days, all days otherwise, which then roll
    to a working day on which the clock runs. A stop behind the end changes nothing. An extension
    names the last day; days stopped from its grant on come on top. Windows that count back end by
    what lies ahead, however long their clock stood.

    While a stopped day may still become a day of rest, or of work, the earliest end leaves it out
    and the latest one counts it.
    """
    if window.n is None:
        return UNSET_DUE
    fixed = None if run.until is None else DueDate(run.until, True, run.until, run.until)
    stopped = stopped_days(run.stops, today)
    if run.granted is not None:
        stopped = tuple(day for day in stopped if day >= run.granted)
    if window.direction == "before" or not stopped:
        return fixed or due(window, anchor=anchor, calendar=calendar)
    end = _Lengthened(window, anchor, fixed, stopped, calendar)
    on = end.reach("on", end.counts)
    if end.is_final(on):
        return DueDate(on, True, on, on)
    sure = {day for day in stopped if end.counts(day) and end.is_settled(day)}
    low = end.reach("low", sure.__contains__)
    high = end.reach("high", lambda day: end.counts(day) or not end.is_settled(day))
    return DueDate(on, False, min(low, on), max(high, on))


@dataclass(frozen=True, slots=True)
class _Lengthened:
    """One window with the days on which its clock stood."""

    window: Window
    anchor: date
    fixed: DueDate | None
    stopped: tuple[date, ...]
    calendar: Calendar

    def counts(self, day: date) -> bool:
        """Whether the day is one of those that the window is made of."""
        return self.window.unit != "working" or self.calendar.is_working(day)

    def is_settled(self, day: date) -> bool:
        """Whether no notice may change what the day counts for."""
        return self.window.unit != "working" or self.calendar.is_final(day, day)

    def is_final(self, end: date) -> bool:
        """Whether every day that the end was counted with is arranged; a named day needs no notice."""
        if self.fixed is not None and end == self.fixed.on:
            return all(self.is_settled(day) for day in self.stopped if self._start() < day <= end)
        if self.window.unit != "working":
            first = self._plain(self._behind(self.counts))
        else:
            first = self.stopped[0] if self.fixed else self._start() + ONE_DAY
        return self.calendar.is_final(min(first, end), end)

    def reach(self, which: Literal["on", "low", "high"], lost: Callable[[date], bool]) -> date:
        """The end when the stopped days that are `lost` do not count, by one of the three views."""
        if self.window.unit != "working":
            return self._rolled(self._plain(self._behind(lost)), which)
        extra = 0
        while True:
            end: date = getattr(self._worked(extra), which)
            found = sum(self._start() < day <= end and lost(day) for day in self.stopped)
            if found <= extra:
                return end
            extra = found

    def _start(self) -> date:
        """The last day before the first one that counts."""
        return self.anchor - ONE_DAY * self.window.first_day_counts

    def _worked(self, extra: int) -> DueDate:
        if self.fixed is None:
            return working_due(
                self.window, (self.window.n or 0) + extra, self.anchor, self.calendar
            )
        return (
            working_days_after(self.calendar, anchor=self.fixed.on, days=extra)
            if extra
            else self.fixed
        )

    def _plain(self, extra: int) -> date:
        """The end before it rolls."""
        end = (
            self.fixed.on if self.fixed else plain_end(self.window, self.window.n or 0, self.anchor)
        )
        return end + timedelta(extra)

    def _behind(self, lost: Callable[[date], bool]) -> int:
        """How many stopped days lie before the end that they move."""
        extra = 0
        while True:
            end = self._plain(extra)
            found = sum(self._start() < day <= end and lost(day) for day in self.stopped)
            if found <= extra:
                return extra
            extra = found

    def _rolled(self, end: date, which: Literal["on", "low", "high"]) -> date:
        if self.fixed is not None and end == self.fixed.on:
            return end
        while True:
            end = getattr(next_working_day(self.calendar, on_or_after=end), which)
            if end not in self.stopped:
                return end
            end += ONE_DAY


def clock(
    window: Window,
    *,
    anchor: date,
    today: date,
    run: Run = RUNNING,
    calendar: Calendar,
) -> Clock:
    """Return how much of a forward window is used on `today` (that day included).

    Days stopped and the end are those of `ends_on`. An extension makes the total as many days as it
    gives. Raises ValueError for a window that has no length or counts
    back.
    """
    if window.n is None or window.direction != "after":
        raise ValueError(f"Window {window.name} has no clock: it needs a length and runs forward.")
    running = not any(resumed is None and day <= today for day, resumed in run.stops)
    stopped = stopped_days(run.stops, today)
    start = anchor - ONE_DAY * window.first_day_counts

    def counted(through: date) -> int:
        if window.unit == "working":
            return working_days_between(calendar, after=start, through=through)
        return max((through - start).days, 0)

    def stood(day: date) -> bool:
        return start < day and (window.unit != "working" or calendar.is_working(day))

    held = sum(stood(day) for day in stopped if day <= today)
    if run.until is not None and run.granted is not None:
        before = min(run.granted, run.until)
        total = counted(run.until) - sum(stood(day) for day in stopped if day < before)
    elif window.unit == "working":
        total = window.n
    else:
        total = (plain_end(window, window.n, anchor) - start).days
    ends = ends_on(window, anchor=anchor, run=run, today=today, calendar=calendar)
    unit: Literal["working", "calendar"] = "working" if window.unit == "working" else "calendar"
    return Clock(total, counted(today) - held, held, unit, ends, running)
