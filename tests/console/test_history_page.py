"""The page of older payments: lists go in, come back with verdicts, and are listed with counts."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.records.tables import ImportedFile, PastSubsidy
from tests import builders
from tests.console.conftest import Person

LogIn = Callable[[str], Person]
HEADERS = "姓名,证件号码,补贴种类,职业（工种）,等级,培训结束日期,拨付日期,补贴金额（元）,拨付地"
ONE, TWO = builders.people(2, first=50)


def content() -> bytes:
    """One good payment and one of an occupation that nobody knows."""
    rows = [
        f"{ONE.name},{ONE.id_number},培训补贴,焊工,四级,2019-05-17,2019-07-01,1000,慈溪市",
        f"{TWO.name},{TWO.id_number},培训补贴,宇航员,四级,2019-05-17,2019-07-01,1000,慈溪市",
    ]
    return "\n".join([HEADERS, *rows]).encode()


def send(person: Person) -> tuple[int, str]:
    """Upload the list."""
    answer = person.client.post(
        "/history/upload",
        data={"csrf": person.csrf},
        files={"file": ("历史.csv", content())},
    )
    return answer.status_code, answer.text


def test_the_citys_office_takes_a_list_in_and_gets_it_back_with_verdicts(
    log_in: LogIn, desk: Desk
) -> None:
    head = log_in("city.head")
    assert "尚未导入记录" in head.get("/history")
    status, html = send(head)
    assert status == 200
    assert "E541" in html
    assert ONE.id_number not in html
    assert "返回历史及外地补贴" in html
    token = html.split('href="/history/verdicts/')[1].split('"')[0]
    copy = head.client.get(f"/history/verdicts/{token}").content.decode("utf-8-sig")
    assert "不通过" in copy.splitlines()[2]
    assert log_in("clerk").client.get(f"/history/verdicts/{token}").status_code == 404
    with desk.database.reading() as session:
        (past,) = session.exec(select(PastSubsidy)).all()
        assert (past.occupation, past.level) == ("welder", "4")
    shown = head.get("/history")
    assert "慈溪市" in shown
    assert "2019-07-01" in shown
    assert "city.head 某某" in shown
    assert ONE.name not in shown


def test_a_district_looks_and_takes_nothing_in(log_in: LogIn, desk: Desk) -> None:
    clerk = log_in("clerk")
    page = clerk.get("/history")
    assert 'action="/history/upload"' not in page
    assert "由市本级经办人员导入" in page
    status, html = send(clerk)
    assert status == 422
    assert "E1208" in html
    with desk.database.reading() as session:
        assert session.exec(select(PastSubsidy)).all() == []


def test_the_page_is_reached_from_the_classes_and_gives_an_empty_list(log_in: LogIn) -> None:
    head = log_in("city.head")
    assert 'href="/history"' in head.get("/classes")
    assert 'href="/history"' in head.get("/classes/1")
    answer = head.client.get("/history/blank")
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert 'href="/history"' not in log_in("assessor").get("/classes")


def test_the_head_of_the_citys_office_takes_a_wrong_list_back(log_in: LogIn, desk: Desk) -> None:
    head, district = log_in("city.head"), log_in("section_head")
    send(head)
    with desk.database.reading() as session:
        number = session.exec(select(ImportedFile.id).where(ImportedFile.kind == "history")).one()
    path = f"/history/{number}/take-back"
    assert district.post(path, reason="错")[0] == 409
    assert head.post(path, reason="")[0] == 400
    assert head.post("/history/999/take-back", reason="错")[0] == 404
    assert head.post(path, reason="列错了年度")[0] == 303
    assert "已撤回" in head.get("/history")
