"""Which days a clock stood, and where its window then ends: each case can be counted on fingers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.rules.clocks import Run, clock, ends_on
from subsidy.rules.deadlines import Window
from subsidy.rules.workdays import CalendarBook
from tests.rules.calendars.test_provisional import BEFORE_2027, new_year_2027

BOOK = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar")
MARCH = BOOK.seen_on(date(2021, 3, 1))
ANCHOR, TODAY = date(2021, 3, 5), date(2021, 4, 30)
"""A Friday; ten working days later is Friday 19 March, fifteen days later Saturday 20 March."""


def window(n: int = 10, unit: str = "working", direction: str = "after") -> Window:
    return Window("w", n, unit, direction, "a", "三", "HZ")  # type: ignore[arg-type]


def march(day: int) -> date:
    return date(2021, 3, day)


@pytest.mark.parametrize(
    ("stopped", "resumed", "working", "calendar"),
    [
        pytest.param(9, 11, 23, 22, id="Tuesday to Thursday: Tuesday and Wednesday stood"),
        pytest.param(9, 9, 19, 22, id="stopped and resumed on one day: no day stood"),
        pytest.param(13, 15, 19, 22, id="Saturday to Monday: no working day stood"),
        pytest.param(12, 14, 22, 22, id="Friday to Sunday: Friday stood"),
        pytest.param(13, 14, 19, 22, id="Saturday to Sunday: Saturday stood"),
        pytest.param(19, 22, 22, 23, id="on the last working day: it is still to come"),
        pytest.param(22, 25, 19, 25, id="behind the end; a roll ends on a day that runs"),
        pytest.param(21, 24, 19, 24, id="in the roll: it ends when the clock runs again"),
        pytest.param(5, 8, 19, 22, id="from the anchor, which never counts: a weekend stood"),
    ],
)
def test_where_a_stop_moves_the_end(
    stopped: int, resumed: int, working: int, calendar: int
) -> None:
    run = Run(((march(stopped), march(resumed)),))
    for unit, n, expected in (("working", 10, working), ("calendar", 15, calendar)):
        found = ends_on(window(n, unit), anchor=ANCHOR, run=run, today=TODAY, calendar=MARCH)
        assert (found.on, found.final) == (march(expected), True), unit


def test_several_stops_add_up_and_one_within_the_added_days_counts_too() -> None:
    run = Run(((march(9), march(10)), (march(16), march(18)), (march(23), march(25))))
    found = ends_on(window(), anchor=ANCHOR, run=run, today=TODAY, calendar=MARCH)
    assert found.on == march(26)


def test_a_stop_that_lasts_is_counted_through_today() -> None:
    run = Run(((march(18), None),))
    on = [
        ends_on(window(), anchor=ANCHOR, run=run, today=march(day), calendar=MARCH).on
        for day in (18, 19, 22)
    ]
    assert on == [march(22), march(23), march(24)]


def test_a_stop_moves_no_end_that_is_counted_back_from_what_lies_ahead() -> None:
    run = Run(((march(9), march(11)),))
    back = window(3, direction="before")
    found = ends_on(back, anchor=march(19), run=run, today=TODAY, calendar=MARCH)
    assert found.on == march(16)


def test_an_extension_names_the_day_and_only_days_stopped_from_then_on_come_on_top() -> None:
    stops = ((march(9), march(11)), (march(18), march(23)))
    named = Run(stops, until=march(24), granted=march(19))
    found = ends_on(window(), anchor=ANCHOR, run=named, today=TODAY, calendar=MARCH)
    assert found.on == march(26), "Friday 19 and Monday 22 stood; Thursday 18 was before the grant"
    until = Run(stops[:1], until=march(28), granted=march(12))
    found = ends_on(window(), anchor=ANCHOR, run=until, today=TODAY, calendar=MARCH)
    assert (found.on, found.final) == (march(28), True), "a named Sunday stays the day named"


def test_an_extension_gives_days_that_are_not_overrun_before_it_ends() -> None:
    run = Run((), until=march(26), granted=march(19))
    told = clock(window(), anchor=ANCHOR, today=march(24), run=run, calendar=MARCH)
    assert (told.total, told.used, told.left, told.overrun) == (15, 13, 2, 0)


@settings(max_examples=60)
@given(
    anchor=st.dates(date(2026, 12, 14), date(2026, 12, 31)),
    n=st.integers(2, 6),
    begins=st.integers(0, 10),
    lasts=st.integers(1, 6),
)
def test_days_stopped_before_a_notice_leave_the_end_within_its_range_whatever_the_notice_says(
    anchor: date, n: int, begins: int, lasts: int
) -> None:
    """A stop over the turn of the year 2027, under every arrangement that its bounds stand for."""
    stop = (anchor + timedelta(begins), anchor + timedelta(begins + lasts))
    found = ends_on(
        window(n),
        anchor=anchor,
        run=Run((stop,)),
        today=stop[1],
        calendar=BOOK.seen_on(BEFORE_2027),
    )
    tried = {_under(anchor, n, off, made_up, stop) for off, made_up in new_year_2027()}
    if found.final:
        assert tried == {found.on}
    else:
        assert found.low <= min(tried)
        assert max(tried) <= found.high


def _under(
    anchor: date, n: int, off: set[date], made_up: set[date], stop: tuple[date, date]
) -> date:
    day = anchor
    while n:
        day += timedelta(1)
        works = day in made_up or (day.weekday() < 5 and day not in off)
        n -= works and not stop[0] <= day < stop[1]
    return day
