"""Notices on the pages: corrected before everybody's eyes, printed, proved, objected to in time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from subsidy.console.throttle import OBJECT
from subsidy.papers.masking import reveals
from subsidy.records.people import seal_text
from subsidy.records.seals import seal_minutes
from subsidy.records.tables import Claim, NoticeLine, NoticePlace, Objection, Person, Setting
from subsidy.rules.masking.notices import SHEET
from tests import builders
from tests.console.browsing import TestClient
from tests.console.conftest import Person as AtDesk
from tests.console.conftest import desk_over, logged_in, word_of
from tests.console.test_journey import LAST_DAY, applied, posted, reviewed

LogIn = Callable[[str], AtDesk]


@pytest.fixture(scope="module")
def played(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The played city with three claims on a posted notice, brought there on the pages once."""
    folder = tmp_path_factory.mktemp("noticed")
    path = folder / "noticed.db"
    shutil.copyfile(played, path)
    desk = desk_over(path, folder / "home")
    enter = partial(logged_in, create_app(desk=desk))
    applied(enter)
    reviewed(enter)
    posted(enter, desk)
    desk.database.dispose()
    return path


@pytest.fixture
def head(log_in: LogIn) -> AtDesk:
    """The section head."""
    return log_in("section_head")


def rename(desk: Desk, claim_id: int, name: str) -> None:
    with desk.database.transaction() as session:
        person = session.get_one(Person, session.get_one(Claim, claim_id).person_id)
        bound = f"person.name:{person.id_index}"
        person.name_sealed = seal_text(builders.keys(), name, bound_to=bound)
        session.add(person)


def at(desk: Desk, moment: datetime) -> AtDesk:
    """A visitor of a console that is no demo, at a moment of the clock."""
    real = replace(desk, clock=lambda: moment, settings=replace(desk.settings, demo=False))
    client = TestClient(create_app(desk=real), base_url="http://127.0.0.1")
    return AtDesk(client, word_of(client.get("/login").text))


def test_an_objection_counts_to_the_last_second_of_the_last_day_in_shanghai(
    head: AtDesk, desk: Desk
) -> None:
    midnight = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 16, tzinfo=UTC)
    late = at(desk, midnight)
    assert "公示期已满" in late.get("/public/notices/1/object/1")
    status, html = late.post("/public/notices/1/object/1", words="未参加培训")
    assert status == 409
    assert "E705" in html
    in_time = at(desk, midnight - timedelta(seconds=1))
    status, html = in_time.post("/public/notices/1/object/1", words="未参加培训")
    assert status == 200, html
    with desk.database.reading() as session:
        (row,) = session.exec(select(Objection)).all()
        assert row.received_on == LAST_DAY


def test_who_objects_too_often_is_told_how_long_to_wait(
    head: AtDesk, desk: Desk, visitor: AtDesk
) -> None:
    for n in range(OBJECT.times):
        assert visitor.post("/public/notices/1/object/1", words=f"异议{n}")[0] == 200
    answer = visitor.client.post(
        "/public/notices/1/object/1", data={"csrf": visitor.csrf, "words": "又一件"}
    )
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= OBJECT.seconds
    assert "60 分钟后" in answer.text
    with desk.database.reading() as session:
        assert len(session.exec(select(Objection)).all()) == OBJECT.times


def test_a_list_is_corrected_on_the_page_and_both_versions_stay_readable(
    head: AtDesk, desk: Desk, visitor: AtDesk
) -> None:
    assert "名单没有变化" in head.get("/notices/1/correct")
    rename(desk, 1, "更正后")
    preview = head.get("/notices/1/correct")
    assert "更**" in preview
    assert head.post("/notices/1/correct", reason="")[0] == 409
    assert head.post("/notices/1/correct", reason="姓名录入有误")[0] == 303
    new, old = visitor.get("/public/notices/2"), visitor.get("/public/notices/1")
    assert 'href="/public/notices/1"' in new
    assert 'href="/public/notices/2"' in old
    assert "本名单已更正" in old
    assert (new.count("更**"), old.count("更**")) == (1, 0)
    assert "更正 " in new
    assert "/public/notices/1/object/" not in old
    assert head.post("/notices/1/correct", reason="再次")[0] == 409


def test_a_clerk_prepares_and_a_head_corrects(head: AtDesk, log_in: LogIn) -> None:
    assert log_in("clerk").client.get("/notices/1/correct").status_code == 403
    assert log_in("stranger").client.get("/notices/1").status_code == 404
    assert "/notices/1/correct" in head.get("/notices/1")


def test_the_printed_page_and_the_sheet_show_the_listed_lines_and_no_more(
    head: AtDesk, desk: Desk, visitor: AtDesk
) -> None:
    with desk.database.reading() as session:
        lines = session.exec(select(NoticeLine)).all()
    for person in (head, visitor):
        path = "/notices/1/print" if person is head else "/public/notices/1/print"
        answer = person.client.get(path)
        html = answer.text
        nonce = re.search(r'<style nonce="([^"]+)"', html)
        assert nonce
        assert f"'nonce-{nonce.group(1)}'" in answer.headers["content-security-policy"]
        assert all(html.count(line.masked_id) == 1 for line in lines)
        assert "2020年11月10日（星期二）至2020年11月16日（星期一），共5个工作日" in html
        assert "0571-00000000" in html
        assert lines[0].masked_name in html
        assert reveals(re.sub(r"<[^>]+>", " ", html)) is None
    sheet = head.client.get("/notices/1/sheet")
    rows = list(load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True))
    shown = [row for row in rows if row[0] in (1, 2, 3)]
    assert [row[1] for row in shown] == [line.masked_name for line in lines]


def test_the_public_takes_a_sheet_along_only_where_the_pack_says_so(
    head: AtDesk, desk: Desk, visitor: AtDesk
) -> None:
    assert visitor.client.get("/public/notices/1/sheet").status_code == 404
    assert "/sheet" not in visitor.get("/public/notices/1")
    pack = desk.office.packs["hangzhou"]
    open_ = replace(pack.dated[SHEET].latest, value=True)
    changed = replace(pack, dated={**pack.dated, SHEET: pack.dated[SHEET].replaced(values=[open_])})
    free = replace(desk, office=replace(desk.office, packs={"hangzhou": changed}))
    client = TestClient(create_app(desk=free), base_url="http://127.0.0.1")
    assert client.get("/public/notices/1/sheet").status_code == 200


def test_the_notice_shows_its_proof_and_it_becomes_whole_with_the_seal(
    head: AtDesk, desk: Desk
) -> None:
    assert "尚未封签" in head.get("/notices/1")
    assert desk.signer is not None
    with desk.database.transaction() as session:
        seal_minutes(session, desk.signer, now=datetime.now(UTC) + timedelta(minutes=5))
    assert "核对一致" in head.get("/notices/1")


def test_a_place_is_entered_with_a_picture_that_only_staff_of_the_area_see(
    head: AtDesk, desk: Desk, log_in: LogIn, visitor: AtDesk
) -> None:
    clerk = log_in("clerk")
    fields = {"csrf": clerk.csrf, "place": "区政府公告栏", "put_up_on": "2020-11-09"}

    def hand_in(name: str, content: bytes, **more: str) -> int:
        answer = clerk.client.post(
            "/notices/1/places", data={**fields, **more},
            files={"file": (name, content)}, follow_redirects=False,
        )  # fmt: skip
        return answer.status_code

    picture = b"\xff\xd8\xff\xe0 a picture"
    assert hand_in("script.svg", b"<svg onload=alert(1)>") == 409
    assert hand_in("照片.jpg", picture, put_up_on="2020-11-08") == 409
    assert hand_in("照片.jpg", picture, url="javascript:alert(1)") == 409
    assert hand_in("照片.jpg", picture, url="https://example.org/1") == 303
    with desk.database.reading() as session:
        (row,) = session.exec(select(NoticePlace)).all()
    path = f"/notices/1/places/{row.file_hash}"
    assert path in head.get("/notices/1")
    answer = head.client.get(path)
    assert (answer.content, answer.headers["content-type"]) == (picture, "image/jpeg")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert visitor.client.get(path, follow_redirects=False).status_code == 303
    assert log_in("stranger").client.get(path).status_code == 404


def test_the_public_list_parts_what_is_on_show_from_what_has_ended_and_finds_a_number(
    head: AtDesk, desk: Desk, visitor: AtDesk
) -> None:
    rename(desk, 1, "更正后")
    head.post("/notices/1/correct", reason="姓名录入有误")
    current, _, past = visitor.get("/public").partition("已期满或已更正")
    assert "2020-G0002" in current
    assert "2020-G0001" in past
    found = visitor.get("/public?number=G0001")
    assert "2020-G0001" in found
    assert "2020-G0002" not in found
    assert "2020-G000" not in visitor.get("/public?number=%25")


def test_a_receipt_at_the_counter_is_ready_to_print_and_tells_until_when(
    head: AtDesk, log_in: LogIn, visitor: AtDesk
) -> None:
    clerk = log_in("clerk")
    status, _ = clerk.post("/notices/1/objections", claim_id="1", words="未参加培训")
    assert status == 303
    html = clerk.get("/notices/1/objections/1/receipt")
    receipt = re.search(r"<strong>(YY[^<]+)</strong>", html)
    assert receipt
    assert "2020-11-16" in html
    asked = visitor.post("/public/objection", receipt=receipt.group(1).lower())
    assert asked[0] == 200
    assert "2020-11-16" in asked[1]


def test_an_objection_that_is_overdue_shows_so(head: AtDesk, desk: Desk, log_in: LogIn) -> None:
    log_in("clerk").post("/notices/1/objections", claim_id="1", words="未参加培训")
    assert "逾期" not in head.get("/notices/1")
    with desk.database.transaction() as session:
        session.merge(Setting(name="business_date:hangzhou", value="2020-11-18"))
    assert "逾期" in head.get("/notices/1")
