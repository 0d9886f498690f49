"""People: what names a person is encrypted; lists show the masked text."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import BIG_KEY, key, moment, one_of


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
