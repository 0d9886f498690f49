"""The pages of the office: what they show, to whom, in both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.papers.masking import reveals
from subsidy.records.tables import FullView, Outbox
from tests import builders
from tests.console.conftest import PASSWORD, Person

OFFICE_PAGES = (
    "/overview", "/claims", "/claims?state=certified", "/claims?ended=1", "/claims?overdue=1",
    "/claims?due_from=2020-01-01&due_to=2021-01-01", "/claims?queue=identity",
    "/claims?number=XS2020-001", "/claims/1", "/claims/by-number/XS2020-001-001", "/review",
    "/tickets", "/tickets?queue=documents&overdue=1&mine=1", "/classes", "/classes?state=filed",
    "/classes/1", "/classes/2", "/classes/3", "/projects", "/notices", "/runs", "/policy",
    "/registers", "/policy?show=unset", "/policy?show=assumed", "/quotas", "/quotas?year=2021",
    "/policy?show=unset", "/policy?show=assumed", "/policy?on=2021-12-31&q=30", "/policy?on=never",
    "/policy/compare", "/policy/compare?left=hangzhou&right=cixi&on=2020-10-12&verdict=differs",
    "/policy/coverage", "/policy/coverage?status=missing&category=rate&q=800",
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_of_the_office_shows_in_both_languages(
    log_in: Callable[[str], Person], language: str
) -> None:
    head = log_in("section_head")
    head.client.get(f"/language/{language}")
    for path in OFFICE_PAGES:
        html = head.get(path)
        assert "2020-11-09" in html, f"{path} does not show the business date"
        assert f'lang="{"zh-CN" if language == "zh_CN" else "en"}"' in html
        assert reveals(re.sub(r"<[^>]+>", " ", html)) is None, path


def test_the_pages_are_chinese_by_default(log_in: Callable[[str], Person]) -> None:
    assert "申领办理流程" in log_in("clerk").get("/overview")


def test_every_number_on_the_road_leads_to_its_list(log_in: Callable[[str], Person]) -> None:
    html = log_in("clerk").get("/overview")
    certified = re.search(
        r'href="/claims\?state=certified"[^>]*>\s*<b class="count">(\d+)</b>', html
    )
    assert certified
    assert certified.group(1) == "3"
    rows = log_in("clerk").get("/claims?state=certified").count('<th scope="row">')
    assert rows == 3


def test_a_clerk_of_another_district_sees_nothing_of_it(log_in: Callable[[str], Person]) -> None:
    stranger = log_in("stranger")
    assert "XS2020" not in stranger.get("/claims")
    for path in ("/claims/1", "/classes/1", "/claims/by-number/XS2020-001-001", "/api/claims/1"):
        assert stranger.client.get(path).status_code == 404, path
    assert stranger.post("/claims/1/hold", reason="试")[0] == 404
    assert stranger.post("/classes/3/filing", decision="accept")[0] == 404


def test_a_claim_shows_its_road_with_days_and_people(log_in: Callable[[str], Person]) -> None:
    html = log_in("clerk").get("/claims/1")
    assert 'aria-current="step"' in html
    assert "2020-09-21" in html  # filed on
    assert "补贴申领期限" in html
    assert "三（三）2（2）③" in html


def test_the_list_goes_on_page_by_page_without_a_gap(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    from subsidy.actions.views.casework.claim_list import ClaimFilter, claim_page

    with desk.database.reading() as session:
        areas = [builders.area(session)]
        seen: list[str] = []
        after: int | None = None
        while True:
            page = claim_page(
                session, city="hangzhou", areas=areas, wanted=ClaimFilter(),
                today=builders.DAYS["certified"], after=after, size=2,
            )  # fmt: skip
            seen += [row.number for row in page.rows]
            after = page.next_after
            if after is None:
                break
    assert len(seen) == len(set(seen)) == 7


def test_the_export_holds_the_rows_of_the_list_with_people_masked(
    log_in: Callable[[str], Person],
) -> None:
    answer = log_in("clerk").client.get("/claims.csv?state=certified")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "申领"
    assert len(rows) == 4
    assert all("*" in row[6] for row in rows[1:])


def test_a_full_view_needs_a_reason_and_is_logged(
    log_in: Callable[[str], Person], desk: Desk
) -> None:
    clerk = log_in("clerk")
    assert clerk.post("/claims/1/full-view", reason="")[0] == 400
    with desk.database.reading() as session:
        assert not session.exec(select(FullView)).all()
    status, html = clerk.post("/claims/1/full-view", reason="电话核实学员身份")
    assert status == 200
    assert builders.people(1)[0].id_number in html
    with desk.database.reading() as session:
        logged = session.exec(select(FullView)).one()
        assert logged.actor.startswith("user:")
        assert logged.reason == "电话核实学员身份"


def test_a_deed_that_is_closed_says_why(log_in: Callable[[str], Person]) -> None:
    html = log_in("finance").get("/claims/1")
    assert "没有此项权限" in html


def test_the_policy_page_marks_what_is_unset_and_what_is_assumed(
    log_in: Callable[[str], Person],
) -> None:
    html = log_in("clerk").get("/policy?show=assumed")
    assert "暂定口径" in html
    assert "参照其他城市" in html
    assert "¥100.00" in log_in("clerk").get("/policy")


def test_the_demo_lists_its_log_ins_and_an_office_does_not(desk: Desk, visitor: Person) -> None:
    from dataclasses import replace

    from subsidy.console.app import create_app
    from tests.console.browsing import TestClient

    assert PASSWORD not in visitor.client.get("/login").text
    plain = replace(desk, settings=replace(desk.settings, demo=False))
    assert "演示账号" not in TestClient(create_app(desk=plain)).get("/login").text


def test_the_api_tells_its_errors_as_problems(
    visitor: Person, log_in: Callable[[str], Person]
) -> None:
    answer = visitor.client.get("/api/claims")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    clerk = log_in("clerk")
    assert clerk.client.get("/api/claims/999").json()["status"] == 404
    listed = clerk.client.get("/api/claims?state=certified").json()
    assert listed["business_date"] == "2020-11-09"
    assert len(listed["claims"]) == 3
    one = clerk.client.get("/api/claims/1").json()
    assert one["head"]["number"] == "XS2020-001-001"
    assert one["clocks"]
    refused = clerk.client.post("/api/claims/1/decide")
    assert refused.status_code == 409
    done = clerk.client.post("/api/claims/1/decide", headers={"x-csrf-token": clerk.csrf})
    assert done.status_code == 200


def test_an_unknown_page_is_told_as_a_page(visitor: Person) -> None:
    answer = visitor.client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有此页面" in answer.text


def test_looking_at_pages_writes_nothing(log_in: Callable[[str], Person], desk: Desk) -> None:
    clerk = log_in("clerk")
    with desk.database.reading() as session:
        before = len(session.exec(select(Outbox)).all())
    for path in OFFICE_PAGES:
        clerk.get(path)
    with desk.database.reading() as session:
        assert len(session.exec(select(Outbox)).all()) == before
