"""R1 and R2 against hand-worked cases and a day-by-day count that knows nothing of our tables."""

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from subsidy.rules.deadlines import Window, due
from subsidy.rules.workdays import (
    CalendarBook,
    CalendarReachError,
    rest_days,
    working_days_after,
    working_days_before,
    working_days_between,
)

WORKED = Path(__file__).parents[1] / "cases" / "calendar"
CASES: list[dict[str, Any]] = [
    case
    for name in ("worked", "spring_2020")
    for case in YAML(typ="safe").load((WORKED / f"{name}.yaml").read_text("utf-8"))
]
SEEN = date(2026, 11, 20)
known_days = st.dates(date(2018, 1, 1), date(2026, 6, 30))
lengths = st.integers(1, 80)
repeatable = settings(derandomize=True, deadline=None, max_examples=150)
BOOK = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar")


def step(day: date, n: int, by: int) -> date:
    """The nth working day from `day` on, one day at a time, by the library's own table."""
    while n:
        day += timedelta(by)
        n -= chinese_calendar.is_workday(day)
    return day


def window_of(case: dict[str, Any]) -> Window:
    return Window(name=case["name"], anchor="anchor", clause="", document="", **case["window"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_example(case: dict[str, Any]) -> None:
    calendar = BOOK.seen_on(case["seen_on"], city=case.get("city"))
    found = due(window_of(case), anchor=case["anchor"], calendar=calendar)
    assert found.on == case["due"]
    assert found.final
    assert found.low == found.high == found.on


@repeatable
@given(anchor=known_days, n=lengths)
def test_after_is_what_counting_day_by_day_gives(anchor: date, n: int) -> None:
    found = working_days_after(BOOK.seen_on(SEEN), anchor=anchor, days=n)
    assert found.on == step(anchor, n, +1)
    assert found.final


@repeatable
@given(anchor=st.dates(date(2019, 1, 1), date(2026, 12, 24)), n=lengths)
def test_before_is_what_counting_back_day_by_day_gives(anchor: date, n: int) -> None:
    found = working_days_before(BOOK.seen_on(SEEN), anchor=anchor, days=n)
    assert found.on == step(anchor, n, -1)
    assert found.final


@repeatable
@given(anchor=known_days, n=lengths)
def test_the_due_day_is_worked_and_n_days_lie_between(anchor: date, n: int) -> None:
    calendar = BOOK.seen_on(SEEN)
    on = working_days_after(calendar, anchor=anchor, days=n).on
    assert calendar.is_working(on)
    assert working_days_between(calendar, after=anchor, through=on) == n
    assert (on - anchor).days == n + len(rest_days(calendar, first=anchor + timedelta(1), last=on))


@repeatable
@given(anchor=known_days, n=lengths)
def test_a_day_filed_in_time_forward_is_in_time_backward(anchor: date, n: int) -> None:
    calendar = BOOK.seen_on(SEEN)
    on = working_days_after(calendar, anchor=anchor, days=n).on
    back = working_days_before(calendar, anchor=on + timedelta(1), days=n).on
    assert working_days_between(calendar, after=back - timedelta(1), through=on) == n


@repeatable
@given(first=known_days, n=lengths)
def test_clear_days_are_one_working_day_earlier(first: date, n: int) -> None:
    calendar = BOOK.seen_on(SEEN)
    anchor = first + timedelta(200)
    clear = working_days_before(calendar, anchor=anchor, days=n, clear_days=True)
    assert clear == working_days_before(calendar, anchor=anchor, days=n + 1)
    between = working_days_between(calendar, after=clear.on, through=anchor - timedelta(1))
    assert between == n


def test_a_class_on_a_monday_with_one_clear_day_is_filed_by_thursday() -> None:
    calendar = BOOK.seen_on(SEEN)
    monday = date(2021, 3, 22)
    assert working_days_before(calendar, anchor=monday, days=1).on == date(2021, 3, 19)
    clear = working_days_before(calendar, anchor=monday, days=1, clear_days=True)
    assert clear.on == date(2021, 3, 18)


def test_nothing_lies_between_a_day_and_itself_or_an_earlier_one() -> None:
    calendar = BOOK.seen_on(SEEN)
    day = date(2021, 3, 22)
    assert working_days_between(calendar, after=day, through=day) == 0
    assert working_days_between(calendar, after=day, through=day - timedelta(9)) == 0


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="give at least 1"):
        working_days_after(BOOK.seen_on(SEEN), anchor=SEEN, days=0)


@pytest.mark.parametrize("anchor", [date(1899, 5, 1), date(2100, 5, 1), date(9999, 12, 31)])
def test_days_outside_the_known_centuries_are_refused_with_the_years(anchor: date) -> None:
    with pytest.raises(CalendarReachError, match="1901 to 2099"):
        working_days_after(BOOK.seen_on(SEEN), anchor=anchor, days=7)


def test_a_window_that_runs_out_of_the_known_centuries_is_refused() -> None:
    with pytest.raises(CalendarReachError, match="1901 to 2099"):
        working_days_after(BOOK.seen_on(SEEN), anchor=date(2098, 5, 1), days=5000)


def test_a_hundred_thousand_due_dates_take_less_than_two_seconds() -> None:
    calendar = BOOK.seen_on(SEEN)
    anchors = [date(2018, 1, 1) + timedelta(n % 3000) for n in range(100_000)]
    began = perf_counter()
    for n, anchor in enumerate(anchors):
        working_days_after(calendar, anchor=anchor, days=1 + n % 40)
    assert perf_counter() - began < 2
