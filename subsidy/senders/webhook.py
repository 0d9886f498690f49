"""Post messages to another system (an SMS gateway, a city message bus), signed.

The receiver checks `X-Subsidy-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of
`<t>.<body>` with the shared secret, and refuses an old `t`. `Idempotency-Key` names the row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Receipt,
    TemporaryFailureError,
)

SIGNATURE_HEADER = "X-Subsidy-Signature"
_HEALED_BY_WAITING = frozenset({401, 403, 404, 407, 408, 421, 423, 425, 429})
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class WebhookSender:
    """One receiving address. Trying again is the caller's matter; redirects are not followed."""

    url: str
    secret: bytes = field(repr=False)
    timeout_seconds: float = 10.0
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    now: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        """Refuse an address without TLS outside this machine, and a secret that can be guessed."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            msg = "webhook: the address must start with https://"
            raise ValueError(msg)
        if len(self.secret) < 16:
            msg = "webhook: the secret must have at least 16 bytes"
            raise ValueError(msg)

    def send(self, envelope: Envelope) -> Receipt:
        """Post one message as JSON; any 2xx answer is a receipt."""
        body = _body(envelope)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": envelope.key,
            SIGNATURE_HEADER: sign(self.secret, body, at=self.now()),
        }
        try:
            with httpx.Client(timeout=self.timeout_seconds, transport=self.transport) as client:
                answer = client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as trouble:
            msg = f"no answer from the webhook ({type(trouble).__name__}): check that it is up"
            raise TemporaryFailureError(msg) from None
        return _receipt(answer, envelope)


def sign(secret: bytes, body: bytes, *, at: datetime) -> str:
    """Return the value of the signature header."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def is_genuine(
    secret: bytes, body: bytes, *, header: str, now: datetime, tolerance_seconds: int = 300
) -> bool:
    """Return whether a received body was signed with the secret, not long ago."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return False
    at = datetime.fromtimestamp(int(stamp), UTC)
    if abs((now - at).total_seconds()) > tolerance_seconds:
        return False
    return hmac.compare_digest(sign(secret, body, at=at), f"t={stamp},v1={parts.get('v1', '')}")


def _body(envelope: Envelope) -> bytes:
    message = {
        "id": envelope.key,
        "city": envelope.city,
        "template": envelope.template,
        "created_at": envelope.created_at.isoformat(),
        "to": envelope.to,
        "subject": envelope.subject,
        "text": envelope.text,
        "attachments": [
            {
                "name": attachment.name,
                "media_type": attachment.media_type,
                "base64": base64.b64encode(attachment.content).decode(),
            }
            for attachment in envelope.attachments
        ],
    }
    return json.dumps(message, ensure_ascii=False, sort_keys=True).encode()


def _receipt(answer: httpx.Response, envelope: Envelope) -> Receipt:
    code = answer.status_code
    if 200 <= code < 300:
        return Receipt("webhook", f"{envelope.key} {code}")
    if code in _HEALED_BY_WAITING or code >= 500:
        wait = answer.headers.get("Retry-After", "")
        seconds = int(wait) if wait.isascii() and wait.isdigit() else None
        msg = f"the webhook answered {code}: check its address and secret, or wait"
        raise TemporaryFailureError(msg, retry_after_seconds=seconds)
    if 300 <= code < 400:
        msg = f"the webhook answered {code}, a redirect: set its final address"
        raise TemporaryFailureError(msg)
    msg = f"the webhook refused the message ({code}): it will not take it as it is"
    raise PermanentFailureError(msg)
