"""The days off by law in any year: 全国年节及纪念日放假办法, article 2.

Lunar dates and solar terms come from `borax`, whose tables agree with `holidays` for 2018 to 2099.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate, TermUtils

from subsidy.rules.calendars.notices import Regulation, StatutoryFestival

FIRST_YEAR, LAST_YEAR = 1901, 2099
NATIONAL_DAY, MID_AUTUMN = "国庆节", "中秋节"
MERGE_FROM, MERGE_THROUGH = (9, 29), (10, 8)
"""A Mid-Autumn day in here joins the National Day span, as in 2020, 2023 and 2025."""


class CalendarReachError(ValueError):
    """The day lies outside 1901..2099, whose lunar calendar is known. Check the date."""


@dataclass(frozen=True, slots=True)
class StatutorySpan:
    """The days off by law of one festival, or of two that are arranged as one span."""

    festivals: tuple[str, ...]
    days: tuple[date, ...]

    @property
    def name(self) -> str:
        """Its name as notices print it: `国庆节、中秋节` for a merged span."""
        return "、".join(self.festivals)


def statutory_spans(regulations: Sequence[Regulation], *, year: int) -> tuple[StatutorySpan, ...]:
    """Return the spans of a year by the regulation in force on its first day, in order of date.

    Before the first loaded regulation its own days are used. Raises CalendarReachError.
    """
    in_force = [r for r in regulations if r.in_force <= date(year, 1, 1)]
    law = in_force[-1] if in_force else regulations[0]
    spans = {f.name: _days(f, year) for f in law.festivals}
    moon = spans.get(MID_AUTUMN, ())
    if NATIONAL_DAY in spans and any(_merges(day) for day in moon):
        joined = tuple(sorted({*spans.pop(NATIONAL_DAY), *spans.pop(MID_AUTUMN)}))
        both = StatutorySpan((NATIONAL_DAY, MID_AUTUMN), joined)
        found = [*(StatutorySpan((name,), days) for name, days in spans.items()), both]
    else:
        found = [StatutorySpan((name,), days) for name, days in spans.items()]
    return tuple(sorted(found, key=lambda span: span.days[0]))


def _merges(day: date) -> bool:
    return MERGE_FROM <= (day.month, day.day) <= MERGE_THROUGH


def _days(festival: StatutoryFestival, year: int) -> tuple[date, ...]:
    first = _falls_on(festival, year) + timedelta(festival.starts)
    return tuple(first + timedelta(n) for n in range(festival.days))


def _falls_on(festival: StatutoryFestival, year: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarReachError(
            f"The calendar reaches from {FIRST_YEAR} to {LAST_YEAR}, not {year}."
        )
    if festival.rule == "term":
        return _plain(TermUtils.nth_term_day(year, term_name=festival.at))
    month, day = (int(part) for part in festival.at.split("-"))
    if festival.rule == "solar":
        return date(year, month, day)
    return _plain(LunarDate(year, month, day).to_solar_date())


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)
