"""The class, its project and agreement, the certificate it led to, and an approved uplift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import ConfigDict, with_config

STRICT = ConfigDict(extra="forbid")

Level = Literal[
    "special", "5", "4", "3", "2", "1", "special_technician", "chief_technician", "none"
]
"""专项能力; 五级 to 一级; 特级技师 and 首席技师 above them; none for a pass certificate without level."""


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The training agreement between the bureau and the provider."""

    valid_from: date
    valid_until: date | None = None
    """First day on which it is no longer valid (exclusive)."""


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """The approved training project (annexes 3 to 6 in Hangzhou)."""

    ref: str
    approved_on: date | None = None
    withdrawn_on: date | None = None
    days: int | None = None
    """Training days filed in the project form."""
    rate_fen: int | None = None
    """The standard as filed, in fen."""
    planned_heads: int | None = None
    """Number of persons filed."""
    has_qualification_certificate: bool | None = None
    """Whether the occupation is on the national list of qualification certificates."""
    approved_by: Literal["", "district", "city"] = ""
    """Whose opinion approved it; empty: not recorded."""
    city_filed_on: date | None = None
    """Day on which a project that a district approved was filed with the city."""
    standard_by: Literal["", "district", "city"] = ""
    """Which industry authority proposed the standard; empty: not recorded."""


@with_config(STRICT)
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


@with_config(STRICT)
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
    issuer: Literal["", "county", "city", "provincial", "national"] = ""
    """Rank of the authority that issued it; empty: not stated."""


@with_config(STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """The approval of a higher rate for employees of a firm hit by trade friction."""

    applied_on: date
    approved_on: date | None = None
    percent: int = 0
    """The rate that the approval records; the clause allows up to its limit."""
    approved_at: str = ""
    """Division whose bureau approved it; empty: not recorded."""
    insured_at: str = ""
    """Division where the firm is insured; only its bureau may approve."""
