"""The outbox on the pages: what went where and when, as it was sent, and sending failed ones again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from subsidy.console.desk import Desk
from subsidy.console.language.delivery_words import answer
from subsidy.console.language.words import CHINESE, ENGLISH
from subsidy.delivery import deliver_waiting
from subsidy.delivery.posting import NOBODY
from subsidy.papers.message_samples import SAMPLES
from subsidy.records.tables import Claim, Outbox, Provider
from subsidy.senders import smtp
from tests import builders
from tests.console.conftest import TODAY, Person
from tests.delivery import post_office as post
from tests.delivery.post_office import Wire, at

LIST = "/outbox"


def deliver(desk: Desk, wire: Wire | None = None) -> dict[str, int]:
    return deliver_waiting(
        desk.database, desk.office, wire or Wire(), city=builders.CITY, now=at(10, on=TODAY),
        today=TODAY, public_url=desk.settings.console_url,
    )  # fmt: skip


@pytest.fixture
def told(desk: Desk) -> Desk:
    """Two decisions about class 1 wait beside what the road wrote."""
    with desk.database.transaction() as session:
        post.decide(session, 1, on=TODAY)
        post.change(session, 1, on=TODAY)
    return desk


def number_of(desk: Desk, template: str) -> int:
    with desk.database.reading() as session:
        return session.exec(select(Outbox.id).where(Outbox.template == template)).first() or 0


def test_a_waiting_message_is_shown_as_it_would_go_and_with_what(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    html = log_in("clerk").get(f"{LIST}/{number_of(told, 'class_change_decided')}")

    assert "现在发出的样子" in html
    assert "同一事项合为一封" in html
    assert "更换教师" in html
    assert "授课计划与项目不符" in html
    assert "u***@example.org" in html
    assert "unit1@example.org" not in html


def test_a_sent_message_is_shown_as_it_went_out_with_those_of_its_letter(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    wire = Wire()
    deliver(told, wire)
    with told.database.transaction() as session:
        session.get_one(Provider, 1).name = "改了名字的学校"
    html = log_in("auditor").get(f"{LIST}/{number_of(told, 'class_change_decided')}")

    letter = next(e for e in wire.sent if "更换教师" in e.text)
    shown = re.search(r"<pre>(.*?)</pre>", html, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == letter.text.strip()
    assert "同信发出的还有" in html
    assert "模板此后有改动" not in html


def test_a_text_that_a_changed_template_no_longer_gives_is_marked(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    deliver(told)
    number = number_of(told, "class_change_decided")
    with told.database.transaction() as session:
        row = session.get_one(Outbox, number)
        row.values = row.values.replace("更换教师", "更换教室")

    assert "模板此后有改动" in log_in("clerk").get(f"{LIST}/{number}")


def test_the_list_says_what_went_where_and_when_and_is_narrowed_by_the_address(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    deliver(told)
    clerk = log_in("clerk")

    every = clerk.get(LIST)
    assert "u***@example.org" in every
    assert "2020-11-09 10:00" in every
    assert "同信另有" in every
    assert "@example.org" not in every.replace("u***@example.org", "")
    assert "没有符合条件的通知" in clerk.get(f"{LIST}?status=failed")
    changed = f'href="/outbox/{number_of(told, "class_change_decided")}"'
    assert changed in clerk.get(f"{LIST}?template=class_change_decided&status=sent")
    assert changed not in clerk.get(f"{LIST}?template=class_filed&status=sent")
    assert "没有符合条件的通知" in clerk.get(f"{LIST}?day=2019-01-01")
    assert "没有符合条件的通知" in clerk.get(f"{LIST}?provider=无此单位")
    with told.database.reading() as session:
        unit = session.get_one(Provider, 1).name
        claim = session.exec(select(Claim).where(Claim.class_id == 1)).first()
    assert claim is not None
    assert "XS2020-001" in clerk.get(f"{LIST}?provider={unit[:3]}")
    assert "XS2020-001" in clerk.get(f"{LIST}?number=XS2020-001")
    assert "XS2020-002" not in clerk.get(f"{LIST}?number=XS2020-001")
    assert clerk.client.get(f"{LIST}?day=gestern").status_code == 400


def test_messages_about_another_area_are_neither_listed_nor_shown(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    stranger = log_in("stranger")

    assert "没有符合条件的通知" in stranger.get(LIST)
    number = number_of(told, "class_change_decided")
    assert stranger.client.get(f"{LIST}/{number}").status_code == 404
    assert stranger.post(f"{LIST}/{number}/resend")[0] == 404
    assert "XS2020-001" in log_in("city.head").get(LIST)


def test_a_failed_message_is_sent_again_from_its_page_and_from_the_list(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    deliver(told, Wire(refuses=True))
    clerk = log_in("clerk")
    one, two = number_of(told, "class_change_decided"), number_of(told, "class_filing_refused")

    failed = clerk.get(f"{LIST}/{one}")
    assert "550" in failed
    assert 'href="/tickets/' in failed.split("<main")[1]
    assert clerk.post(f"{LIST}/{one}/resend")[0] == 303
    assert clerk.post(f"{LIST}/resend", message=str(two))[0] == 303
    assert clerk.post(f"{LIST}/resend")[0] == 400
    status, html = clerk.post(f"{LIST}/{one}/resend")
    assert (status, "E1110" in html) == (409, True)
    assert deliver(told)["sent"] == 2
    page = clerk.get(f"{LIST}/{one}")
    assert page.count("wire") >= 1
    assert "550" in page


def test_an_auditor_reads_and_sends_nothing(told: Desk, log_in: Callable[[str], Person]) -> None:
    deliver(told, Wire(refuses=True))
    auditor = log_in("auditor")

    assert "重新发送" not in auditor.get(f"{LIST}?status=failed")
    assert auditor.post(f"{LIST}/{number_of(told, 'class_change_decided')}/resend")[0] == 403


def test_the_engineer_sees_counts_and_faults_and_nobodys_business(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    deliver(told, Wire(refuses=True))
    html = log_in("engineer").get("/outbox/state")

    assert "550" in html
    assert "XS2020" not in html
    assert "@" not in re.sub(r"<[^>]*>", "", html)
    assert log_in("engineer").client.get(LIST).status_code == 403


def test_every_template_is_shown_with_a_sample_and_its_fields(
    log_in: Callable[[str], Person],
) -> None:
    html = log_in("clerk").get("/outbox/templates")

    for name in SAMPLES:
        assert f"templates/notices/{name}/" in html
    assert "first_lawful_start" in html
    assert html.count('<article class="mail"') == len(SAMPLES)


def test_the_pages_of_a_class_and_a_claim_lead_to_their_messages(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    clerk = log_in("clerk")
    number = number_of(told, "class_change_decided")

    assert f'href="/outbox/{number}"' in clerk.get("/classes/1")
    assert "/outbox?number=XS2020-001" in clerk.get("/classes/1")
    assert "/outbox/" not in log_in("finance").get("/classes/1")


def test_a_corrected_mailbox_of_the_unit_is_kept_and_what_is_none_is_refused(
    told: Desk, log_in: Callable[[str], Person]
) -> None:
    deliver(told, Wire(refuses=True))
    clerk, number = log_in("clerk"), number_of(told, "class_change_decided")

    status, html = clerk.post(f"{LIST}/{number}/resend", mailbox="no address")
    assert (status, "E1112" in html) == (409, True)
    assert clerk.post(f"{LIST}/{number}/resend", mailbox="new@example.org")[0] == 303
    wire = Wire()
    deliver(told, wire)

    assert [letter.to for letter in wire.sent] == ["new@example.org"]
    assert "n***@example.org" in clerk.get(f"{LIST}/{number}")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (str(smtp._failure(550, "the recipient")), "邮件服务器拒收该收件人（550）：请更正地址"),
        (str(smtp._failure(451, "the message")), "邮件服务器暂不接收该邮件（451）"),
        (NOBODY, "没有登记邮箱或电话"),
        ("stopped_met", "发出前事项已办理"),
        ("something new", "something new"),
    ],
)
def test_what_a_way_out_answered_is_shown_in_chinese(told: str, shown: str) -> None:
    assert answer(told, language=CHINESE) == shown
    if told not in ("stopped_met", NOBODY):
        assert answer(told, language=ENGLISH) == told
