"""Windows and their last lawful days: R1 to R6, receipt, reminders. Stopped ones: `rules.clocks`."""

import calendar as month_lengths
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from subsidy.rules.workdays import (
    FAR,
    Calendar,
    CalendarReachError,
    DueDate,
    next_working_day,
    rest_days,
    working_days_after,
    working_days_before,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(1)
UNSET_DUE = DueDate(on=FAR, final=False, low=FAR, high=FAR)
"""The due date of a window whose length no document gives: it never comes."""

Unit = Literal["working", "calendar", "month", "year"]
Direction = Literal["after", "before"]
AtEnd = Literal["remind", "ticket", "block", "lapse", "leader"]
MONTHS: dict[str, int] = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Window:
    """A period counted from a date fact, as a policy pack declares it with its clause."""

    name: str
    n: int | None
    """Length; None where the documents leave it open (`unset`)."""
    unit: Unit
    direction: Direction
    anchor: str
    """Name of the date fact it counts from: training_ends, certificate_issued, …"""
    clause: str
    document: str
    assumed: str | None = None
    """Why the bureau chose it without a clause; such a window never makes a right lapse."""
    at_end: tuple[AtEnd, ...] = ()
    remind_at: tuple[int, ...] = (3, 1)
    """Working days before the due date on which to remind."""
    escalate_at: tuple[int, ...] = ()
    """Working days behind the end on which an undone matter goes one desk higher."""
    first_day_counts: bool = False
    """The anchor is day 1 (notices); otherwise the day after it is."""

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if self.n is not None and self.n < 1:
            raise ValueError(f"Window {self.name} has {self.n} {self.unit}: give at least 1.")
        if self.unit not in ("working", "calendar", *MONTHS):
            raise ValueError(f"Window {self.name}: unit {self.unit} is unknown.")
        if self.direction not in ("after", "before"):
            raise ValueError(f"Window {self.name}: direction {self.direction} is unknown.")

    @property
    def may_lapse(self) -> bool:
        """True where its end takes a right away; an assumed window may not."""
        return "lapse" in self.at_end and self.assumed is None


@dataclass(frozen=True, slots=True)
class NoticePeriod:
    """A public notice as it is printed: first and last day inclusive (R6)."""

    starts: date
    """The first day that counts."""
    last_day: date
    """Long enough whatever is published later: the latest day while the end is provisional."""
    opens_on: date
    """The next step opens here: the working day after the last day."""
    final: bool


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """A counter that closes: what comes later, or on a day of rest, counts for the next day."""

    closes: time


def due(window: Window, *, anchor: date, calendar: Calendar) -> DueDate:
    """Return the last lawful day of a window (R1 to R4); UNSET_DUE where it has no length.

    Calendar days, months and years that end on a day of rest roll to the next working day. Counted
    back from the anchor they stay: a later day would shorten the lead, and filing online on a day
    of rest is valid (R5).
    """
    if window.n is None:
        return UNSET_DUE
    if window.unit == "working":
        return working_due(window, window.n, anchor, calendar)
    end = plain_end(window, window.n, anchor)
    if window.direction == "before":
        return DueDate(end, True, end, end)
    return next_working_day(calendar, on_or_after=end)


def working_due(window: Window, n: int, anchor: date, calendar: Calendar) -> DueDate:
    """The nth working day after or before the anchor; the anchor is day 1 where it counts."""
    if window.direction == "before":
        anchor += ONE_DAY * window.first_day_counts
        return working_days_before(calendar, anchor=anchor, days=n)
    anchor -= ONE_DAY * window.first_day_counts
    return working_days_after(calendar, anchor=anchor, days=n)


def plain_end(window: Window, n: int, anchor: date) -> date:
    """The day the period ends on before it rolls."""
    sign = 1 if window.direction == "after" else -1
    back = sign * ONE_DAY * window.first_day_counts
    try:
        if window.unit == "calendar":
            return anchor + sign * timedelta(n) - back
        return add_months(anchor, sign * n * MONTHS[window.unit]) - back
    except (ValueError, OverflowError):
        says = f"{n} {window.unit} {window.direction} {anchor} is no day; give a smaller number."
        raise CalendarReachError(says) from None


def add_months(day: date, n: int) -> date:
    """R4: the same day number n months on (or back, below 0), else the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def skipped_days(
    window: Window, *, anchor: date, calendar: Calendar
) -> tuple[tuple[date, str], ...]:
    """Return the days of rest that moved the due date, each with its reason in Chinese.

    For working days every day of rest on the way; for other units those at the end it rolled over.
    """
    if window.n is None:
        return ()
    end = due(window, anchor=anchor, calendar=calendar).on
    outside = ONE_DAY * (not window.first_day_counts)
    if window.unit != "working":
        first, last = plain_end(window, window.n, anchor), end - ONE_DAY
    elif window.direction == "after":
        first, last = anchor + outside, end
    else:
        first, last = end, anchor - outside
    return rest_days(calendar, first=first, last=last)


def notice_period(window: Window, *, posted_on: date, calendar: Calendar) -> NoticePeriod:
    """R6: return first and last day of a public notice and the day the next step opens.

    Raises ValueError for a window that counts back or has no length: a notice needs both ends.
    """
    if window.n is None or window.direction != "after":
        raise ValueError(f"Window {window.name} gives no end of a notice; set its length.")
    end = due(window, anchor=posted_on, calendar=calendar)
    starts = posted_on if window.first_day_counts else posted_on + ONE_DAY
    if window.unit == "working":
        starts = next_working_day(calendar, on_or_after=starts).on
    opens = working_days_after(calendar, anchor=end.high, days=1)
    return NoticePeriod(starts, end.high, opens.high, end.final and opens.final)


def reminders(
    window: Window, *, due_date: DueDate, anchor: date, calendar: Calendar
) -> tuple[date, ...]:
    """Return the days to remind on, earliest first: `remind_at` working days before the day told.

    Days that are not after the anchor are left out: there was nothing to remind of yet.
    """
    if due_date.told_by == FAR:
        return ()
    told = due_date.told_by
    days = {working_days_before(calendar, anchor=told, days=n).on for n in window.remind_at}
    return tuple(sorted(day for day in days if window.direction == "before" or day > anchor))


def received_on(
    moment: datetime, *, calendar: Calendar, channel: OfficeHours | None = None
) -> date:
    """R5: return the day a filing counts as received, by the server's clock in Asia/Shanghai.

    Online (no channel) every day is valid until 24:00. At a counter what comes after it closes, or
    on a day of rest, counts as the next working day. Raises ValueError for a time without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError(
            "The moment of receipt has no time zone; pass UTC as the database holds it."
        )
    local = moment.astimezone(SHANGHAI)
    day = local.date()
    if channel is None:
        return day
    if local.time() > channel.closes:
        return working_days_after(calendar, anchor=day, days=1).on
    return next_working_day(calendar, on_or_after=day).on
