"""Every day of a run of years in arrays, so that counting working days is two look-ups."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from subsidy.rules.calendars.checks import OPEN_FROM_DAY_OF_DECEMBER
from subsidy.rules.calendars.history import SATURDAY, Arrangement, arrangements, days_in_force
from subsidy.rules.calendars.notices import DayKind, ExceptionalDay, Notice, Regulation, RowKind
from subsidy.rules.calendars.outlook import Outlook, outlook
from subsidy.rules.calendars.statutory import FIRST_YEAR, LAST_YEAR, StatutorySpan, statutory_spans

WIDEST_OUTLOOK = 90
"""More days than any one festival can reach: two weeks each side, and its longest span."""
KINDS = {RowKind.HOLIDAY: DayKind.HOLIDAY, RowKind.MAKE_UP: DayKind.MAKE_UP}


@dataclass(frozen=True)
class KnownDays:
    """What is known on one business date for one city, before it is laid out day by day."""

    notices: tuple[Notice, ...]
    regulations: tuple[Regulation, ...]
    settled: dict[date, ExceptionalDay] = field(init=False)
    """Rows in force; a city's own notices overrule the national ones."""
    years: frozenset[int] = field(init=False)
    """Years whose notice is known."""
    seen: tuple[Arrangement, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what follows from the notices once."""
        national = [notice for notice in self.notices if notice.city is None]
        local = [notice for notice in self.notices if notice.city is not None]
        arranged = frozenset(notice.year for notice in national if notice.arranges_the_year)
        object.__setattr__(self, "settled", days_in_force(national) | days_in_force(local))
        object.__setattr__(self, "years", arranged)
        seen = arrangements(national, regulations=self.regulations)
        object.__setattr__(self, "seen", seen)

    def is_open(self, day: date) -> bool:
        """True where a later notice may still change the day.

        The last week of December waits for the next year's notice (2018-12-29 was made up by it).
        """
        if day.year not in self.years:
            return day not in self.settled
        if (day.month, day.day) < (12, OPEN_FROM_DAY_OF_DECEMBER):
            return False
        return day.year + 1 not in self.years and day not in self.settled


class DayTable:
    """The days from 1 January of `first_year` to 31 December of `last_year`, counted.

    Positions in the arrays are days since the first one. `worked_to[i + 1]` counts the working days
    up to position i, `open_to` the days a later notice may change, `plain_to` the days worked when
    only the days by law are free.
    """

    def __init__(self, known: KnownDays, *, first_year: int, last_year: int) -> None:
        """Lay the years out; years outside 1901..2099 are cut off."""
        self.known = known
        self.first_year, self.last_year = max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR)
        self.base = date(self.first_year, 1, 1).toordinal()
        self.size = date(self.last_year, 12, 31).toordinal() - self.base + 1
        self.spans = tuple(self._unpublished())
        self.by_law = {day: span.name for span in self.spans for day in span.days}
        off = frozenset(self.by_law)
        views = (
            outlook(span, seen=known.seen, is_open=known.is_open, by_law=off) for span in self.spans
        )
        self.outlooks = tuple(sorted(views, key=lambda view: view.near_from))
        self._near_from = [view.near_from for view in self.outlooks]
        self.middle = {
            day: (kind, view.name) for view in self.outlooks for day, kind in view.middle
        }
        self.worked_to, self.open_to, self.plain_to = [0], [0], [0]
        self.worked: list[date] = []
        self._count()

    def _unpublished(self) -> Iterator[StatutorySpan]:
        """Spans of the years without a notice, next New Year's too: it may take December days."""
        for year in range(self.first_year, min(self.last_year + 1, LAST_YEAR) + 1):
            if year not in self.known.years:
                yield from statutory_spans(self.known.regulations, year=year)

    def _count(self) -> None:
        known, by_law = self.known, self.by_law
        work = opened = plain = 0
        for ordinal in range(self.base, self.base + self.size):
            day = date.fromordinal(ordinal)
            working = self.kind(day).is_working
            if working:
                self.worked.append(day)
                work += 1
            if known.is_open(day):
                opened += 1
                plain += day.weekday() < SATURDAY and day not in by_law
            else:
                plain += working
            self.worked_to.append(work)
            self.open_to.append(opened)
            self.plain_to.append(plain)

    def kind(self, day: date) -> DayKind:
        """Return what the day is; before its notice is known, by last year's pattern."""
        row = self.known.settled.get(day)
        if row is not None and row.kind is not RowKind.ORDINARY:
            return KINDS[row.kind]
        if row is None and day in self.middle and self.known.is_open(day):
            return KINDS[self.middle[day][0]]
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING

    def festival(self, day: date) -> tuple[str, bool]:
        """Return the festival a holiday belongs to, and whether a notice says so."""
        row = self.known.settled.get(day)
        return (row.festival, True) if row else (self.middle[day][1], False)

    def holds(self, first: int, last: int) -> bool:
        """True where both ordinals lie in the table."""
        return self.base <= first and last < self.base + self.size

    def all_settled(self, first: int, last: int) -> bool:
        """True where no day of first..last (ordinals, inclusive) waits for a notice."""
        return self.open_to[last - self.base + 1] == self.open_to[first - self.base]

    def plain(self, first: int, last: int) -> int:
        """Count the days worked in first..last (ordinals) when only the days by law are free."""
        if last < first:
            return 0
        return self.plain_to[last - self.base + 1] - self.plain_to[first - self.base]

    def near(self, first: int, last: int) -> tuple[Outlook, ...]:
        """Return the unpublished festivals that can change a day of first..last (ordinals)."""
        if self.all_settled(max(first, self.base), min(last, self.base + self.size - 1)):
            return ()
        begin = bisect_left(self._near_from, first - WIDEST_OUTLOOK)
        end = bisect_right(self._near_from, last)
        return tuple(v for v in self.outlooks[begin:end] if v.near_through >= first)

    def most(self, first: int, last: int, *, near: Sequence[Outlook]) -> int:
        """Count the most working days any notice could leave in first..last (ordinals)."""
        if last < first:
            return 0
        made_up = sum(view.made_up(first, last) for view in near)
        if made_up > 1:
            weekends = {d for view in near for d in view.may_be_made_up if first <= d <= last}
            made_up = min(made_up, len(weekends))
        return self.plain(first, last) + made_up

    def fewest(self, first: int, last: int, *, near: Sequence[Outlook]) -> int:
        """Count the fewest working days any notice could leave in first..last (ordinals)."""
        return self.plain(first, last) - sum(v.taken(first, last, self.plain) for v in near)
