"""What earlier notices made of each festival: the only guide to a year not yet published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from subsidy.rules.calendars.notices import ExceptionalDay, Notice, Regulation, RowKind
from subsidy.rules.calendars.statutory import statutory_spans

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How one year's notices arranged one festival (or two in one span)."""

    year: int
    festivals: frozenset[str]
    first: date
    """First day of rest, the weekend that joins the holiday included (与周末连休)."""
    lead: int
    """Days from the first day by law to `first`: -1 where the span starts a day earlier."""
    length: int
    """Days of rest in a row."""
    make_ups: int


def days_in_force(notices: Sequence[Notice]) -> dict[date, ExceptionalDay]:
    """Return the exceptional days after every amendment, the later publication last."""
    days: dict[date, ExceptionalDay] = {}
    for notice in sorted(notices, key=lambda n: (n.published, n.amends is not None)):
        days |= {row.on: row for row in notice.days}
    return days


def arrangements(
    notices: Sequence[Notice], *, regulations: Sequence[Regulation]
) -> tuple[Arrangement, ...]:
    """Return every festival of every arranged year, oldest first; city notices are not asked."""
    national = [notice for notice in notices if notice.city is None]
    days = days_in_force(national)
    years = {row.on: notice.year for notice in national for row in notice.days}
    grouped: dict[tuple[int, frozenset[str]], list[ExceptionalDay]] = {}
    for on, row in sorted(days.items()):
        grouped.setdefault((years[on], frozenset(row.festivals)), []).append(row)
    by_law = {
        (year, frozenset(span.festivals)): span.days[0]
        for year in {year for year, _ in grouped}
        for span in statutory_spans(regulations, year=year)
    }
    found = (_arrangement(key, rows, days, by_law.get(key)) for key, rows in grouped.items())
    return tuple(sorted((a for a in found if a), key=lambda a: (a.year, a.first)))


def _arrangement(
    key: tuple[int, frozenset[str]],
    rows: Sequence[ExceptionalDay],
    days: Mapping[date, ExceptionalDay],
    by_law: date | None,
) -> Arrangement | None:
    free = [row.on for row in rows if row.kind is RowKind.HOLIDAY]
    if not free:
        return None
    first, last = min(free), max(free)
    while _rests(first - timedelta(1), days):
        first -= timedelta(1)
    while _rests(last + timedelta(1), days):
        last += timedelta(1)
    make_ups = sum(row.kind is RowKind.MAKE_UP for row in rows)
    lead = (first - by_law).days if by_law else 0
    return Arrangement(*key, first, lead, (last - first).days + 1, make_ups)


def _rests(day: date, days: Mapping[date, ExceptionalDay]) -> bool:
    return day.weekday() >= SATURDAY and day not in days
