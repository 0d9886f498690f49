"""What every sender takes and gives back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class TemporaryFailureError(Exception):
    """The message may go through later: try again, after `retry_after_seconds` when it is given."""

    def __init__(self, reason: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class PermanentFailureError(Exception):
    """The message will never go through as it is: stop trying and give it to a person."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message, or the file that is the message."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Envelope:
    """One rendered outbox row on its way out.

    `city` and `outbox_id` name the row: sending the same row again is the same message, never a
    second one. `to` is looked up for this sending and kept out of logs and texts of errors.
    """

    city: str
    outbox_id: str
    template: str
    created_at: datetime  # with time zone; the Date of the message
    to: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    html: str | None = field(default=None, repr=False)
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row name that could not name a file, and a time without its zone."""
        if not _TOKEN.fullmatch(self.city) or not _TOKEN.fullmatch(self.outbox_id):
            msg = "city and outbox_id must be letters, digits, dots, dashes and underscores"
            raise ValueError(msg)
        if self.created_at.tzinfo is None:
            msg = "created_at must carry its time zone"
            raise ValueError(msg)

    @property
    def key(self) -> str:
        """The name of the row in every channel: file name, Message-ID, idempotency key."""
        return f"{self.city}-{self.outbox_id}"


@dataclass(frozen=True)
class Receipt:
    """Proof that a message went out: by which sender, and its name there."""

    sender: str
    reference: str


class Sender(Protocol):
    """The only way out: one message a call, or one of the two failures."""

    def send(self, envelope: Envelope) -> Receipt:
        """Send, or raise TemporaryFailureError or PermanentFailureError."""
