"""Entitlements and claims. `claim` never changes; `claim_progress` is the narrow row that moves.

No index stands on a column that a sweep changes: on PostgreSQL that keeps updates HOT (more than twice
as fast), and it keeps year ten as fast as year one, because closed claims leave for `claim_closed`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from states.claim import CHART_VERSION, CLAIM, CLOSED
from subsidy.records.tables.types import BIG_KEY, far_date, fen, key, moment, one_of

HOT_ROWS = {
    "fillfactor": 50,
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_vacuum_cost_delay": 0,
}
"""Room in each page for the next version of a row, and a vacuum that keeps up with sweeps."""


class Entitlement(SQLModel, table=True):
    """What a person, class or unit may draw in one track and programme; it owns claims."""

    __table_args__ = (UniqueConstraint("city", "track", "subject"),)

    id: int | None = key()
    city: str
    track: str
    subject: str
    """`class:12/person:34` or the like: what the entitlement is for, once."""
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    provider_id: int | None = Field(default=None, foreign_key="provider.id")
    occupation: str = ""
    level: str = ""


class Application(SQLModel, table=True):
    """One application of a unit or authority for claims that hang on no class roster."""

    __table_args__ = (
        UniqueConstraint("city", "number"),
        one_of("kind", ("main", "advance", "settlement", "allowance")),
    )

    id: int | None = key()
    city: str
    number: str
    track: str
    kind: str = "main"
    period: str = ""
    area_id: int = Field(foreign_key="area.id")
    provider_id: int | None = Field(default=None, foreign_key="provider.id", index=True)
    """The unit that applies: employer, host, school; None for an authority's list of persons."""
    item_id: int | None = Field(default=None, foreign_key="catalogue_item.id")
    """The approved project or programme it stands on."""
    stated: str = "{}"
    """JSON of `rules.facts.Stated`: what holds for every line. Nothing personal."""
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day of the training or event."""
    lodged_on: date
    lodged_by: str
    commitment_on: date | None = None


class Claim(SQLModel, table=True):
    """One payment decision. Its identity: nothing here changes while it moves."""

    __table_args__ = (
        UniqueConstraint("city", "number"),
        UniqueConstraint("entitlement_id", "kind", "period"),
        Index("ix_claim_area_id", "area_id", "id"),
        Index("ix_claim_class_id", "class_id", "id"),
        one_of("kind", ("main", "advance", "settlement", "allowance")),
    )

    id: int | None = key()
    city: str
    number: str
    entitlement_id: int = Field(foreign_key="entitlement.id")
    kind: str = "main"
    period: str = ""
    area_id: int = Field(foreign_key="area.id")
    road_id: int = Field(foreign_key="road.id")
    track: str
    class_id: int | None = Field(default=None, foreign_key="training_class.id")
    application_id: int | None = Field(default=None, foreign_key="application.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    provider_id: int | None = Field(default=None, foreign_key="provider.id", index=True)
    fund: str = ""
    created_on: date


class ApplicationLine(SQLModel, table=True):
    """A person in an application: the one of a claim, or a head of a claim of a class or programme."""

    __tablename__ = "application_line"
    __table_args__ = (UniqueConstraint("application_id", "person_id"),)

    id: int | None = key()
    city: str
    application_id: int = Field(foreign_key="application.id")
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY, index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    row_number: int = 0
    group: str = ""
    group_evidence_on: date | None = None
    group_until: date | None = None
    """First day on which the state no longer holds (a sentence, a recognition)."""
    place_connection: str = ""
    occupation: str = ""
    level: str = ""
    result: str = ""
    """passed or failed; empty until it is known."""
    theory_passed: bool = False
    practice_passed: bool = False
    finished: bool = False
    counted: bool = False
    """Whether the newest decision counts this head."""
    stated: str = "{}"
    """JSON of the entries of this line; they go before those of the application."""
    dropped_on: date | None = None


class Instrument(SQLModel, table=True):
    """A training voucher or credit: issued before the training, redeemed by one claim."""

    __table_args__ = (UniqueConstraint("city", "number"), one_of("kind", ("voucher", "credit")))

    id: int | None = key()
    city: str
    number: str
    kind: str
    track: str
    person_id: int = Field(foreign_key="person.id", index=True)
    value_fen: int = fen()
    """0 while no document gives it a value."""
    issued_on: date
    issued_by: str
    valid_until: date | None = None
    """First day on which it can no longer be redeemed."""
    redeemed_on: date | None = None
    claim_id: int | None = Field(default=None, foreign_key="claim.id", unique=True, sa_type=BIG_KEY)


class ProgressColumns(SQLModel):
    """The columns that guards compare and moves write. None may be null."""

    claim_id: int = Field(primary_key=True, foreign_key="claim.id", sa_type=BIG_KEY)
    road_id: int
    area_id: int
    state: str
    version: int = 0
    since: date
    """Effective day of the last move."""
    next_stage: str
    early_stage: str = ""
    resume_to: str = ""
    review_from: str = "applied"
    """State in which the first level of review finds the claim; on some roads nobody applies."""
    levels: int = 0
    levels_left: int = 0
    levels_done: int = 0
    blocks: int = 0
    """Open tickets that block."""
    gaps: int = 0
    """Parameters that are unset and needed."""
    decision_current: int = 0
    certificate_pending: int = 0
    may_pay: int = 1
    planned_fen: int = fen()
    reserved_fen: int = fen()
    amount_fen: int = fen()
    approved_fen: int = fen()
    file_by: date = far_date()
    training_starts: date = far_date()
    training_ends: date = far_date()
    certificate_issued: date = far_date()
    applied_on: date = far_date()
    notice_last_day: date = far_date()
    lapses_after: date = far_date()
    chart_version: int = CHART_VERSION


class ClaimProgress(ProgressColumns, table=True):
    """Where an open claim stands."""

    __tablename__ = "claim_progress"
    __table_args__: Any = (
        one_of("state", [s for s in CLAIM.labels if s not in CLOSED]),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint("amount_fen >= 0 AND approved_fen >= 0", name="money"),
        {"postgresql_with": HOT_ROWS},
    )


class ClaimClosed(ProgressColumns, table=True):
    """Where a claim ended. It comes back to `claim_progress` when it is reopened."""

    __tablename__ = "claim_closed"
    __table_args__: Any = (one_of("state", CLOSED),)


class Decision(SQLModel, table=True):
    """A receipt of one decision: the frozen facts, what was found, which rules were in force.

    Append-only. Facts hold no names or numbers of people; what must be personal is sealed.
    """

    __table_args__ = (Index("ix_decision_claim", "claim_id", "id"),)

    id: int | None = key()
    city: str
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    decided_on: date
    decided_at: datetime = moment()
    payable: bool
    amount_fen: int | None = Field(default=None, sa_type=BIG_KEY)
    payee: str = ""
    facts: str
    result: str
    """JSON: refusals, holds, gaps, warnings and the trace with clauses."""
    pack_version: str
    calendar_version: str
    code_version: str


class ReviewAct(SQLModel, table=True):
    """Who decided what at which level: separation of duties is tested on these rows."""

    __tablename__ = "review_act"
    __table_args__ = (Index("ix_review_act_claim", "claim_id", "id"),)

    id: int | None = key()
    city: str
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    level: int
    act: str
    """reviewed, approved, sent_back, sent_down, rejected, ordered or overridden."""
    actor: str
    acted_on: date
    note: str = ""
    claim_version: int
