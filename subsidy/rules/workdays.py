"""Working days as they are known on a business date: R1, R2, and the days between.

A working day is a make-up day, or Monday to Friday outside a holiday span of the yearly notice. A
notice counts from the day it was published. A due date is *final* when every day up to it is
arranged by a published notice; otherwise it is the middle of an earliest and a latest day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from subsidy.rules.calendars.day_table import KnownDays
from subsidy.rules.calendars.files import CalendarFiles, read_folders
from subsidy.rules.calendars.notices import CalendarFileError, DayKind, Fault, Notice
from subsidy.rules.calendars.reckoning import FAR, DueDate, Reckoning
from subsidy.rules.calendars.statutory import CalendarReachError

__all__ = [
    "FAR",
    "Calendar",
    "CalendarBook",
    "CalendarFileError",
    "CalendarReachError",
    "Calendars",
    "DayKind",
    "DueDate",
    "Fault",
    "Notice",
    "next_working_day",
    "rest_days",
    "working_days_after",
    "working_days_before",
    "working_days_between",
]

ONE_DAY = timedelta(1)


@dataclass(frozen=True, eq=False)
class Calendar:
    """What is known on one business date for one city. Made by `CalendarBook.seen_on`.

    Questions about days outside 1901..2099 raise CalendarReachError.
    """

    version: str
    """Twelve hexadecimal digits over everything visible: the same days give the same version."""
    city: str | None
    notices: tuple[Notice, ...]
    """The notices published by then, oldest first."""
    reckoning: Reckoning = field(repr=False)

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked; before its notice is known, by last year's pattern."""
        return self.kind(day).is_working

    def kind(self, day: date) -> DayKind:
        """Return what a day is; before its notice is known, by last year's pattern."""
        return self.reckoning.holding(day, day).kind(day)

    def reason(self, day: date) -> str:
        """Say in Chinese why a day is what it is; empty for an ordinary working day."""
        kind = self.kind(day)
        if kind is DayKind.HOLIDAY:
            festival, published = self.reckoning.table.festival(day)
            return festival if published else f"{festival}（推算）"
        return {DayKind.WEEKEND: "周末", DayKind.MAKE_UP: "调休上班"}.get(kind, "")

    def is_final(self, first: date, last: date) -> bool:
        """Tell whether published notices arrange every day from first to last, both included."""
        table = self.reckoning.holding(first, last)
        return table.all_settled(first.toordinal(), last.toordinal())

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose notice is known, ascending."""
        return tuple(sorted(self.reckoning.known.years))

    @property
    def provisional_from(self) -> date | None:
        """First day of the known years or after that a notice may change; None if none is known."""
        if not self.years:
            return None
        day = date(self.years[0], 1, 1)
        while self.is_final(day, date(day.year, 12, 31)):
            day = date(day.year + 1, 1, 1)
        while self.is_final(day, day):
            day += ONE_DAY
        return day


class Calendars(Protocol):
    """Where calendars come from: a book that was read once, or one that follows its files."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every loaded notice, the oldest publication first."""
        ...

    @property
    def cities(self) -> tuple[str, ...]:
        """Cities with notices of their own."""
        ...

    def seen_on(self, today: date, *, city: str | None = None) -> Calendar:
        """The calendar as it is known on a business date."""
        ...


class CalendarBook:
    """Every loaded notice; `seen_on` opens it at a business date."""

    def __init__(self, files: CalendarFiles) -> None:
        """Use files that were read and checked."""
        self.notices, self.regulations = files.notices, files.regulations
        self.cities = tuple(sorted({n.city for n in self.notices if n.city}))
        self._opened: dict[tuple[date, str | None], Calendar] = {}
        self._by_content: dict[tuple[str | None, str], Calendar] = {}

    @classmethod
    def load(cls, folder: Path, *overrides: Path) -> CalendarBook:
        """Read `<year>.yaml`, `statutory.yaml` and `cities/*.yaml`.

        A file of a later folder replaces the one of the same name. Raises CalendarFileError with
        every fault, FileNotFoundError where a folder is missing.
        """
        return cls(read_folders((folder, *overrides)))

    def seen_on(self, today: date, *, city: str | None = None) -> Calendar:
        """Return the calendar as it is known on `today`: later publications are not visible.

        A city without notices of its own has the national calendar.
        """
        key = (today, city if city in self.cities else None)
        if key not in self._opened:
            self._opened[key] = self._open(*key)
        return self._opened[key]

    def _open(self, today: date, city: str | None) -> Calendar:
        visible = tuple(n for n in self.notices if n.published <= today and n.city in (None, city))
        laws = [r for r in self.regulations if r.published <= today] or self.regulations[:1]
        content = repr(([(n.number, n.amends, n.city, _rows(n)) for n in visible], laws))
        version = hashlib.sha256(content.encode()).hexdigest()[:12]
        if (city, version) not in self._by_content:
            reckoning = Reckoning(KnownDays(visible, tuple(laws)))
            self._by_content[city, version] = Calendar(version, city, visible, reckoning)
        return self._by_content[city, version]


def _rows(notice: Notice) -> list[tuple[str, str, str]]:
    return [(row.on.isoformat(), row.kind.value, row.festival) for row in notice.days]


def working_days_after(calendar: Calendar, *, anchor: date, days: int) -> DueDate:
    """R1: the Nth working day after the anchor; the anchor itself never counts."""
    return calendar.reckoning.nth_after(anchor, _at_least_one(days))


def working_days_before(
    calendar: Calendar, *, anchor: date, days: int, clear_days: bool = False
) -> DueDate:
    """R2: the Nth working day strictly before the anchor is the last lawful day.

    `clear_days` asks for N whole working days between the two: one working day earlier.
    """
    return calendar.reckoning.nth_before(anchor, _at_least_one(days) + clear_days)


def working_days_between(calendar: Calendar, *, after: date, through: date) -> int:
    """Count the working days in (after, through]; 0 where `through` is not later."""
    return calendar.reckoning.count(after + ONE_DAY, through) if through > after else 0


def next_working_day(calendar: Calendar, *, on_or_after: date) -> DueDate:
    """Return the day itself if it is worked, else the next that is: a last day of rest rolls on."""
    return working_days_after(calendar, anchor=on_or_after - ONE_DAY, days=1)


def rest_days(calendar: Calendar, *, first: date, last: date) -> tuple[tuple[date, str], ...]:
    """Return the days of rest from first to last (inclusive) with their reason in Chinese."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return tuple((day, calendar.reason(day)) for day in days if not calendar.is_working(day))


def _at_least_one(days: int) -> int:
    if days < 1:
        raise ValueError(f"A window of {days} days has no last day; give at least 1.")
    return days
