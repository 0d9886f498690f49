"""What must be true of calendar files before anyone counts with them."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from subsidy.rules.calendars.notices import ExceptionalDay, Fault, Notice, RowKind

SATURDAY = 5
CHINESE_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
OPEN_FROM_DAY_OF_DECEMBER = 25
"""From here on a December waits for the next year's notice, which may take its last days."""


def check_notices(notices: Sequence[Notice]) -> list[Fault]:
    """Return every fault that shows only when rows and notices are seen together."""
    faults: list[Fault] = []
    for notice in notices:
        faults += _row_faults(notice)
        faults += _span_faults(notice)
        if notice.published < notice.issued:
            says = f"published {notice.published} is before issued {notice.issued}"
            faults.append(_fault(notice, "published", says, "Correct one of the two dates."))
    faults += _number_faults(notices) + _year_faults(notices) + _amendment_faults(notices)
    return faults + _overlap_faults(notices)


def _fault(notice: Notice, key: str, says: str, remedy: str, line: int | None = None) -> Fault:
    return Fault(notice.file, line or notice.line, key, says, remedy)


def _row_faults(notice: Notice) -> list[Fault]:
    faults = []
    seen: dict[date, ExceptionalDay] = {}
    for row in notice.days:
        key = f"days {row.on}"
        if row.on in seen:
            says = (
                f"overlaps {seen[row.on].festival}, which has the day on line {seen[row.on].line}"
            )
            remedy = "Keep one row; for a merged span name both festivals, as 国庆节、中秋节."
            faults.append(_fault(notice, key, says, remedy, row.line))
        seen[row.on] = row
        if row.kind is RowKind.MAKE_UP and row.on.weekday() < SATURDAY:
            says = (
                f"is a make-up day on {CHINESE_WEEKDAYS[row.on.weekday()]}, an ordinary working day"
            )
            remedy = "Correct the date, or use `kind: ordinary` where an amendment ends a holiday."
            faults.append(_fault(notice, key, says, remedy, row.line))
        if row.kind is RowKind.ORDINARY and notice.arranges_the_year:
            remedy = "Leave the row out: only a notice that amends another restores a day."
            faults.append(_fault(notice, key, "is ordinary", remedy, row.line))
        if notice.city is None and not _belongs(row.on, notice.year):
            says = f"is not a day of {notice.year} or of the last week before it"
            faults.append(_fault(notice, key, says, "Correct the year of the date.", row.line))
    return faults


def _belongs(on: date, year: int) -> bool:
    return date(year - 1, 12, OPEN_FROM_DAY_OF_DECEMBER) <= on <= date(year, 12, 31)


def _span_faults(notice: Notice) -> list[Fault]:
    """A holiday of one festival has no working day inside it."""
    faults = []
    for festival in dict.fromkeys(row.festival for row in notice.days):
        rows = [r for r in notice.days if r.festival == festival and r.kind is RowKind.HOLIDAY]
        made_up = {row.on for row in notice.days if row.kind is RowKind.MAKE_UP}
        for before, after in pairwise(sorted(rows, key=lambda row: row.on)):
            gap = [before.on + timedelta(n) for n in range(1, (after.on - before.on).days)]
            worked = [day for day in gap if day.weekday() < SATURDAY or day in made_up]
            if worked:
                says = f"and {before.on} leave the working day {worked[0]} inside {festival}"
                remedy = "A holiday is one span: add the missing rows or correct the dates."
                faults.append(_fault(notice, f"days {after.on}", says, remedy, after.line))
    return faults


def _number_faults(notices: Sequence[Notice]) -> list[Fault]:
    faults, first = [], dict[str, Notice]()
    for notice in notices:
        earlier = first.setdefault(notice.number, notice) if notice.number else notice
        if earlier is not notice:
            says = f"{notice.number} stands in {earlier.file}:{earlier.line} already"
            faults.append(_fault(notice, "number", says, "Remove one, or correct its number."))
    return faults


def _year_faults(notices: Sequence[Notice]) -> list[Fault]:
    faults, first = [], dict[int, Notice]()
    for notice in notices:
        if not notice.arranges_the_year:
            continue
        earlier = first.setdefault(notice.year, notice)
        if earlier is not notice:
            says = f"arranges {notice.year}, which {earlier.number} arranges already"
            remedy = f"If it changes that notice, add `amends: {earlier.number}`."
            faults.append(_fault(notice, notice.number, says, remedy))
    return faults


def _amendment_faults(notices: Sequence[Notice]) -> list[Fault]:
    known = {notice.number: notice for notice in notices}
    faults = []
    for notice in notices:
        if notice.amends is None:
            continue
        amended = known.get(notice.amends)
        if amended is None:
            remedy = "Write the number of a notice that is loaded."
            faults.append(_fault(notice, "amends", f"names {notice.amends}, not loaded", remedy))
        elif amended.published > notice.published:
            says = f"names {notice.amends}, published later, on {amended.published}"
            faults.append(_fault(notice, "amends", says, "Correct the number or the dates."))
    return faults


def _overlap_faults(notices: Sequence[Notice]) -> list[Fault]:
    """Two yearly notices never arrange the same day: only an amendment changes one."""
    faults, first = [], dict[date, Notice]()
    for notice in notices:
        if not notice.arranges_the_year:
            continue
        for row in notice.days:
            earlier = first.setdefault(row.on, notice)
            if earlier.year != notice.year:
                says = f"is arranged by {earlier.number} in {earlier.file} already"
                remedy = "Remove one of the rows; a later change needs a notice with `amends`."
                faults.append(_fault(notice, f"days {row.on}", says, remedy, row.line))
    return faults
