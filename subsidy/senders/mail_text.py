"""Turn an envelope into an RFC 5322 message; the same row always gives the same message."""

from __future__ import annotations

import hashlib
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from subsidy.senders.envelope import Envelope, PermanentFailureError

_POLICY = policy.SMTP.clone(max_line_length=78)


def message_id(envelope: Envelope, *, domain: str) -> str:
    """Return the Message-ID of an outbox row: fixed, so that mail programs show it once."""
    return f"<outbox.{envelope.key}@{domain}>"


def mail_of(envelope: Envelope, *, sender_name: str, sender_address: str) -> EmailMessage:
    """Return the message. Raises PermanentFailureError for an address or header that is none."""
    domain = sender_address.rpartition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    if not envelope.to.isascii() or not envelope.to.rpartition("@")[0]:
        raise PermanentFailureError(_bad_header(envelope))
    try:
        mail["From"] = Address(display_name=sender_name, addr_spec=sender_address)
        mail["To"] = Address(addr_spec=envelope.to)
        mail["Subject"] = envelope.subject
    except (ValueError, IndexError, HeaderParseError):
        # The library's own text repeats the address.
        raise PermanentFailureError(_bad_header(envelope)) from None
    mail["Date"] = format_datetime(envelope.created_at)
    mail["Message-ID"] = message_id(envelope, domain=domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Subsidy-Template"] = envelope.template
    mail.set_content(envelope.text, charset="utf-8")
    if envelope.html is not None:
        mail.add_alternative(envelope.html, subtype="html", charset="utf-8")
    for attachment in envelope.attachments:
        main, _, sub = attachment.media_type.partition("/")
        mail.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )
    _fix_boundaries(mail, envelope.key)
    return mail


def _bad_header(envelope: Envelope) -> str:
    return (
        f"outbox row {envelope.key}: its address or subject cannot stand in a mail header. "
        "Correct the recipient's address, then send again."
    )


def _fix_boundaries(mail: EmailMessage, key: str) -> None:
    """Give multipart separators a name from the row; the library would draw them at random."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{key} {number}".encode()).hexdigest()[:40])
