"""Messages posted to another system, signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from subsidy.senders.envelope import PermanentFailureError, TemporaryFailureError
from subsidy.senders.webhook import SIGNATURE_HEADER, WebhookSender, is_genuine
from tests.senders.envelopes import PAID

SECRET = b"a shared secret of 26 bytes"
NOW = datetime(2020, 11, 24, 3, 5, tzinfo=UTC)
SEEN: list[httpx.Request] = []


def answering(code: int, headers: dict[str, str] | None = None) -> WebhookSender:
    def answer(request: httpx.Request) -> httpx.Response:
        SEEN.append(request)
        return httpx.Response(code, headers=headers)

    SEEN.clear()
    return WebhookSender(
        "https://bus.example.invalid/in",
        SECRET,
        transport=httpx.MockTransport(answer),
        now=lambda: NOW,
    )


def test_a_message_is_posted_once_signed_and_named() -> None:
    receipt = answering(202).send(PAID)

    (request,) = SEEN
    body = json.loads(request.content)
    assert receipt.reference == "hangzhou-42 202"
    assert request.headers["Idempotency-Key"] == "hangzhou-42"
    assert (body["subject"], body["to"]) == (PAID.subject, PAID.to)
    assert is_genuine(SECRET, request.content, header=request.headers[SIGNATURE_HEADER], now=NOW)


def test_a_changed_body_an_old_time_or_another_secret_is_not_genuine() -> None:
    answering(200).send(PAID)
    body, header = SEEN[0].content, SEEN[0].headers[SIGNATURE_HEADER]

    assert not is_genuine(SECRET, body + b" ", header=header, now=NOW)
    assert not is_genuine(SECRET, body, header=header, now=NOW + timedelta(minutes=6))
    assert not is_genuine(b"another secret of 26 bytes", body, header=header, now=NOW)
    assert not is_genuine(SECRET, body, header="nonsense", now=NOW)
    assert not is_genuine(SECRET, body, header=header.split(",")[0], now=NOW)


@pytest.mark.parametrize("code", [301, 401, 404, 408, 429, 500, 503])
def test_what_waiting_or_a_mended_setup_heals_is_temporary(code: int) -> None:
    with pytest.raises(TemporaryFailureError, match=str(code)):
        answering(code).send(PAID)

    assert len(SEEN) == 1


@pytest.mark.parametrize("code", [400, 410, 413, 422])
def test_a_message_that_is_refused_as_such_is_not_tried_again(code: int) -> None:
    with pytest.raises(PermanentFailureError, match=str(code)):
        answering(code).send(PAID)


def test_the_wait_that_a_busy_receiver_asks_for_is_passed_on() -> None:
    with pytest.raises(TemporaryFailureError) as busy:
        answering(429, {"Retry-After": "120"}).send(PAID)

    assert busy.value.retry_after_seconds == 120


def test_a_receiver_that_does_not_answer_in_time_is_tried_again_later() -> None:
    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    sender = WebhookSender("http://127.0.0.1:9/in", SECRET, transport=httpx.MockTransport(late))

    with pytest.raises(TemporaryFailureError, match="ReadTimeout"):
        sender.send(PAID)


def test_addresses_without_tls_and_short_secrets_are_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        WebhookSender("http://bus.example.invalid/in", SECRET)
    with pytest.raises(ValueError, match="16 bytes"):
        WebhookSender("https://bus.example.invalid/in", b"short")
    assert "shared" not in repr(answering(200))
