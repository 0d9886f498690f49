"""Tickets of the exception queues."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from states.ticket import TICKET
from subsidy.records.tables.types import BIG_KEY, key, moment, one_of


class Ticket(SQLModel, table=True):
    """Something a person must look at. A blocking one keeps its claim from moving on the road."""

    __table_args__ = (
        one_of("state", TICKET.labels),
        Index("ix_ticket_subject", "claim_id", "code"),
        Index(
            "ix_ticket_of_class",
            "class_id",
            "code",
            sqlite_where=text("claim_id IS NULL AND class_id IS NOT NULL"),
            postgresql_where=text("claim_id IS NULL AND class_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_open",
            "queue",
            "area_id",
            "due_on",
            sqlite_where=text("state IN ('opened', 'assigned', 'override_asked')"),
            postgresql_where=text("state IN ('opened', 'assigned', 'override_asked')"),
        ),
    )

    id: int | None = key()
    city: str
    area_id: int
    queue: str
    code: str
    """Numbered code of config/exceptions."""
    claim_id: int | None = Field(default=None, foreign_key="claim.id", sa_type=BIG_KEY)
    class_id: int | None = Field(default=None, foreign_key="training_class.id")
    blocks: bool = False
    opened_on: date
    due_on: date
    facts: str = "{}"
    """JSON: what was found, without personal data."""
    clause: str = ""
    state: str = TICKET.initial
    version: int = 0
    owner: str = ""
    override_by: str = ""
    override_reason: str = ""
    closed_on: date | None = None
    outcome: str = ""
    opened_at: datetime = moment()
