"""The higher rate for employees of firms hit by trade friction: asked, decided, paid (四（一）)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from subsidy.actions import uplifts
from subsidy.actions.acting import Outcome
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.facts_of import gather
from subsidy.records.database import Database
from subsidy.records.tables import Claim, UpliftApproval
from tests import builders
from tests.actions.desk import steps
from tests.builders import CLERK, HEAD, PROVIDER, SHANGCHENG, XIAOSHAN, act, codes, done

DAY_BEFORE, FIRST_DAY = date(2020, 10, 11), date(2020, 10, 12)
DECIDED = date(2020, 10, 15)
EMPLOYEE = {"category": "enterprise_employee", "connection": "job_or_business"}


def ask(
    session: Session,
    class_id: int,
    *,
    on: date = DAY_BEFORE,
    percent: int | None = None,
    insured: str = XIAOSHAN,
    actor: str = PROVIDER,
) -> Outcome:
    form = uplifts.UpliftForm(
        class_id=class_id,
        insured_area_id=builders.area(session, insured),
        percent=percent,
        ground="出口订单减少四成，停工两条生产线",
    )
    return uplifts.ask_uplift(session, act(on, actor=actor), form=form)


def approve(
    session: Session,
    uplift_id: int,
    *,
    percent: int | None = None,
    actor: str = HEAD,
    districts: tuple[str, ...] = (XIAOSHAN,),
    number: str = "萧人社浮〔2020〕3号",
) -> Outcome:
    areas = frozenset(builders.area(session, code) for code in districts)
    return uplifts.decide_uplift(
        session,
        act(DECIDED, actor=actor, areas=areas),
        uplift_id=uplift_id,
        decision="approve",
        percent=percent,
        decision_number=number,
    )


def said(outcome: Outcome) -> list[tuple[str, str]]:
    return [(f.code, f.clause) for f in outcome.findings]


def test_a_request_on_the_day_before_the_training_starts_is_taken(database: Database) -> None:
    with database.transaction() as session:
        uplift_id = done(ask(session, builders.planned_class(session)))
        row = session.get_one(UpliftApproval, uplift_id)
        assert (row.state, row.percent_asked, row.applied_on) == ("asked", 30, DAY_BEFORE)
        assert row.area_id == builders.area(session)


def test_a_request_on_the_first_day_of_training_comes_too_late(database: Database) -> None:
    with database.transaction() as session:
        outcome = ask(session, builders.planned_class(session), on=FIRST_DAY)
        assert said(outcome) == [("E609", "四（一）")]
        assert "未在培训开始前申请" in outcome.findings[0].message_zh


def test_a_request_after_the_clause_has_ended_is_refused(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(
            session,
            starts_on=date(2022, 1, 10),
            ends_on=date(2022, 1, 10),
            lesson_days=(date(2022, 1, 10),),
        )
        assert ask(session, class_id, on=date(2021, 12, 31)).done
        class_id = builders.planned_class(
            session,
            "XS2022-002",
            starts_on=date(2022, 1, 10),
            ends_on=date(2022, 1, 10),
            lesson_days=(date(2022, 1, 10),),
        )
        outcome = ask(session, class_id, on=date(2022, 1, 1))
        assert said(outcome) == [("E609", "四（一）")]


@pytest.mark.parametrize("percent", [31, 100])
def test_more_than_thirty_percent_is_neither_asked_nor_approved(
    database: Database, percent: int
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        assert said(ask(session, class_id, percent=percent)) == [("E609", "四（一）")]
        uplift_id = done(ask(session, class_id))
        assert said(approve(session, uplift_id, percent=percent)) == [("E609", "四（一）")]
        done(approve(session, uplift_id, percent=15))
        row = session.get_one(UpliftApproval, uplift_id)
        assert (row.state, row.percent_approved, row.approved_on) == ("approved", 15, DECIDED)


def test_only_the_bureau_where_the_firm_is_insured_decides(database: Database) -> None:
    with database.transaction() as session:
        uplift_id = done(ask(session, builders.planned_class(session), insured=SHANGCHENG))
        outcome = approve(session, uplift_id, districts=(XIAOSHAN,))
        assert said(outcome) == [("E609", "四（一）")]
        assert "参保所属" in outcome.findings[0].message_zh
        done(approve(session, uplift_id, districts=(SHANGCHENG,)))


def test_whoever_asked_does_not_decide(database: Database) -> None:
    with database.transaction() as session:
        uplift_id = done(ask(session, builders.planned_class(session), actor=HEAD))
        assert codes(approve(session, uplift_id)) == {"E1207"}


def test_a_clerk_does_not_decide(database: Database) -> None:
    with database.transaction() as session:
        uplift_id = done(ask(session, builders.planned_class(session)))
        assert codes(approve(session, uplift_id, actor=CLERK)) == {"E1208"}


def test_an_approval_needs_its_number_and_a_refusal_its_reason(database: Database) -> None:
    with database.transaction() as session:
        uplift_id = done(ask(session, builders.planned_class(session)))
        assert codes(approve(session, uplift_id, number="")) == {"E1209"}
        head = act(DECIDED, actor=HEAD)
        silent = uplifts.decide_uplift(session, head, uplift_id=uplift_id, decision="refuse")
        assert codes(silent) == {"E1209"}
        done(
            uplifts.decide_uplift(
                session, head, uplift_id=uplift_id, decision="refuse", reason="未受经贸摩擦影响"
            )
        )
        assert codes(approve(session, uplift_id)) == {"E1105"}


def test_a_step_done_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        first = done(ask(session, class_id))
        assert done(ask(session, class_id)) == first
        assert codes(ask(session, class_id, percent=10)) == {"E524"}
        done(approve(session, first))
        assert approve(session, first).note
        assert len(uplifts.uplifts(session, city="hangzhou")) == 1


def test_a_request_that_was_taken_back_makes_room_for_another(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        first = done(ask(session, class_id))
        unit = act(DAY_BEFORE, actor=PROVIDER)
        assert codes(uplifts.withdraw_uplift(session, unit, uplift_id=first, reason="")) == {
            "E1209"
        }
        done(uplifts.withdraw_uplift(session, unit, uplift_id=first, reason="比例填写有误"))
        second = done(ask(session, class_id, percent=10))
        assert second != first


def test_a_day_rate_with_an_approved_uplift_waits_for_the_leader(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1, **EMPLOYEE)
        steps.answer(session, class_id, heads=1)
        done(approve(session, done(ask(session, class_id))))
        done(steps.apply(session, class_id))
        (row,) = builders.claims(session, class_id)
        assert "E607" in steps.open_tickets(session, row.claim_id)
        receipt = steps.receipts(session, row.claim_id)[-1]
        assert (receipt.payable, receipt.amount_fen) == (False, 130_000)


def test_whoever_is_no_employee_keeps_the_plain_rate(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        done(approve(session, done(ask(session, class_id))))
        ids = [row.claim_id for row in builders.claims(session, class_id)]
        found = gather(session, act(steps.APPLIED, actor=CLERK), claim_ids=ids)
        assert [facts.uplift for facts in found.values()] == [None]


def test_a_changed_request_lets_go_of_decisions(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1, **EMPLOYEE)
        steps.answer(session, class_id, heads=1)
        done(steps.apply(session, class_id))
        (row,) = builders.claims(session, class_id)
        assert steps.at(session, row.claim_id).decision_current == 1
        uplift_id = done(ask(session, class_id))
        assert steps.at(session, row.claim_id).decision_current == 0
        clerk = act(steps.APPLIED, actor=CLERK)
        decide_claims(session, clerk, claim_ids=[row.claim_id])
        assert "E609" in steps.open_tickets(session, row.claim_id)
        done(approve(session, uplift_id))
        decide_claims(session, clerk, claim_ids=[row.claim_id])
        assert "E609" not in steps.open_tickets(session, row.claim_id)
        assert session.get_one(Claim, row.claim_id).class_id == class_id
