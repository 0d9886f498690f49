"""Assessments: a pass goes on, a failure resits, an absence waits."""

from __future__ import annotations

from sqlmodel import Session, select

from subsidy.actions.classes import complete_class
from subsidy.actions.rosters import SheetResult
from subsidy.actions.training import record_assessments
from subsidy.papers.sample_people import SamplePerson
from subsidy.records.database import Database
from subsidy.records.tables import Assessment, Outbox, Ticket
from tests import builders
from tests.builders import ASSESSOR, PROVIDER, act, codes, done, people, rows_of


def sat(
    session: Session,
    class_id: int,
    trainees: list[SamplePerson],
    result: str,
    *,
    on: str = "assessed",
    sha256: str = "",
    **values: str,
) -> SheetResult:
    return record_assessments(
        session,
        act(on, actor=ASSESSOR),
        class_id=class_id,
        rows=rows_of(trainees, result=result, **values),
        sha256=sha256,
    )


def finished(session: Session) -> int:
    class_id = builders.class_of(session)
    builders.drive(session, class_id, to="completed")
    return class_id


def test_a_failed_trainee_who_passes_the_resit_goes_on(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        sat(session, class_id, people(2), "passed")
        sat(session, class_id, people(1, first=2), "failed")
        assert builders.states(session, class_id) == ["assessed", "assessed", "failed"]
        assert session.exec(select(Outbox.template).where(Outbox.subject == "claim")).all() == [
            "assessment_failed_resit"
        ]
        result = sat(session, class_id, people(1, first=2), "passed", on="issued")
        assert result.moved == {"assessed": 1}
        attempts = session.exec(select(Assessment.attempt, Assessment.result)).all()
        assert attempts[-2:] == [(1, "failed"), (2, "passed")]


def test_somebody_who_did_not_come_is_held_until_the_resit(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        result = sat(session, class_id, people(1), "absent")
        assert (result.held, result.moved) == (1, {"held": 1})
        ticket = session.exec(select(Ticket)).one()
        assert (ticket.code, ticket.blocks, ticket.facts) == ("E520", True, '{"attempt": 1}')
        sat(session, class_id, people(1), "passed", on="issued")
        assert ticket.state == "resolved"
        assert builders.states(session, class_id) == ["assessed", "completed", "completed"]


def test_an_absence_after_a_failure_comes_back_to_the_failure(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        for result, on in (("failed", "assessed"), ("absent", "issued"), ("failed", "certified")):
            sat(session, class_id, people(1), result, on=on)
        assert builders.states(session, class_id)[0] == "failed"
        assert session.exec(select(Ticket)).one().state == "resolved"


def test_a_result_on_record_is_not_overwritten(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        sat(session, class_id, people(1), "failed")
        result = sat(session, class_id, people(1), "passed", attempt="1")
        assert (result.bad, codes(result)) == (1, {"E518"})
        assert builders.states(session, class_id)[0] == "failed"


def test_who_has_passed_does_not_sit_again(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        sat(session, class_id, people(1), "passed")
        assert codes(sat(session, class_id, people(1), "failed", on="issued")) == {"E518"}


def test_the_same_results_again_change_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        sat(session, class_id, people(3), "failed", sha256="a" * 64)
        assert sat(session, class_id, people(3), "failed", sha256="a" * 64).unchanged == 3
        assert sat(session, class_id, people(3), "failed", sha256="b" * 64).unchanged == 3
        assert len(session.exec(select(Assessment)).all()) == 3


def test_results_before_the_end_of_the_class_are_refused(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        assert codes(sat(session, class_id, people(3), "passed")) == {"E1105"}
        done(complete_class(session, act("completed"), class_id=class_id))
        assert sat(session, class_id, people(3), "passed").taken == 3


def test_the_provider_does_not_enter_results_of_its_own_class(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        result = record_assessments(
            session,
            act("assessed", actor=PROVIDER),
            class_id=class_id,
            rows=rows_of(people(3), result="passed"),
        )
        assert codes(result) == {"E1208"}
