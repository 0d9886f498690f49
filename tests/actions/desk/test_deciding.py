"""Receipts, tickets that follow what the rules find, and limits that two claims cannot both pass."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from sqlmodel import Session

from subsidy.actions import claims, decisions, tickets
from subsidy.actions.acting import Office
from subsidy.actions.rosters import enrol
from subsidy.records.database import Database
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.builders import CLERK, HEAD, LEADER, act, codes, done, people, roster, taken

ONE_A_YEAR = ("2020-07-01: {value: 3, clause: 四（三）", "2020-07-01: {value: 1, clause: 四（三）")
EARLIER = (date(2020, 10, 9), date(2020, 10, 10))
"""Two lessons before the usual class: no overlap."""


def two_classes(session: Session) -> list[int]:
    """One person in two classes of different occupations, both certified."""
    builders.listed_project(session, "P-002", occupation="barista")
    first = builders.class_of(session, heads=1)
    second = builders.planned_class(
        session,
        "XS2020-002",
        project="P-002",
        starts_on=EARLIER[0],
        ends_on=EARLIER[1],
        lesson_days=EARLIER,
    )
    taken(enrol(session, act("enrolled"), class_id=second, rows=roster(people(1))))
    for class_id in (first, second):
        builders.drive(session, class_id, to="certified", heads=1)
        steps.answer(session, class_id, heads=1)
    return [first, second]


def apply_under(session: Session, office: Office, class_id: int) -> int:
    """Apply for a class of one under other rules; return the claim."""
    who = act(steps.APPLIED, with_office=office)
    claims.apply_for_class(session, who, class_id=class_id, commitment_on=steps.APPLIED)
    return builders.claims(session, class_id)[0].claim_id


def test_a_receipt_holds_facts_clauses_and_versions_and_no_personal_data(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session, first=1)
        (row,) = steps.receipts(session, claim_id)
        someone = people(1, first=1)[0]
        for told in (row.facts, row.result):
            assert someone.name not in told
            assert someone.id_number not in told
            assert someone.id_number[6:14] not in told.replace("-", "")
        assert (row.payable, row.amount_fen, row.payee) == (
            True,
            steps.TEN_DAYS_FEN,
            "organising_unit",
        )
        assert {"四（二）"} <= {step["clause"] for step in json.loads(row.result)["trace"]}
        office = builders.office()
        assert row.pack_version == office.packs["hangzhou"].version
        assert row.calendar_version
        assert row.code_version


def test_a_claim_waits_until_the_registers_have_answered(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert {"E105", "E208"} <= steps.open_tickets(session, claim_id)
        steps.answer(session, class_id, heads=1)
        assert steps.open_tickets(session, claim_id) == set()
        assert steps.at(session, claim_id).blocks == 0
        assert steps.ticket_of(session, claim_id, "E208").outcome == "mended"


def test_what_somebody_looked_at_and_passed_is_not_asked_again(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, death="unavailable")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        ticket = steps.ticket_of(session, claim_id, "E208")
        clerk = act(steps.REVIEWED, actor=CLERK)
        done(tickets.resolve(session, clerk, ticket_id=ticket.id or 0, outcome="电话核实在世"))
        decisions.decide_claims(session, clerk, claim_ids=[claim_id])
        assert steps.open_tickets(session, claim_id) == set()
        steps.answer(session, class_id, heads=1, death="mismatch")
        assert steps.open_tickets(session, claim_id) == {"E209"}


def test_a_refusal_by_clause_cannot_be_talked_away(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, pension="found")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        ticket_id = steps.ticket_of(session, claim_id, "E202").id or 0
        clerk = act(steps.REVIEWED, actor=CLERK)
        assert codes(tickets.resolve(session, clerk, ticket_id=ticket_id, outcome="算了")) == {
            "E1210"
        }
        assert steps.at(session, claim_id).amount_fen == 0


def test_an_override_needs_a_reason_a_number_and_a_second_person(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, pension="found")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        ticket_id = steps.ticket_of(session, claim_id, "E202").id or 0
        head, leader = act(steps.REVIEWED, actor=HEAD), act(steps.REVIEWED, actor=LEADER)
        ask, confirm = tickets.ask_override, tickets.confirm_override
        assert codes(ask(session, head, ticket_id=ticket_id, reason="")) == {"E1209"}
        done(ask(session, head, ticket_id=ticket_id, reason="登记错误，待遇已停发"))
        assert codes(confirm(session, head, ticket_id=ticket_id, decision="杭特〔2020〕1号")) == {
            "E1207"
        }
        assert codes(confirm(session, leader, ticket_id=ticket_id, decision="")) == {"E1209"}
        done(confirm(session, leader, ticket_id=ticket_id, decision="杭特〔2020〕1号"))
        row = steps.at(session, claim_id)
        assert (row.blocks, row.amount_fen) == (0, steps.TEN_DAYS_FEN)
        last = json.loads(steps.receipts(session, claim_id)[-1].result)
        assert "E1202" in {item["code"] for item in last["warnings"]}


def test_an_override_that_is_turned_down_leaves_the_ticket_open(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, pension="found")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        ticket_id = steps.ticket_of(session, claim_id, "E202").id or 0
        head, leader = act(steps.REVIEWED, actor=HEAD), act(steps.REVIEWED, actor=LEADER)
        done(tickets.ask_override(session, head, ticket_id=ticket_id, reason="登记错误"))
        done(tickets.refuse_override(session, leader, ticket_id=ticket_id, reason="无证明"))
        assert steps.ticket_of(session, claim_id, "E202").state == "opened"
        assert steps.at(session, claim_id).blocks == 1


def test_the_claim_beyond_the_yearly_limit_is_refused(database: Database, tmp_path: Path) -> None:
    strict = office_with(tmp_path, policy=ONE_A_YEAR)
    with database.transaction() as session:
        first, second = (apply_under(session, strict, c) for c in two_classes(session))
        assert steps.open_tickets(session, first) == set()
        assert steps.open_tickets(session, second) == {"E301"}


def test_of_two_claims_of_one_day_the_earlier_filed_counts_whichever_came_first(
    database: Database, tmp_path: Path
) -> None:
    strict = office_with(tmp_path, policy=ONE_A_YEAR)
    with database.transaction() as session:
        first, second = two_classes(session)
        later = apply_under(session, strict, second)
        assert steps.open_tickets(session, later) == set()
        earlier = apply_under(session, strict, first)
        assert steps.open_tickets(session, earlier) == set()
        assert steps.open_tickets(session, later) == {"E301"}


def test_an_amount_that_changes_after_approval_blocks_the_payment(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        row = steps.at(session, claim_id)
        row.approved_fen = 90_000
        session.add(row)
        leader = act(steps.APPROVED, actor=LEADER)
        decisions.decide_claims(session, leader, claim_ids=[claim_id])
        assert steps.open_tickets(session, claim_id) == {"E1211"}
        assert steps.at(session, claim_id).blocks == 1


def test_claims_that_are_not_applied_for_are_passed_over(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert decisions.decide_claims(session, act(steps.APPLIED), claim_ids=[claim_id]) == []
        seen = decisions.preview(session, act(steps.APPLIED), claim_ids=[claim_id])
        assert seen[claim_id].amount_fen == steps.TEN_DAYS_FEN
        assert not steps.receipts(session, claim_id)
