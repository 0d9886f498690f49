"""Attendance: distinct days, days off the plan, and the share that a person looks at."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, select

from subsidy.actions.classes import complete_class
from subsidy.actions.rosters import SheetResult
from subsidy.actions.tickets import resolve
from subsidy.actions.training import catch_up, record_attendance
from subsidy.papers.sample_people import SamplePerson
from subsidy.records.database import Database
from subsidy.records.tables import Attendance, ClaimProgress, Ticket
from tests import builders
from tests.builders import ASSESSOR, CLERK, LESSONS, act, codes, done, people, rows_of, taken

AFTER = builders.DAYS["completed"]


def days(*chosen: date) -> str:
    return ",".join(day.isoformat() for day in chosen)


def came(
    session: Session, class_id: int, trainees: list[SamplePerson], *chosen: date, on: date = AFTER
) -> SheetResult:
    rows = rows_of(trainees, days=days(*chosen))
    return record_attendance(session, act(on), class_id=class_id, rows=rows)


def two_full_one_short(session: Session, class_id: int) -> None:
    """Two people came every day, the third on seven of ten."""
    rows = rows_of(people(3), days=days(*LESSONS))
    rows[2][1]["days"] = days(*LESSONS[:7])
    taken(record_attendance(session, act(AFTER), class_id=class_id, rows=rows))


def finished(session: Session) -> int:
    class_id = builders.class_of(session)
    builders.drive(session, class_id, to="filed")
    done(complete_class(session, act(AFTER), class_id=class_id))
    return class_id


def test_a_day_marked_twice_counts_once(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        came(session, class_id, people(3), *LESSONS, LESSONS[0], LESSONS[0])
        assert {a.day_count for a in session.exec(select(Attendance)).all()} == {10}


def test_days_outside_the_class_are_marked_and_not_counted(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        result = came(session, class_id, people(3), *LESSONS, date(2020, 10, 9))
        assert codes(result) == {"E1204"}
        assert all(v.ok and v.column == "days" for v in result.verdicts)
        assert {a.day_count for a in session.exec(select(Attendance)).all()} == {10}


def test_days_between_the_lessons_are_marked(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        result = came(session, class_id, people(3), *LESSONS[:9], date(2020, 10, 17))
        assert codes(result) == {"E525"}


def test_eight_of_ten_days_are_enough(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        came(session, class_id, people(3), *LESSONS[:8])
        assert session.exec(select(Ticket)).all() == []


def test_seven_of_ten_days_hold_the_claim_and_refuse_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        two_full_one_short(session, class_id)
        ticket = session.exec(select(Ticket)).one()
        assert (ticket.code, ticket.blocks, ticket.clause) == ("E214", True, "")
        builders.taken(
            builders.record_assessments(
                session,
                act("assessed", actor=ASSESSOR),
                class_id=class_id,
                rows=rows_of(people(3), result="passed"),
            )
        )
        assert builders.states(session, class_id) == ["assessed", "assessed", "completed"]


def test_marks_that_come_later_close_the_ticket_and_the_claim_catches_up(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        two_full_one_short(session, class_id)
        builders.record_assessments(
            session,
            act("assessed", actor=ASSESSOR),
            class_id=class_id,
            rows=rows_of(people(3), result="passed"),
        )
        came(session, class_id, people(1, first=2), *LESSONS[:9], on=builders.DAYS["issued"])
        assert session.exec(select(Ticket)).one().state == "resolved"
        assert builders.states(session, class_id) == ["assessed"] * 3


def test_a_person_may_let_a_low_share_pass_and_the_claim_catches_up(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        came(session, class_id, people(3), *LESSONS[:7])
        builders.record_assessments(
            session,
            act("assessed", actor=ASSESSOR),
            class_id=class_id,
            rows=rows_of(people(3), result="passed"),
        )
        for ticket in session.exec(select(Ticket)).all():
            clerk = act("issued", actor=CLERK)
            done(resolve(session, clerk, ticket_id=ticket.id or 0, outcome="住院，有证明"))
            done(catch_up(session, clerk, claim_id=ticket.claim_id or 0))
        assert builders.states(session, class_id) == ["assessed"] * 3
        came(session, class_id, people(3), *LESSONS[:7])
        assert len(session.exec(select(Ticket)).all()) == 3


def test_while_the_class_runs_nobody_is_short_of_days(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        came(session, class_id, people(3), *LESSONS[:2], on=date(2020, 10, 14))
        assert session.exec(select(Ticket)).all() == []
        done(complete_class(session, act(AFTER), class_id=class_id))
        assert {t.code for t in session.exec(select(Ticket)).all()} == {"E214"}
        assert builders.states(session, class_id) == ["completed"] * 3


def test_a_person_without_a_single_day_is_looked_at(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        came(session, class_id, people(2), *LESSONS)
        ticket = session.exec(select(Ticket)).one()
        assert ticket.code == "E513"


def test_a_stranger_in_the_list_and_a_wrong_name_come_back(database: Database) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        rows = rows_of([*people(2), *people(1, first=9)], days=days(*LESSONS))
        rows[1][1]["name"] = "王小明"
        result = record_attendance(session, act(AFTER), class_id=class_id, rows=rows)
        assert (result.taken, result.bad) == (1, 2)
        assert [(v.row_number, v.code) for v in result.verdicts if not v.ok] == [
            (3, "E519"),
            (4, "E517"),
        ]


def test_other_days_make_the_decision_stale_and_the_same_days_do_not(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = finished(session)
        came(session, class_id, people(3), *LESSONS)
        for row in session.exec(select(ClaimProgress)).all():
            row.decision_current = 1
        session.flush()
        assert came(session, class_id, people(3), *LESSONS).unchanged == 3
        assert {c.decision_current for c in builders.claims(session, class_id)} == {1}
        assert came(session, class_id, people(1), *LESSONS[:9]).taken == 1
        assert [c.decision_current for c in builders.claims(session, class_id)] == [0, 1, 1]


def test_attendance_of_a_class_that_is_not_accepted_is_refused(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        assert codes(came(session, class_id, people(3), *LESSONS)) == {"E1105"}
