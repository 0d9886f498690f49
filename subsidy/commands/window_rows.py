"""One row of `subsidy workdays apply`: what it asks for, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from subsidy.rules.calendars.iso import iso_day
from subsidy.rules.deadlines import Direction, Unit, Window, due
from subsidy.rules.workdays import Calendar, DueDate

COLUMNS = ("anchor_date", "n", "unit", "direction", "first_day_counts")
ADDED = ("result", "status")
YES, NO = ("true", "yes", "1", "是"), ("false", "no", "0", "否", "")


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """The two cells added to a row; `result` is empty where the row is refused."""

    result: str
    status: str
    ok: bool


def answer_row(row: Mapping[str, str], *, calendar: Calendar) -> RowAnswer:
    """Count one row; what cannot be counted is answered with `error: …` and the remedy."""
    try:
        window = _window(row)
        found = due(window, anchor=iso_day(row["anchor_date"]), calendar=calendar)
    except OverflowError:
        return RowAnswer("", "error: n leads past the years the calendar knows; give less", False)
    except ValueError as error:
        return RowAnswer("", f"error: {str(error).rstrip('.')}", False)
    return RowAnswer(found.on.isoformat(), status_of(found), True)


def status_of(found: DueDate) -> str:
    """Return `final`, or `provisional` with the earliest and the latest day."""
    return "final" if found.final else f"provisional {found.low}..{found.high}"


def _window(row: Mapping[str, str]) -> Window:
    return Window(
        name="this row",
        n=_length(row["n"]),
        unit=cast(Unit, _choice(row, "unit", get_args(Unit))),
        direction=cast(Direction, _choice(row, "direction", get_args(Direction))),
        anchor="anchor_date",
        clause="",
        document="",
        first_day_counts=_yes_or_no(row),
    )


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ValueError(f"n is {text!r}; give a whole number from 1 on")
    return int(text)


def _choice(row: Mapping[str, str], column: str, known: tuple[str, ...]) -> str:
    if row[column] not in known:
        raise ValueError(f"{column} is {row[column]!r}; use one of {', '.join(known)}")
    return row[column]


def _yes_or_no(row: Mapping[str, str]) -> bool:
    text = row["first_day_counts"].lower()
    if text not in (*YES, *NO):
        raise ValueError(f"first_day_counts is {text!r}; use true or false")
    return text in YES
