"""Deadlines with their clocks."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import BIG_KEY, key, one_of

WANTED = "status IN ('open', 'missed') AND next_on < '9999-12-31'"
"""What the sweep looks at: a partial index, so a query must say it word for word."""
RUNNING = "status IN ('open', 'stopped')"
MISSED = "status = 'missed'"


class Deadline(SQLModel, table=True):
    """One window of one claim or class: the rule, when it began, when it ends, what it waits for."""

    __table_args__ = (
        one_of("status", ("open", "stopped", "met", "missed", "waived", "closed")),
        CheckConstraint("(claim_id IS NULL) <> (class_id IS NULL)", name="subject"),
        Index("ix_deadline_claim", "claim_id", "id"),
        Index(
            "ix_deadline_class",
            "class_id",
            sqlite_where=text("class_id IS NOT NULL"),
            postgresql_where=text("class_id IS NOT NULL"),
        ),
        Index(
            "ix_deadline_wanted",
            "city",
            "next_on",
            "id",
            "status",  # SQLite asks for it again though the index says it
            sqlite_where=text(WANTED),
            postgresql_where=text(WANTED),
        ),
        Index(
            "ix_deadline_missed",
            "city",
            "id",
            sqlite_where=text(MISSED),
            postgresql_where=text(MISSED),
        ),
        Index(
            "ix_deadline_running",
            "city",
            "id",
            sqlite_where=text(RUNNING),
            postgresql_where=text(RUNNING),
        ),
    )

    id: int | None = key()
    city: str
    area_id: int
    claim_id: int | None = Field(default=None, foreign_key="claim.id", sa_type=BIG_KEY)
    class_id: int | None = Field(default=None, foreign_key="training_class.id")
    """Only for a window of the class itself, such as its filing; then there is no claim."""
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
    """Next day on which this row wants attention: a reminder, the day after the end, an escalation;
    9999-12-31 where none is to come."""
    final: bool = True
    calendar_version: str = ""
    """The calendar it was last counted with. A later one may be known that changes nothing here."""
    status: str = "open"
    escalated: int = 0
    """How many steps of the rule's escalation were taken after the end."""
    opened_version: int
    """Version of the claim or class that opened it."""
    opened_on: date
    """The business day on which it was opened: its clock's first entry."""
    closed_on: date | None = None

    @property
    def of_claim(self) -> int:
        """Id of its claim. Raises ValueError for a window of a class."""
        if self.claim_id is None:
            raise ValueError(f"deadline {self.id} belongs to a class, not to a claim")
        return self.claim_id


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
