"""What is known about a person, without saying who it is, and the person's other claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import with_config

from subsidy.rules.facts.training import STRICT, CertificateFacts, Level

Answer = Literal["found", "not_found", "mismatch", "unavailable"]
ClaimStatus = Literal["paid", "pending", "counted", "rejected", "withdrawn", "recovered"]


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """What an outside register said."""

    register: str
    """Name under `registers` of the pack, for example `pension`."""
    answer: Answer
    source: str
    asked_on: date


@with_config(STRICT)
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


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection to the place: household, residence permit, job or registration."""

    kind: str
    """Code under `connections` of the pack."""
    since: date | None = None
    until: date | None = None
    """First day on which it no longer holds (exclusive); None: no end."""


@with_config(STRICT)
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


@with_config(STRICT)
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
    track: str = ""
    months: int = 0
    """Months drawn, for tracks paid by the month."""
    facility: str = ""
    """What was built, for aid that is paid once for each."""


NOBODY = PersonFacts()


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFacts:
    """One person in a claim of a class or programme; judged alone, so one never stops the others."""

    ref: str
    """Opaque reference of the line."""
    person: PersonFacts = NOBODY
    certificate: CertificateFacts | None = None
    finished: bool = False
    theory_passed: bool = False
    practice_passed: bool = False
    history: tuple[PastClaim, ...] = ()
