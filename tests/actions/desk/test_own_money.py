"""A department's own money: reviewed, approved and counted, never paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import claims, reviews
from subsidy.actions.advance import STEPS
from subsidy.records import ledger
from subsidy.records.database import Database
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import Deadline
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.builders import CLERK, HEAD, act, done


@pytest.fixture(autouse=True)
def counted_road(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project track with an end that counts."""
    text = (builders.CONFIG / "policies" / "hangzhou.yaml").read_text(encoding="utf-8")
    start = text.index("      - {state: grant_publicised, ")
    end = text.index("    # 申领期限从培训结束起算")
    counted = "      - {state: counted, clause: 三（三）2（2）④, document: hz-2020-43}\n"
    changed = office_with(tmp_path, policy=(text[start:end], counted))
    monkeypatch.setattr("tests.acts.office", lambda: changed)


def count(session: Session) -> dict[str, int]:
    """What the nightly flow does by itself."""
    (step,) = (step for step in STEPS if step.event == "count")
    return step.apply(session, act(steps.APPROVED, actor="flow:advance-claims"), Scope(), 0)


def balance(session: Session) -> dict[str, int]:
    """What stands in any stage but the budget."""
    rows = ledger.balances(session, city=builders.CITY)
    return {row.stage: row.balance_fen for row in rows if row.balance_fen and row.stage != "budget"}


def test_an_approved_claim_is_counted_and_leaves_no_money_behind(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        assert balance(session) == {"approved": steps.TEN_DAYS_FEN}
        assert count(session) == {"counted": 1}
        row = steps.at(session, claim_id)
        assert (row.state, row.reserved_fen, row.approved_fen) == ("counted", 0, 0)
        assert balance(session) == {}
        assert ledger.check(session, city=builders.CITY).ok
        of_claims = select(Deadline).where(Deadline.status == "open", col(Deadline.claim_id) > 0)
        assert session.exec(of_claims).all() == []
        assert count(session) == {}


def test_a_claim_that_pays_nothing_is_approved_where_nothing_is_paid(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        row = steps.at(session, claim_id)
        row.amount_fen = 0
        session.add(row)
        session.flush()
        leader = act(steps.APPROVED, actor=builders.LEADER)
        done(reviews.approve(session, leader, claim_id=claim_id))
        assert count(session) == {"counted": 1}


def test_a_counted_claim_is_reopened_by_a_second_person(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        count(session)
        asks, confirms = act(steps.APPROVED, actor=CLERK), act(steps.APPROVED, actor=HEAD)
        done(claims.ask_reopen(session, asks, claim_id=claim_id, decision="更正1号", reason="误计"))
        done(claims.reopen(session, confirms, claim_id=claim_id))
        assert steps.at(session, claim_id).state == "applied"
        done(reviews.review(session, asks, claim_id=claim_id))
