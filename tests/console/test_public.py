"""Pages without log-in: notices, objections, the own claim; nothing of a person shows."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.console.throttle import LOOK_UP_BY_CLAIM
from subsidy.papers.masking import reveals
from subsidy.records.tables import ClaimProgress, Objection
from tests import builders
from tests.console.conftest import Person
from tests.console.test_journey import applied, posted, reviewed

LogIn = Callable[[str], Person]
PEOPLE = builders.people(3)


def on_notice(log_in: LogIn, desk: Desk) -> None:
    """Three claims on a posted notice."""
    applied(log_in)
    reviewed(log_in)
    posted(log_in, desk)


def test_public_pages_show_the_masked_list_and_nothing_else_of_a_person(
    log_in: LogIn, desk: Desk, visitor: Person
) -> None:
    on_notice(log_in, desk)
    for path in ("/public", "/public/notices/1", "/public/catalogue", "/public/notices/1/object/1",
                 "/public/claim", "/public/objection"):  # fmt: skip
        html = visitor.get(path)
        assert reveals(re.sub(r"<[^>]+>", " ", html)) is None, path
        for person in PEOPLE:
            assert person.name not in html
            assert person.id_number not in html
            assert person.phone not in html
            assert person.card not in html
    assert "¥1,000.00" in visitor.get("/public/notices/1")


def test_a_notice_that_is_not_posted_does_not_show(
    log_in: LogIn, desk: Desk, visitor: Person
) -> None:
    applied(log_in)
    reviewed(log_in)
    with desk.database.reading() as session:
        area = builders.area(session)
    clerk = log_in("clerk")
    assert clerk.post("/notices", area_id=area, track="pass_certificate", contact="1")[0] == 303
    assert visitor.client.get("/public/notices/1").status_code == 404
    assert "/public/notices/1" not in visitor.get("/public")


def test_an_objection_gets_a_receipt_and_stops_one_claim_only(
    log_in: LogIn, desk: Desk, visitor: Person
) -> None:
    on_notice(log_in, desk)
    status, html = visitor.post(
        "/public/notices/1/object/1", words="此人未参加培训", contact="邻居"
    )
    assert status == 200, html
    receipt = re.search(r"<strong>([^<]+)</strong></p>", html)
    assert receipt
    with desk.database.reading() as session:
        states = session.exec(select(ClaimProgress.state).where(ClaimProgress.claim_id <= 3)).all()
        kept = session.exec(select(Objection)).one()
        assert sorted(states) == ["grant_publicised", "grant_publicised", "objected"]
        assert "未参加".encode() not in kept.words_sealed
    status, html = visitor.post("/public/objection", receipt=receipt.group(1))
    assert status == 200
    assert "正在核查" in html
    assert visitor.post("/public/objection", receipt="NONE")[0] == 404
    decided(log_in)
    assert "异议不成立" in visitor.post("/public/objection", receipt=receipt.group(1))[1]


def decided(log_in: LogIn) -> None:
    """The head reads the words, which is logged, and decides."""
    head = log_in("section_head")
    status, html = head.post("/notices/1/objections/1/read", reason="核查异议")
    assert status == 200
    assert "此人未参加培训" in html
    assert "此人未参加培训" not in head.get("/notices/1")
    status, html = head.post("/notices/1/objections/1", outcome="refused", reasons="签到与视频属实")
    assert status == 303, html


def test_a_trainee_sees_the_own_claim_by_number_and_the_end_of_the_id(visitor: Person) -> None:
    tail = PEOPLE[0].id_number[-4:]
    status, html = visitor.post("/public/claim", number="XS2020-001-001", id_tail=tail)
    assert status == 200
    assert "证书已登记" in html
    assert PEOPLE[0].name not in html
    wrong = visitor.post("/public/claim", number="XS2020-001-001", id_tail="0000")
    unknown = visitor.post("/public/claim", number="XS2020-001-099", id_tail=tail)
    assert wrong[0] == unknown[0] == 404
    clean = lambda text: re.sub(r'value="[^"]*"', "", text)  # noqa: E731
    assert clean(wrong[1]) == clean(unknown[1])


def test_the_end_of_an_id_cannot_be_tried_out(visitor: Person) -> None:
    asked = [
        visitor.post("/public/claim", number="XS2020-001-001", id_tail=f"{n:04d}")[0]
        for n in range(LOOK_UP_BY_CLAIM.times + 1)
    ]
    assert asked[-1] == 429


def test_a_number_and_an_id_never_stand_in_an_address(visitor: Person) -> None:
    html = visitor.get("/public/claim")
    assert '<form method="post" action="/public/claim"' in html
