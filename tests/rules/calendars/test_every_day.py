"""Every day of 2018 to 2026 against two libraries that read the notices for themselves.

No disagreement is known for these years. Both libraries know the notices as amended only, so the
calendar is seen from a day on which all of them were published. `holidays` lists weekdays off, its
make-up days show through `is_working_day`; beyond 2026 it invents days, so it is not asked.
"""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from subsidy.rules.workdays import CalendarBook, DayKind

YEARS = range(2018, 2027)
CHINA = holidays.country_holidays("CN", years=[*YEARS, 2027])


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_chinese_calendar(book: CalendarBook, year: int) -> None:
    calendar = book.seen_on(date(2026, 12, 31))
    wrong = [
        f"{day}: we say {calendar.kind(day)}"
        for day in days_of(year)
        if calendar.is_working(day) != chinese_calendar.is_workday(day)
    ]
    assert wrong == []


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_holidays(book: CalendarBook, year: int) -> None:
    calendar = book.seen_on(date(2026, 12, 31))
    wrong = [
        f"{day}: we say {calendar.kind(day)}"
        for day in days_of(year)
        if calendar.is_working(day) != CHINA.is_working_day(day)
    ]
    assert wrong == []


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_as_many_days_off_by_law_as_the_regulation_gives(
    book: CalendarBook, year: int
) -> None:
    """Weekdays off less make-up days are the days by law: 11, from 2025 on 13, plus extensions."""
    calendar = book.seen_on(date(2026, 12, 31))
    rows = {
        row.on: (notice.year, row)
        for notice in book.notices
        if notice.city is None
        for row in notice.days
    }
    ours = [row for arranged, row in rows.values() if arranged == year]
    off = sum(r.on.weekday() < 5 for r in ours if calendar.kind(r.on) is DayKind.HOLIDAY)
    made_up = sum(calendar.kind(r.on) is DayKind.MAKE_UP for r in ours)
    by_extension = {2020: 2}.get(year, 0)  # 2020-01-31 off, 2020-02-01 no longer made up
    assert off - made_up == (13 if year >= 2025 else 11) + by_extension


@pytest.mark.parametrize(
    ("day", "kind", "reason"),
    [
        (date(2020, 10, 1), DayKind.HOLIDAY, "国庆节、中秋节"),
        (date(2020, 9, 27), DayKind.MAKE_UP, "调休上班"),
        (date(2020, 9, 26), DayKind.WEEKEND, "周末"),
        (date(2020, 9, 25), DayKind.WORKING, ""),
        (date(2020, 2, 1), DayKind.HOLIDAY, "春节"),
        (date(2018, 12, 29), DayKind.MAKE_UP, "调休上班"),
        (date(2022, 12, 31), DayKind.HOLIDAY, "元旦"),
        (date(2024, 2, 9), DayKind.WORKING, ""),
    ],
)
def test_a_day_says_what_it_is_and_why(
    book: CalendarBook, day: date, kind: DayKind, reason: str
) -> None:
    calendar = book.seen_on(date(2026, 12, 31))
    assert (calendar.kind(day), calendar.reason(day)) == (kind, reason)


def test_every_notice_has_the_number_that_the_year_before_gave_it(book: CalendarBook) -> None:
    national = {n.number: n.published for n in book.notices if n.city is None}
    assert national == {
        "国办发明电〔2017〕12号": date(2017, 11, 30),
        "国办发明电〔2018〕15号": date(2018, 12, 6),
        "国办发明电〔2019〕3号": date(2019, 3, 22),
        "国办发明电〔2019〕16号": date(2019, 11, 21),
        "国办发明电〔2020〕1号": date(2020, 1, 27),
        "国办发明电〔2020〕27号": date(2020, 11, 25),
        "国办发明电〔2021〕11号": date(2021, 10, 25),
        "国办发明电〔2022〕16号": date(2022, 12, 8),
        "国办发明电〔2023〕7号": date(2023, 10, 25),
        "国办发明电〔2024〕12号": date(2024, 11, 12),
        "国办发明电〔2025〕7号": date(2025, 11, 4),
    }


def test_a_city_has_its_own_days_only_from_the_day_its_notice_was_published(
    book: CalendarBook,
) -> None:
    closed = date(2020, 2, 5)
    assert book.seen_on(date(2020, 1, 26), city="hangzhou").is_working(closed)
    assert not book.seen_on(date(2020, 1, 27), city="hangzhou").is_working(closed)
    assert book.seen_on(date(2020, 1, 27), city="cixi").is_working(closed)
    assert book.seen_on(date(2020, 1, 27)).is_working(closed)
