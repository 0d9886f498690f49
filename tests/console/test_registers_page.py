"""The page of outside registers: what is loaded, the way in for new data, and who may use it."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.records.tables import RegisterExtract
from tests import builders
from tests.console.conftest import Person

LogIn = Callable[[str], Person]
ONE, TWO = builders.people(2, first=50)


def send(person: Person, *, register: str = "pension", day: str = "2020-10-01") -> tuple[int, str]:
    """Upload an extract with one good row and one whose number is wrong."""
    content = f"证件号码,姓名\n{ONE.id_number},{ONE.name}\n123,{TWO.name}\n".encode()
    answer = person.client.post(
        "/registers/upload",
        data={"csrf": person.csrf, "register": register, "data_of": day},
        files={"file": ("养老.csv", content)},
    )
    return answer.status_code, answer.text


def test_the_citys_office_loads_data_and_the_page_says_how_old_they_are(
    log_in: LogIn, desk: Desk
) -> None:
    head = log_in("city.head")
    assert "没有数据" in head.get("/registers")
    status, html = send(head)
    assert status == 200
    assert "E101" in html
    assert ONE.id_number not in html
    with desk.database.reading() as session:
        (extract,) = session.exec(select(RegisterExtract)).all()
        assert (extract.register_name, extract.entries, extract.whole) == ("pension", 1, True)
    assert "2020-10-01" in head.get("/registers")


def test_asking_anew_says_how_many_answers_are_new(log_in: LogIn) -> None:
    head = log_in("city.head")
    send(head)
    status, _ = head.post("/registers/ask")
    assert status == 303
    assert "新答复" in head.get("/registers")


def test_a_district_looks_and_loads_nothing(log_in: LogIn, desk: Desk) -> None:
    clerk = log_in("clerk")
    assert 'action="/registers/upload"' not in clerk.get("/registers")
    status, html = send(clerk)
    assert status == 422
    assert "E1208" in html
    with desk.database.reading() as session:
        assert session.exec(select(RegisterExtract)).all() == []


def test_data_of_a_day_to_come_and_a_missing_day_are_turned_down(log_in: LogIn) -> None:
    head = log_in("city.head")
    assert send(head, day="2099-01-01")[0] == 422
    assert send(head, day="")[0] == 400
