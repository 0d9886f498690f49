"""What waits and what is due: a city after a week's stop, with deadlines that end every kind of way.

Deadlines are numbered from 1 to n; every `stride`-th one is due, so the due ones lie among the others as
they do in life. The due ones belong to classes of 40. Of five classes two are to be reminded of their
application, two wait for a review that is overdue, and one lapses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from subsidy.rules.deadlines import Window, due
from subsidy.rules.policy import Pack
from subsidy.rules.workdays import Calendar, working_days_after, working_days_before

TODAY = date(2020, 12, 7)
"""A Monday; the holidays of 2021 are published, so every end is final."""
CITY, TRACK, ROUTE = "hangzhou", "pass_certificate", "district"
CLASS = 40
VARIANTS = 5
REMIND, MISS, LAPSE = "remind", "miss", "lapse"
KINDS = (REMIND, REMIND, MISS, MISS, LAPSE)
"""Of a class by its number modulo 5."""
WINDOW_OF = {REMIND: "application", MISS: "review", LAPSE: "application"}


@dataclass(frozen=True, slots=True)
class Case:
    """The days of one kind and variant, as the real rule and calendar make them."""

    kind: str
    anchor_on: date
    due_on: date
    next_on: date
    """Since when it wants attention."""
    then_on: date
    """When it wants attention again after it was fired."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How many wait, how many are due, and the days of each variant."""

    n: int
    stride: int
    cases: dict[tuple[int, int], Case]
    """(class number modulo 5, variant) → its days."""

    @property
    def due(self) -> int:
        """Deadlines that are due."""
        return self.n // self.stride // CLASS * CLASS

    @property
    def classes(self) -> int:
        """Classes of the due ones."""
        return self.due // CLASS


def lay_out(*, waiting: int, due_now: int, pack: Pack, calendar: Calendar) -> Layout:
    """Choose the days so that they come out of the city's real rules. At least 40 are due."""
    stride = max(waiting // max(due_now, CLASS), 1)
    cases = {
        (remainder, variant): _case(kind, variant, pack, calendar)
        for remainder, kind in enumerate(KINDS)
        for variant in range(VARIANTS)
    }
    return Layout(waiting, stride, cases)


def _case(kind: str, variant: int, pack: Pack, calendar: Calendar) -> Case:
    window = pack.tracks[TRACK].window(WINDOW_OF[kind], on=TODAY)
    if kind == REMIND:
        end = working_days_after(calendar, anchor=TODAY, days=6 + variant % 4).on
        since = TODAY - timedelta(variant)
    else:
        end = working_days_before(calendar, anchor=TODAY, days=1 + variant).on
        since = end + timedelta(1)
    anchor = _anchor(window, end, calendar)
    return Case(kind, anchor, end, since, _then(kind, window, end, calendar))


def _anchor(window: Window, end: date, calendar: Calendar) -> date:
    """The latest working day from which the window ends on this day."""
    day = working_days_before(calendar, anchor=end, days=window.n or 1).on
    assert due(window, anchor=day, calendar=calendar).on == end
    return day


def _then(kind: str, window: Window, end: date, calendar: Calendar) -> date:
    """The next day on which it wants attention, after today."""
    if kind == REMIND:
        days = (working_days_before(calendar, anchor=end, days=n).on for n in window.remind_at)
        return min((day for day in days if day > TODAY), default=end + timedelta(1))
    tomorrow = TODAY + timedelta(1)
    for step in window.escalate_at[:1]:
        return max(working_days_after(calendar, anchor=end, days=step).on, tomorrow)
    return date.max
