"""Killed, refused, raced: nobody gets two, nothing is lost, and a person can send it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from states.ticket import TICKET
from subsidy.actions.messages import resend
from subsidy.records.database import Database
from subsidy.records.tables import DeliveryTry, Provider, Setting, Ticket
from subsidy.senders.mail_text import message_id
from tests.delivery import post_office as post
from tests.delivery.post_office import Wire, at, deliver, rows, tries


def ids(wire: Wire) -> list[str]:
    return [message_id(envelope, domain="x") for envelope in wire.sent]


def test_a_letter_that_was_sent_and_not_noted_goes_once_more_under_the_same_name(
    database: Database,
) -> None:
    with database.transaction() as session:
        one, _ = post.classes(session, 2)
        post.decide(session, one)
        post.change(session, one)

    def kill() -> None:
        raise KeyboardInterrupt

    first, second = Wire(after=kill), Wire()
    with pytest.raises(KeyboardInterrupt):
        deliver(database, first)
    with database.transaction() as session:
        post.put(
            session, post.act(), subject="class", subject_id=one, template="class_filed",
            occasion="later", to_kind="provider", to_id=1, filed_on="2020-11-03",
        )  # fmt: skip

    deliver(database, second)

    assert ids(first) == ["<outbox.hangzhou-1@x>"]
    assert ids(second) == ["<outbox.hangzhou-1@x>", "<outbox.hangzhou-3@x>"]
    # What came in between is no part of the letter that may have arrived already.
    assert second.sent[0].text == first.sent[0].text
    assert not rows(database, "waiting")


def test_a_run_leaves_the_city_to_the_one_that_is_at_it(database: Database) -> None:
    with database.transaction() as session:
        post.decide(session, post.classes(session, 1)[0])
    seen: list[dict[str, int]] = []
    wire = Wire(after=lambda: seen.append(deliver(database, Wire())))

    assert deliver(database, wire)["sent"] == 1
    assert [(counts["busy"], counts["sent"]) for counts in seen] == [(1, 0)]


def test_a_run_that_died_without_a_word_gives_its_turn_up_after_minutes(
    database: Database,
) -> None:
    with database.transaction() as session:
        post.decide(session, post.classes(session, 1)[0])
        until = datetime(2020, 11, 3, 2, tzinfo=UTC)
        value = f"{until.isoformat(timespec='microseconds')} dead"
        session.add(Setting(name="delivering:hangzhou", value=value))

    assert deliver(database, Wire(), clock=lambda: until - timedelta(seconds=1))["busy"] == 1
    assert deliver(database, Wire(), clock=lambda: until + timedelta(seconds=1))["sent"] == 1


def test_a_refused_message_goes_again_to_the_corrected_address_and_closes_its_ticket(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1)
        post.decide(session, one)
    assert deliver(database, Wire(refuses=True))["failed"] == 1
    with database.transaction() as session:
        session.get_one(Provider, 1).mailbox = "right@example.org"
        assert resend(session, post.act(), outbox_ids=[1]).moved == {"waiting": 1}
        (ticket,) = session.exec(select(Ticket).where(Ticket.code == "E1102")).all()
        assert ticket.state not in TICKET.ends
    wire = Wire()

    assert deliver(database, wire)["sent"] == 1

    assert wire.sent[0].to == "right@example.org"
    assert ids(wire) == ["<outbox.hangzhou-1-1@x>"]
    assert tries(database) == [(1, "failed"), (1, "sent")]
    with database.reading() as session:
        kept = session.exec(select(DeliveryTry).order_by(col(DeliveryTry.id))).all()
        (ticket,) = session.exec(select(Ticket).where(Ticket.code == "E1102")).all()
    assert [one.address_masked for one in kept] == ["u***@example.org", "r***@example.org"]
    assert (ticket.state, ticket.outcome) == ("resolved", "mended")


def test_the_ticket_stays_open_while_another_message_about_the_class_is_not_out(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1)
        post.decide(session, one)
        post.change(session, one)
    deliver(database, Wire(refuses=True))
    with database.transaction() as session:
        resend(session, post.act(), outbox_ids=[1])
    deliver(database, Wire())

    with database.reading() as session:
        (ticket,) = session.exec(select(Ticket).where(Ticket.code == "E1102")).all()
    assert ticket.state == "opened"


def test_a_failed_reminder_of_what_was_done_since_closes_its_ticket_unsent(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1)
        post.remind(session, one)
    deliver(database, Wire(refuses=True))
    with database.transaction() as session:
        resend(session, post.act(), outbox_ids=[1])
        post.deadline(session, one).status = "met"

    assert deliver(database, Wire())["cancelled"] == 1
    with database.reading() as session:
        (ticket,) = session.exec(select(Ticket).where(Ticket.code == "E1102")).all()
    assert ticket.state == "resolved"


def test_only_what_failed_is_sent_again_and_every_other_number_is_named(
    database: Database,
) -> None:
    with database.transaction() as session:
        for one in post.classes(session, 2):
            post.decide(session, one)
        refused = resend(session, post.act(), outbox_ids=[1, 77])

    assert not refused.done
    assert [(f.code, "77" in f.message_zh or "1" in f.message_zh) for f in refused.findings] == [
        ("E1110", True),
        ("E1111", True),
    ]


def test_a_letter_that_was_put_off_goes_later_as_it_was(database: Database) -> None:
    with database.transaction() as session:
        for one in post.classes(session, 2):
            post.remind(session, one)
    assert deliver(database, Wire(puts_off=True), at(9))["retry"] == 2
    wire = Wire()

    assert deliver(database, wire, at(20))["letters"] == 1
    assert tries(database) == [(1, "retry"), (2, "retry"), (1, "sent"), (2, "sent")]


@pytest.mark.postgres
def test_of_two_deliverers_at_once_nobody_gets_two(postgres_city: Database) -> None:
    with postgres_city.transaction() as session:
        for one in post.classes(session, 12):
            post.decide(session, one)
            post.remind(session, one)
    start, wires = Barrier(2), (Wire(), Wire())

    def run(wire: Wire) -> dict[str, int]:
        start.wait(timeout=20)
        return deliver(postgres_city, wire)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(run, wires))
    deliver(postgres_city, Wire())

    sent = [key for wire in wires for key in ids(wire)]
    assert len(sent) == len(set(sent)) == 12
    assert sorted(each["sent"] for each in counts) == [0, 24]
    assert not rows(postgres_city, "waiting")
