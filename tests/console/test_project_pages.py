"""A project on the pages: filed by its annex, examined, listed, kept up, taken off."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.records.tables import CatalogueItem
from tests import builders
from tests.console.conftest import Person

FORM = {
    "code": "P-100",
    "title": "养老护理合格证培训",
    "occupation": "养老护理员",
    "certificate_kind": "pass",
    "training_mode": "集中面授",
    "assessment_mode": "理论加实操",
    "certificate_name": "养老护理培训合格证",
    "planned_heads": "200",
    "days": "10",
    "fee_fen": "1000",
    "rate_fen": "100.00",
    "survey_note": "用工缺口调查",
}


def item(desk: Desk, code: str = "P-100") -> CatalogueItem:
    with desk.database.reading() as session:
        return session.exec(select(CatalogueItem).where(CatalogueItem.code == code)).one()


def form_for(desk: Desk, track: str, **changed: str) -> dict[str, object]:
    with desk.database.reading() as session:
        return {**FORM, "track": track, "area_id": builders.area(session), **changed}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_form_of_every_track_shows_in_both_languages(
    log_in: Callable[[str], Person], desk: Desk, language: str
) -> None:
    clerk = log_in("clerk")
    clerk.client.get(f"/language/{language}")
    choices = clerk.get("/projects/new")
    for track in ("pass_certificate", "special_operations", "competition", "sector_funded"):
        assert f"track={track}" in choices
        assert 'name="department"' in clerk.get(f"/projects/new?track={track}")


def test_the_form_asks_what_the_annex_and_the_rates_of_the_track_ask(
    log_in: Callable[[str], Person],
) -> None:
    clerk = log_in("industry")
    annex_4 = clerk.get("/projects/new?track=pass_certificate")
    assert "附件4" in annex_4
    assert 'name="has_qualification_certificate"' in annex_4
    annex_3 = clerk.get("/projects/new?track=special_operations")
    assert "申请补贴的标准" in annex_3
    assert 'name="standard_by"' in annex_3
    assert 'name="planned_heads"' not in annex_3
    assert 'name="annex:承办单位"' in clerk.get("/projects/new?track=competition")
    assert 'name="course"' in clerk.get("/projects/new?track=start_up")
    assert 'name="level"' in clerk.get("/projects/new?track=certificate")


def test_what_is_missing_comes_back_with_everything_that_was_written(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    form = form_for(desk, "pass_certificate", days="", survey_note="")
    status, html = log_in("clerk").post("/projects", **form)
    assert status == 409
    assert "E521" in html
    assert "培训时长（天）、需求调查说明" in html
    assert 'value="养老护理培训合格证"' in html


def test_a_project_is_filed_sent_back_mended_approved_listed_and_taken_off(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    clerk, city = log_in("clerk"), log_in("city.head")
    assert clerk.post("/projects", **form_for(desk, "pass_certificate"))[0] == 303
    row = item(desk)
    assert (row.state, row.occupation, row.rate_fen) == ("submitted", "elderly-carer", 10_000)
    at = f"/projects/{row.id}"
    assert city.post(at, decision="send_back", opinion="请补充考核方式")[0] == 303
    again = clerk.get(f"/projects/new?item={row.id}")
    assert 'value="100.00"' in again
    mended = form_for(desk, "pass_certificate", assessment_mode="实操考核", again="1")
    assert clerk.post("/projects", **mended)[0] == 303
    assert city.post(at, decision="approve")[0] == 303
    assert city.post(at, decision="publish", ends_on="2022-01-01")[0] == 303
    assert clerk.post(f"{at}/procurement", record="萧采2020-015")[0] == 303
    assert "萧采2020-015" in clerk.get(at)
    assert clerk.post(f"{at}/close", reason="需求不足")[0] == 403
    assert city.post(f"{at}/close", reason="")[0] == 409
    assert city.post(f"{at}/close", reason="需求不足")[0] == 303
    assert item(desk).state == "closed"


def test_a_competition_is_filed_with_the_city_on_its_page(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    clerk, head, city = log_in("clerk"), log_in("section_head"), log_in("city.head")
    form = form_for(desk, "competition", **{"annex:承办单位": "萧山区技工学校"})
    form.pop("certificate_kind")
    assert clerk.post("/projects", **form)[0] == 303
    row = item(desk)
    assert json.loads(row.annex_entries) == {"承办单位": "萧山区技工学校"}
    at = f"/projects/{row.id}"
    assert head.post(at, decision="approve")[0] == 303
    assert head.post(f"{at}/city-filing", record="杭备1号")[0] == 409
    assert city.post(f"{at}/city-filing", record="杭备1号")[0] == 303
    assert "杭备1号" in head.get(at)
    assert item(desk).city_filed_record == "杭备1号"


def test_who_proposed_the_standard_is_entered_with_the_letter(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    clerk = log_in("clerk")
    form = form_for(
        desk,
        "special_operations",
        certificate_kind="special_operation",
        standard_by="district",
    )
    assert clerk.post("/projects", **form)[0] == 303
    at = f"/projects/{item(desk).id}"
    assert clerk.post(f"{at}/standard", standard_by="city", record="")[0] == 409
    assert clerk.post(f"{at}/standard", standard_by="city", record="杭应急8号")[0] == 303
    assert item(desk).standard_by == "city"


def test_a_project_of_another_district_is_not_found(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    stranger = log_in("stranger")
    assert stranger.client.get("/projects/1").status_code == 404
    assert stranger.post("/projects/1/procurement", record="1号")[0] == 404
    assert stranger.post("/projects", **form_for(desk, "pass_certificate"))[0] == 404
