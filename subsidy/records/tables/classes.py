"""Training classes, enrolments, attendance, assessments and certificates."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.training_class import TRAINING_CLASS
from subsidy.records.tables.types import BIG_KEY, key, moment, one_of


class TrainingClass(SQLModel, table=True):
    """One class of one provider for one item of the catalogue. `ends_on` is the last training day."""

    __tablename__ = "training_class"
    __table_args__ = (UniqueConstraint("city", "number"), one_of("state", TRAINING_CLASS.labels))

    id: int | None = key()
    city: str
    number: str
    area_id: int = Field(foreign_key="area.id")
    provider_id: int = Field(foreign_key="provider.id", index=True)
    item_id: int = Field(foreign_key="catalogue_item.id")
    road_id: int = Field(foreign_key="road.id")
    track: str
    title: str
    starts_on: date
    ends_on: date
    lesson_days: str
    """Planned training days, ISO dates separated by blanks."""
    teacher: str = ""
    room: str = ""
    planned_heads: int = 0
    state: str = TRAINING_CLASS.initial
    version: int = 0
    filed_on: date | None = None
    decided_on: date | None = None
    file_by: date
    """Last lawful day for filing (R2)."""
    stated: str = "{}"
    """JSON of `rules.facts.Stated`: papers, hours and system records that hold for the whole class."""
    attendance_on: date | None = None
    certificates_on: date | None = None


class ClassChange(SQLModel, table=True):
    """A request to change a filed class, and its decision; a granted one makes a new version."""

    __tablename__ = "class_change"

    id: int | None = key()
    city: str
    class_id: int = Field(foreign_key="training_class.id", index=True)
    kind: str
    """start, teacher, room, drop_out or cancel."""
    wanted: str
    """JSON: the wanted values; person ids for a drop-out."""
    reason: str
    status: str = "asked"
    """asked, granted, refused (with findings) or withdrawn."""
    findings: str = "[]"
    asked_by: str
    asked_at: datetime = moment()
    decided_by: str = ""
    decided_at: datetime | None = moment(default=None)
    class_version: int


class UpliftApproval(SQLModel, table=True):
    """A firm's request for the higher rate before its employees' training, and the bureau's answer."""

    __tablename__ = "uplift_approval"
    __table_args__ = (
        one_of("state", ("asked", "approved", "refused", "withdrawn")),
        Index(
            "ix_uplift_approval_standing",
            "class_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'approved')"),
            postgresql_where=text("state IN ('asked', 'approved')"),
        ),
    )

    id: int | None = key()
    city: str
    unit_id: int = Field(foreign_key="provider.id", index=True)
    """The firm that asks."""
    area_id: int = Field(foreign_key="area.id")
    """Where the firm is insured; the bureau there decides."""
    class_id: int | None = Field(default=None, foreign_key="training_class.id")
    """The class; None where the firm will apply without one: then track, project and first day."""
    track: str
    item_id: int | None = Field(default=None, foreign_key="catalogue_item.id")
    starts_on: date
    """First day of training as it stood when it was asked."""
    applied_on: date
    percent_asked: int
    percent_approved: int = 0
    ground: str = ""
    """How trade friction hits the firm."""
    asked_by: str
    asked_at: datetime = moment()
    state: str = "asked"
    approved_on: date | None = None
    decision_number: str = ""
    reason: str = ""
    """Why it was refused or withdrawn."""
    decided_by: str = ""
    decided_at: datetime | None = moment(default=None)


class Enrolment(SQLModel, table=True):
    """A person in a class, with the facts of the roster line. One claim hangs on it."""

    __table_args__ = (UniqueConstraint("class_id", "person_id"),)

    id: int | None = key()
    city: str
    class_id: int = Field(foreign_key="training_class.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    claim_id: int | None = Field(default=None, foreign_key="claim.id", unique=True, sa_type=BIG_KEY)
    row_number: int = 0
    group: str = ""
    group_evidence_on: date | None = None
    place_connection: str = ""
    pension: str = "unknown"
    """Answer of the pension register: found, not_found, mismatch, unavailable or unknown."""
    commitment_on: date | None = None
    dropped_on: date | None = None


class Attendance(SQLModel, table=True):
    """One day-set a person: the distinct days attended, ISO dates separated by blanks."""

    enrolment_id: int = Field(primary_key=True, foreign_key="enrolment.id", sa_type=BIG_KEY)
    city: str
    days: str = ""
    day_count: int = 0
    entered_by: str = ""
    entered_at: datetime = moment()


class Assessment(SQLModel, table=True):
    """One sitting of one trainee; a resit is another attempt."""

    __table_args__ = (UniqueConstraint("enrolment_id", "attempt"),)

    id: int | None = key()
    city: str
    enrolment_id: int = Field(foreign_key="enrolment.id")
    attempt: int
    sat_on: date
    result: str
    """passed, failed or absent."""
    theory: str = ""
    practice: str = ""
    entered_by: str = ""


class Certificate(SQLModel, table=True):
    """A certificate as registered. One certificate pays once, across schemes."""

    __table_args__ = (
        UniqueConstraint("city", "kind", "number"),
        Index("ix_certificate_enrolment", "enrolment_id"),
    )

    id: int | None = key()
    city: str
    enrolment_id: int | None = Field(default=None, foreign_key="enrolment.id")
    line_id: int | None = Field(default=None, foreign_key="application_line.id", index=True)
    """The roster line, or the line of an application, that it belongs to."""
    person_id: int = Field(foreign_key="person.id", index=True)
    number: str
    kind: str
    level: str = ""
    source: str = "exam"
    """exam, direct or competition."""
    issuer: str = ""
    """Rank of the authority that issued it: county, city, provincial or national."""
    issued_on: date
    registered_on: date | None = None
    registered_by: str = ""
