"""Changes of an accepted class: asked for, decided by another, and a new version."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions.acting import Outcome
from subsidy.actions.class_changes import decide_change, request_change
from subsidy.records.database import Database
from subsidy.records.tables import (
    Claim,
    ClaimProgress,
    ClassChange,
    Enrolment,
    LedgerEntry,
    Outbox,
    Ticket,
    TrainingClass,
)
from tests import builders
from tests.builders import CLERK, PROVIDER, act, codes, done

ASKED = date(2020, 9, 28)
MOVED = tuple(date(2020, 10, 19) + timedelta(n) for n in range(5))


def ask(
    session: Session, class_id: int, kind: str, wanted: dict[str, Any], on: date = ASKED
) -> Outcome:
    return request_change(
        session, act(on), class_id=class_id, kind=kind, wanted=wanted, reason="教师生病"
    )


def grant(session: Session, change_id: int, on: date = date(2020, 9, 29)) -> Outcome:
    return decide_change(session, act(on, actor=CLERK), change_id=change_id, grant=True)


def to(days: tuple[date, ...]) -> dict[str, Any]:
    return {"starts_on": days[0], "ends_on": days[-1], "lesson_days": days}


def filed(session: Session) -> int:
    class_id = builders.class_of(session)
    builders.drive(session, class_id, to="filed")
    return class_id


def test_a_later_start_takes_the_claims_along_and_their_decisions_lapse(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        for row in session.exec(select(ClaimProgress)).all():
            row.decision_current = 1
        done(grant(session, done(ask(session, class_id, "start", to(MOVED)))))
        row = session.get_one(TrainingClass, class_id)
        assert (row.state, row.version, row.file_by) == ("accepted", 4, date(2020, 10, 9))
        for claim in builders.claims(session, class_id):
            assert (claim.training_starts, claim.training_ends) == (MOVED[0], MOVED[-1])
            assert claim.file_by == date(2020, 10, 9)
            assert (claim.planned_fen, claim.reserved_fen) == (50_000, 50_000)
            assert claim.decision_current == 0


def test_the_money_reserved_follows_a_shorter_plan_in_the_ledger(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        done(grant(session, done(ask(session, class_id, "start", to(MOVED)))))
        claim = builders.claims(session, class_id)[0]
        entries = session.exec(
            select(LedgerEntry.debit, LedgerEntry.credit, LedgerEntry.amount_fen).where(
                LedgerEntry.claim_id == claim.claim_id
            )
        ).all()
        assert sorted(entries) == [
            ("budget", "reserved", 100_000),
            ("reserved", "budget", 50_000),
        ]


def test_a_start_moved_closer_than_seven_working_days_is_refused_with_the_clause(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        days = tuple(date(2020, 10, 13) + timedelta(n) for n in range(4))
        outcome = ask(session, class_id, "start", to(days))
        [finding] = outcome.findings
        assert (finding.code, finding.clause) == ("E401", "三（三）2（2）①")
        assert finding.facts["first_start"] == date(2020, 10, 14)
        assert session.exec(select(func.count()).select_from(ClassChange)).one() == 0


def test_a_change_asked_for_in_time_may_be_granted_later(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        change = done(ask(session, class_id, "start", to(MOVED), on=date(2020, 9, 30)))
        done(grant(session, change, on=date(2020, 10, 10)))


def test_the_start_of_a_class_under_way_is_not_moved(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        days = tuple(date(2020, 11, 2) + timedelta(n) for n in range(5))
        outcome = ask(session, class_id, "start", to(days), on=date(2020, 10, 13))
        assert codes(outcome) == {"E526"}


def test_another_teacher_makes_a_new_version_and_moves_no_claim(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        before = [c.version for c in builders.claims(session, class_id)]
        done(grant(session, done(ask(session, class_id, "teacher", {"teacher": "李老师"}))))
        row = session.get_one(TrainingClass, class_id)
        assert (row.teacher, row.state, row.version) == ("李老师", "accepted", 4)
        assert [c.version for c in builders.claims(session, class_id)] == before


def test_a_drop_out_withdraws_that_claim_only(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        person = session.exec(select(Claim.person_id)).all()[1]
        outcome = grant(session, done(ask(session, class_id, "drop_out", {"person_ids": [person]})))
        assert outcome.moved == {"withdrawn": 1}
        assert builders.states(session, class_id) == ["filed", "withdrawn", "filed"]
        line = session.exec(select(Enrolment).where(Enrolment.person_id == person)).one()
        assert line.dropped_on == date(2020, 9, 29)
        reserved = session.exec(select(func.sum(ClaimProgress.reserved_fen))).one()
        assert reserved == 200_000


def test_what_was_to_be_looked_at_in_a_claim_is_settled_when_it_is_withdrawn(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        rows = builders.roster(builders.people(2), category_proved_on="")
        builders.taken(builders.enrol(session, act("enrolled"), class_id=class_id, rows=rows))
        builders.drive(session, class_id, to="filed")
        person = session.exec(select(Claim.person_id)).first()
        grant(session, done(ask(session, class_id, "drop_out", {"person_ids": [person]})))
        states = session.exec(select(Ticket.state).order_by(col(Ticket.id))).all()
        assert states == ["resolved", "opened"]


def test_somebody_who_is_not_in_the_class_does_not_drop_out(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        outcome = ask(session, class_id, "drop_out", {"person_ids": [999]})
        assert codes(outcome) == {"E517"}


def test_a_cancelled_class_withdraws_all_and_gives_the_money_back(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        outcome = grant(session, done(ask(session, class_id, "cancel", {})))
        assert outcome.moved == {"withdrawn": 3}
        assert session.get_one(TrainingClass, class_id).state == "cancelled"
        back = session.exec(
            select(func.sum(LedgerEntry.amount_fen)).where(LedgerEntry.debit == "reserved")
        ).one()
        assert back == 300_000


def test_whoever_asked_for_a_change_does_not_grant_it(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        outcome = request_change(
            session, act(ASKED, actor=CLERK), class_id=class_id, kind="room",
            wanted={"room": "5号楼"}, reason="漏水",
        )  # fmt: skip
        assert codes(grant(session, done(outcome))) == {"E1207"}


def test_a_refused_change_leaves_the_class_as_it_was_and_tells_the_provider(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        change = done(ask(session, class_id, "room", {"room": "5号楼"}))
        clerk = act(date(2020, 9, 29), actor=CLERK)
        silent = decide_change(session, clerk, change_id=change, grant=False)
        assert codes(silent) == {"E1209"}
        done(decide_change(session, clerk, change_id=change, grant=False, reason="场地未验收"))
        row = session.get_one(TrainingClass, class_id)
        assert (row.room, row.version) == ("3号楼201", 2)
        told = session.exec(select(Outbox).where(Outbox.template == "class_change_decided")).one()
        assert json.loads(told.values)["approved"] is False
        assert codes(grant(session, change)) == {"E526"}


def test_the_same_request_and_the_same_decision_twice_change_nothing(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        change = done(ask(session, class_id, "room", {"room": "5号楼"}))
        assert done(ask(session, class_id, "room", {"room": "5号楼"})) == change
        assert codes(ask(session, class_id, "room", {"room": "6号楼"})) == {"E526"}
        done(grant(session, change))
        done(grant(session, change))
        assert session.get_one(TrainingClass, class_id).version == 4


@pytest.mark.parametrize("kind", ["teacher", "cancel"])
def test_a_class_that_is_not_accepted_takes_no_change(database: Database, kind: str) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        outcome = ask(session, class_id, kind, {"teacher": "李老师"})
        assert codes(outcome) == {"E1105"}


def test_a_change_needs_a_reason(database: Database) -> None:
    with database.transaction() as session:
        class_id = filed(session)
        outcome = request_change(
            session, act(ASKED, actor=PROVIDER), class_id=class_id, kind="cancel", wanted={},
            reason=" ",
        )  # fmt: skip
        assert codes(outcome) == {"E1209"}
