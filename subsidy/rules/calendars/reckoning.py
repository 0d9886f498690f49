"""Counts working days over a table that grows, and bounds what is not published yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from subsidy.rules.calendars.day_table import DayTable, KnownDays
from subsidy.rules.calendars.statutory import FIRST_YEAR, LAST_YEAR, CalendarReachError

FAR = date(9999, 12, 31)
"""Stands for "never" in columns that must not be empty."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last lawful day, inclusive; the window closes at 24:00 of it in Asia/Shanghai (R5)."""

    on: date
    final: bool
    """True when no notice still to come can change it (short of an amendment)."""
    low: date
    """The earliest it can become; `on` when final."""
    high: date
    """The latest it can become; `on` when final."""

    @property
    def told_by(self) -> date:
        """The day a person is told: whatever is published later, it is never too late."""
        return self.low

    @property
    def lapses_after(self) -> date:
        """The day after whose end a right may lapse; FAR while the date is provisional."""
        return self.on if self.final else FAR


class Reckoning:
    """The arithmetic of one calendar. Raises CalendarReachError outside 1901..2099."""

    def __init__(self, known: KnownDays) -> None:
        """Begin with the years that have a notice, one before and two after."""
        years = known.years or frozenset({known.regulations[-1].in_force.year})
        self.known = known
        self.table = DayTable(known, first_year=min(years) - 1, last_year=max(years) + 2)
        self._provisional: dict[tuple[date, int], DueDate] = {}

    def holding(self, first: date, last: date) -> DayTable:
        """Return a table that holds both days; it doubles when a question reaches past it."""
        if not self.table.holds(first.toordinal(), last.toordinal()):
            if first.year < FIRST_YEAR or last.year > LAST_YEAR:
                raise CalendarReachError(
                    f"{first} to {last} leaves the years {FIRST_YEAR} to {LAST_YEAR}, "
                    "whose festivals are known. Check the date and the number of days."
                )
            held = self.table.last_year - self.table.first_year
            start, end = self.table.first_year, self.table.last_year
            if first.year < start:
                start = min(first.year, start - held)
            if last.year > end:
                end = max(last.year, end + held)
            self.table = DayTable(self.known, first_year=start, last_year=end)
        return self.table

    def nth_after(self, anchor: date, n: int) -> DueDate:
        """Return the nth working day after the anchor."""
        start = anchor.toordinal() + 1
        table = self.holding(anchor, anchor)
        while (place := table.worked_to[start - table.base] + n - 1) >= len(table.worked):
            table = self._more(later=True)
        on = table.worked[place]
        if table.all_settled(start, on.toordinal()):
            return DueDate(on, True, on, on)
        return self._remembered((anchor, n), lambda: self._bounded_after(on, start, n))

    def nth_before(self, anchor: date, n: int) -> DueDate:
        """Return the nth working day strictly before the anchor."""
        end = anchor.toordinal() - 1
        table = self.holding(date.fromordinal(end), anchor)
        while (place := table.worked_to[end + 1 - table.base] - n) < 0:
            table = self._more(later=False)
        on = table.worked[place]
        if table.all_settled(on.toordinal(), end):
            return DueDate(on, True, on, on)
        return self._remembered((anchor, -n), lambda: self._bounded_before(on, end, n))

    def count(self, first: date, last: date) -> int:
        """Count the working days from first to last, both included."""
        table = self.holding(first, last)
        begin, end = first.toordinal() - table.base, last.toordinal() - table.base
        return table.worked_to[end + 1] - table.worked_to[begin]

    def _bounded_after(self, on: date, start: int, n: int) -> DueDate:
        """Look from the middle back to the first day that could, on to the first that must do."""
        low = high = on.toordinal()
        reach = high + _slack_days(n)
        table = self._reaching(start, reach)
        near = table.near(start, reach)
        while table.most(start, low - 1, near=near) >= n:
            low -= 1
        while table.fewest(start, high, near=near) < n:
            high += 1
        return DueDate(on, False, date.fromordinal(low), date.fromordinal(high))

    def _bounded_before(self, on: date, end: int, n: int) -> DueDate:
        low = high = on.toordinal()
        reach = low - _slack_days(n)
        table = self._reaching(reach, end)
        near = table.near(reach, end)
        while table.most(high + 1, end, near=near) >= n:
            high += 1
        while table.fewest(low, end, near=near) < n:
            low -= 1
        return DueDate(on, False, date.fromordinal(low), date.fromordinal(high))

    def _reaching(self, first: int, last: int) -> DayTable:
        return self.holding(date.fromordinal(first), date.fromordinal(last))

    def _remembered(self, question: tuple[date, int], answer: Callable[[], DueDate]) -> DueDate:
        """Bounds cost some 50 µs, and sweeps ask for the same few anchors again and again."""
        if question not in self._provisional:
            self._provisional[question] = answer()
        return self._provisional[question]

    def _more(self, *, later: bool) -> DayTable:
        year = self.table.last_year + 1 if later else self.table.first_year - 1
        return self.holding(date(year, 1, 1), date(year, 12, 31))


def _slack_days(n: int) -> int:
    """Further than the outermost day lies from the middle: a year's holidays add some 30 days."""
    return 60 + n // 4
