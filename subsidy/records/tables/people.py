"""People: what names a person is encrypted; lists show the masked text."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import BIG_KEY, key, moment, one_of

SCHEMES = ("training", "insurance_upgrade", "other")
"""Whose money an older payment was: training subsidy, the insurance fund's for skills, another."""


class Person(SQLModel, table=True):
    """A trainee, shared by all cities. Every sealed field is AES-GCM bound to its row and column."""

    id: int | None = key()
    id_index: str = Field(unique=True)
    """Keyed HMAC of the normalised ID number: finds the person without reading it."""
    key_version: int
    name_sealed: bytes
    id_number_sealed: bytes
    phone_sealed: bytes | None = None
    account_sealed: bytes | None = None
    masked_name: str
    masked_id: str
    created_at: datetime = moment()


class FullView(SQLModel, table=True):
    """Someone looked at a person's full data: who, when, why. Append-only."""

    __tablename__ = "full_view"

    id: int | None = key()
    city: str
    person_id: int = Field(foreign_key="person.id")
    actor: str
    reason: str
    fields: str
    at: datetime = moment()


class GroupEvidence(SQLModel, table=True):
    """Proof that a person belongs to a group of the policy, with the day it holds from."""

    __tablename__ = "group_evidence"

    id: int | None = key()
    city: str
    person_id: int = Field(foreign_key="person.id", index=True)
    group: str
    evidenced_on: str
    source: str


class RegisterAnswer(SQLModel, table=True):
    """What an outside register (or the real-name check) said about a person, and when it was asked."""

    __tablename__ = "register_answer"
    __table_args__ = (
        one_of("answer", ("found", "not_found", "mismatch", "unavailable")),
        Index("ix_register_answer_person", "person_id", "id"),
    )

    id: int | None = key()
    city: str
    person_id: int = Field(foreign_key="person.id")
    claim_id: int | None = Field(default=None, foreign_key="claim.id", sa_type=BIG_KEY)
    """The claim it was asked for; None where the answer is about the person alone."""
    register_name: str
    """Name under `registers` of the pack, or `real_name` for the check of the identity."""
    answer: str
    source: str
    asked_on: date
    asked_by: str = ""


class RegisterExtract(SQLModel, table=True):
    """A file that the keeper of a register sent: who is in it on a day."""

    __tablename__ = "register_extract"
    __table_args__ = (Index("ix_register_extract", "city", "register_name", "as_of"),)

    id: int | None = key()
    city: str
    register_name: str
    as_of: date
    whole: bool = True
    """Everybody who is in the register is on it: whoever is not, is not found."""
    entries: int = 0
    file_sha256: str = ""
    loaded_by: str
    loaded_at: datetime = moment()


class RegisterEntry(SQLModel, table=True):
    """One row of an extract, as keyed indexes; it cannot be read back."""

    __tablename__ = "register_entry"
    __table_args__ = (
        Index("ix_register_entry_person", "extract_id", "person_index"),
        Index("ix_register_entry_certificate", "extract_id", "certificate_index"),
    )

    id: int | None = key()
    city: str
    extract_id: int = Field(foreign_key="register_extract.id")
    person_index: str
    name_index: str = ""
    certificate_index: str = ""
    since: date | None = None
    until: date | None = None
    """First day on which it no longer holds (exclusive)."""


class PastSubsidy(SQLModel, table=True):
    """A subsidy that a person drew outside our claims: in an older year, or from another city.

    Read by every city's limits; only the city that took it in sees more of it than a yes or no.
    """

    __tablename__ = "past_subsidy"
    __table_args__ = (
        UniqueConstraint(
            *("city", "person_id", "scheme", "occupation", "project", "level"),
            *("certificate_index", "paid_on", "amount_fen"),
            name="uq_past_subsidy_payment",
        ),
        Index("ix_past_subsidy_person", "person_id", "id"),
        Index("ix_past_subsidy_file", "city", "file_sha256"),
        one_of("scheme", SCHEMES),
        CheckConstraint("amount_fen > 0", name="positive"),
    )

    id: int | None = key()
    city: str
    """The city whose office took the list in."""
    paying_place: str
    """Who paid, as the list says it."""
    person_id: int = Field(foreign_key="person.id")
    scheme: str
    track: str = ""
    """Code of a track of the pack, or the list's own words."""
    occupation: str = ""
    """Internal id of `config/occupations.yaml`; empty where the scheme names none."""
    project: str = ""
    """Code of the catalogue's project, where the list names one."""
    level: str = "none"
    certificate_kind: str = ""
    certificate_index: str = ""
    """Keyed HMAC of the certificate's number; empty where the list has none."""
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day of training (inclusive)."""
    paid_on: date
    amount_fen: int = Field(sa_type=BIG_KEY)
    year: int
    """The year it counts in: that of the end of training, else that of the payment."""
    file_sha256: str
    row_number: int
    imported_by: str
    imported_at: datetime = moment()
    taken_back_on: date | None = None
    """Since when it counts no more because the list was wrong; a later list may bring it again."""


class CrossCityCheck(SQLModel, table=True):
    """A question that one city's decision asked of what other cities know of a person. Append-only."""

    __tablename__ = "cross_city_check"
    __table_args__ = (Index("ix_cross_city_check_person", "person_id", "id"),)

    id: int | None = key()
    city: str
    """The city that asked."""
    person_id: int = Field(foreign_key="person.id")
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    question: str
    """repeat, yearly_count or certificate."""
    answer: bool
    """Whether what another city knows counted in the decision."""
    asked_on: date
    asked_at: datetime = moment()
    asked_by: str
