"""History, seals, and the cursor of bulk work. All append-only but the cursor."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import BIG_KEY, Instant, key


class ClaimHistory(SQLModel, table=True):
    """One move of one claim. Key: claim and the version the move led to."""

    __tablename__ = "claim_history"
    __table_args__ = (
        Index(
            "ix_claim_history_minute",
            "batch",
            sqlite_where=text("batch < 0"),
            postgresql_where=text("batch < 0"),
        ),
        {"sqlite_with_rowid": False},
    )

    claim_id: int = Field(primary_key=True, foreign_key="claim.id", sa_type=BIG_KEY)
    version: int = Field(primary_key=True)
    event: str
    source: str
    target: str
    effective_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    actor: str
    note: str = ""
    batch: int = Field(sa_type=BIG_KEY)
    """Window of a bulk run (> 0), or the minute of an interactive act as a negative number."""


class SubjectHistory(SQLModel, table=True):
    """One move of a catalogue item, class, notice, batch or ticket."""

    __tablename__ = "subject_history"
    __table_args__ = (Index("ix_subject_history_minute", "batch"),)

    machine: str = Field(primary_key=True)
    subject_id: int = Field(primary_key=True, sa_type=BIG_KEY)
    version: int = Field(primary_key=True)
    city: str
    event: str
    source: str
    target: str
    effective_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    actor: str
    note: str = ""
    batch: int = Field(sa_type=BIG_KEY)


class Seal(SQLModel, table=True):
    """One link of a chain over history rows: SHA-256 over the previous link and the rows, signed."""

    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    batch: int = Field(sa_type=BIG_KEY)
    low: int = Field(sa_type=BIG_KEY)
    """Lowest claim id sealed, inclusive; 0 for a minute of interactive acts."""
    high: int = Field(sa_type=BIG_KEY)
    """Highest claim id sealed, inclusive."""
    rows: int
    digest: str
    previous: str
    signature: str
    sealed_at: datetime = Field(sa_type=Instant)


class SweepWindow(SQLModel, table=True):
    """One window of bulk work, committed with its rows: a killed run goes on behind it."""

    __tablename__ = "sweep_window"
    __table_args__ = (Index("ix_sweep_window_run", "run", "high"),)

    id: int | None = key()
    run: str
    """Name of the run: event and business date, so the same work is not begun twice."""
    low: int = Field(sa_type=BIG_KEY)
    high: int = Field(sa_type=BIG_KEY)
    moved: int
    recorded_at: datetime = Field(sa_type=Instant)
