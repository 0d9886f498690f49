"""Hand messages to a mail server, over TLS unless the setting says otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Receipt,
    TemporaryFailureError,
)
from subsidy.senders.mail_text import mail_of, message_id


@dataclass(frozen=True)
class SmtpSender:
    """One mail server. Each message has its own connection: a broken one harms no other message."""

    host: str
    port: int
    sender_address: str
    sender_name: str = "职业培训补贴经办"
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20.0
    ca_file: Path | None = None  # for a server with the office's own certificate authority

    def __post_init__(self) -> None:
        """Refuse to show a password to the whole network."""
        if self.password and self.security == "none":
            msg = "smtp: a password needs security = starttls or tls"
            raise ValueError(msg)

    def send(self, envelope: Envelope) -> Receipt:
        """Send one message.

        The server's 5xx answer to the recipient or the content is permanent. Everything that
        mending the setup or waiting can heal (no connection, no TLS, log-in refused, 4xx) is not.
        """
        mail = mail_of(envelope, sender_name=self.sender_name, sender_address=self.sender_address)
        try:
            with _good_bye(self._connect()) as server:
                if self.username:
                    server.login(self.username, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise _failure(max(codes), "the recipient") from None
        except smtplib.SMTPAuthenticationError as refused:
            msg = (
                f"the mail server refused the log-in ({refused.smtp_code}): check name and password"
            )
            raise TemporaryFailureError(msg) from None
        except smtplib.SMTPSenderRefused as refused:
            msg = f"the mail server refused our sender address ({refused.smtp_code}): check it"
            raise TemporaryFailureError(msg) from None
        except smtplib.SMTPDataError as refused:
            raise _failure(refused.smtp_code, "the message") from None
        except (smtplib.SMTPException, OSError) as trouble:
            msg = f"no talk with the mail server ({type(trouble).__name__}): check host, port, TLS"
            raise TemporaryFailureError(msg) from trouble
        domain = self.sender_address.rpartition("@")[2]
        return Receipt("smtp", message_id(envelope, domain=domain))

    def _connect(self) -> smtplib.SMTP:
        if self.security == "none":
            return smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_seconds, context=context
            )
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


@contextmanager
def _good_bye(server: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """End the talk; a bad good-bye must not make a taken message look unsent, and so sent twice."""
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _failure(code: int, what: str) -> Exception:
    """Return the failure for a server's answer; its words may hold an address and stay out."""
    if 400 <= code < 500:
        return TemporaryFailureError(f"the mail server put off {what} ({code})")
    return PermanentFailureError(f"the mail server refused {what} ({code}): correct it")
