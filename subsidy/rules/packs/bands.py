"""How many persons must approve a payment batch: bands of amounts that the bureau sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from subsidy.rules.packs.values import Value
from subsidy.rules.policy import Pack

KEY = "payment_approvals"
_BAND = re.compile(r"(\d+)元起(\d)人")


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many approvals a total needs, and the value that says so (None: nobody set bands)."""

    needed: int
    value: Value | None


def approvals_needed(pack: Pack, *, total_fen: int, on: date) -> Approvals:
    """Return the approvals for a total; the highest band that it reaches rules, without one it is 1.

    A band is written `500000元起2人`. Raises ValueError for a band that is written otherwise.
    """
    dated = pack.dated.get(KEY)
    value = dated.on(on) if dated is not None else None
    if value is None or value.unset:
        return Approvals(1, None)
    reached = [count for start, count in map(_band, value.value) if total_fen >= start]
    return Approvals(max(reached, default=1), value)


def _band(text: str) -> tuple[int, int]:
    """First fen of the band and its number of approvals."""
    found = _BAND.fullmatch(text)
    if found is None or found[2] == "0":
        raise ValueError(f"{KEY}: {text!r} is no band; write it like 500000元起2人")
    return int(found[1]) * 100, int(found[2])
