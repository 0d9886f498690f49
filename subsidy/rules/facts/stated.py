"""What an application states beside person and class: period, cost, heads, acceptance, employment.

A track names in `asks` which of these its applicants fill in; the others stay empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter, with_config

from subsidy.rules.facts.training import STRICT


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One office's signature under the acceptance of equipment or a studio."""

    office: Literal["finance", "hr"]
    on: date
    by: str
    """Opaque reference of the signer."""


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheck:
    """The industry authority's first check: who filed and who checked are two people."""

    on: date
    filed_by: str
    checked_by: str


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRecord:
    """The number under which a provincial system holds the training or the person's employment."""

    system: str
    registered_on: date


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A voucher, or a credit payment, issued before the training and redeemed at the application."""

    kind: Literal["voucher", "credit"]
    issued_on: date
    valid_until: date | None = None
    """First day on which it can no longer be redeemed (exclusive)."""
    redeemed_on: date | None = None
    value_fen: int | None = None


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The entries of an application; money in fen."""

    period_starts: date | None = None
    period_until: date | None = None
    """First day after the period (exclusive)."""
    months: int = 0
    """Full months in the period that are claimed."""
    broken_off: bool = False
    """The person-year was not finished (drop-out)."""
    course: str = ""
    learner: str = ""
    award: str = ""
    facility: str = ""
    modules: int = 0
    excellent_years: tuple[int, ...] = ()
    """Calendar years in which the yearly assessment was excellent."""
    hours: int = 0
    training_days: int = 0
    planned_heads: int = 0
    undertaker_differs: bool | None = None
    """Whether the unit that undertakes the competition is another one than its host."""
    actual_cost_fen: int = 0
    purchases_fen: int = 0
    employed_since: date | None = None
    employer_insured: bool | None = None
    opened_on: date | None = None
    """Opening day of the person's small business."""
    papers: tuple[str, ...] = ()
    """Codes of the papers handed in, as the track's gates name them."""
    first_check: FirstCheck | None = None
    acceptances: tuple[Acceptance, ...] = ()
    systems: tuple[SystemRecord, ...] = ()


STATED: TypeAdapter[Stated] = TypeAdapter(Stated)


def stated_schema() -> dict[str, Any]:
    """JSON Schema of what an application may state."""
    return STATED.json_schema()
