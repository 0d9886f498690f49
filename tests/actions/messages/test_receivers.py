"""Who gets a message: addresses are opened for one sending, and shown masked."""

from __future__ import annotations

import pytest

from subsidy.actions.grounds.outbox_rows import put
from subsidy.actions.messages import recipients, tell_gaps
from subsidy.actions.messages.recipients import mask_mail
from subsidy.records.database import Database
from subsidy.records.tables import Claim, Outbox, Person, Provider
from subsidy.rules.masking import hide
from tests import builders
from tests.actions import payday
from tests.actions.messages import told


def test_a_unit_is_written_to_at_its_mailbox(database: Database) -> None:
    with database.transaction() as session:
        told.everything(session)
        row = told.rows(session, "class_filed")[0]
        (to,) = recipients(session, builders.act(row.effective_on), row)

    assert (to.kind, to.channel, to.address) == ("provider", "mail", "unit1@example.org")
    assert to.masked == "u***@example.org"
    assert to.address not in repr(to)


def test_a_trainee_who_is_paid_directly_gets_the_units_letter_too(database: Database) -> None:
    with database.transaction() as session:
        told.everything(session)
        row = told.rows(session, "bank_returned")[0]
        unit, trainee = recipients(session, builders.act(row.effective_on), row)
        person = session.get_one(Person, session.get_one(Claim, row.subject_id).person_id)

    assert (unit.kind, trainee.kind, trainee.channel) == ("provider", "trainee", "sms")
    assert "****" in trainee.masked
    assert trainee.address not in (trainee.masked + trainee.stand_in + repr(trainee))
    assert trainee.stand_in == f"{person.masked_id.replace('*', 'x')}-{person.id}"


def test_a_trainee_whose_unit_is_paid_is_not_written_to_about_money(database: Database) -> None:
    with database.transaction() as session:
        told.everything(session)
        row = told.rows(session, "paid")[0]
        found = recipients(session, builders.act(row.effective_on), row)

    assert [to.kind for to in found] == ["provider"]


def test_whoever_failed_is_told_beside_the_unit(database: Database) -> None:
    with database.transaction() as session:
        told.everything(session)
        row = told.rows(session, "assessment_failed_resit")[0]
        found = recipients(session, builders.act(row.effective_on), row)

    assert [to.kind for to in found] == ["provider", "trainee"]


def test_an_objector_is_reached_by_the_contact_that_was_left(database: Database) -> None:
    with database.transaction() as session:
        told.everything(session)
        row = next(r for r in told.rows(session, "objection_decided") if r.to_kind == "objector")
        (to,) = recipients(session, builders.act(row.effective_on), row)

    assert to.address == told.CONTACT
    assert to.masked == "o***@example.org"


def test_a_unit_without_a_mailbox_cannot_be_reached(database: Database) -> None:
    with database.transaction() as session:
        told.classes(session)
        session.get_one(Provider, 1).mailbox = ""
        row = told.rows(session, "class_filed")[0]

        assert recipients(session, builders.act(row.effective_on), row) == ()


def test_an_open_value_is_told_once_a_week(database: Database) -> None:
    with database.transaction() as session:
        told.of_the_office(session)
        again = builders.act(told.REMINDED, actor="flow:watch-deadlines")
        later = builders.act(told.DECIDED, actor="flow:watch-deadlines")

        assert tell_gaps(session, again) == 0
        assert tell_gaps(session, later) == 1


def test_the_same_occasion_is_told_once(database: Database) -> None:
    with database.transaction() as session:
        about = {"subject": "class", "subject_id": 1, "to_kind": "provider", "to_id": 1}
        act = builders.act(payday.APPROVED)

        first = put(session, act, template="class_filed", occasion="v1", **about)  # type: ignore[arg-type]
        second = put(session, act, template="class_filed", occasion="v1", **about)  # type: ignore[arg-type]

        assert (first, second) == (True, False)
        assert len(told.rows(session)) == 1
        assert isinstance(told.rows(session)[0], Outbox)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("请核对13800000000", "请核对138****0000"),
        ("证件110101199003070038不符", "证件110***********0038不符"),
        ("没有号码", "没有号码"),
    ],
)
def test_numbers_that_a_clerk_typed_into_a_reason_are_masked(typed: str, shown: str) -> None:
    assert hide(typed) == shown


def test_a_mailbox_is_shown_by_its_first_letter() -> None:
    assert mask_mail("school@example.org") == "s***@example.org"
