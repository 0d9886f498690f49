"""Applying for the claims of a class: the commitment, the last lawful day, and what stays behind."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import select

from subsidy.actions import claims
from subsidy.records.database import Database
from subsidy.records.tables import Deadline
from subsidy.rules.workdays import FAR
from tests import builders
from tests.actions.desk import steps
from tests.builders import act, codes, done


def test_a_class_is_applied_for_with_its_commitment_and_decided_at_once(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        steps.answer(session, class_id)
        outcome = steps.apply(session, class_id)
        assert (outcome.moved, tuple(outcome.left)) == ({"applied": 3}, ())
        for row in builders.claims(session, class_id):
            assert (row.decision_current, row.amount_fen) == (1, steps.TEN_DAYS_FEN)
            assert (row.applied_on, row.blocks, row.gaps) == (steps.APPLIED, 0, 0)
            assert len(steps.receipts(session, row.claim_id)) == 1


def test_an_application_on_the_last_lawful_day_is_accepted(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        steps.answer(session, class_id)
        outcome = steps.apply(session, class_id, on=steps.LAST_DAY)
        assert outcome.moved == {"applied": 3}
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert "E403" not in steps.open_tickets(session, claim_id)


def test_an_application_one_day_late_is_refused_with_the_clause(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        outcome = steps.apply(session, class_id, on=steps.ONE_DAY_LATE)
        assert not outcome.done
        assert codes(outcome) == {"E403"}
        assert outcome.findings[0].clause == "三（三）2（2）③"
        assert {reasons for _, reasons in outcome.left} == {("E403",)}
        assert builders.states(session, class_id) == ["certified"] * 3


def test_a_late_application_that_is_refused_signs_no_commitment(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        steps.apply(session, class_id, on=steps.ONE_DAY_LATE)
        assert all(row.decision_current == 0 for row in builders.claims(session, class_id))
        assert not steps.receipts(session, builders.claims(session, class_id)[0].claim_id)


def test_while_the_end_is_provisional_nothing_is_refused_as_late(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        for row in builders.claims(session, class_id):
            row.lapses_after = FAR
            session.add(row)
        outcome = steps.apply(session, class_id, on=steps.ONE_DAY_LATE)
        assert outcome.moved == {"applied": 3}


def test_only_the_chosen_rows_are_applied_for(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        first = builders.claims(session, class_id)[0].claim_id
        outcome = steps.apply(session, class_id, only=[first])
        assert outcome.moved == {"applied": 1}
        assert builders.states(session, class_id) == ["applied", "certified", "certified"]


def test_a_row_of_another_class_is_named_and_left_alone(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        outcome = steps.apply(session, class_id, only=[999_999])
        assert not outcome.done
        assert outcome.left == ((999_999, ("not_open_in_class",)),)


def test_applying_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        done(steps.apply(session, class_id))
        before = [(row.claim_id, row.version) for row in builders.claims(session, class_id)]
        again = steps.apply(session, class_id)
        assert (again.done, dict(again.moved), tuple(again.left)) == (True, {}, ())
        assert [(r.claim_id, r.version) for r in builders.claims(session, class_id)] == before
        assert len(steps.receipts(session, before[0][0])) == 1


def test_without_a_commitment_the_claim_is_held_for_it(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1)
        done(claims.apply_for_class(session, act(steps.APPLIED), class_id=class_id))
        (row,) = builders.claims(session, class_id)
        assert steps.open_tickets(session, row.claim_id) == {"E502"}
        assert row.blocks == 1


def test_a_commitment_dated_tomorrow_is_refused(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        outcome = claims.apply_for_class(
            session,
            act(steps.APPLIED),
            class_id=class_id,
            commitment_on=steps.APPLIED + timedelta(1),
        )
        assert codes(outcome) == {"E1209"}
        assert builders.states(session, class_id) == ["certified"] * 3


def test_somebody_of_another_area_may_not_apply(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session)
        elsewhere = frozenset({builders.area(session, builders.SHANGCHENG)})
        outcome = claims.apply_for_class(
            session, act(steps.APPLIED, areas=elsewhere), class_id=class_id
        )
        assert codes(outcome) == {"E1208"}


def test_an_application_may_come_before_the_certificate(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session, heads=1)
        builders.drive(session, class_id, to="assessed", heads=1)
        steps.answer(session, class_id, heads=1)
        done(steps.apply(session, class_id))
        (row,) = builders.claims(session, class_id)
        assert (row.state, row.certificate_pending) == ("applied", 1)
        assert steps.open_tickets(session, row.claim_id) == {"E509"}


def test_the_window_of_application_is_met_by_applying(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        done(steps.apply(session, class_id))
        (row,) = builders.claims(session, class_id)
        query = select(Deadline).where(
            Deadline.claim_id == row.claim_id, Deadline.window == "application"
        )
        window = session.exec(query).one()
        assert (window.due_on, window.status) == (steps.LAST_DAY, "met")
        assert window.closed_on == date(2020, 11, 9)


def test_the_applicant_withdraws_with_a_reason_on_record(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        done(steps.apply(session, class_id))
        (row,) = builders.claims(session, class_id)
        assert steps.open_tickets(session, row.claim_id)
        assert codes(
            claims.withdraw(session, act(steps.REVIEWED), claim_id=row.claim_id, reason=" ")
        ) == {"E1209"}
        done(
            claims.withdraw(session, act(steps.REVIEWED), claim_id=row.claim_id, reason="重复申报")
        )
        after = steps.at(session, row.claim_id)
        assert (after.state, after.reserved_fen, after.blocks) == ("withdrawn", 0, 0)
        assert steps.open_tickets(session, row.claim_id) == set()
        assert steps.acts_on(session, row.claim_id)[-1][0] == "withdrawn"
