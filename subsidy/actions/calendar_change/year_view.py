"""A year of the calendar as people look at it: twelve months, and the days that differ from their weekday."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.calendar_change.rounds import walk_of
from subsidy.rules.calendars.statutory import FIRST_YEAR, LAST_YEAR
from subsidy.rules.workdays import Calendar, DayKind, Notice

REACH = 3
"""Years behind the last known one that are still shown, by last year's pattern."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the year."""

    on: date
    kind: str
    """working, make_up, weekend or holiday; before its notice is known by last year's pattern."""
    provisional: bool
    of_city: bool
    """A notice of the city itself made it so."""
    festival: str
    """Chinese; empty for an ordinary day."""
    number: str
    """Of the notice that arranges it; empty where none does."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday on; None where the week belongs to its neighbour."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The whole year, as it is known on the business date."""

    year: int
    is_known: bool
    months: tuple[Month, ...]
    different: tuple[Day, ...]
    """Holidays and make-up days; weekends of rest are not among them."""
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known on the business date, and whether the running deadlines are counted with it."""

    version: str
    provisional_from: date | None
    waits_for: int | None
    """The year whose notice comes next."""
    is_counted: bool
    """Whether every running deadline of the city is counted with this version."""


def known_now(session: Session, act: Act) -> Known:
    """What the city's calendar knows on the business date."""
    calendar = act.calendar
    walk = walk_of(session, city=act.city)
    return Known(
        version=calendar.version,
        provisional_from=calendar.provisional_from,
        waits_for=calendar.years[-1] + 1 if calendar.years else None,
        is_counted=walk is not None and walk.version == calendar.version and walk.after is None,
    )


def year_view(act: Act, *, year: int) -> Year:
    """The year for the act's city; one that is too far away is brought back to the nearest one."""
    calendar = act.calendar
    first = min(calendar.years, default=act.today.year)
    last = max(calendar.years, default=act.today.year) + REACH
    first, last = max(first, FIRST_YEAR), min(max(last, act.today.year), LAST_YEAR)
    shown = min(max(year, first), last)
    by_day = _arranging(calendar)
    weeks = months_of.Calendar(firstweekday=0)
    months = tuple(
        Month(
            number,
            tuple(
                tuple(_day(calendar, on, by_day) if on.month == number else None for on in week)
                for week in weeks.monthdatescalendar(shown, number)
            ),
        )
        for number in range(1, 13)
    )
    every = [day for month in months for week in month.weeks for day in week if day]
    return Year(
        year=shown,
        is_known=shown in calendar.years,
        months=months,
        different=tuple(day for day in every if day.kind in ("holiday", "make_up")),
        before=shown - 1 if shown > first else None,
        after=shown + 1 if shown < last else None,
    )


def _arranging(calendar: Calendar) -> dict[date, Notice]:
    """The notice that is in force for each day it names; a city's own overrules the national ones."""
    ordered: Sequence[Notice] = sorted(
        calendar.notices, key=lambda n: (n.city is not None, n.published, n.amends is not None)
    )
    return {row.on: notice for notice in ordered for row in notice.days}


def _day(calendar: Calendar, on: date, by_day: dict[date, Notice]) -> Day:
    kind = calendar.kind(on)
    notice = by_day.get(on)
    festival = calendar.reason(on) if kind is DayKind.HOLIDAY else ""
    if kind is DayKind.MAKE_UP and notice is not None:
        festival = next((row.festival for row in notice.days if row.on == on), "")
    return Day(
        on=on,
        kind=kind.value,
        provisional=not calendar.is_final(on, on),
        of_city=notice is not None and notice.city is not None,
        festival=festival,
        number=notice.number if notice is not None else "",
    )
