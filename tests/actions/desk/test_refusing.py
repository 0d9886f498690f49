"""Refusing a claim: grounds, a clause in force, a letter; and holding one until a matter is settled."""

from __future__ import annotations

from sqlmodel import Session

from subsidy.actions import reviews, tickets
from subsidy.actions.acting import Outcome
from subsidy.records.database import Database
from tests import builders
from tests.actions.desk import steps
from tests.builders import CLERK, FINANCE, LEADER, act, codes, done

REASONS = ["本年度已享受三次职业培训补贴"]


def reject(
    session: Session, claim_id: int, *, actor: str = CLERK, clause: str = "", **how: object
) -> Outcome:
    """Reject on the day of review."""
    who = act(steps.REVIEWED, actor=actor, **how)  # type: ignore[arg-type]
    return reviews.reject(session, who, claim_id=claim_id, reasons=REASONS, clause=clause)


def pensioner(session: Session) -> int:
    """A claim of somebody who the pension register knows."""
    class_id = steps.certified(session, heads=1)
    steps.answer(session, class_id, heads=1, pension="found")
    done(steps.apply(session, class_id))
    return builders.claims(session, class_id)[0].claim_id


def test_a_refusal_by_the_rules_needs_no_other_clause(database: Database) -> None:
    with database.transaction() as session:
        claim_id = pensioner(session)
        assert "E202" in steps.open_tickets(session, claim_id)
        done(reject(session, claim_id))
        row = steps.at(session, claim_id)
        assert (row.state, row.reserved_fen, row.approved_fen) == ("rejected", 0, 0)
        assert "claim_refused" in steps.letters(session, claim_id)


def test_without_a_clause_nothing_is_refused(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        assert codes(reject(session, claim_id)) == {"E1209"}
        assert steps.at(session, claim_id).state == "applied"


def test_a_clause_that_no_document_in_force_holds_is_not_enough(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        assert codes(reject(session, claim_id, clause="九十九（九）")) == {"E1209"}
        done(reject(session, claim_id, clause="四（三）"))


def test_a_clause_may_name_a_document_beyond_the_pack(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        done(reject(session, claim_id, clause="《行政许可法》第六十九条"))


def test_a_refusal_closes_the_claim_s_tickets_without_judging_them(database: Database) -> None:
    with database.transaction() as session:
        claim_id = pensioner(session)
        done(reject(session, claim_id))
        assert steps.open_tickets(session, claim_id) == set()
        assert steps.ticket_of(session, claim_id, "E202").outcome == "不予补贴"


def test_a_ticket_is_decided_by_refusing_its_claim(database: Database) -> None:
    with database.transaction() as session:
        claim_id = pensioner(session)
        ticket_id = steps.ticket_of(session, claim_id, "E202").id or 0
        clerk = act(steps.REVIEWED, actor=CLERK)
        done(tickets.reject(session, clerk, ticket_id=ticket_id, reasons=["已领取养老待遇"]))
        assert steps.at(session, claim_id).state == "rejected"
        again = tickets.reject(session, clerk, ticket_id=ticket_id, reasons=["已领取养老待遇"])
        assert (again.done, again.note) == (True, "此前已办结")


def test_what_the_leader_approved_only_the_last_level_refuses(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        assert codes(reject(session, claim_id, clause="四（三）")) == {"E1208"}
        done(reject(session, claim_id, actor=LEADER, clause="四（三）"))


def test_whoever_passed_a_level_does_not_refuse_at_the_next(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        outcome = reject(session, claim_id, clause="四（三）", roles=("clerk", "leader"))
        assert codes(outcome) == {"E1207"}


def test_finance_refuses_nothing(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        assert codes(reject(session, claim_id, actor=FINANCE, clause="四（三）")) == {"E1208"}


def test_a_held_claim_waits_and_goes_back_to_where_it_stood(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        clerk, leader = act(steps.REVIEWED, actor=CLERK), act(steps.APPROVED, actor=LEADER)
        assert codes(reviews.hold(session, clerk, claim_id=claim_id, reason="")) == {"E1209"}
        done(reviews.hold(session, clerk, claim_id=claim_id, reason="待第三方核查"))
        assert steps.at(session, claim_id).state == "held"
        assert codes(reviews.release(session, clerk, claim_id=claim_id)) == {"E1208"}
        done(reviews.release(session, leader, claim_id=claim_id, note="核查无误"))
        assert steps.at(session, claim_id).state == "reviewed"


def test_a_claim_held_through_the_end_of_its_class_catches_up(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session, heads=2)
        builders.drive(session, class_id, to="filed", heads=2)
        claim_id = builders.claims(session, class_id)[0].claim_id
        clerk = act("accepted", actor=CLERK)
        done(reviews.hold(session, clerk, claim_id=claim_id, reason="身份待核"))
        for state in ("completed", "assessed"):
            _drive_on(session, class_id, state)
        assert builders.states(session, class_id) == ["held", "assessed"]
        done(reviews.release(session, act("assessed", actor=CLERK), claim_id=claim_id))
        assert builders.states(session, class_id) == ["assessed", "assessed"]


def _drive_on(session: Session, class_id: int, state: str) -> None:
    step = {"completed": builders._complete, "assessed": builders._assess}[state]
    step(session, class_id, builders.people(2))
