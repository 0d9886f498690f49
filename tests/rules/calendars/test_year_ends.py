"""Windows across every 31 December of 2018 to 2026, with and without the next year's notice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from subsidy.rules.deadlines import Window, due
from subsidy.rules.workdays import FAR, CalendarBook, DueDate, working_days_after
from tests.rules.calendars import oracle
from tests.rules.calendars.oracle import Files, Happened, Period

CALENDAR = Path(__file__).parents[3] / "config" / "calendar"
BOOK, FILES = CalendarBook.load(CALENDAR), Files.read(CALENDAR)
PUBLISHED = {
    one["year"]: one["published"]
    for one in FILES.notices
    if one["city"] is None and "amends" not in one
}
NEXT = range(2019, 2027)
ONE_DAY = timedelta(1)
PERIODS = [
    *(Period(n, "working") for n in (1, 5, 7, 30)),
    *(Period(n, "working", "before") for n in (1, 7)),
    *(Period(15, "calendar"), Period(15, "calendar", first_day_counts=True), Period(1, "month")),
]


def counted(period: Period, anchor: date, seen: date) -> DueDate:
    """The end of a period as our rules count it on a day."""
    window = Window(
        "w", period.n, period.unit, period.direction, "a", "三", "HZ",  # type: ignore[arg-type]
        first_day_counts=period.first_day_counts,
    )  # fmt: skip
    return due(window, anchor=anchor, calendar=BOOK.seen_on(seen))


@pytest.mark.parametrize("year", NEXT)
def test_before_the_notice_an_end_across_the_year_is_a_range_and_after_it_a_day(year: int) -> None:
    """Day by day from 1 December to 10 January; from 2021 on the range holds what it became."""
    eve = PUBLISHED[year] - ONE_DAY
    unknown = 0
    for anchor in oracle.walk(date(year - 1, 12, 1), date(year, 1, 10)):
        for period in PERIODS:
            before, after = counted(period, anchor, eve), counted(period, anchor, PUBLISHED[year])
            for found, seen in ((before, eve), (after, PUBLISHED[year])):
                end = oracle.end(FILES.known(seen, None), period, anchor, seen, Happened())
                assert (found.final, found.lapses_after) == (end is not None, end or FAR)
                assert end is None or found.on == end
            assert after.final
            unknown += not before.final
            if year >= 2021:
                assert before.low <= after.on <= before.high
    assert unknown > 100, "nothing crossed the end of the year"


@pytest.mark.parametrize("year", NEXT)
def test_the_last_week_of_december_is_open_until_the_next_notice(year: int) -> None:
    eve, then = BOOK.seen_on(PUBLISHED[year] - ONE_DAY), BOOK.seen_on(PUBLISHED[year])
    last_known = date(year - 1, 12, 24)
    assert eve.provisional_from == last_known + ONE_DAY
    assert eve.is_final(last_known, last_known)
    for day in oracle.walk(last_known + ONE_DAY, date(year - 1, 12, 31)):
        assert not eve.is_final(day, day)
        assert then.is_final(day, day)


def test_the_day_made_up_on_29_december_2018_is_due_only_once_it_was_announced() -> None:
    friday = date(2018, 12, 28)
    before = working_days_after(BOOK.seen_on(date(2018, 12, 5)), anchor=friday, days=1)
    assert (before.final, before.lapses_after) == (False, FAR)
    announced = working_days_after(BOOK.seen_on(date(2018, 12, 6)), anchor=friday, days=1)
    assert announced == DueDate(*(date(2018, 12, 29), True), *(date(2018, 12, 29),) * 2)


def test_the_year_2027_is_open_from_christmas_day_of_2026_on() -> None:
    calendar = BOOK.seen_on(date(2026, 12, 31))
    assert calendar.provisional_from == date(2026, 12, 25)
    assert not counted(Period(1, "working"), date(2026, 12, 31), date(2026, 12, 31)).final
