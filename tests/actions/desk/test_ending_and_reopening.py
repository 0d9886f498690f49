"""Ends undone by a decision and two people, and gaps of the policy that a setting fills."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlmodel import Session, col, select

from subsidy.actions import claims, reviews
from subsidy.actions.acting import Act, sync_roads
from subsidy.actions.advance import lapse_missed
from subsidy.actions.deadlines import watch
from subsidy.records.database import Database
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import ClaimHistory, ClaimProgress, Road
from subsidy.records.tables.types import table_of
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.builders import CLERK, HEAD, LEADER, act, codes, done

DECISION = "杭政复〔2020〕12号"
ADOPTED = date(2020, 11, 18)
REOPENED = date(2020, 12, 14)


def rejected(session: Session) -> int:
    """A claim that was refused at the first level."""
    (claim_id,) = steps.applied(session)
    clerk = act(steps.REVIEWED, actor=CLERK)
    done(reviews.reject(session, clerk, claim_id=claim_id, reasons=["不符"], clause="四（三）"))
    return claim_id


def reopen(session: Session, claim_id: int, *, on: date = REOPENED) -> None:
    """Ask as the clerk, confirm as the section head."""
    asked = claims.ask_reopen(
        session, act(on, actor=CLERK), claim_id=claim_id, decision=DECISION, reason="复议撤销"
    )
    done(asked)
    done(claims.reopen(session, act(on, actor=HEAD), claim_id=claim_id))


def test_a_refused_claim_is_reopened_under_a_decision_by_two_people(database: Database) -> None:
    with database.transaction() as session:
        claim_id = rejected(session)
        reopen(session, claim_id)
        row = steps.at(session, claim_id)
        assert (row.state, row.levels_done, row.decision_current) == ("applied", 0, 1)
        history = select(ClaimHistory).where(ClaimHistory.claim_id == claim_id)
        last = session.exec(history.order_by(col(ClaimHistory.version).desc())).first()
        assert last is not None
        assert (last.event, last.note) == ("reopen", DECISION)


def test_nobody_reopens_what_they_asked_to_reopen(database: Database) -> None:
    with database.transaction() as session:
        claim_id = rejected(session)
        head = act(REOPENED, actor=HEAD)
        empty = claims.ask_reopen(session, head, claim_id=claim_id, decision="", reason=" ")
        assert [f.code for f in empty.findings] == ["E1209", "E1209"]
        assert codes(claims.reopen(session, head, claim_id=claim_id)) == {"E1209"}
        done(
            claims.ask_reopen(
                session, head, claim_id=claim_id, decision=DECISION, reason="复议撤销"
            )
        )
        assert codes(claims.reopen(session, head, claim_id=claim_id)) == {"E1207"}


def test_a_claim_that_has_not_ended_is_not_reopened(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        clerk = act(REOPENED, actor=CLERK)
        asked = claims.ask_reopen(
            session, clerk, claim_id=claim_id, decision=DECISION, reason="复议撤销"
        )
        assert codes(asked) == {"E1105"}


def test_what_ended_unjudged_is_asked_again_when_the_claim_comes_back(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, death="unavailable")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        clerk = act(steps.REVIEWED, actor=CLERK)
        done(reviews.reject(session, clerk, claim_id=claim_id, reasons=["不符"], clause="四（三）"))
        assert steps.open_tickets(session, claim_id) == set()
        reopen(session, claim_id)
        assert steps.open_tickets(session, claim_id) == {"E208"}


def test_a_lapsed_claim_that_is_reopened_is_not_refused_as_late_again(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1)
        sweep = act(steps.ONE_DAY_LATE, actor="flow:watch-deadlines")
        watch(session, sweep, limit=100)
        lapse_missed(session, sweep, Scope(), 0)
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert steps.at(session, claim_id).state == "lapsed"
        reopen(session, claim_id)
        assert steps.at(session, claim_id).state == "certified"
        done(steps.apply(session, class_id, on=REOPENED))
        row = steps.at(session, claim_id)
        assert (row.blocks, row.amount_fen) == (0, steps.TEN_DAYS_FEN)
        assert steps.receipts(session, claim_id)[-1].payable


def test_a_claim_waits_in_the_gap_until_a_setting_fills_it(
    database: Database, tmp_path: Path
) -> None:
    setting = "  yearly_limit_basis: {value: training_ends,"
    unset = "  # yearly_limit_basis: {value: training_ends,"
    bare = office_with(tmp_path, settings=(setting, unset))
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1)
        who = act(steps.APPLIED, with_office=bare)
        _put_on_road_of(session, who, class_id)
        claims.apply_for_class(session, who, class_id=class_id, commitment_on=steps.APPLIED)
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert steps.open_tickets(session, claim_id) == {"E604"}
        before = steps.at(session, claim_id)
        assert before.gaps == 1
        clerk = act(steps.REVIEWED, actor=CLERK, with_office=bare)
        outcome = reviews.review(session, clerk, claim_id=claim_id)
        assert "政策数值未定" in outcome.findings[0].message_zh
        version = before.version
        adopted = claims.adopt_settings(session, act(ADOPTED, actor=LEADER))
        assert dict(adopted.moved) == {"adopted": 1, "released": 1}
        row = steps.at(session, claim_id)
        assert (row.gaps, row.blocks, row.state) == (0, 0, "applied")
        assert (row.version, row.levels, row.levels_left) == (version + 1, 2, 2)
        assert steps.ticket_of(session, claim_id, "E604").outcome == "mended"
        done(reviews.review(session, act(ADOPTED, actor=CLERK), claim_id=claim_id))


def test_a_claim_on_a_road_without_levels_takes_the_road_that_has_them(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        (row,) = builders.claims(session, class_id)
        road = session.get_one(Road, row.road_id)
        old = Road(**road.model_dump(exclude={"id", "pack_version", "levels"}), pack_version="old")
        session.add(old)
        session.flush()
        table = table_of(ClaimProgress)
        change = table.update().where(table.c.claim_id == row.claim_id)
        session.execute(change.values(road_id=old.id, levels=0))
        session.expire_all()
        adopted = claims.adopt_settings(session, act(ADOPTED, actor=LEADER))
        assert adopted.moved["adopted"] == 1
        after = steps.at(session, row.claim_id)
        assert (after.levels, after.road_id, after.state) == (2, road.id, "certified")
        query = select(ClaimHistory.event).where(ClaimHistory.claim_id == row.claim_id)
        assert "adopt_settings" in session.exec(query).all()


def _put_on_road_of(session: Session, who: Act, class_id: int) -> None:
    """As if the class had been planned under the rules of `who`."""
    roads = sync_roads(session, who)
    for row in builders.claims(session, class_id):
        row.road_id = roads[builders.TRACK, "district"]
        session.add(row)
    session.flush()


def test_only_a_section_head_or_leader_takes_over_settings(database: Database) -> None:
    with database.transaction() as session:
        assert codes(claims.adopt_settings(session, act(ADOPTED, actor=CLERK))) == {"E1208"}
