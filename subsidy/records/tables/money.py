"""Ledger, payment batches and bank files. Amounts are integer fen."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.payment_batch import PAYMENT_BATCH
from subsidy.records.tables.types import BIG_KEY, Instant, fen, key, moment, one_of

STAGES = [
    "budget",
    "reserved",
    "approved",
    "ordered",
    "paid",
    "returned",
    "recovered",
]  # an account is fund:area:stage


class LedgerEntry(SQLModel, table=True):
    """One transfer from a stage of the money to another. Append-only, so it cannot be unbalanced."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("debit <> credit", name="two_sides"),
        CheckConstraint("amount_fen > 0", name="positive"),
        one_of("debit", STAGES),
        one_of("credit", STAGES),
        Index("ix_ledger_entry_claim", "claim_id", "id"),
    )

    id: int | None = key()
    city: str
    fund: str
    area_id: int
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    claim_version: int
    """Version of the claim whose move posted it."""
    debit: str
    credit: str
    amount_fen: int = Field(sa_type=BIG_KEY)
    effective_on: date
    recorded_at: datetime = Field(sa_type=Instant)


class PaymentBatch(SQLModel, table=True):
    """Claims paid together: one payee kind, fund, paying office and channel."""

    __tablename__ = "payment_batch"
    __table_args__ = (UniqueConstraint("city", "number"), one_of("state", PAYMENT_BATCH.labels))

    id: int | None = key()
    city: str
    number: str
    area_id: int = Field(foreign_key="area.id")
    """Of the office that pays: the city for the main city, else the district."""
    fund: str
    payee_kind: str
    channel: str = "bank"
    total_fen: int = fen()
    lines: int = 0
    built_on: date
    built_by: str
    approved_by: str = ""
    sent_by: str = ""
    value_date: date | None = None
    file_hash: str = ""
    follows_batch_id: int | None = Field(default=None, foreign_key="payment_batch.id")
    state: str = PAYMENT_BATCH.initial
    version: int = 0


class PaymentLine(SQLModel, table=True):
    """One line of the bank file: one payee; its items are claims."""

    __tablename__ = "payment_line"
    __table_args__ = (UniqueConstraint("batch_id", "position"),)

    id: int | None = key()
    city: str
    batch_id: int = Field(foreign_key="payment_batch.id")
    position: int
    payee_kind: str
    payee_id: int
    """Person or provider."""
    payee_name: str
    """Name of a unit, or the masked name of a person."""
    account_tail: str
    amount_fen: int = fen()
    result: str = ""
    """Empty until the bank answers; paid, closed_account, name_mismatch, amount_mismatch, …"""
    result_on: date | None = None


class PaymentItem(SQLModel, table=True):
    """One claim in a payment line. Two live items of one claim cannot exist."""

    __tablename__ = "payment_item"
    __table_args__ = (
        Index(
            "uq_payment_item_live_claim",
            "claim_id",
            unique=True,
            sqlite_where=text("status <> 'returned' AND status <> 'dissolved'"),
            postgresql_where=text("status <> 'returned' AND status <> 'dissolved'"),
        ),
        one_of("status", ("built", "ordered", "paid", "returned", "dissolved")),
        CheckConstraint("amount_fen > 0", name="positive"),
    )

    id: int | None = key()
    city: str
    line_id: int = Field(foreign_key="payment_line.id", index=True)
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    amount_fen: int = Field(sa_type=BIG_KEY)
    value_date: date | None = None
    status: str = "built"
    facts_hash: str = ""


class BankFile(SQLModel, table=True):
    """A file sent to the bank or read back from it: the same return file twice changes nothing."""

    __tablename__ = "bank_file"
    __table_args__ = (UniqueConstraint("city", "direction", "sha256"),)

    id: int | None = key()
    city: str
    batch_id: int = Field(foreign_key="payment_batch.id", index=True)
    direction: str
    """out or back."""
    name: str
    sha256: str
    lines: int
    total_fen: int = fen()
    at: datetime = moment()
    actor: str


class RecoveryInstalment(SQLModel, table=True):
    """One part of a recovery that was agreed: how much, by which day, and when it came in."""

    __tablename__ = "recovery_instalment"
    __table_args__ = (
        UniqueConstraint("claim_id", "position"),
        CheckConstraint("amount_fen > 0", name="positive"),
        one_of("status", ("planned", "received", "replaced")),
        one_of("cause", ("mistake", "violation")),
    )

    id: int | None = key()
    city: str
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    position: int
    """From 1 on; those of a later plan go on counting."""
    amount_fen: int = Field(sa_type=BIG_KEY)
    due_on: date
    """The day agreed, inclusive; on a day of rest the next working day."""
    received_on: date | None = None
    status: str = "planned"
    """`replaced`: a later plan stands in its place."""
    cause: str
    deadline_id: int | None = Field(default=None, foreign_key="deadline.id", sa_type=BIG_KEY)
    planned_by: str
    planned_on: date
    decision: str
    """Number of the decision behind the plan."""
    reason: str
    reference: str = ""
    """Number of the receipt, once the money is in."""
