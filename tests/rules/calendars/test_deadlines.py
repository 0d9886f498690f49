"""Windows, public notices, the clock that stops, reminders, receipt, and their sentences."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.rules.clocks import Run, clock
from subsidy.rules.deadline_words import (
    describe,
    describe_due,
    describe_notice,
    describe_window,
)
from subsidy.rules.deadlines import (
    UNSET_DUE,
    OfficeHours,
    Window,
    add_months,
    due,
    notice_period,
    received_on,
    reminders,
    skipped_days,
)
from subsidy.rules.workdays import FAR, Calendar, CalendarBook

KNOWN = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar").seen_on(
    date(2026, 11, 20)
)
repeatable = settings(derandomize=True, deadline=None, max_examples=100)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return KNOWN


def window(
    n: int | None = 10, unit: Any = "working", direction: Any = "after", **more: Any
) -> Window:
    return Window("register", n, unit, direction, "certificate_issued", "三（三）", "HZ", **more)


def test_a_window_without_length_never_ends(calendar: Calendar) -> None:
    found = due(window(None), anchor=date(2021, 3, 1), calendar=calendar)
    assert found == UNSET_DUE
    assert found.lapses_after == FAR
    assert describe_due(found) == "期限未定"


def test_an_assumed_window_never_makes_a_right_lapse() -> None:
    assert window(at_end=("lapse",)).may_lapse
    assert not window(at_end=("lapse",), assumed="usual practice").may_lapse
    assert not window(at_end=("ticket",)).may_lapse


@pytest.mark.parametrize("wrong", [{"n": 0}, {"unit": "week"}, {"direction": "around"}])
def test_a_window_that_cannot_be_counted_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Window register"):
        window(**wrong)


def test_a_length_past_the_end_of_time_is_refused_with_the_remedy(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="give a smaller number"):
        due(window(9999, "year"), anchor=date(2021, 3, 1), calendar=calendar)


def test_skipped_days_of_a_working_window_are_every_day_of_rest_on_the_way(
    calendar: Calendar,
) -> None:
    skipped = skipped_days(window(7), anchor=date(2020, 9, 25), calendar=calendar)
    assert skipped[0] == (date(2020, 9, 26), "周末")
    assert skipped[1:9] == tuple((date(2020, 10, n), "国庆节、中秋节") for n in range(1, 9))
    assert skipped[9:] == ((date(2020, 10, 11), "周末"),)


def test_skipped_days_of_a_window_before_a_class_lie_between_it_and_the_last_lawful_day(
    calendar: Calendar,
) -> None:
    back = window(2, direction="before")
    skipped = skipped_days(back, anchor=date(2021, 3, 22), calendar=calendar)
    assert skipped == ((date(2021, 3, 20), "周末"), (date(2021, 3, 21), "周末"))


def test_skipped_days_of_calendar_days_are_those_the_end_rolled_over(calendar: Calendar) -> None:
    skipped = skipped_days(window(30, "calendar"), anchor=date(2020, 6, 5), calendar=calendar)
    assert skipped == ((date(2020, 7, 5), "周末"),)


def test_a_first_day_that_counts_is_the_next_working_day_where_it_is_a_day_of_rest(
    calendar: Calendar,
) -> None:
    counted = window(1, first_day_counts=True)
    assert due(counted, anchor=date(2021, 3, 20), calendar=calendar).on == date(2021, 3, 22)
    assert due(counted, anchor=date(2021, 3, 22), calendar=calendar).on == date(2021, 3, 22)
    back = window(1, direction="before", first_day_counts=True)
    assert due(back, anchor=date(2021, 3, 22), calendar=calendar).on == date(2021, 3, 22)


@repeatable
@given(day=st.dates(date(1950, 1, 1), date(2090, 1, 1)), n=st.integers(-60, 60))
def test_months_keep_the_day_number_or_end_on_the_last_day(day: date, n: int) -> None:
    found = add_months(day, n)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == n
    ends_the_month = (found + timedelta(1)).day == 1
    assert found.day == day.day or (ends_the_month and found.day < day.day)


@repeatable
@given(
    anchor=st.dates(date(2018, 1, 1), date(2025, 1, 1)),
    n=st.integers(1, 18),
    unit=st.sampled_from(["calendar", "month"]),
)
def test_an_end_on_a_day_of_rest_rolls_to_the_next_day_worked_and_no_further(
    anchor: date, n: int, unit: str
) -> None:
    days = KNOWN
    found = due(window(n, unit), anchor=anchor, calendar=days).on
    end = anchor + timedelta(n) if unit == "calendar" else add_months(anchor, n)
    assert days.is_working(found)
    assert not any(days.is_working(end + timedelta(k)) for k in range((found - end).days))
    assert found >= end


def test_a_notice_of_five_working_days_starts_the_next_day_and_opens_the_day_after_its_last(
    calendar: Calendar,
) -> None:
    period = notice_period(window(5), posted_on=date(2020, 9, 25), calendar=calendar)
    assert (period.starts, period.last_day) == (date(2020, 9, 27), date(2020, 10, 9))
    assert period.opens_on == date(2020, 10, 10)  # a make-up Saturday is a working day
    assert period.final
    assert describe_notice(period) == "公示期：2020年9月27日（星期日）至2020年10月9日（星期五）"
    assert describe_notice(period, language="en").endswith(
        "from 2020-09-27 to 2020-10-09 inclusive"
    )


def test_a_notice_that_counts_the_day_of_posting_ends_a_day_earlier(calendar: Calendar) -> None:
    counted = window(7, "calendar", first_day_counts=True)
    period = notice_period(counted, posted_on=date(2021, 3, 2), calendar=calendar)
    assert (period.starts, period.last_day) == (date(2021, 3, 2), date(2021, 3, 8))
    assert period.opens_on == date(2021, 3, 9)


def test_a_notice_into_an_unpublished_year_is_printed_long_enough(calendar: Calendar) -> None:
    period = notice_period(window(9), posted_on=date(2026, 12, 30), calendar=calendar)
    assert not period.final
    assert period.last_day == date(2027, 1, 14)
    assert period.opens_on == date(2027, 1, 15)


def test_a_notice_without_a_length_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="set its length"):
        notice_period(window(None), posted_on=date(2021, 3, 1), calendar=calendar)


def test_seven_of_ten_working_days_are_used_and_two_were_stopped(calendar: Calendar) -> None:
    """From Monday 1 March; sent back on the 4th, back on the 8th: Thursday and Friday stood."""
    run = clock(
        window(10),
        anchor=date(2021, 3, 1),
        today=date(2021, 3, 12),
        run=Run(((date(2021, 3, 4), date(2021, 3, 8)),)),
        calendar=calendar,
    )
    assert (run.total, run.used, run.stopped, run.left) == (10, 7, 2, 3)
    assert run.due.on == date(2021, 3, 17)
    assert describe(run) == "已用7个工作日（共10个），暂停2个"
    assert describe(run, language="en") == "7 of 10 working days used, 2 stopped"


def test_a_clock_that_never_stopped_says_only_what_is_used(calendar: Calendar) -> None:
    run = clock(window(10), anchor=date(2021, 3, 1), today=date(2021, 3, 5), calendar=calendar)
    assert run.due == due(window(10), anchor=date(2021, 3, 1), calendar=calendar)
    assert describe(run) == "已用4个工作日（共10个）"
    assert describe(run, language="en") == "4 of 10 working days used"


def test_a_clock_waiting_for_a_correction_stands_still(calendar: Calendar) -> None:
    stops = [(date(2021, 3, 4), None)]
    for today, stopped, ends in (
        (date(2021, 3, 5), 2, date(2021, 3, 17)),
        (date(2021, 3, 10), 5, date(2021, 3, 22)),
    ):
        run = clock(
            window(10),
            anchor=date(2021, 3, 1),
            today=today,
            run=Run(tuple(stops)),
            calendar=calendar,
        )
        assert (run.used, run.stopped, run.running) == (2, stopped, False)
        assert run.due.on == ends
    assert describe(run) == "已用2个工作日（共10个），暂停5个，等待补正"


def test_overlapping_stops_count_each_day_once_and_days_of_rest_not_at_all(
    calendar: Calendar,
) -> None:
    stops = [(date(2021, 3, 4), date(2021, 3, 9)), (date(2021, 3, 5), date(2021, 3, 8))]
    run = clock(
        window(10),
        anchor=date(2021, 3, 1),
        today=date(2021, 3, 12),
        run=Run(tuple(stops)),
        calendar=calendar,
    )
    assert (run.used, run.stopped) == (6, 3)


def test_a_stop_after_the_end_does_not_lengthen_the_window(calendar: Calendar) -> None:
    stops = [(date(2021, 4, 1), date(2021, 4, 10))]
    run = clock(
        window(10),
        anchor=date(2021, 3, 1),
        today=date(2021, 4, 20),
        run=Run(tuple(stops)),
        calendar=calendar,
    )
    assert run.due.on == date(2021, 3, 15)
    assert run.overrun == run.used - 10
    assert f"超过{run.overrun}个" in describe(run)


def test_a_clock_of_calendar_days_is_lengthened_by_every_day_it_stood(calendar: Calendar) -> None:
    run = clock(
        window(30, "calendar"),
        anchor=date(2021, 3, 1),
        today=date(2021, 3, 21),
        run=Run(((date(2021, 3, 6), date(2021, 3, 11)),)),
        calendar=calendar,
    )
    assert (run.total, run.used, run.stopped) == (30, 15, 5)
    assert run.due.on == date(2021, 4, 6)  # the 5th is Qingming
    assert describe(run) == "已用15天（共30天），暂停5天"


@repeatable
@given(
    anchor=st.dates(date(2019, 1, 1), date(2025, 1, 1)),
    n=st.integers(1, 30),
    begins=st.integers(1, 40),
    lasts=st.integers(1, 20),
)
def test_used_days_reach_the_total_exactly_on_the_lengthened_due_day(
    anchor: date, n: int, begins: int, lasts: int
) -> None:
    days = KNOWN
    stop = (anchor + timedelta(begins), anchor + timedelta(begins + lasts))
    ends = clock(
        window(n), anchor=anchor, today=date(2026, 1, 1), run=Run((stop,)), calendar=days
    ).due.on
    then = clock(window(n), anchor=anchor, today=ends, run=Run((stop,)), calendar=days)
    assert then.used == n
    assert days.is_working(ends)
    assert not stop[0] <= ends < stop[1]


def test_reminders_come_three_and_one_working_days_before_the_day_told(calendar: Calendar) -> None:
    ends = due(window(10), anchor=date(2020, 9, 25), calendar=calendar)
    assert ends.on == date(2020, 10, 15)
    days = reminders(window(10), due_date=ends, anchor=date(2020, 9, 25), calendar=calendar)
    assert days == (date(2020, 10, 12), date(2020, 10, 14))


def test_no_reminder_comes_before_the_window_has_begun(calendar: Calendar) -> None:
    ends = due(window(2), anchor=date(2021, 3, 1), calendar=calendar)
    days = reminders(window(2), due_date=ends, anchor=date(2021, 3, 1), calendar=calendar)
    assert days == (date(2021, 3, 2),)
    assert (
        reminders(window(None), due_date=UNSET_DUE, anchor=date(2021, 3, 1), calendar=calendar)
        == ()
    )


def test_a_filing_online_counts_on_the_day_in_shanghai_until_midnight(calendar: Calendar) -> None:
    last_minute = datetime(2020, 10, 12, 15, 59, 59, tzinfo=UTC)
    assert received_on(last_minute, calendar=calendar) == date(2020, 10, 12)
    assert received_on(last_minute + timedelta(seconds=1), calendar=calendar) == date(2020, 10, 13)


def test_a_filing_online_on_a_day_of_rest_counts_on_that_day(calendar: Calendar) -> None:
    national_day = datetime(2020, 10, 1, 4, 0, tzinfo=UTC)
    assert received_on(national_day, calendar=calendar) == date(2020, 10, 1)


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (datetime(2020, 9, 30, 8, 59, tzinfo=UTC), date(2020, 9, 30)),
        (datetime(2020, 9, 30, 9, 1, tzinfo=UTC), date(2020, 10, 9)),
        (datetime(2020, 10, 3, 2, 0, tzinfo=UTC), date(2020, 10, 9)),
    ],
)
def test_a_counter_that_has_closed_receives_on_the_next_working_day(
    calendar: Calendar, moment: datetime, counts: date
) -> None:
    assert received_on(moment, calendar=calendar, channel=OfficeHours(time(17, 0))) == counts


def test_a_moment_without_a_zone_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="pass UTC"):
        received_on(datetime(2020, 10, 1, 4, 0), calendar=calendar)  # noqa: DTZ001


def test_a_due_date_is_told_in_a_sentence(calendar: Calendar) -> None:
    known = due(window(7), anchor=date(2020, 9, 25), calendar=calendar)
    assert describe_due(known) == "应于2020年10月12日（星期一）24时前办理"
    assert describe_due(known, language="en") == "due by the end of 2020-10-12"
    open_still = due(window(9), anchor=date(2026, 12, 30), calendar=calendar)
    assert describe_due(open_still) == (
        "请按2027年1月12日（星期二）24时前办理；暂定2027年1月13日（星期三），"
        "待节假日安排公布后在2027年1月12日（星期二）至2027年1月14日（星期四）之间确定"
    )
    assert "between 2027-01-12 and 2027-01-14" in describe_due(open_still, language="en")


def test_a_window_is_described_with_its_clause_and_what_was_assumed() -> None:
    assert describe_window(window(7)) == "7个工作日内（三（三））"
    assert describe_window(window(7, direction="before")) == "7个工作日前（三（三））"
    assert describe_window(window(3, "month", assumed="惯例")) == "3个月内（三（三）；设定：惯例）"
    assert describe_window(window(None)) == "期限未定（三（三））"
    assert describe_window(window(1), language="en") == "within 1 working day (三（三）)"
