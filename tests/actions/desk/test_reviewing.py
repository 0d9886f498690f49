"""Review level by level: the right desk, two different people, and back down."""

from __future__ import annotations

from sqlmodel import Session, col, select

from subsidy.actions import reviews
from subsidy.actions.acting import Outcome
from subsidy.actions.decisions import forget
from subsidy.records.database import Database
from subsidy.records.tables import ClaimProgress, Deadline
from subsidy.records.tables.types import table_of
from tests import builders
from tests.actions.desk import steps
from tests.builders import CLERK, HEAD, LEADER, SHANGCHENG, act, codes, done

BOTH = ("clerk", "leader")
"""Somebody who could sit at either desk."""


def approve(session: Session, claim_id: int, *, actor: str = LEADER, **how: object) -> Outcome:
    """Approve on the usual day."""
    who = act(steps.APPROVED, actor=actor, **how)  # type: ignore[arg-type]
    return reviews.approve(session, who, claim_id=claim_id)


def test_a_clerk_reviews_and_the_leader_approves(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        row = steps.at(session, claim_id)
        assert (row.state, row.levels_done, row.levels_left) == ("approved", 2, 0)
        assert (row.approved_fen, row.reserved_fen) == (steps.TEN_DAYS_FEN, 0)
        assert steps.acts_on(session, claim_id) == [
            ("reviewed", 1, CLERK),
            ("approved", 2, LEADER),
        ]
        assert "claim_approved" in steps.letters(session, claim_id)


def test_one_person_may_not_decide_two_consecutive_levels(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        outcome = approve(session, claim_id, actor=CLERK, roles=BOTH)
        assert codes(outcome) == {"E1207"}
        assert steps.at(session, claim_id).state == "reviewed"


def test_nor_after_the_claim_came_down_from_approval(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        leader = act(steps.APPROVED, actor=LEADER)
        done(reviews.send_down(session, leader, claim_id=claim_id, reason="金额复核"))
        assert steps.at(session, claim_id).state == "reviewed"
        assert codes(approve(session, claim_id, actor=CLERK, roles=BOTH)) == {"E1207"}
        done(approve(session, claim_id))


def test_a_claim_sent_down_twice_is_reviewed_by_another_and_approved(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        leader = act(steps.APPROVED, actor=LEADER)
        done(reviews.send_down(session, leader, claim_id=claim_id, reason="考勤请再核"))
        row = steps.at(session, claim_id)
        assert (row.state, row.levels_done, row.levels_left) == ("applied", 0, 2)
        head = act(steps.APPROVED, actor=HEAD, roles=BOTH)
        done(reviews.review(session, head, claim_id=claim_id))
        assert codes(approve(session, claim_id, actor=HEAD, roles=BOTH)) == {"E1207"}
        done(approve(session, claim_id, actor=CLERK, roles=BOTH))


def test_a_level_belongs_to_its_role(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        provider = act(steps.REVIEWED)
        assert codes(reviews.review(session, provider, claim_id=claim_id)) == {"E1208"}
        done(reviews.review(session, act(steps.REVIEWED, actor=CLERK), claim_id=claim_id))
        assert codes(approve(session, claim_id, actor=HEAD)) == {"E1208"}


def test_in_the_main_city_the_last_level_belongs_to_the_city(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session, district=SHANGCHENG)
        district = frozenset({builders.area(session, SHANGCHENG)})
        assert codes(approve(session, claim_id, areas=district)) == {"E1208"}
        city = frozenset({builders.area(session, builders.CITY)})
        done(approve(session, claim_id, areas=city))


def test_elsewhere_the_district_approves_itself(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        city = frozenset({builders.area(session, builders.CITY)})
        assert codes(approve(session, claim_id, areas=city)) == {"E1208"}
        done(approve(session, claim_id, areas=frozenset({builders.area(session)})))


def test_a_refusal_names_all_its_reasons_at_once(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        done(steps.apply(session, class_id))
        (blocked,) = builders.claims(session, class_id)
        elsewhere = frozenset({builders.area(session, SHANGCHENG)})
        who = act(steps.REVIEWED, areas=elsewhere)
        outcome = reviews.review(session, who, claim_id=blocked.claim_id)
        said = [finding.code for finding in outcome.findings]
        assert said.count("E1208") == 2, "role and area"
        assert "E1105" in said
        standing = steps.open_tickets(session, blocked.claim_id)
        named = {f.facts["code"] for f in outcome.findings if f.code == "E1210"}
        assert named == standing


def test_the_last_level_cannot_be_skipped_to(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        outcome = approve(session, claim_id, actor=CLERK, roles=BOTH)
        assert codes(outcome) == {"E1105"}
        assert "还不是最后一个审核层级" in outcome.findings[0].message_zh


def test_a_claim_whose_facts_changed_is_decided_again_before_it_passes(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        forget(session, claim_ids=[claim_id])
        done(reviews.review(session, act(steps.REVIEWED, actor=CLERK), claim_id=claim_id))
        assert steps.at(session, claim_id).decision_current == 1
        assert len(steps.receipts(session, claim_id)) == 2


def test_nothing_is_approved_where_nothing_is_due(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        table = table_of(ClaimProgress)
        session.execute(table.update().where(table.c.claim_id == claim_id).values(amount_fen=0))
        outcome = approve(session, claim_id)
        assert codes(outcome) == {"E1105"}
        assert "没有应拨金额" in outcome.findings[0].message_zh
        assert steps.at(session, claim_id).state == "reviewed"


def test_a_clerk_cannot_send_down_what_the_leader_approved(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        clerk = act(steps.APPROVED, actor=CLERK)
        outcome = reviews.send_down(session, clerk, claim_id=claim_id, reason="想再看看")
        assert codes(outcome) == {"E1208"}


def test_sending_down_gives_approved_money_back_to_the_reservation(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        leader = act(steps.APPROVED, actor=LEADER)
        assert codes(reviews.send_down(session, leader, claim_id=claim_id, reason="")) == {"E1209"}
        done(reviews.send_down(session, leader, claim_id=claim_id, reason="金额复核"))
        row = steps.at(session, claim_id)
        assert (row.approved_fen, row.reserved_fen) == (0, steps.TEN_DAYS_FEN)


def test_each_level_has_its_own_time_limit(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        query = select(Deadline).where(
            Deadline.claim_id == claim_id, col(Deadline.window).in_(("review", "approval"))
        )
        status = {row.window: row.status for row in session.exec(query).all()}
        assert status == {"review": "met", "approval": "open"}
