"""The higher rate on the pages: asked on the class's page, decided on the list, for both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, select

from subsidy.actions.uplifts import UpliftForm, ask_uplift
from subsidy.console.desk import Desk
from subsidy.papers.sample_people import sample_unit
from subsidy.records.tables import Setting, UpliftApproval
from tests import builders
from tests.console.conftest import Person

BEFORE = "2020-10-09"


@pytest.fixture
def before_the_start(desk: Desk) -> Desk:
    """The business date before the classes start."""
    with desk.database.transaction() as session:
        session.get_one(Setting, "business_date:hangzhou").value = BEFORE
    return desk


def request(session: Session) -> UpliftApproval:
    return session.exec(select(UpliftApproval)).one()


def xiaoshan(desk: Desk) -> int:
    with desk.database.reading() as session:
        return builders.area(session)


def test_a_unit_asks_on_its_class_page_and_the_section_head_approves(
    before_the_start: Desk, log_in: Callable[[str], Person]
) -> None:
    unit, head = log_in("provider"), log_in("section_head")
    assert "申请上浮补贴标准" in unit.get("/own/classes/1")
    status, _ = unit.post(
        "/own/classes/1/uplift",
        insured_area_id=xiaoshan(before_the_start),
        percent="30",
        ground="出口订单减少",
    )
    assert status == 303
    assert "申请上浮补贴标准" not in unit.get("/own/classes/1")
    assert "出口订单减少" in head.get("/uplifts?state=asked")
    status, html = head.post("/uplifts/1", decision="approve", percent="31", decision_number="1号")
    assert (status, "E609" in html) == (409, True)
    assert head.post("/uplifts/1", decision="approve", decision_number="浮1号")[0] == 303
    with before_the_start.database.reading() as session:
        row = request(session)
        assert (row.state, row.percent_approved) == ("approved", 30)
    for who, path in ((head, "/classes/1"), (unit, "/own/classes/1"), (head, "/uplifts")):
        assert "浮1号" in who.get(path)


def test_on_the_day_the_classes_run_nothing_can_be_asked(log_in: Callable[[str], Person]) -> None:
    clerk = log_in("clerk")
    assert "申请上浮补贴标准" not in clerk.get("/classes/1")
    status, html = clerk.post("/classes/1/uplift", insured_area_id="2", ground="出口订单减少")
    assert (status, "E609" in html) == (409, True)


def test_a_clerk_takes_in_a_request_without_a_class_and_takes_it_back(
    before_the_start: Desk, log_in: Callable[[str], Person]
) -> None:
    clerk = log_in("clerk")
    form = {
        "track": "level_assessment",
        "starts_on": "2020-10-12",
        "insured_area_id": xiaoshan(before_the_start),
        "ground": "出口订单减少",
    }
    assert clerk.post("/uplifts", credit_code="NOBODY", **form)[0] == 400
    assert clerk.post("/uplifts", credit_code=sample_unit(1).credit_code, **form)[0] == 303
    assert clerk.post("/uplifts/1/withdraw", reason="")[0] == 409
    assert clerk.post("/uplifts/1/withdraw", reason="填写有误")[0] == 303
    with before_the_start.database.reading() as session:
        assert request(session).state == "withdrawn"


def test_the_district_of_the_class_sees_a_firm_insured_elsewhere_and_does_not_decide(
    before_the_start: Desk, log_in: Callable[[str], Person]
) -> None:
    with before_the_start.database.transaction() as session:
        form = UpliftForm(
            class_id=1,
            insured_area_id=builders.area(session, builders.SHANGCHENG),
            ground="出口订单减少",
        )
        builders.done(ask_uplift(session, builders.act(date(2020, 10, 9)), form=form))
    status, html = log_in("section_head").post(
        "/uplifts/1", decision="approve", decision_number="1号"
    )
    assert (status, "E609" in html, "四（一）" in html) == (409, True, True)


def test_a_request_of_another_area_or_unit_is_not_found(
    before_the_start: Desk, log_in: Callable[[str], Person]
) -> None:
    clerk, stranger = log_in("clerk"), log_in("stranger")
    clerk.post(
        "/classes/1/uplift", insured_area_id=xiaoshan(before_the_start), ground="出口订单减少"
    )
    assert stranger.post("/uplifts/1/withdraw", reason="试")[0] == 404
    assert "出口订单减少" not in stranger.get("/uplifts")
