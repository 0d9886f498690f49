"""Dated policy values: what a clause says, since when, or that nobody has said it yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

COUNTED = frozenset(
    ("hour", "day", "working_day", "month", "year", "time", "percent", "person", "item")
)
"""Units of whole numbers."""


@dataclass(frozen=True, slots=True)
class Value:
    """What holds for one key on one day, with the clause that says so."""

    key: str
    value: Any
    """Fen for money, whole numbers for counts, text, bool, date or tuple otherwise; None: unset."""
    unset: bool
    clause: str
    """Clause of the document; for an unset value the clause that leaves it open."""
    document: str
    assumed: str | None
    """Why the bureau chose this without a clause; None when a clause says it."""
    since: date
    """First day on which the value holds."""
    why: str = ""
    """For an unset value without a clause: what is missing."""

    @property
    def open_at(self) -> str:
        """For an unset value: the clause that leaves it open and what is missing."""
        clause = f"{self.document} {self.clause}" if self.clause else ""
        return "，".join(part for part in (clause, self.why) if part)

    @property
    def has_clause(self) -> bool:
        """A clause in a document says it: only then may it refuse, lapse or lower money."""
        return not self.unset and self.assumed is None


class DatedValues:
    """All values of one key in order of time; each holds until the next one starts."""

    __slots__ = ("_starts", "choices", "key", "means", "unit", "values")

    def __init__(
        self,
        *,
        key: str,
        means: str,
        unit: str,
        values: Sequence[Value],
        choices: Sequence[str] = (),
    ) -> None:
        self.key, self.means, self.unit = key, means, unit
        self.choices = tuple(choices)
        self.values = tuple(values)
        self._starts = tuple(value.since for value in values)

    def on(self, day: date) -> Value:
        """What holds on `day`; before the first value the key is unset."""
        index = bisect_right(self._starts, day)
        if index:
            return self.values[index - 1]
        first = self.values[0]
        why = f"first value starts {first.since}"
        return Value(self.key, None, True, first.clause, first.document, None, first.since, why)

    @property
    def latest(self) -> Value:
        return self.values[-1]

    def replaced(self, *, values: Sequence[Value]) -> DatedValues:
        """The same key with other values (used by the bureau's settings)."""
        return DatedValues(
            key=self.key, means=self.means, unit=self.unit, values=values, choices=self.choices
        )


def fen_from_yuan_text(text: str) -> int:
    """Whole fen from yuan written as text: "1500" -> 150000, "0.55" -> 55.

    Raises ValueError when the text is no amount, negative, or has parts of a fen.
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount in yuan") from None
    fen = amount * 100
    if not amount.is_finite() or amount < 0 or fen != fen.to_integral_value():
        raise ValueError(f"{text!r} is no amount in yuan with at most two decimals")
    return int(fen)


def typed_value(*, unit: str, raw: object, choices: Sequence[str]) -> Any:
    """Turn what stands in the file into the value the rules use.

    Raises ValueError with what is wrong; `unit` is one of `schema.Unit`.
    """
    if unit == "yuan":
        if not isinstance(raw, str):
            raise ValueError('money is written as quoted text in yuan, for example "1500"')
        return fen_from_yuan_text(raw)
    if unit in COUNTED:
        if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
            raise ValueError("a whole number, zero or more, is expected")
        return raw
    if unit == "flag":
        if not isinstance(raw, bool):
            raise ValueError("true or false is expected")
        return raw
    if unit == "date":
        if type(raw) is not date:
            raise ValueError("a date such as 2020-07-01 is expected")
        return raw
    return _typed_words(unit=unit, raw=raw, choices=choices)


def _typed_words(*, unit: str, raw: object, choices: Sequence[str]) -> Any:
    if unit == "list":
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            raise ValueError("a list of texts is expected")
        unknown = [item for item in raw if choices and item not in choices]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not among {', '.join(choices)}")
        return tuple(raw)
    if unit == "levels":
        return raw  # checked by the caller, which knows the shape of a review level
    if not isinstance(raw, str) or not raw:
        raise ValueError("text is expected")
    if choices and raw not in choices:
        raise ValueError(f"{raw!r} is not among {', '.join(choices)}")
    return raw
