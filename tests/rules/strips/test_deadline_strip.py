"""Windows drawn day by day: rest days, make-up days, stopped days and the end are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.rules.clocks import Run, clock, ends_on
from subsidy.rules.deadline_words import describe_end
from subsidy.rules.deadlines import Direction, Unit, Window, due
from subsidy.rules.strips.deadline_strip import Strip, StripDay, strip_of
from subsidy.rules.strips.strip_words import describe_strip, legend_of, letter_of, strip_lines
from subsidy.rules.workdays import CalendarBook, DueDate

BOOK = CalendarBook.load(Path(__file__).parents[3] / "config" / "calendar")
KNOWN = BOOK.seen_on(date(2026, 1, 1))
Stops = Sequence[tuple[date, date | None]]


def window(n: int | None, unit: Unit = "working", direction: Direction = "after") -> Window:
    return Window("w", n, unit, direction, "", "三（三）2（2）②", "hz")


def drawn(
    n: int,
    anchor: date,
    today: date,
    *,
    unit: Unit = "working",
    direction: Direction = "after",
    stops: Stops = (),
    end: date | None = None,
    closed_on: date | None = None,
) -> Strip:
    """The strip as it is known on `today`; `end` where the recorded end differs from the rule's."""
    calendar = BOOK.seen_on(today)
    rule = window(n, unit, direction)
    ends = due(rule, anchor=anchor, calendar=calendar)
    if end is not None:
        ends = DueDate(on=end, final=True, low=end, high=end)
    made = strip_of(
        rule, anchor=anchor, due=ends, today=today, stops=stops, closed_on=closed_on,
        calendar=calendar,
    )  # fmt: skip
    assert made is not None
    return made


def on(strip: Strip, month: int, day: int) -> StripDay:
    (found,) = [d for d in strip.days if (d.on.month, d.on.day) == (month, day)]
    return found


@pytest.mark.parametrize(
    ("anchor", "n", "end"),
    [
        (date(2020, 9, 25), 7, date(2020, 10, 12)),
        (date(2020, 10, 3), 7, date(2020, 10, 16)),
        (date(2020, 9, 18), 30, date(2020, 11, 5)),
        (date(2021, 1, 15), 30, date(2021, 3, 3)),
    ],
)
def test_the_days_counted_are_as_many_as_the_window_has_and_end_on_its_last(
    anchor: date, n: int, end: date
) -> None:
    strip = drawn(n, anchor, anchor, end=None if anchor.year == 2020 else end)
    counted = [day for day in strip.days if day.use in ("used", "left")]
    assert len(counted) == n
    assert counted[-1].on == end
    assert counted[-1].mark == "due"
    assert strip.days[0].on == anchor
    assert strip.days[0].use == "start"


def test_a_certificate_of_25_september_shows_the_holiday_and_two_make_up_days() -> None:
    strip = drawn(7, date(2020, 9, 25), date(2020, 9, 30))
    assert [on(strip, 10, n).use for n in range(1, 9)] == ["rest"] * 8
    assert on(strip, 10, 1).reason == "国庆节、中秋节"
    assert on(strip, 9, 26).reason == "周末"
    for month, day in ((9, 27), (10, 10)):
        assert on(strip, month, day).make_up
        assert on(strip, month, day).use in ("used", "left")
    assert on(strip, 10, 11).use == "rest"
    assert on(strip, 9, 30).today
    assert Counter(d.use for d in strip.days) == {"start": 1, "used": 4, "left": 3, "rest": 10}


def test_letters_tell_the_days_apart_without_any_colour() -> None:
    strip = drawn(7, date(2020, 9, 25), date(2020, 9, 30), end=date(2020, 10, 12))
    letters = {(d.on.month, d.on.day): letter_of(d) for d in strip.days}
    assert (letters[9, 25], letters[9, 26], letters[9, 27]) == ("起", "休", "班")
    assert (letters[10, 12], letters[9, 28]) == ("止", "·")
    assert {kind for kind, _, _ in legend_of(strip)} == {
        "start", "used", "left", "rest", "make_up", "due", "today",
    }  # fmt: skip


def test_stopped_days_stand_between_the_sending_back_and_the_correction() -> None:
    """Sent back on Monday the 28th, corrected on Saturday 10 October: four working days stood."""
    stops = [(date(2020, 9, 28), date(2020, 10, 10))]
    strip = drawn(10, date(2020, 9, 22), date(2020, 10, 12), stops=stops, end=date(2020, 10, 16))
    assert [d.on for d in strip.days if d.use == "stopped"] == [
        date(2020, 9, 28), date(2020, 9, 29), date(2020, 9, 30), date(2020, 10, 9),
    ]  # fmt: skip
    assert on(strip, 9, 27).use == "used"
    assert on(strip, 10, 10).use == "used"
    assert on(strip, 10, 5).use == "rest"
    counted = sum(d.use in ("used", "left") for d in strip.days)
    assert counted == 10
    assert "暂停4天：9月28日至9月30日、10月9日" in describe_strip(strip)


def test_a_stop_on_days_of_rest_costs_nothing_and_one_on_the_last_day_saves_it() -> None:
    saturday, monday = date(2021, 3, 6), date(2021, 3, 8)
    strip = drawn(5, date(2021, 3, 1), monday, stops=[(saturday, monday)], end=monday)
    assert not [d for d in strip.days if d.use == "stopped"]
    assert sum(d.use in ("used", "left") for d in strip.days) == 5
    last = drawn(
        5, date(2021, 3, 1), date(2021, 3, 10), stops=[(monday, None)], end=date(2021, 3, 11)
    )
    assert [d.on.day for d in last.days if d.use == "stopped"] == [8, 9, 10]
    assert on(last, 3, 5).use == "used"
    assert (on(last, 3, 11).use, on(last, 3, 11).mark) == ("left", "due")


def test_a_standing_stop_reaches_to_today_and_not_beyond() -> None:
    strip = drawn(10, date(2021, 3, 1), date(2021, 3, 5), stops=[(date(2021, 3, 3), None)])
    assert [on(strip, 3, n).use for n in (2, 3, 5, 8)] == ["used", "stopped", "stopped", "left"]


def test_a_year_without_its_notice_is_marked_provisional_with_its_range() -> None:
    strip = drawn(7, date(2020, 12, 28), date(2020, 11, 20))
    told = on(strip, 1, 6)
    assert (told.mark, told.provisional) == ("told", True)
    assert [d.on.day for d in strip.days if d.mark == "range"] == [7, 8, 9, 10, 11]
    assert not [d for d in strip.days if d.mark == "due"]
    assert "元旦（推算）" in on(strip, 1, 1).reason
    assert "已告知的截止日（暂定） 1月6日；可能延至 1月11日" in describe_strip(strip)
    known = drawn(7, date(2020, 12, 28), date(2020, 12, 1))
    assert [d.mark for d in known.days if d.mark] == ["due"]


def test_days_behind_the_end_are_over_until_the_work_is_done() -> None:
    late = drawn(5, date(2021, 3, 1), date(2021, 3, 11))
    assert [d.on.day for d in late.days if d.use == "over"] == [9, 10, 11]
    done = drawn(5, date(2021, 3, 1), date(2021, 3, 11), closed_on=date(2021, 3, 4))
    assert [d.on.day for d in done.days if d.use == "used"] == [2, 3, 4]
    assert done.days[-1].on == date(2021, 3, 8)
    assert drawn(5, date(2021, 3, 1), date(2021, 12, 1)).days[-1].on == date(2021, 3, 29)


def test_a_window_that_counts_back_shows_the_days_that_must_lie_before_the_start() -> None:
    """A class that starts on 12 October 2020 is filed by 25 September."""
    strip = drawn(7, date(2020, 10, 12), date(2020, 9, 21), direction="before")
    assert on(strip, 9, 25).mark == "due"
    assert [d.on.day for d in strip.days if d.use == "lead"] == [25, 27, 28, 29, 30, 9, 10]
    assert strip.days[0].on == date(2020, 9, 21)
    assert strip.days[-1].use == "start"


def test_calendar_days_count_days_of_rest_but_roll_off_the_last_one() -> None:
    strip = drawn(10, date(2020, 9, 24), date(2020, 9, 24), unit="calendar")
    assert on(strip, 9, 26).use == "left"
    assert on(strip, 10, 4).use == "left"
    assert [on(strip, 10, n).use for n in range(5, 9)] == ["rest"] * 4
    assert on(strip, 10, 9).mark == "due"


def test_a_window_of_years_is_drawn_by_months_and_a_longer_one_not_at_all() -> None:
    strip = drawn(5, date(2020, 12, 28), date(2021, 11, 20), unit="year", end=date(2025, 12, 29))
    assert not strip.weeks
    assert len(strip.months) == 61
    assert [m.first for m in strip.months if m.today] == [date(2021, 11, 1)]
    assert strip.months[-1].mark == "due"
    assert describe_strip(strip) == "共跨61个月，已过11个月，2025年12月截止"
    calendar = BOOK.seen_on(date(2021, 1, 1))
    end = DueDate(on=date(2040, 1, 1), final=True, low=date(2040, 1, 1), high=date(2040, 1, 1))
    longest = strip_of(
        window(20, "year"), anchor=date(2020, 1, 1), due=end, today=date(2021, 1, 1),
        calendar=calendar,
    )  # fmt: skip
    assert longest is None


def test_a_terminal_gets_one_row_a_week_and_what_the_letters_mean() -> None:
    lines = strip_lines(drawn(7, date(2020, 9, 25), date(2020, 9, 30)))
    assert lines[1].startswith("09-25")
    assert "25起   26休   27班" in lines[1]
    assert "30·今" in lines[2]
    assert lines[-1].startswith("起 起算日")
    assert max(map(len, lines[:-1])) < 80
    english = strip_lines(drawn(7, date(2020, 9, 25), date(2020, 9, 30)), language="en")
    assert "27W" in english[1]


def test_what_follows_the_end_is_said_and_an_assumed_window_ends_no_right() -> None:
    clause = Window("w", 7, "working", "after", "", "三", "hz", at_end=("ticket", "lapse"))
    assert describe_end(clause) == "转工作人员核查；逾期不再受理"
    assert describe_end(clause, language="en") == "a clerk looks into it; the right lapses"
    assumed = Window(
        "w", 7, "working", "after", "", "", "", assumed="惯例", at_end=("lapse", "leader"),
        escalate_at=(3, 5),
    )  # fmt: skip
    assert describe_end(assumed) == "报分管领导；逾期后第3、5个工作日逐级上报"
    assert describe_end(window(7)) == "仅提醒"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    anchor=st.dates(date(2019, 1, 1), date(2025, 1, 1)),
    n=st.integers(1, 30),
    begins=st.integers(0, 30),
    lasts=st.integers(0, 20),
)
def test_the_days_drawn_as_used_are_always_those_that_the_window_has(
    anchor: date, n: int, begins: int, lasts: int
) -> None:
    """The end moves on by the stopped working days, and the strip still counts to n."""
    stop = (anchor + timedelta(begins), anchor + timedelta(begins + lasts))
    run = Run(stops=(stop,))
    end = ends_on(window(n), anchor=anchor, run=run, today=date(2026, 1, 1), calendar=KNOWN).on
    strip = strip_of(
        window(n), anchor=anchor, due=DueDate(on=end, final=True, low=end, high=end), today=end,
        stops=[stop], calendar=KNOWN,
    )  # fmt: skip
    assert strip is not None
    days = Counter(day.use for day in strip.days)
    told = clock(window(n), anchor=anchor, today=end, run=run, calendar=KNOWN)
    assert (days["used"], days["stopped"], days["left"]) == (n, told.stopped, 0)
