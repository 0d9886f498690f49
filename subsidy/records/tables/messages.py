"""The outbox: every message to people leaves through these rows."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from subsidy.records.tables.types import key, moment, one_of


class Outbox(SQLModel, table=True):
    """One message to send. Values are ids and masked text; the address is looked up at sending."""

    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "template", "occasion"),
        one_of("status", ("waiting", "sent", "failed", "cancelled")),
        Index(
            "ix_outbox_waiting",
            "id",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: int | None = key()
    city: str
    subject: str
    """claim, class, notice, batch or ticket."""
    subject_id: int
    template: str
    occasion: str
    """What makes the message one of its kind: the claim's version, a date, a deadline."""
    to_kind: str
    """trainee, provider or office."""
    to_id: int
    values: str = "{}"
    effective_on: date
    created_at: datetime = moment()
    status: str = "waiting"
    attempts: int = 0
    sent_at: datetime | None = moment(default=None)
    channel: str = ""
    address_masked: str = ""
    error: str = ""
