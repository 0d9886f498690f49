"""What people are told: public notices with objections to single lines, and the outbox of messages."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.notice import NOTICE
from subsidy.records.tables.types import BIG_KEY, fen, key, moment, one_of


class PublicNotice(SQLModel, table=True):
    """One notice of results or grants. `last_day` is inclusive; the next step opens after it."""

    __tablename__ = "public_notice"
    __table_args__ = (
        UniqueConstraint("city", "number"),
        UniqueConstraint("corrects_id"),
        one_of("state", NOTICE.labels),
    )

    id: int | None = key()
    city: str
    number: str
    kind: str
    """result or grant."""
    track: str = ""
    list_version: int = 1
    """Which version of its list this is: 1 as first posted, one more with each correction."""
    corrects_id: int | None = Field(default=None, foreign_key="public_notice.id")
    """The notice whose list this one replaced."""
    masking: str = ""
    """The rule that its names and numbers were masked by, as `Masking.text` writes it."""
    area_id: int = Field(foreign_key="area.id")
    office: str = ""
    contact: str = ""
    posted_on: date | None = None
    first_day: date | None = None
    last_day: date | None = None
    opens_on: date | None = None
    calendar_version: str = ""
    clause: str = ""
    assumed: str = ""
    list_hash: str = ""
    """SHA-256 of the exact list: number, office, days and every line as it was posted."""
    state: str = NOTICE.initial
    version: int = 0


class NoticeLine(SQLModel, table=True):
    """One claim in a notice, masked as it was shown."""

    __tablename__ = "notice_line"
    __table_args__ = (UniqueConstraint("notice_id", "claim_id"),)

    id: int | None = key()
    city: str
    notice_id: int = Field(foreign_key="public_notice.id")
    claim_id: int = Field(foreign_key="claim.id", index=True, sa_type=BIG_KEY)
    position: int
    masked_name: str
    masked_id: str
    title: str
    level: str = ""
    amount_fen: int = fen()
    payee: str = ""
    last_day: date
    """Of this line: later than the notice's where a correction restarted it."""
    corrected_on: date | None = None
    """The day of the correction that changed it and began its days anew."""
    status: str = "shown"
    """shown, objected or removed."""


class Objection(SQLModel, table=True):
    """An objection to one line. The objector's words and contact are sealed."""

    __table_args__ = (
        UniqueConstraint("city", "receipt"),
        Index("ix_objection_claim", "claim_id"),
    )

    id: int | None = key()
    city: str
    receipt: str
    notice_id: int = Field(foreign_key="public_notice.id")
    claim_id: int = Field(foreign_key="claim.id", sa_type=BIG_KEY)
    received_at: datetime = moment()
    received_on: date
    channel: str
    """page or counter."""
    words_sealed: bytes
    contact_sealed: bytes | None = None
    key_version: int = 1
    settle_by: date | None = None
    """Last day to decide it: the pack's `objection` window from the day it came."""
    outcome: str = ""
    """Empty while open; upheld, refused or review."""
    reasons: str = ""
    decided_by: str = ""
    decided_on: date | None = None


_SENT: dict[str, Any] = {
    "sqlite_where": text("letter <> ''"),
    "postgresql_where": text("letter <> ''"),
}


class NoticePlace(SQLModel, table=True):
    """Where else a notice was put up, as somebody of the office saw it; append-only."""

    __tablename__ = "notice_place"

    id: int | None = key()
    city: str
    notice_id: int = Field(foreign_key="public_notice.id", index=True)
    place: str
    """Name of the site or the board."""
    url: str = ""
    put_up_on: date
    file_name: str = ""
    file_hash: str = ""
    """SHA-256 of the picture or scan, which lies in the home under this name; empty without one."""
    entered_by: str
    entered_at: datetime = moment()


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
        Index(
            "ix_outbox_failed",
            "id",
            sqlite_where=text("status = 'failed'"),
            postgresql_where=text("status = 'failed'"),
        ),
        Index("ix_outbox_letter", "letter", **_SENT),
        Index("ix_outbox_sent_to", "to_kind", "to_id", "sent_on", **_SENT),
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
    letter: str = ""
    """Name of the letter it goes out with, fixed before it is sent; several rows may share one."""
    sent_on: date | None = None
    """The business day of `sent_at`."""


class DeliveryTry(SQLModel, table=True):
    """One try to send a message: when, which way, to which masked address, with what result.

    Append-only.
    """

    __tablename__ = "delivery_try"
    __table_args__ = (one_of("result", ("sent", "retry", "failed")),)

    id: int | None = key()
    city: str
    outbox_id: int = Field(foreign_key="outbox.id", index=True, sa_type=BIG_KEY)
    letter: str
    at: datetime = moment()
    on: date
    """The business day."""
    way: str = ""
    """Sender that was tried: mail_folder, smtp, webhook; empty where nothing could be built."""
    address_masked: str = ""
    result: str
    error: str = ""
    text_hash: str = ""
    """SHA-256 of the text as it was sent."""
