"""Applications without a class in the browser: lodged through the form, checked, followed, kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.papers.masking import reveals
from subsidy.records.tables import Application, Claim
from tests import builders
from tests.console.conftest import Person

LogIn = Callable[[str], Person]
TRACK = "special_operations"
ONE, TWO = builders.people(2, first=60)
HEADERS = "姓名,证件号码,手机号,人员类别,类别证明日期,与本地的联系,已交材料"


@pytest.fixture
def project(desk: Desk) -> int:
    """A listed project of special operations."""
    with desk.database.transaction() as session:
        return builders.listed_project(
            session, "T-001", track=TRACK, certificate_kind="special_operation", level=""
        )


def persons(*, category: str = "失业人员") -> bytes:
    rows = [
        f"{p.name},{p.id_number},{p.phone},{category},2020-06-30,当地户籍,培训费用票据"
        for p in (ONE, TWO)
    ]
    return "\n".join([HEADERS, *rows]).encode()


def lodge(person: Person, root: str, project: int, **more: str) -> tuple[int, str]:
    """Send the form of special operations with its list."""
    fields = {
        "csrf": person.csrf, "track": TRACK, "number": "S-1", "area_id": "2", "provider_id": "1",
        "item_id": str(project), "starts_on": "2020-10-12", "ends_on": "2020-10-23",
        "commitment_on": "2020-11-09", "actual_cost_fen": "580.00", **more,
    }  # fmt: skip
    files = {"file": ("人员.csv", persons())}
    answer = person.client.post(root, data=fields, files=files)
    return answer.status_code, answer.text


def id_of(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.exec(select(Application.id)).one() or 0


def test_the_form_shows_exactly_what_the_track_asks_for(log_in: LogIn, project: int) -> None:
    clerk = log_in("clerk")
    assert f"/applications/new?track={TRACK}" in clerk.get("/applications/new")
    html = clerk.get(f"/applications/new?track={TRACK}")
    assert "实际费用 (元)" in html
    assert 'value="fee_receipt"' in html
    assert "T-001" in html
    assert 'name="months"' not in html
    assert 'name="provider_id"' in html
    yearly = clerk.get("/applications/new?track=apprenticeship")
    assert 'name="months"' in yearly
    assert 'name="period"' in yearly


def test_a_unit_lodges_a_list_and_sees_its_persons_masked(
    log_in: LogIn, desk: Desk, project: int
) -> None:
    unit = log_in("provider")
    status, html = lodge(unit, "/own/applications", project)
    assert status == 200, html
    token = html.split('href="/own/verdicts/')[1].split('"')[0]
    copy = unit.client.get(f"/own/verdicts/{token}").content.decode("utf-8-sig")
    assert copy.count("通过") >= 2
    shown = unit.get(f"/own/applications/{id_of(desk)}")
    assert "行业主管部门初审" in shown
    assert "¥580.00" in shown
    assert ONE.name not in shown
    assert reveals(re.sub(r"<[^>]+>", " ", shown)) is None
    assert "S-1" in unit.get("/own/applications")
    assert "S-1" in log_in("clerk").get("/applications?track=special_operations&area=2")
    assert "S-1" not in log_in("stranger").get("/applications")


def test_the_first_check_is_refused_to_whoever_lodged_and_done_by_somebody_else(
    log_in: LogIn, desk: Desk, project: int
) -> None:
    lodger, other = log_in("industry"), log_in("industry")
    assert lodge(lodger, "/applications", project)[0] == 200
    at = f"/applications/{id_of(desk)}"
    status, html = other.post(f"{at}/check")
    assert status == 409
    assert "初审" in html
    with desk.database.transaction() as session:
        row = session.exec(select(Application)).one()
        row.lodged_by = "user:4"
        session.add(row)
    assert "签署初审" in other.get(at)
    assert other.post(f"{at}/check")[0] == 303
    assert "签署初审" not in other.get(at)
    assert log_in("clerk").post(f"{at}/check")[0] == 403


def test_a_unit_reaches_only_its_own(log_in: LogIn, desk: Desk, project: int) -> None:
    clerk, unit = log_in("clerk"), log_in("provider")
    with desk.database.transaction() as session:
        other = builders.provider(session, 2)
    lodge(clerk, "/applications", project, provider_id=str(other))
    at = f"/own/applications/{id_of(desk)}"
    assert unit.client.get(at).status_code == 404
    assert unit.post(f"{at}/finish", ends_on="2020-10-23")[0] == 404
    assert "S-1" not in unit.get("/own/applications")
    assert unit.client.get("/applications").status_code == 403
    assert log_in("stranger").client.get(f"/applications/{id_of(desk)}").status_code == 404


def test_a_person_of_an_unknown_group_comes_back_marked(
    log_in: LogIn, desk: Desk, project: int
) -> None:
    clerk = log_in("clerk")
    answer = clerk.client.post(
        "/applications",
        data={"csrf": clerk.csrf, "track": TRACK, "number": "S-2", "area_id": "2"},
        files={"file": ("人员.csv", persons(category="宇航员"))},
    )
    assert "不在可选范围内" in answer.text
    with desk.database.reading() as session:
        assert session.exec(select(Claim).where(Claim.track == TRACK)).all() == []


def test_what_cannot_be_read_is_said_with_its_field(log_in: LogIn, project: int) -> None:
    clerk = log_in("clerk")
    status, html = lodge(clerk, "/applications", project, actual_cost_fen="很多")
    assert status == 400
    assert "最多两位小数" in html
    status, _ = clerk.post("/applications", track=TRACK, number="S-3", area_id="2")
    assert status == 400


def test_lists_and_entries_follow_an_application(log_in: LogIn, desk: Desk, project: int) -> None:
    clerk = log_in("clerk")
    lodge(clerk, "/applications", project)
    at = f"/applications/{id_of(desk)}"
    content = (
        "姓名,证件号码,核查项目,核查结果,数据来源,核查日期\n"
        f"{ONE.name},{ONE.id_number},实名核验,一致,省公安厅,2020-11-06"
    )
    answer = clerk.client.post(
        f"{at}/upload/registers",
        data={"csrf": clerk.csrf},
        files={"file": ("核查.csv", content.encode())},
    )
    assert answer.status_code == 200
    assert "返回申报件" in answer.text
    assert clerk.post(f"{at}/supply", papers="fee_receipt")[0] == 303
    assert clerk.post(f"{at}/supply")[0] == 400
    assert clerk.post(f"{at}/upload/roster")[0] == 404
    assert clerk.client.get("/applications/blank/application").status_code == 200
    assert clerk.client.get("/applications/blank/application_results").status_code == 200


def test_a_claim_shows_the_application_it_hangs_on(log_in: LogIn, desk: Desk, project: int) -> None:
    clerk = log_in("clerk")
    lodge(clerk, "/applications", project)
    with desk.database.reading() as session:
        claim = session.exec(select(Claim.id).where(Claim.track == TRACK)).first()
    html = clerk.get(f"/claims/{claim}")
    assert f'href="/applications/{id_of(desk)}"' in html
    assert "实际费用" in html
    assert "失业人员" in html


def test_a_programme_is_lodged_without_a_list_and_applied_for(log_in: LogIn, desk: Desk) -> None:
    unit = log_in("provider")
    fields = {"track": "sector_own", "number": "B-1", "area_id": "2", "actual_cost_fen": "10000"}
    days = {"starts_on": "2020-10-12", "ends_on": "2020-10-23"}
    assert unit.post("/own/applications", **fields, **days)[0] == 303
    at = f"/own/applications/{id_of(desk)}"
    assert unit.post(f"{at}/finish", ends_on="2020-10-23")[0] == 303
    assert unit.post(f"{at}/apply", commitment_on="2020-11-09")[0] == 303
    assert "已申领" in unit.get(at) or "审核" in unit.get(at)


def test_a_class_claims_its_living_allowances_once_and_only_what_it_has(
    log_in: LogIn, desk: Desk
) -> None:
    clerk, unit = log_in("clerk"), log_in("provider")
    assert "申领生活费补贴" in clerk.get("/classes/1")
    status, html = clerk.post("/classes/1/allowances", track="nothing")
    assert status == 409
    assert "E562" in html
    assert unit.post("/own/classes/1/allowances", track="living_allowance")[0] == 303
    with desk.database.reading() as session:
        made = session.exec(select(Claim).where(Claim.kind == "allowance")).all()
    assert clerk.post("/classes/1/allowances", track="living_allowance")[0] == 303
    with desk.database.reading() as session:
        again = session.exec(select(Claim).where(Claim.kind == "allowance")).all()
    assert len(again) == len(made)
    assert clerk.post("/classes/1/entries")[0] == 400


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_of_applications_shows_in_both_languages(
    log_in: LogIn, desk: Desk, project: int, language: str
) -> None:
    head, unit = log_in("section_head"), log_in("provider")
    lodge(unit, "/own/applications", project)
    tracks = [
        code
        for code, track in desk.office.packs["hangzhou"].tracks.items()
        if track.spec.through == "file"
    ]
    for person, root in ((head, "/applications"), (unit, "/own/applications")):
        person.client.get(f"/language/{language}")
        for path in (
            "",
            "?state=applied&number=S",
            "/new",
            "/1",
            *(f"/new?track={t}" for t in tracks),
        ):
            assert "2020-11-09" in person.get(root + path), path
    assert "2020-11-09" in head.get("/vouchers")
