"""All facts of one decision, read from and written to JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter, with_config

from subsidy.rules.facts.people import NOBODY, HeadFacts, PastClaim, PersonFacts
from subsidy.rules.facts.stated import Instrument, Stated
from subsidy.rules.facts.training import STRICT, CertificateFacts, TrainingFacts, Uplift

NO_CLASS, NOTHING_STATED = TrainingFacts(), Stated()


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A recorded exception: it passes one refusal and needs a reason and two persons."""

    code: str
    reason: str
    decision: str
    """Number of the decision."""
    decided_by: str
    confirmed_by: str


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything one decision about one claim needs to know."""

    city: str
    track: str
    claim: str = ""
    kind: Literal["main", "advance", "settlement", "allowance"] = "main"
    person: PersonFacts = NOBODY
    """The one person of a claim; empty for a claim of a class or programme, which has `heads`."""
    training: TrainingFacts = NO_CLASS
    stated: Stated = NOTHING_STATED
    heads: tuple[HeadFacts, ...] = ()
    instrument: Instrument | None = None
    advance_paid_fen: int = 0
    """Advance already paid for the same class, programme and period."""
    advance_under_way: bool = False
    """An advance for it was applied for and has not ended: what is to be taken off is not known."""
    certificate: CertificateFacts | None = None
    applied_on: date | None = None
    order: int = 0
    """Filing order within one day."""
    commitment_signed: bool = False
    uplift: Uplift | None = None
    history: tuple[PastClaim, ...] = ()
    overrides: tuple[Override, ...] = ()


FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


def facts_from_json(text: str | bytes) -> Facts:
    """Read facts from JSON. Raises pydantic.ValidationError naming every wrong entry."""
    return FACTS.validate_json(text)


def facts_schema() -> dict[str, Any]:
    """JSON Schema of the facts."""
    return FACTS.json_schema()


def anchor_days(facts: Facts) -> Iterator[tuple[str, date]]:
    """The dated events that windows can start from, as far as they are known."""
    training, certificate = facts.training, facts.certificate
    named: tuple[tuple[str, date | None], ...] = (
        ("training_starts", training.starts),
        ("training_ends", training.ends),
        ("filed_on", training.filed_on),
        ("certificate_issued", certificate.issued_on if certificate else None),
        ("applied_on", facts.applied_on),
        ("period_starts", facts.stated.period_starts),
    )
    yield from ((name, day) for name, day in named if day is not None)
