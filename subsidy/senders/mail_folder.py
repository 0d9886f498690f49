"""The default way out: one .eml file a message, for any mail program to pick up and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from subsidy.senders.envelope import Envelope, Receipt, TemporaryFailureError
from subsidy.senders.files import put
from subsidy.senders.mail_text import mail_of, message_id


@dataclass(frozen=True)
class MailFolder:
    """Writes `<folder>/<city>-<outbox id>.eml`; sending a row again writes over its own file."""

    folder: Path
    sender_address: str = "noreply@subsidy.invalid"
    sender_name: str = "职业培训补贴经办"

    def send(self, envelope: Envelope) -> Receipt:
        """Write the message. A full or missing disk is a temporary failure."""
        mail = mail_of(envelope, sender_name=self.sender_name, sender_address=self.sender_address)
        try:
            put(self.folder / f"{envelope.key}.eml", mail.as_bytes(), replace=True)
        except OSError as trouble:
            msg = f"mail folder cannot be written ({trouble.strerror}): check space and rights"
            raise TemporaryFailureError(msg) from trouble
        domain = self.sender_address.rpartition("@")[2]
        return Receipt("mail_folder", message_id(envelope, domain=domain))
