"""What a rule says: findings with codes and clauses, steps of the reckoning, the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Effect = Literal["refuse", "hold", "gap", "warn"]
"""refuse: not paid, by clause. hold: waits for a person. gap: the policy leaves it open.
warn: shown, stops nothing."""

FactValue = str | int | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check. Holds no personal data: `facts` are dates, counts and codes."""

    code: str
    """Number in `config/exceptions.yaml`, for example E301."""
    queue: str
    effect: Effect
    message_zh: str
    message_en: str
    clause: str
    """Empty when the check has no clause; then `assumed` says why it exists."""
    document: str
    remedy_zh: str
    """What the applicant or the clerk can do about it."""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    assumed: str | None = None
    column: str | None = None
    """Column of a roster that the finding belongs to, for example `id_number`."""


@dataclass(slots=True)
class Step:
    """One value used on the way to the decision.

    Not frozen: a decision makes fourteen of them, and freezing costs more than all the rest of one.
    """

    what: str
    value: FactValue
    date: dt.date | None
    """Day for which the value was looked up."""
    clause: str
    document: str
    assumed: str | None = None


@dataclass(frozen=True, slots=True)
class HeadVerdict:
    """One head of a claim: counted or left out, with what was found."""

    ref: str
    counted: bool
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome for one claim on one day, with everything that led to it."""

    payable: bool
    """True only without refusal, hold or gap, with amount, payee, fund and document in force."""
    amount_fen: int | None
    """What the rules yield, for held claims and drafts too; None when refused or unknown."""
    payee: str | None
    fund: str | None
    route: str | None
    """`main_city` or `district`; None while the district has no setting."""
    paying_office: str | None
    """`city` or `district`."""
    status: str
    """Status of the governing document on the anchor day."""
    anchor: dt.date | None
    """The day that selects the rules (class start, else certificate date)."""
    refusals: list[Finding]
    holds: list[Finding]
    gaps: list[Finding]
    warnings: list[Finding]
    trace: list[Step]
    pack_version: str
    calendar_version: str
    decided_on: dt.date
    heads: list[HeadVerdict] = field(default_factory=list)
    """For claims of a class or programme: who counts, and why somebody does not."""

    def findings(self) -> list[Finding]:
        """All findings, the gravest first."""
        return [*self.refusals, *self.gaps, *self.holds, *self.warnings]


class Source(NamedTuple):
    """Where a check gets its authority: anything with clause, document and `assumed`.

    A tuple, because a decision makes twenty of them and a frozen dataclass costs four times as much.
    """

    clause: str
    document: str
    assumed: str | None = None


class HasSource(Protocol):
    """A dated value, a window, an entry of the pack, or a `Source`."""

    @property
    def clause(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def assumed(self) -> str | None: ...


NO_CLAUSE = Source("", "", "没有条款依据，属经办核查")


def source_of(item: Any) -> Source:
    """The source of a dated value, a window or an entry of the pack."""
    return Source(item.clause, item.document, item.assumed)
