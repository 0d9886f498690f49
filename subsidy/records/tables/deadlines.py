"""Deadlines with their clocks."""

from datetime import date

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import BIG_KEY, key, one_of


class Deadline(SQLModel, table=True):
    """One running window of one claim: the rule, when it began, when it ends, what it waits for."""

    __table_args__ = (
        one_of("status", ("open", "stopped", "met", "missed", "waived", "closed")),
        Index("ix_deadline_claim", "claim_id", "id"),
        Index(
            "ix_deadline_next",
            "next_on",
            "id",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index(
            "ix_deadline_provisional",
            "calendar_version",
            "id",
            sqlite_where=text("NOT final AND status IN ('open', 'stopped')"),
            postgresql_where=text("NOT final AND status IN ('open', 'stopped')"),
        ),
    )

    id: int | None = key()
    city: str
    area_id: int
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    rule_id: int = Field(foreign_key="window_rule.id")
    window: str
    anchor_on: date
    due_on: date
    """Last day, inclusive; by the middle of a provisional range."""
    told_by: date
    """What people were told: never later than the truth can turn out to be."""
    lapses_after: date
    """9999-12-31 until the date is final, and for windows that end no claim."""
    next_on: date
    """Next day on which this row wants attention: a reminder, or the day after the end."""
    final: bool = True
    calendar_version: str = ""
    status: str = "open"
    opened_version: int
    """Version of the claim that opened it."""
    closed_on: date | None = None


class ClockEntry(SQLModel, table=True):
    """An entry of a clock: stopped for correction, resumed, recomputed, extended, waived. Append-only."""

    __tablename__ = "clock_entry"

    id: int | None = key()
    city: str
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    entry: str
    on: date
    due_before: date
    due_after: date
    actor: str
    second_person: str = ""
    clause: str = ""
    reason: str = ""
