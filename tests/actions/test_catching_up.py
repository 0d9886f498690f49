"""A claim that stood aside catches up on what its class went through."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Outcome, PackRules
from subsidy.actions.rosters import enrol
from subsidy.actions.tickets import ask_override, confirm_override
from subsidy.actions.training import catch_up
from subsidy.records.database import Database
from subsidy.records.moves import move
from subsidy.records.tables import ClaimHistory, Ticket
from tests import builders
from tests.builders import CLERK, HEAD, LEADER, act, done, people, roster


def held_back(session: Session) -> tuple[int, int]:
    """A class of three whose first person sits in another class on the same days."""
    builders.listed_project(session, "P-002", occupation="barista")
    builders.class_of(session, "XS2020-001", heads=1)
    class_id = builders.planned_class(session, "XS2020-002", project="P-002")
    enrol(session, act("enrolled"), class_id=class_id, rows=roster(people(3)))
    return class_id, builders.claims(session, class_id)[0].claim_id


def free(session: Session, claim_id: int, on: str) -> Outcome:
    """Pass what kept the claim by an exception; it goes through what it missed at once."""
    ticket = session.exec(select(Ticket).where(Ticket.claim_id == claim_id)).one()
    ticket_id, head, leader = ticket.id or 0, act(on, actor=HEAD), act(on, actor=LEADER)
    done(ask_override(session, head, ticket_id=ticket_id, reason="上课时段不同"))
    outcome = confirm_override(session, leader, ticket_id=ticket_id, decision="杭萧〔2020〕7号")
    done(outcome)
    return outcome


def test_one_trainee_in_trouble_never_stops_the_others(database: Database) -> None:
    with database.transaction() as session:
        class_id, claim_id = held_back(session)
        builders.drive(session, class_id, to="assessed")
        assert builders.states(session, class_id) == ["enrolled", "assessed", "assessed"]
        outcome = free(session, claim_id, "issued")
        assert outcome.moved == {"filed": 1, "completed": 1, "assessed": 1}
        assert builders.states(session, class_id) == ["assessed"] * 3


def test_a_late_comer_is_filed_on_the_day_its_class_was_filed(database: Database) -> None:
    with database.transaction() as session:
        class_id, claim_id = held_back(session)
        builders.drive(session, class_id, to="completed")
        free(session, claim_id, "assessed")
        events = session.exec(
            select(ClaimHistory.event, ClaimHistory.effective_on)
            .where(ClaimHistory.claim_id == claim_id)
            .order_by(col(ClaimHistory.version))
        ).all()
        assert events[1:] == [
            ("file", builders.DAYS["filed"]),
            ("complete", builders.DAYS["assessed"]),
        ]


def test_a_claim_still_blocked_stays_and_says_why(database: Database) -> None:
    with database.transaction() as session:
        class_id, claim_id = held_back(session)
        builders.drive(session, class_id, to="completed")
        outcome = catch_up(session, act("assessed", actor=CLERK), claim_id=claim_id)
        assert outcome.left == ((claim_id, ("nothing_blocks_it",)),)


def test_the_reasons_of_those_left_behind_name_guard_and_ticket(database: Database) -> None:
    with database.transaction() as session:
        class_id, claim_id = held_back(session)
        done(builders.file_class(session, act("filed"), class_id=class_id))
        outcome = builders.decide_filing(
            session, act("accepted", actor=CLERK), class_id=class_id, decision="accept"
        )
        assert outcome.moved == {"filed": 2}
        assert outcome.left == ((claim_id, ("nothing_blocks_it", "E305")),)


def test_a_claim_released_from_a_hold_catches_up_to_the_certificate(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="assessed")
        claim_id = builders.claims(session, class_id)[0].claim_id

        def take(event: str, on: date) -> None:
            doing = act(on, actor=CLERK)
            rules = PackRules(session, doing)
            move(session, claim_id=claim_id, event=event, moment=doing.moment(), rules=rules)

        take("hold", date(2020, 10, 29))
        rows = builders.certificates(people(3), class_id=class_id)
        result = builders.register_certificates(
            session, act("certified"), class_id=class_id, rows=rows
        )
        assert result.moved == {"certified": 2}
        assert list(result.left) == [(claim_id, ("state:held",))]
        take("release", date(2020, 11, 5))
        outcome = catch_up(session, act(date(2020, 11, 5), actor=CLERK), claim_id=claim_id)
        assert builders.states(session, class_id) == ["certified"] * 3
        assert outcome.moved == {"assessed": 1, "certified": 1}
