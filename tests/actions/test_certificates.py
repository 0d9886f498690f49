"""Certificates: the clock of registration, late ones, and one certificate pays once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.acting import PackRules
from subsidy.actions.rosters import SheetResult
from subsidy.actions.training import (
    issue_certificates,
    record_assessments,
    register_certificates,
)
from subsidy.records.database import Database
from subsidy.records.moves import Moved, move
from subsidy.records.tables import Certificate, ClaimProgress, Deadline, Ticket
from tests import builders
from tests.builders import ASSESSOR, act, certificates, codes, done, people, rows_of

ISSUED = builders.DAYS["issued"]
LAST_DAY = date(2020, 11, 10)


def assessed(session: Session, number: str = "XS2020-001", first: int = 0) -> int:
    class_id = builders.class_of(session, number, first=first)
    builders.drive(session, class_id, to="assessed", first=first)
    return class_id


def register(
    session: Session,
    class_id: int,
    on: date = builders.DAYS["certified"],
    first: int = 0,
    **values: str,
) -> SheetResult:
    rows = [
        (at, {**row, **values})
        for at, row in certificates(people(3, first=first), class_id=class_id)
    ]
    return register_certificates(session, act(on), class_id=class_id, rows=rows)


def windows(session: Session, status: str) -> list[tuple[str, date]]:
    found = session.exec(
        select(Deadline.window, Deadline.due_on)
        .where(Deadline.status == status, Deadline.window == "certificate_registration")
        .order_by(col(Deadline.claim_id))
    ).all()
    return list(found)


def test_the_day_of_issue_opens_the_window_of_registration(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        outcome = issue_certificates(session, act("issued"), class_id=class_id, issued_on=ISSUED)
        assert outcome.moved == {"assessed": 3}
        assert windows(session, "open") == [("certificate_registration", LAST_DAY)] * 3
        again = issue_certificates(session, act("issued"), class_id=class_id, issued_on=ISSUED)
        assert again.note == "发证日期已登记，未作改动"
        assert len(windows(session, "open")) == 3


def test_registration_in_time_meets_the_window(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        done(issue_certificates(session, act("issued"), class_id=class_id, issued_on=ISSUED))
        assert register(session, class_id, LAST_DAY).moved == {"certified": 3}
        assert len(windows(session, "met")) == 3
        assert session.exec(select(Ticket)).all() == []
        row = builders.claims(session, class_id)[0]
        assert (row.certificate_pending, row.certificate_issued) == (0, ISSUED)


def test_registration_one_day_late_is_a_ticket_and_not_a_lapse(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        assert register(session, class_id, date(2020, 11, 11)).moved == {"certified": 3}
        tickets = session.exec(select(Ticket)).all()
        assert {(t.code, t.blocks, t.clause) for t in tickets} == {
            ("E402", False, "三（三）2（2）②")
        }
        assert builders.states(session, class_id) == ["certified"] * 3


def test_a_certificate_may_come_after_the_application(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        claim_id = builders.claims(session, class_id)[0].claim_id
        doing = act(date(2020, 11, 2))
        applied = move(
            session,
            claim_id=claim_id,
            event="apply",
            moment=doing.moment(applied_on=doing.today),
            rules=PackRules(session, doing),
        )
        assert isinstance(applied, Moved)
        result = register(session, class_id)
        assert result.moved == {"applied": 1, "certified": 2}
        assert [c.certificate_pending for c in builders.claims(session, class_id)] == [0, 0, 0]


def test_the_number_of_somebody_elses_certificate_is_refused(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        register(session, class_id)
        other = assessed(session, "XS2020-002", first=10)
        rows = [
            (at, {**row, "certificate_number": f"HG{class_id:04d}{at:04d}"})
            for at, row in certificates(people(3, first=10), class_id=other)
        ]
        result = register_certificates(session, act("certified"), class_id=other, rows=rows)
        assert (result.bad, codes(result)) == (3, {"E306"})
        assert builders.states(session, other) == ["assessed"] * 3


def test_one_number_twice_in_a_list_is_taken_once(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        result = register(session, class_id, certificate_number="HG-1")
        assert (result.taken, result.bad) == (1, 2)


def test_a_second_certificate_of_one_trainee_comes_back(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        register(session, class_id)
        rows = [
            (at, {**row, "certificate_number": f"{row['certificate_number']}X"})
            for at, row in certificates(people(3), class_id=class_id)
        ]
        result = register_certificates(session, act("certified"), class_id=class_id, rows=rows)
        assert (result.taken, codes(result)) == (0, {"E529"})


def test_the_same_certificates_again_change_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        register(session, class_id)
        again = register(session, class_id)
        assert (again.taken, again.unchanged) == (0, 3)
        assert len(session.exec(select(Certificate)).all()) == 3


@pytest.mark.parametrize(
    ("issued", "fault"), [("2020-10-22", "早于结业日"), ("2020-12-01", "晚于今天")]
)
def test_a_date_of_issue_that_cannot_be_is_refused(
    database: Database, issued: str, fault: str
) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        result = register(session, class_id, issued_on=issued)
        assert codes(result) == {"E527"}
        assert fault in result.verdicts[0].message_zh
        day = date.fromisoformat(issued)
        outcome = issue_certificates(session, act("certified"), class_id=class_id, issued_on=day)
        assert codes(outcome) == {"E527"}


def test_who_has_not_passed_has_no_certificate(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
        record_assessments(
            session,
            act("assessed", actor=ASSESSOR),
            class_id=class_id,
            rows=rows_of(people(1), result="failed"),
        )
        result = register(session, class_id)
        assert (result.taken, codes(result)) == (0, {"E211", "E515"})


def test_another_level_on_the_certificate_waits_for_a_person(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed(session)
        result = register(session, class_id, level="5")
        assert (result.taken, codes(result)) == (3, {"E510"})
        assert {t.code for t in session.exec(select(Ticket)).all()} == {"E510"}
        assert {c.blocks for c in session.exec(select(ClaimProgress)).all()} == {1}


def test_an_unusual_number_is_only_a_hint(database: Database) -> None:
    with database.transaction() as session:
        builders.listed_project(
            session, "P-100", track="certificate", certificate_kind="skill_level", level="4"
        )
        class_id = builders.planned_class(session, "ZS-1", project="P-100")
        rows = builders.roster(people(3))
        builders.taken(builders.enrol(session, act("enrolled"), class_id=class_id, rows=rows))
        builders.drive(session, class_id, to="assessed")
        result = register(session, class_id)
        assert (result.taken, result.bad, codes(result)) == (3, 0, {"E514"})
