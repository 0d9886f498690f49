"""What a holiday notice says, as plain values, and what is wrong with a file that should say it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DayKind(StrEnum):
    """What one day is, for counting."""

    WORKING = "working"
    """An ordinary Monday to Friday."""
    MAKE_UP = "make_up"
    """A Saturday or Sunday on which the notice has everyone work (调休上班)."""
    WEEKEND = "weekend"
    """A Saturday or Sunday of rest."""
    HOLIDAY = "holiday"
    """A day inside a holiday span, whatever its weekday."""

    @property
    def is_working(self) -> bool:
        """True where the day counts as a working day."""
        return self in (DayKind.WORKING, DayKind.MAKE_UP)


class RowKind(StrEnum):
    """What a notice makes of one day."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    ORDINARY = "ordinary"
    """Only in a notice that amends another: the day is what its weekday says again."""


@dataclass(frozen=True, slots=True)
class ExceptionalDay:
    """One row of a notice: a day that differs from its weekday, and for which festival."""

    on: date
    kind: RowKind
    festival: str
    line: int

    @property
    def festivals(self) -> tuple[str, ...]:
        """The festivals of a merged span: `国庆节、中秋节` has two."""
        return tuple(self.festival.split("、"))


@dataclass(frozen=True, slots=True)
class Notice:
    """One published notice; it is known from the day `published`, not from the day it was dated."""

    number: str
    title: str
    year: int
    """The year the notice arranges (for a city: the year of its publication)."""
    issued: date
    published: date
    days: tuple[ExceptionalDay, ...]
    file: str
    line: int
    amends: str | None = None
    """Number of the notice whose days it changes; None where it arranges a whole year."""
    city: str | None = None
    """None for the national notices."""
    assumed: str | None = None
    """Why its days count as they do, where the text does not say so itself."""
    unconfirmed: tuple[str, ...] = ()
    """Which of `number`, `issued`, `published` were not found in a published copy of the text."""

    @property
    def arranges_the_year(self) -> bool:
        """True for the yearly national notice, which makes its year known."""
        return self.city is None and self.amends is None


@dataclass(frozen=True, slots=True)
class StatutoryFestival:
    """One festival of the regulation on public holidays: where it falls and how many days."""

    name: str
    rule: str
    """`solar`, `lunar` or `term`."""
    at: str
    """`MM-DD` for solar and lunar, the name of the solar term otherwise."""
    starts: int
    """Days from that date to the first day off (-1: the day before)."""
    days: int


@dataclass(frozen=True, slots=True)
class Regulation:
    """One version of 全国年节及纪念日放假办法: the days off by law, in force from a day on."""

    number: str
    clause: str
    published: date
    in_force: date
    festivals: tuple[StatutoryFestival, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a calendar file: where it is and how to mend it."""

    file: str
    line: int
    key: str
    says: str
    remedy: str

    def __str__(self) -> str:
        """`file:line: key says. Remedy.`"""
        return f"{self.file}:{self.line}: {self.key} {self.says}. {self.remedy}"


class CalendarFileError(Exception):
    """The calendar files cannot be used; `faults` lists everything that must be mended first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults and make them the message, one a line."""
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
