"""Years that are not published: the bounds, the middle, and what becomes visible when."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.rules.workdays import (
    FAR,
    CalendarBook,
    DueDate,
    working_days_after,
    working_days_before,
)

BOOK = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar")
BEFORE_2027 = date(2026, 11, 20)
YEARLY = {n.year: n for n in BOOK.notices if n.arranges_the_year}
repeatable = settings(derandomize=True, deadline=None, max_examples=120)


def test_a_window_into_an_unpublished_year_is_provisional_with_its_bounds() -> None:
    found = working_days_after(BOOK.seen_on(BEFORE_2027), anchor=date(2026, 12, 30), days=9)
    low, middle, high = date(2027, 1, 12), date(2027, 1, 13), date(2027, 1, 14)
    assert found == DueDate(on=middle, final=False, low=low, high=high)
    assert found.told_by == low
    assert found.lapses_after == FAR


def test_a_final_date_lapses_after_itself() -> None:
    found = working_days_after(BOOK.seen_on(BEFORE_2027), anchor=date(2026, 9, 1), days=3)
    assert found.final
    assert found.told_by == found.on == found.lapses_after


def test_the_last_week_of_december_waits_for_the_next_notice() -> None:
    calendar = BOOK.seen_on(BEFORE_2027)
    assert working_days_after(calendar, anchor=date(2026, 12, 23), days=1).final
    assert not working_days_after(calendar, anchor=date(2026, 12, 24), days=1).final
    assert calendar.is_final(date(2026, 1, 1), date(2026, 12, 24))
    assert not calendar.is_final(date(2026, 12, 25), date(2026, 12, 25))
    assert calendar.provisional_from == date(2026, 12, 25)


@pytest.mark.parametrize("year", sorted(set(YEARLY) - {2018}))
def test_a_year_becomes_final_on_the_day_its_notice_is_published(year: int) -> None:
    published = YEARLY[year].published
    day = date(year, 3, 15)
    assert not BOOK.seen_on(published - timedelta(1)).is_final(day, day)
    assert BOOK.seen_on(published).is_final(day, day)
    assert BOOK.seen_on(published).is_final(date(year - 1, 12, 25), day)


def test_the_make_up_day_of_december_2018_was_not_known_before_the_notice_of_2019() -> None:
    made_up = date(2018, 12, 29)
    assert not BOOK.seen_on(date(2018, 12, 5)).is_working(made_up)
    assert BOOK.seen_on(date(2018, 12, 6)).is_working(made_up)


def test_before_the_first_notice_everything_is_provisional() -> None:
    calendar = BOOK.seen_on(date(2017, 11, 29))
    assert calendar.years == ()
    assert calendar.provisional_from is None
    assert not working_days_after(calendar, anchor=date(2018, 3, 1), days=3).final


@pytest.mark.parametrize("year", range(2021, 2027))
def test_every_date_told_before_a_notice_held_when_it_was_published(year: int) -> None:
    """From 2021 on the notices of earlier years bound every due date of the next one."""
    then = BOOK.seen_on(YEARLY[year].published - timedelta(1))
    truth = BOOK.seen_on(date(2026, 12, 1))
    anchors = [date(year - 1, 12, 1) + timedelta(n) for n in range(0, 330, 2)]
    for anchor in anchors:
        for days in (1, 7, 30):
            for count in (working_days_after, working_days_before):
                told = count(then, anchor=anchor, days=days)
                became = count(truth, anchor=anchor, days=days).on
                assert told.low <= became <= told.high, (anchor, days, count.__name__)
                assert told.low <= told.on <= told.high
                assert became == told.on or not told.final


def new_year_2027(*, longest: int = 3, make_ups: int = 1) -> Iterator[tuple[set[date], set[date]]]:
    """Every arrangement of New Year 2027 that the bounds stand for: days off, days made up."""
    law = date(2027, 1, 1)
    near = [law + timedelta(n) for n in range(-7, 15)]
    weekends = [d for d in near if d.weekday() >= 5 and d != law]
    for chosen in combinations(weekends, make_ups):
        yield {law}, set(chosen)
    for begin in range(1 - longest, 1):
        yield {law + timedelta(begin + n) for n in range(longest)}, set()


def due_under(anchor: date, n: int, off: set[date], made_up: set[date]) -> date:
    day = anchor
    while n:
        day += timedelta(1)
        n -= day in made_up or (day.weekday() < 5 and day not in off)
    return day


@repeatable
@given(anchor=st.dates(date(2026, 12, 10), date(2027, 1, 8)), n=st.integers(1, 6))
def test_the_bounds_are_the_earliest_and_latest_of_every_arrangement(anchor: date, n: int) -> None:
    """Tried one by one for New Year 2027: at most 3 days off, at most one make-up day near it."""
    found = working_days_after(BOOK.seen_on(BEFORE_2027), anchor=anchor, days=n)
    tried = [due_under(anchor, n, off, made_up) for off, made_up in new_year_2027()]
    if found.final:
        assert set(tried) == {found.on}
    else:
        assert (found.low, found.high) == (min(tried), max(tried))


def test_low_knows_only_days_by_law_and_make_up_days_high_the_longest_spring_festival() -> None:
    """2027: by law 5 to 8 February; the longest span was 10 days (2020), the most made up 2."""
    calendar = BOOK.seen_on(BEFORE_2027)
    found = working_days_after(calendar, anchor=date(2027, 1, 29), days=9)
    # 30 and 31 January made up, then 1 to 4 and 9 to 11 February.
    assert found.low == date(2027, 2, 11)
    # Ten days off from 2 to 11 February: 1, 12, 15 to 19, 22 and 23 February are worked.
    assert found.high == date(2027, 2, 23)
    # Last year's nine days, from 5 to 13 February, with 31 January and 14 February made up.
    assert found.on == date(2027, 2, 17)


def test_days_of_an_unpublished_year_say_that_they_are_worked_out() -> None:
    calendar = BOOK.seen_on(BEFORE_2027)
    assert calendar.reason(date(2027, 2, 6)) == "春节（推算）"
    assert calendar.reason(date(2027, 5, 1)) == "劳动节（推算）"


def test_the_same_knowledge_is_the_same_calendar_and_version() -> None:
    one, other = BOOK.seen_on(date(2026, 5, 1)), BOOK.seen_on(date(2026, 5, 2))
    assert one is other
    assert one.version != BOOK.seen_on(date(2025, 11, 3)).version
    assert one.version != BOOK.seen_on(date(2026, 5, 1), city="hangzhou").version
    again = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar")
    assert again.seen_on(date(2026, 5, 1)).version == one.version


def test_mid_autumn_joins_national_day_in_2028_and_stands_alone_in_2027() -> None:
    calendar = BOOK.seen_on(BEFORE_2027)
    assert calendar.reason(date(2028, 10, 3)) == "国庆节、中秋节（推算）"
    assert calendar.reason(date(2027, 9, 15)) == "中秋节（推算）"
