"""What may become of the festivals of a year whose notice is not known yet.

For each festival: the least that is free (its days by law), the most that may be free (the longest
span ever published, anywhere around those days), the most make-up days ever seen near it, and the
middle: last year's length, laid where it costs the fewest make-up days.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from subsidy.rules.calendars.history import SATURDAY, Arrangement
from subsidy.rules.calendars.notices import RowKind
from subsidy.rules.calendars.statutory import NATIONAL_DAY, StatutorySpan

NEAR = timedelta(14)
"""Make-up days were put up to 11 days from the festival (2026-09-20 for National Day)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The bounds and the middle for one festival of one unpublished year. Days are ordinals."""

    name: str
    placements: tuple[tuple[int, int], ...]
    """First and last day of every span that the festival may be given."""
    may_be_made_up: tuple[int, ...]
    """Weekend days near it that a notice could make working days, ascending."""
    most_make_ups: int
    middle: tuple[tuple[date, RowKind], ...]

    @property
    def near_from(self) -> int:
        """First day that the festival can change."""
        return min(self.placements[0][0], *self.may_be_made_up[:1], self.placements[-1][1])

    @property
    def near_through(self) -> int:
        """Last day that the festival can change."""
        return max(self.placements[-1][1], *self.may_be_made_up[-1:], 0)

    def made_up(self, first: int, last: int) -> int:
        """Return the most make-up days that first..last (inclusive) can hold."""
        held = bisect_right(self.may_be_made_up, last) - bisect_left(self.may_be_made_up, first)
        return min(held, self.most_make_ups)

    def taken(self, first: int, last: int, worked: Callable[[int, int], int]) -> int:
        """Return the most days of work that one span takes out of first..last (inclusive).

        `worked(first, last)` counts the days that are worked when only the days by law are free.
        """
        most = 0
        for begin, end in self.placements:
            if begin > last:
                break
            if end >= first:
                most = max(most, worked(max(first, begin), min(last, end)))
        return most


def outlook(
    span: StatutorySpan,
    *,
    seen: Sequence[Arrangement],
    is_open: Callable[[date], bool],
    by_law: frozenset[date],
) -> Outlook:
    """Return what may become of one statutory span, given every arrangement published so far.

    `is_open` tells whether a later notice may still change a day; `by_law` holds the statutory days
    of all festivals, which are never made up.
    """
    hull = (span.days[-1] - span.days[0]).days + 1
    longest = max(_longest(span, seen), hull)
    most = _most_make_ups(span, seen)
    near = _days(span.days[0] - NEAR, span.days[-1] + NEAR)
    weekends = [d for d in near if d.weekday() >= SATURDAY and d not in by_law and is_open(d)]
    return Outlook(
        name=span.name,
        placements=tuple(
            (first.toordinal(), first.toordinal() + longest - 1)
            for first in _starts(span, length=longest)
        ),
        may_be_made_up=tuple(d.toordinal() for d in weekends) if most else (),
        most_make_ups=most,
        middle=_middle(span, seen=seen, weekends=weekends, most=most, is_open=is_open),
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _starts(span: StatutorySpan, *, length: int) -> list[date]:
    """First days of every span of this length that holds all days by law."""
    earliest = span.days[-1] - timedelta(length - 1)
    return _days(earliest, span.days[0])


def _alike(span: StatutorySpan, seen: Iterable[Arrangement]) -> list[Arrangement]:
    """Earlier years of the same span; National Day also looks back on the spans it shared."""
    names = frozenset(span.festivals)
    shares = names == {NATIONAL_DAY}
    return [a for a in seen if a.festivals == names or (shares and names < a.festivals)]


def _alone(span: StatutorySpan, seen: Sequence[Arrangement]) -> list[list[Arrangement]]:
    return [[a for a in seen if a.festivals == {name}] for name in span.festivals]


def _longest(span: StatutorySpan, seen: Sequence[Arrangement]) -> int:
    """Longest span ever published; for two never seen as one, the longer and the other's day."""
    alike = _alike(span, seen)
    if alike or len(span.festivals) == 1:
        return max((a.length for a in alike), default=0)
    lengths = [a.length for alone in _alone(span, seen) for a in alone]
    return max(lengths, default=0) + len(span.festivals) - 1


def _most_make_ups(span: StatutorySpan, seen: Sequence[Arrangement]) -> int:
    """Most make-up days seen near it in one year; for two never seen as one, the sum of both."""
    alike = _alike(span, seen)
    if alike or len(span.festivals) == 1:
        return max((a.make_ups for a in alike), default=0)
    return sum(max((a.make_ups for a in alone), default=0) for alone in _alone(span, seen))


def _middle(
    span: StatutorySpan,
    *,
    seen: Sequence[Arrangement],
    weekends: Sequence[date],
    most: int,
    is_open: Callable[[date], bool],
) -> tuple[tuple[date, RowKind], ...]:
    """Lay last year's span over this year's dates, and its make-up days on the nearest weekends."""
    like = _alike(span, seen)[-1:]
    hull = (span.days[-1] - span.days[0]).days + 1
    length = max([hull, *(a.length for a in like)])
    lead = like[0].lead if like else 0

    def cost(first: date) -> tuple[int, int, int]:
        gained = _weekdays(first, length) - len(span.days)
        start = (first - span.days[0]).days
        return (max(-gained, 0), max(gained, 0), abs(start - lead))

    first = min(_starts(span, length=length), key=cost)
    last = first + timedelta(length - 1)
    wanted = min(max(_weekdays(first, length) - len(span.days), 0), most)
    before = [d for d in weekends if d < first][::-1]
    after = [d for d in weekends if d > last]
    nearest = sorted(
        [*enumerate(before), *enumerate(after)], key=lambda turn: (turn[0], turn[1] > last)
    )
    made_up = [day for _, day in nearest[:wanted]]
    free = [(day, RowKind.HOLIDAY) for day in _days(first, last) if is_open(day)]
    return tuple(sorted(free + [(day, RowKind.MAKE_UP) for day in made_up]))


def _weekdays(first: date, length: int) -> int:
    return sum((first + timedelta(n)).weekday() < SATURDAY for n in range(length))
