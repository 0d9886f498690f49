"""What waits in the outbox goes out once, whatever is killed, closed or odd on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions.messages import send_again
from subsidy.delivery import deliver_waiting, sender_of
from subsidy.records.database import Database
from subsidy.records.tables import Outbox, Provider, Ticket
from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Receipt,
    Sender,
    TemporaryFailureError,
)
from subsidy.senders.mail_folder import MailFolder
from subsidy.senders.smtp import SmtpSender
from subsidy.senders.webhook import WebhookSender
from tests import builders
from tests.actions.messages import told
from tests.flows.conftest import Home, noon
from tests.platform.places import settings_in

TODAY = told.LAPSED


MARKS = {
    "paid": "【补贴到账】",
    "policy_gap": "【政策待明确】",
    "objection_decided": "【异议办结】",
    "claim_refused": "【不予补贴决定】",
}


@dataclass
class Wire:
    """A way out that remembers, and fails on request: by what a letter holds, or altogether."""

    sent: list[Envelope] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    puts_off: frozenset[str] = frozenset()
    closed: bool = False

    def send(self, envelope: Envelope) -> Receipt:
        if self.closed or _holds(envelope, self.puts_off):
            raise TemporaryFailureError("the mail server does not answer")
        if _holds(envelope, self.refuses):
            raise PermanentFailureError("the mail server refused the recipient (550)")
        self.sent.append(envelope)
        return Receipt("wire", envelope.key)


def _holds(envelope: Envelope, templates: frozenset[str]) -> bool:
    return any(MARKS[name] in envelope.subject + envelope.text for name in templates)


def deliver(
    database: Database, sender: Sender, *, now: datetime | None = None, limit: int = 2_000
) -> dict[str, int]:
    return deliver_waiting(
        database,
        builders.office(),
        sender,
        city=builders.CITY,
        now=now or noon(TODAY),
        today=TODAY,
        limit=limit,
    )


@pytest.fixture
def database(home: Home) -> Database:
    """Everything that was told waits; the reminder of a deadline that has passed since is out of it."""
    with home.database.transaction() as session:
        told.everything(session)
        for row in told.rows(session, "deadline_reminder"):
            row.status = "cancelled"
    return home.database


def rows(database: Database, status: str) -> list[Outbox]:
    with database.reading() as session:
        return list(session.exec(select(Outbox).where(Outbox.status == status)).all())


def tickets(session: Session) -> list[Ticket]:
    return list(session.exec(select(Ticket).where(Ticket.code == "E1102")).all())


def test_everything_that_waits_is_sent_and_a_second_run_sends_nothing(database: Database) -> None:
    wire, waiting = Wire(), len(rows(database, "waiting"))

    first, second = deliver(database, wire), deliver(database, wire)

    assert first["sent"] == waiting
    assert second["sent"] == 0
    assert not rows(database, "waiting")
    sent = rows(database, "sent")
    assert all(row.channel == "wire" and row.sent_at == noon(TODAY) for row in sent)
    assert len({envelope.key for envelope in wire.sent}) == len(wire.sent)


def test_neither_row_nor_error_keeps_an_address(database: Database) -> None:
    wire = Wire()
    deliver(database, wire)

    addresses = {envelope.to for envelope in wire.sent if not envelope.to.endswith("rsj.invalid")}
    assert addresses
    for row in rows(database, "sent"):
        kept = row.address_masked + row.values + row.error
        assert not [address for address in addresses if address in kept]


def test_a_run_killed_after_sending_writes_over_its_own_files(
    database: Database, home: Home
) -> None:
    folder = home.settings.mail_folder
    with pytest.raises(KeyboardInterrupt):
        deliver(database, _KilledAfter(MailFolder(folder), 3))
    files = {path.name: path.read_bytes() for path in folder.glob("*.eml")}
    assert len(files) == 3

    counts = deliver(database, MailFolder(folder))

    assert counts["sent"] == len(rows(database, "sent"))
    assert all((folder / name).read_bytes() == content for name, content in files.items())


@dataclass
class _KilledAfter:
    """Sends some messages, then the process is gone."""

    sender: Sender
    left: int

    def send(self, envelope: Envelope) -> Receipt:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.sender.send(envelope)


def test_a_message_that_is_put_off_is_tried_again_when_its_time_has_come(
    database: Database,
) -> None:
    with database.transaction() as session:
        for row in told.rows(session):
            row.created_at = noon(TODAY)
    wire = Wire(puts_off=frozenset({"paid"}))

    first = deliver(database, wire)
    at_once = deliver(database, wire)
    wire.puts_off = frozenset()
    later = deliver(database, wire, now=noon(TODAY) + timedelta(minutes=2))

    assert first["retry"] == at_once["postponed"] == later["sent"] > 0
    assert at_once["retry"] == 0
    assert not rows(database, "waiting")


def test_a_message_is_given_up_after_many_tries_over_days(database: Database) -> None:
    wire, paid = Wire(puts_off=frozenset({"paid"})), len(told_paid(database))
    for _ in range(12):
        deliver(database, wire)

    failed = rows(database, "failed")
    assert len([row for row in failed if row.template == "paid"]) == paid
    with database.reading() as session:
        assert len(tickets(session)) == paid


def told_paid(database: Database) -> list[Outbox]:
    with database.reading() as session:
        return told.rows(session, "paid")


def test_a_closed_way_out_ends_the_run_and_opens_one_ticket(database: Database) -> None:
    wire, waiting = Wire(closed=True), len(rows(database, "waiting"))

    first = deliver(database, wire)
    deliver(database, wire)

    assert (first["way_out_closed"], first["sent"], first["failed"]) == (1, 0, 0)
    assert first["retry"] < waiting == len(rows(database, "waiting"))
    with database.reading() as session:
        (ticket,) = tickets(session)
        assert ticket.queue == "technical"

    wire.closed = False
    deliver(database, wire, now=noon(TODAY) + timedelta(hours=1))

    assert not rows(database, "waiting")
    with database.reading() as session:
        (ticket,) = tickets(session)
        assert (ticket.state, ticket.outcome) == ("resolved", "mended")


def test_messages_that_are_put_off_again_and_again_hold_up_no_new_one(database: Database) -> None:
    wire = Wire(puts_off=frozenset({"paid", "policy_gap", "objection_decided"}))
    deliver(database, wire)
    with database.transaction() as session:
        new = told.rows(session, "class_filed")[0]
        new.status, new.attempts = "waiting", 0

    counts = deliver(database, wire)

    assert (counts["sent"], counts["way_out_closed"]) == (1, 0)


def test_what_will_never_go_out_is_a_technical_ticket_that_blocks_nothing(
    database: Database,
) -> None:
    counts = deliver(database, Wire(refuses=frozenset({"claim_refused"})))

    failed = rows(database, "failed")
    assert counts["failed"] == len(failed)
    assert len([row for row in failed if row.template == "claim_refused"]) == 2
    assert all("550" in row.error for row in rows(database, "failed"))
    with database.reading() as session:
        found = tickets(session)
        assert len(found) == 2
        assert not any(ticket.blocks for ticket in found)


def test_one_odd_row_does_not_hold_up_the_others(database: Database) -> None:
    with database.transaction() as session:
        told.rows(session, "class_filing_refused")[0].values = '{"reasons": "no list"}'

    counts = deliver(database, Wire())

    assert counts["failed"] == 1
    assert not rows(database, "waiting")
    assert "class_filing_refused" in rows(database, "failed")[0].error


def test_failed_messages_go_out_once_they_are_put_back_in_the_queue(database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Provider, 1).mailbox = ""
    lost = deliver(database, Wire())["failed"]
    with database.transaction() as session:
        session.get_one(Provider, 1).mailbox = "unit1@example.org"
        assert send_again(session, builders.act(TODAY, actor="flow:deliver")) == lost > 0

    assert deliver(database, Wire())["sent"] == lost


def test_a_limit_leaves_the_rest_to_the_next_run(database: Database) -> None:
    wire = Wire()

    first = deliver(database, wire, limit=5)

    assert first["letters"] == 5
    assert first["sent"] == len(rows(database, "sent"))
    assert rows(database, "waiting")


def test_nothing_is_sent_before_its_day(database: Database) -> None:
    with database.transaction() as session:
        told.rows(session)[0].effective_on = TODAY + timedelta(1)

    deliver(database, Wire())

    assert len(rows(database, "waiting")) == 1


def test_a_stop_is_heeded_between_two_messages(database: Database) -> None:
    wire = Wire()
    counts = deliver_waiting(
        database,
        builders.office(),
        wire,
        city=builders.CITY,
        now=noon(TODAY),
        today=TODAY,
        stopping=lambda: len(wire.sent) >= 4,
    )

    assert counts["sent"] == len(rows(database, "sent"))
    assert 3 <= counts["letters"] <= 4


def test_texts_to_phones_become_files_under_the_masked_number(
    database: Database, home: Home
) -> None:
    deliver(database, MailFolder(home.settings.mail_folder))

    heads = [
        path.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
        for path in home.settings.mail_folder.glob("*.1.eml")
    ]
    assert heads
    assert all("@sms.invalid" in head and "xxxxx" in head for head in heads)


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({}, MailFolder),
        (
            {"sender": "smtp", "smtp_host": "mail.example.org", "smtp_from": "a@example.org"},
            SmtpSender,
        ),
        (
            {
                "sender": "webhook",
                "webhook_url": "https://bus.example.org/in",
                "webhook_secret": "s" * 16,
            },
            WebhookSender,
        ),
    ],
)
def test_the_settings_choose_the_way_out(
    flags: dict[str, str], kind: type[object], tmp_path: Path
) -> None:
    assert isinstance(sender_of(settings_in(tmp_path, **flags)), kind)


def test_the_days_of_these_tests_lie_in_order() -> None:
    assert told.LATE < told.REMINDED < told.DECIDED < told.PAID < TODAY < date(2021, 1, 1)
