"""The page of the working calendar: a year, the notices, and a notice loaded in two steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from subsidy.calendars.live import LiveCalendars
from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from subsidy.records.tables import CalendarLoad, ClockEntry, Deadline
from tests.console.conftest import Person

LogIn = Callable[[str], Person]
NOTICE = """\
year: 2020
notices:
  - number: 国办发明电〔2020〕99号
    title: 关于调整2020年11月放假安排的通知
    issued: 2020-11-06
    published: 2020-11-06
    amends: 国办发明电〔2019〕16号
    days:
      - {date: 2020-11-26, kind: holiday, festival: 纪念日}
      - {date: 2020-11-27, kind: holiday, festival: 纪念日}
"""
"""Two days of rest before the application of a class ends on 4 December 2020."""
LATER = date(2020, 12, 8)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """As the console is opened: its calendar follows the files of the home."""
    calendars = LiveCalendars(desk.settings)
    return replace(desk, office=replace(desk.office, calendars=calendars))


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    """The console over it."""
    return create_app(desk=desk)


def upload(person: Person, text: str, name: str = "november.yaml") -> tuple[int, str]:
    answer = person.client.post(
        "/calendar/preview", data={"csrf": person.csrf}, files={"file": (name, text.encode())}
    )
    return answer.status_code, answer.text


def hidden(html: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found.group(1)


def apply(person: Person, html: str, **changed: str) -> tuple[int, str]:
    fields = {name: hidden(html, name) for name in ("name", "fits", "content")}
    return person.post("/calendar/load", **(fields | changed))


def ends(desk: Desk) -> set[date]:
    with desk.database.reading() as session:
        query = select(Deadline).where(Deadline.window == "application", Deadline.status == "open")
        return {row.due_on for row in session.exec(query).all()}


def test_the_year_tells_holidays_make_up_days_and_provisional_days_apart(log_in: LogIn) -> None:
    html = log_in("clerk").get("/calendar")
    assert "工作日历" in html
    assert html.count('class="month"') == 12
    assert re.search(r'class="cell holiday"[^>]*>1<i>休</i>', html)
    assert re.search(r'class="cell make_up"[^>]*>10<i>班</i>', html)
    assert "国办发明电〔2019〕16号" in html
    assert "2020-12-25" in html, "from that day on dates are provisional"
    unknown = log_in("clerk").get("/calendar?year=2021")
    assert 'class="cell working unsure"' in unknown
    assert "（推算）" in unknown


def test_the_days_of_a_city_are_marked_as_its_own(log_in: LogIn) -> None:
    html = log_in("clerk").get("/calendar?year=2020")
    assert re.search(r'class="cell holiday of-city"[^>]*>3<i>休</i><i>市</i>', html)
    assert "杭政发电〔2020〕1号" in html


def test_a_notice_is_previewed_then_applied_and_used_without_a_restart(
    log_in: LogIn, desk: Desk
) -> None:
    head = log_in("city.head")
    before = ends(desk)
    assert before == {date(2020, 12, 4)}
    status, html = upload(head, NOTICE)
    assert status == 200, html[:500]
    assert "2020-12-08" in html
    assert ends(desk) == before
    assert apply(head, html)[0] == 303
    assert ends(desk) == {LATER}
    assert 'class="cell holiday"' in head.get("/calendar")
    assert "国办发明电〔2020〕99号" in head.get("/calendar")
    with desk.database.reading() as session:
        (kept,) = session.exec(select(CalendarLoad)).all()
        assert (kept.file, kept.actor.startswith("user:")) == ("november.yaml", True)
        query = select(ClockEntry).where(col(ClockEntry.entry) == "recomputed")
        assert {entry.due_after for entry in session.exec(query).all()} == {LATER}
    _, again = upload(head, NOTICE)
    assert "没有新内容" in again


def test_a_faulty_notice_comes_back_in_chinese_with_line_and_remedy(
    log_in: LogIn, desk: Desk
) -> None:
    head = log_in("city.head")
    wrong = NOTICE.replace("2020-11-27, kind: holiday", "2020-11-27, kind: make_up")
    status, html = upload(head, wrong)
    assert status == 422
    assert "november.yaml:10" in html
    assert "本来就要上班，不能作为调休上班日" in html
    assert not (desk.settings.home / "config" / "calendar" / "2020.yaml").exists()


def test_what_changed_after_the_preview_is_shown_again_and_not_applied(
    log_in: LogIn, desk: Desk
) -> None:
    head = log_in("city.head")
    _, html = upload(head, NOTICE)
    status, again = apply(head, html, fits="hangzhou:old:new-7")
    assert status == 200
    assert "列出之后情况有变" in again
    assert ends(desk) == {date(2020, 12, 4)}


def test_a_district_head_looks_and_may_not_load(log_in: LogIn, desk: Desk) -> None:
    head = log_in("section_head")
    assert "/calendar/preview" not in head.get("/calendar")
    status, html = upload(head, NOTICE)
    assert status == 409
    assert "E1208" in html


def test_an_engineer_sees_how_many_cases_move_and_not_which(log_in: LogIn) -> None:
    _, html = upload(log_in("engineer"), NOTICE)
    assert "项在办期限变动" in html
    assert "XS2020-001" not in html
    assert "HZ" not in re.sub(r"<nav.*?</nav>", "", html, flags=re.DOTALL)


def test_a_file_that_the_form_does_not_carry_whole_is_asked_for_again(log_in: LogIn) -> None:
    head = log_in("city.head")
    _, html = upload(head, NOTICE)
    assert apply(head, html, content="not base64!")[0] == 400


def test_an_empty_file_is_turned_down(log_in: LogIn) -> None:
    assert upload(log_in("city.head"), " ")[0] == 400
