"""The facts that a decision rests on. Plain frozen values: no names, no ID numbers, no accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, with_config

_STRICT = ConfigDict(extra="forbid")

Answer = Literal["found", "not_found", "mismatch", "unavailable"]
Level = Literal["special", "5", "4", "3", "2", "1", "none"]
"""专项能力; 五级 to 一级; none for a pass certificate without level."""
ClaimStatus = Literal["paid", "pending", "counted", "rejected", "withdrawn", "recovered"]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """What an outside register said."""

    register: str
    """Name under `registers` of the pack, for example `pension`."""
    answer: Answer
    source: str
    asked_on: date


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupProof:
    """A target group that the person belongs to, and since when that is proved."""

    group: str
    """Code under `groups` of the pack."""
    proved_on: date | None = None
    """Day of the recognition or certificate; None: no proof handed in."""
    until: date | None = None
    """First day on which the proof no longer holds (exclusive); None: no end."""
    qualified_on: date | None = None
    """The day that a limit of years counts from, for example the graduation."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection to the place: household, residence permit, job or registration."""

    kind: str
    """Code under `connections` of the pack."""
    since: date | None = None
    until: date | None = None
    """First day on which it no longer holds (exclusive); None: no end."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What is known about the trainee, without saying who it is."""

    ref: str = ""
    """Opaque reference of the person."""
    identity: Literal["verified", "unverified", "mismatch"] = "unverified"
    """Result of the real-name check (number, name, document)."""
    born_on: date | None = None
    groups: tuple[GroupProof, ...] = ()
    connections: tuple[Connection, ...] = ()
    registers: tuple[RegisterAnswer, ...] = ()
    attended_on: tuple[date, ...] = ()
    """Days attended; a day may stand twice (morning and afternoon) and counts once."""
    assessment: Literal["passed", "failed", "pending"] = "pending"
    fee_charged_fen: int = 0
    """What the trainee paid for the training."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The training agreement between the bureau and the provider."""

    valid_from: date
    valid_until: date | None = None
    """First day on which it is no longer valid (exclusive)."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """The approved training project (annex 4 in Hangzhou)."""

    ref: str
    approved_on: date | None = None
    withdrawn_on: date | None = None
    days: int | None = None
    """Training days filed in the project form."""
    has_qualification_certificate: bool | None = None
    """Whether the occupation is on the national list of qualification certificates."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """The class: what is taught, when and where, and how it was filed."""

    ref: str = ""
    district: str = ""
    """Division id that handles the class, for example `hz-shangcheng`."""
    occupation: str = ""
    """Internal occupation id of `config/occupations.yaml`."""
    level: Level = "none"
    category: str = ""
    """Code under `categories` of the pack; empty: not stated."""
    starts: date | None = None
    ends: date | None = None
    """Last day of training (inclusive)."""
    filed_on: date | None = None
    filing_approved_on: date | None = None
    head_count: int = 0
    planned_days: int | None = None
    agreement: Agreement | None = None
    project: ProjectFacts | None = None
    procurement_ref: str = ""
    has_roster: bool = False
    has_teaching_plan: bool = False


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """The certificate that the training led to."""

    kind: str
    """One of the track's `certificate_kinds`."""
    level: Level = "none"
    issued_on: date
    registered_on: date | None = None
    reviewed_on: date | None = None
    """Day on which the registration was accepted by the bureau."""
    source: Literal["exam", "direct", "competition"] = "exam"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """The approval of a higher rate for employees of a firm hit by trade friction."""

    applied_on: date
    approved_on: date | None = None
    percent: int = 0
    """The rate that the approval records; the clause allows up to its limit."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PastClaim:
    """Another claim of the same person, in any city of the database."""

    ref: str
    status: ClaimStatus
    occupation: str = ""
    project: str = ""
    level: Level = "none"
    starts: date | None = None
    ends: date | None = None
    applied_on: date | None = None
    order: int = 0
    """Filing order within one day."""
    counts: bool = True
    """False for allowances and kinds that the yearly limit leaves out."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A recorded exception: it passes one refusal and needs a reason and two persons."""

    code: str
    reason: str
    decision: str
    """Number of the decision."""
    decided_by: str
    confirmed_by: str


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything one decision about one claim needs to know."""

    city: str
    track: str
    claim: str = ""
    person: PersonFacts
    training: TrainingFacts
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
    )
    yield from ((name, day) for name, day in named if day is not None)
