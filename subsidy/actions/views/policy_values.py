"""The values of a policy pack as people read them: what holds today, by which clause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from subsidy.rules.policy import Pack


@dataclass(frozen=True)
class PolicyValue:
    """One value on one day. `shown` is text; money is `fen` instead."""

    key: str
    means: str
    unit: str
    shown: str
    fen: int | None
    unset: bool
    clause: str
    document: str
    assumed: str
    why: str
    since: date


def policy_values(pack: Pack, *, on: date) -> list[PolicyValue]:
    """Every value of the pack on a day, in the order of the file."""
    found = []
    for key, dated in pack.dated.items():
        value = dated.on(on)
        money = dated.unit == "yuan" and not value.unset
        found.append(
            PolicyValue(
                key,
                dated.means,
                dated.unit,
                "" if value.unset or money else _text(value.value),
                value.value if money else None,
                value.unset,
                value.clause,
                pack.documents[value.document].number or value.document
                if value.document in pack.documents
                else value.document,
                value.assumed or "",
                value.why,
                value.since,
            )
        )
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "；".join(getattr(item, "name", str(item)) for item in value)
    return str(value)
