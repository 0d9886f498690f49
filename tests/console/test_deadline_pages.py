"""The list of deadlines, bulk reminders, and clocks on the pages of claims and classes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from subsidy.actions.access.permissions import Permissions
from subsidy.actions.views.deadlines.wanted import STATUSES
from subsidy.console.deadlines.lists import STATUS_WORDS, wanted_deadlines
from subsidy.console.desk import Desk
from subsidy.records.tables import ClockEntry, Deadline, Outbox, Setting
from tests import builders
from tests.actions.deadlines.test_clock_records import class_window
from tests.console.conftest import Person

LogIn = Callable[[str], Person]
SOON = date(2020, 11, 27)
"""Five working days before the applications of class 1 end on 4 December 2020."""
FIRST = 'name="deadline" value="'


@pytest.fixture
def soon(desk: Desk) -> Desk:
    """The console on a day on which class 1 is due within five working days."""
    with desk.database.transaction() as session:
        row = session.get_one(Setting, "business_date:hangzhou")
        row.value = SOON.isoformat()
        session.add(row)
    return desk


def text_of(html: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def english(person: Person) -> Person:
    """The same person with the other language."""
    person.client.get("/language/en?next=/", follow_redirects=True)
    return person


def deadline_ids(desk: Desk, window: str = "application") -> list[int]:
    with desk.database.reading() as session:
        query = select(Deadline.id).where(Deadline.window == window, Deadline.status == "open")
        return [found or 0 for found in session.exec(query.order_by(Deadline.id)).all()]  # type: ignore[arg-type]


def reminders(desk: Desk) -> int:
    with desk.database.reading() as session:
        query = select(Outbox.id).where(Outbox.template == "deadline_reminder")
        return len(session.exec(query).all())


def test_a_class_that_is_due_stands_on_one_line_with_its_day_and_its_trainees(
    soon: Desk, log_in: LogIn
) -> None:
    page = log_in("clerk").get("/deadlines")
    assert "1 行，3 项期限" in text_of(page)
    assert page.count(FIRST) == 1
    assert 'href="/classes/1#deadlines"' in page
    assert "2020-12-04" in page
    assert "3 名学员" in page
    told = english(log_in("clerk")).get("/deadlines")
    assert "1 lines, 3 deadlines" in text_of(told)
    assert "5 working days" in told


def test_filters_stay_in_the_address_and_in_every_link(soon: Desk, log_in: LogIn) -> None:
    clerk = log_in("clerk")
    page = clerk.get("/deadlines?within=4")
    assert "没有符合条件的期限" in page
    page = clerk.get("/deadlines?within=5&window=application&who=provider&each=1&sort=area")
    assert page.count(FIRST) == 3
    assert 'value="5"' in page
    assert '<option value="provider" selected>' in page
    assert '<input type="hidden" name="window" value="application">' in page
    assert "/deadlines.csv?within=5&amp;window=application" in page
    assert clerk.get("/deadlines?who=office").count(FIRST) == 0
    assert clerk.get("/deadlines?track=certificate").count(FIRST) == 0
    assert clerk.get("/deadlines?status=stopped").count("<tbody>") == 1
    assert clerk.get("/deadlines?within=x&area=y&after=z&status=w").count(FIRST) == 1


def test_an_address_that_cannot_be_read_falls_back_to_the_usual_list() -> None:
    usual = wanted_deadlines({})
    assert (usual.status, usual.within, usual.sort) == ("due", 5, "due")
    assert wanted_deadlines({"within": "99999", "status": "x", "who": "me"}).within == 250
    assert set(STATUS_WORDS) == set(STATUSES)


def test_a_long_list_is_read_page_by_page(
    soon: Desk, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from subsidy.console.deadlines import lists

    def short(*given: object, **named: object) -> object:
        return whole(*given, **named, size=2)  # type: ignore[arg-type]

    whole = lists.deadline_page
    monkeypatch.setattr(lists, "deadline_page", short)
    clerk = log_in("clerk")
    page = clerk.get("/deadlines?each=1&sort=area")
    seen = re.findall(r'name="deadline" value="(\d+)"', page)
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    page = clerk.get(following.group(1).replace("&amp;", "&"))
    seen += re.findall(r'name="deadline" value="(\d+)"', page)
    assert seen == [str(i) for i in deadline_ids(soon)]
    assert 'rel="next"' not in page
    assert "3 行，3 项期限" in text_of(page)


def test_the_export_has_a_row_for_each_deadline_with_people_masked(
    soon: Desk, log_in: LogIn
) -> None:
    answer = log_in("auditor").client.get("/deadlines.csv?status=all")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[0]["期限"] == "补贴申领期限"
    assert rows[0]["告知的截止日"] == "2020-12-04"
    assert rows[0]["应由谁办理"] == "培训单位"
    assert "*" in rows[0]["学员"]


def test_ticked_lines_are_reminded_of_once_a_day(soon: Desk, log_in: LogIn) -> None:
    clerk = log_in("clerk")
    first, *_ = deadline_ids(soon)
    status, _ = clerk.post("/deadlines/remind", deadline=first, what="ticked", within="5")
    assert status == 303
    page = clerk.get("/deadlines?within=5")
    assert "已发出 1 条催办消息，涉及 3 项期限" in page
    assert "已催办 2020-11-27" in text_of(page)
    assert reminders(soon) == 1
    status, page = clerk.post("/deadlines/remind", deadline=first, what="ticked")
    assert status == 409
    assert "E417" in page
    assert reminders(soon) == 1
    shown = text_of(clerk.get("/claims/1"))
    assert "已催办" in shown
    assert "clerk 某某" in shown


def test_everything_that_a_filter_finds_is_reminded_of_at_once(soon: Desk, log_in: LogIn) -> None:
    head = log_in("section_head")
    status, _ = head.post("/deadlines/remind", what="all", status="all", reason="月底前办结")
    assert status == 303
    assert reminders(soon) == 1
    with soon.database.reading() as session:
        found = session.exec(select(ClockEntry).where(ClockEntry.entry == "reminded")).all()
        assert {entry.reason for entry in found} == {"月底前办结"}
        assert len(found) == 3
    status, page = head.post("/deadlines/remind", what="all", window="payment")
    assert (status, "E1209" in page) == (409, True)


def test_an_auditor_looks_and_does_not_remind(soon: Desk, log_in: LogIn) -> None:
    auditor = log_in("auditor")
    page = auditor.get("/deadlines")
    assert "2020-12-04" in page
    assert FIRST not in page
    assert "催办所选" not in page
    status, _ = auditor.post("/deadlines/remind", deadline=deadline_ids(soon)[0], what="ticked")
    assert status == 403
    assert reminders(soon) == 0


def test_deadlines_of_another_district_are_neither_seen_nor_reminded_of(
    soon: Desk, log_in: LogIn
) -> None:
    stranger = log_in("stranger")
    assert "0 行，0 项期限" in text_of(stranger.get("/deadlines?status=all"))
    assert "0 行" in text_of(stranger.get("/deadlines?status=all&area=2"))
    first, *_ = deadline_ids(soon)
    status, page = stranger.post("/deadlines/remind", deadline=first, what="ticked")
    assert (status, "E419" in page) == (409, True)
    status, _ = stranger.post("/deadlines/remind", what="all", status="all")
    assert status == 409
    assert reminders(soon) == 0
    assert stranger.client.get("/classes/1").status_code == 404


def test_only_the_office_stands_behind_the_doors(permissions: Permissions) -> None:
    assert set(permissions["deadlines.list"].roles) == {
        "clerk", "section_head", "leader", "finance", "auditor",
    }  # fmt: skip
    assert set(permissions["deadlines.remind"].roles) == {"clerk", "section_head", "leader"}


def test_a_claim_shows_its_days_drawn_and_the_same_in_words(soon: Desk, log_in: LogIn) -> None:
    page = log_in("clerk").get("/claims/1")
    assert "已用25个工作日（共30个）" in page
    assert page.count("d-due") >= 1
    assert re.search(r'd-rest[^"]*" title="2020-10-24 周末"><b>24</b><i>休</i>', page)
    assert "截止 12月4日" in page
    assert "起算日（不计入）" in page
    shown = text_of(page)
    assert "30个工作日内（三（三）2（2）③）" in shown
    assert "转工作人员核查；逾期不再受理" in shown
    told = english(log_in("clerk")).get("/claims/1")
    assert "25 of 30 working days used" in told
    assert "<i>R</i>" in told
    assert "within 30 working days" in told


def test_a_class_page_groups_its_trainees_and_shows_windows_of_the_class(
    soon: Desk, log_in: LogIn
) -> None:
    with soon.database.transaction() as session:
        class_window(session, 1, due_on=date(2020, 12, 1))
    for login, path in (("clerk", "/classes/1"), ("provider", "/own/classes/1")):
        page = log_in(login).get(path)
        assert page.count("已用25个工作日（共30个）") == 1
        assert "3 名学员" in page
        assert page.count('class="strip"') == 2
        assert "已结束的期限：1 项" in page


def test_a_provider_sees_the_clocks_of_its_own_claims_alone(soon: Desk, log_in: LogIn) -> None:
    provider = log_in("provider")
    assert 'href="/own/claims/1"' in provider.get("/own/claims")
    page = provider.get("/own/claims/1")
    assert "已用25个工作日（共30个）" in page
    assert "延期或免除" not in page
    assert builders.people(1)[0].id_number not in page
    assert provider.client.get("/own/claims/99").status_code == 404
    assert log_in("clerk").client.get("/own/claims/1").status_code == 403
