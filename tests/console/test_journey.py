"""One class through the pages alone: applied, reviewed, approved, on notice, paid, read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlmodel import select

from subsidy.actions.notices import close_notices
from subsidy.console.desk import Desk
from subsidy.papers.bank_file import Outcome, ReturnLine, bank_layout, write_return
from subsidy.records.tables import PaymentBatch, PaymentLine, PublicNotice, Setting, Ticket
from tests import builders
from tests.acts import act
from tests.console.conftest import TODAY, Person

LogIn = Callable[[str], Person]
ANSWERS = (
    ("实名核验", "一致"), ("养老待遇领取资格", "未查到"), ("死亡登记", "未查到"),
    ("证书查询系统", "查到"), ("失业保险技能提升补贴", "未查到"), ("学籍", "未查到"),
)  # fmt: skip
ASKED = ("姓名", "证件号码", "核查项目", "核查结果", "数据来源", "核查日期")
POSTED, LAST_DAY, PAID_ON = TODAY, date(2020, 11, 16), date(2020, 11, 17)


def test_a_class_goes_from_application_to_the_banks_answer(log_in: LogIn, desk: Desk) -> None:
    applied(log_in)
    reviewed(log_in)
    posted(log_in, desk)
    ended(desk)
    batch = sent(log_in, desk)
    read_back(log_in, desk, batch)
    html = log_in("clerk").get("/claims/1")
    assert "已拨付" in html
    assert "¥1,000.00" in html
    own = log_in("provider").get("/own")
    assert "¥3,000.00" in own


def test_a_clerk_who_passed_a_level_does_not_approve_and_the_rest_goes_on(log_in: LogIn) -> None:
    applied(log_in)
    clerk, leader = log_in("clerk"), log_in("leader")
    status, _ = clerk.post("/claims/1/review", version="")
    assert status == 303
    status, html = clerk.post("/claims/1/approve")
    assert status == 409
    assert "E1208" in html
    status, html = leader.post("/review", deed="pass", claim=["1", "2", "3"])
    assert status == 200
    assert "2 笔未办理" not in html
    assert log_in("clerk").get("/claims?state=approved").count('<th scope="row">') >= 1


def test_a_form_that_is_older_than_the_claim_is_not_taken(log_in: LogIn) -> None:
    applied(log_in)
    clerk = log_in("clerk")
    clerk.post("/claims/1/hold", reason="等待核实", version="5")
    html = clerk.get("/claims/1")
    assert "已有变动" in html
    assert "解除挂起" not in html


def test_sending_back_tells_the_provider_what_to_mend_and_takes_it_in_again(
    log_in: LogIn,
) -> None:
    applied(log_in)
    clerk, provider = log_in("clerk"), log_in("provider")
    status, _ = clerk.post(
        "/review", deed="send_back", claim=["1"], faults="补交承诺书\n补交签到表"
    )
    assert status == 200
    html = provider.get("/own")
    assert "补交签到表" in html
    assert "/own/claims/1/resubmit" in html
    assert provider.post("/own/claims/2/resubmit", note="x")[0] == 404
    assert provider.post("/own/claims/1/resubmit", note="已补交")[0] == 303
    assert "/own/claims/1/resubmit" not in provider.get("/own")


def test_a_refusal_without_a_clause_is_turned_down_with_the_reason(log_in: LogIn) -> None:
    applied(log_in)
    status, html = log_in("clerk").post("/claims/1/reject", reasons="资料不实")
    assert status == 409
    assert "E1209" in html
    assert "条款" in html


def test_a_hold_is_put_and_ended(log_in: LogIn) -> None:
    clerk = log_in("clerk")
    assert clerk.post("/claims/1/hold", reason="等待核实")[0] == 303
    assert "挂起" in clerk.get("/claims/1")
    assert clerk.post("/claims/1/release")[0] == 303


def test_more_time_needs_a_second_person(log_in: LogIn) -> None:
    head, leader = log_in("section_head"), log_in("leader")
    html = head.get("/claims/1")
    deadline = html.split("/deadlines/")[1].split("/ask")[0]
    fields = {"claim_id": "1", "until": "2020-12-31", "reason": "疫情影响", "clause": "五（一）"}
    assert head.post(f"/deadlines/{deadline}/ask", **fields)[0] == 303
    status, refused = head.post(f"/deadlines/{deadline}/grant", claim_id="1", what="extend")
    assert status == 409
    assert "E1207" in refused
    assert leader.post(f"/deadlines/{deadline}/grant", claim_id="1", what="extend")[0] == 303
    assert "2020-12-31" in leader.get("/claims/1")
    assert leader.post("/deadlines/999/grant", claim_id="1", what="extend")[0] == 404


def test_an_override_needs_a_reason_and_another_person(log_in: LogIn, desk: Desk) -> None:
    from subsidy.actions.tickets import open_ticket

    with desk.database.transaction() as session:
        ticket = open_ticket(
            session, act(TODAY, actor=builders.CLERK), code="E214", claim_id=1,
            facts={"attended": 5, "percent": 80, "planned": 10},
        )  # fmt: skip
    head, leader = log_in("section_head"), log_in("leader")
    assert "出勤" in head.get(f"/tickets/{ticket}")
    assert head.post(f"/tickets/{ticket}/assign")[0] == 303
    assert head.post(f"/tickets/{ticket}/override", reason="")[0] == 409
    assert head.post(f"/tickets/{ticket}/override", reason="因公外出有证明")[0] == 303
    status, html = head.post(f"/tickets/{ticket}/confirm", decision="萧人社〔2020〕1号")
    assert status == 409
    assert "E1207" in html
    assert leader.post(f"/tickets/{ticket}/confirm", decision="萧人社〔2020〕1号")[0] == 303
    with desk.database.reading() as session:
        assert session.get_one(Ticket, ticket).state == "overridden"


def test_a_list_that_is_uploaded_comes_back_with_a_verdict_on_every_row(log_in: LogIn) -> None:
    provider = log_in("provider")
    people = builders.people(2, first=30)
    rows = [
        [p.name, p.id_number, p.phone, "失业人员", "2020-06-30", "本地户籍", p.card] for p in people
    ]
    rows[1][1] = rows[1][1][:-1] + ("1" if rows[1][1][-1] != "1" else "2")
    content = sheet(
        ["姓名", "证件号码", "手机号", "人员类别", "类别证明日期", "与本地的联系", "银行账号"], rows
    )
    answer = provider.client.post(
        "/own/classes/3/upload/roster",
        data={"csrf": provider.csrf},
        files={"file": ("名册.csv", content)},
    )
    assert answer.status_code == 200
    assert "E101" in answer.text
    assert people[0].id_number not in answer.text
    link = answer.text.split('href="/own/verdicts/')[1].split('"')[0]
    copy = provider.client.get(f"/own/verdicts/{link}")
    assert "E101" in copy.content.decode("utf-8-sig", errors="replace")
    other = log_in("clerk").client.get(f"/classes/verdicts/{link}")
    assert other.status_code == 404


def test_a_file_that_is_no_list_is_refused_as_a_page(log_in: LogIn) -> None:
    provider = log_in("provider")
    answer = provider.client.post(
        "/own/classes/3/upload/roster",
        data={"csrf": provider.csrf},
        files={"file": ("图.xlsx", b"\x00\x01nothing")},
    )
    assert answer.status_code == 422
    assert "未导入任何内容" in answer.text


def test_the_files_on_the_shelf_are_sealed_and_bound_to_their_owner(desk: Desk) -> None:
    from subsidy.console.shelf import Shelf

    shelf = Shelf(desk.settings.files_folder / "shelf", desk.office.vault)
    shelf.put("verdict-one", owner="user:1", name="名册.csv", content="张三,330102".encode())
    assert shelf.get("verdict-one", owner="user:1") == ("名册.csv", "张三,330102".encode())
    assert shelf.get("verdict-one", owner="user:2") is None
    assert shelf.get("../keys", owner="user:1") is None
    raw = (desk.settings.files_folder / "shelf" / "verdict-one").read_bytes()
    assert "张三".encode() not in raw


def test_a_provider_plans_files_and_changes_a_class_of_its_own_only(
    log_in: LogIn, desk: Desk
) -> None:
    provider, clerk = log_in("provider"), log_in("clerk")
    with desk.database.reading() as session:
        area = builders.area(session)
    plan = {
        "number": "XS2020-009", "item_id": "1", "area_id": str(area), "title": "养老护理第九期",
        "starts_on": "2020-11-30", "ends_on": "2020-12-11",
        "lesson_days": "2020-11-30 2020-12-01 2020-12-02 2020-12-03 2020-12-04 2020-12-07 "
                       "2020-12-08 2020-12-09 2020-12-10 2020-12-11",
        "teacher": "陈老师", "room": "101", "planned_heads": "30",
    }  # fmt: skip
    status, html = provider.post("/own/classes", **plan)
    assert status == 303, html
    assert provider.post("/own/classes", **plan | {"starts_on": "soon"})[0] == 400
    assert "养老护理第九期" in provider.get("/own/classes/4")
    status, html = provider.post("/own/classes/4/plan", **plan | {"room": "102"})
    assert status == 303, html
    status, html = provider.post("/own/classes/4/file")
    assert status == 409  # nobody is enrolled
    status, _ = provider.post(
        "/own/classes/2/changes", kind="teacher", value="李老师", reason="病假"
    )
    assert status == 303
    assert "/classes/2/changes/1" in clerk.get("/classes/2")
    assert clerk.post("/classes/2/changes/1", grant="1")[0] == 303
    assert "李老师" in provider.get("/own/classes/2")


@pytest.mark.parametrize("path", ["/own", "/own/claims", "/own/classes/new", "/own/classes/1"])
def test_a_providers_pages_show_in_english_too(log_in: LogIn, path: str) -> None:
    provider = log_in("provider")
    provider.client.get("/language/en")
    assert 'lang="en"' in provider.get(path)


def applied(log_in: LogIn) -> None:
    """Class 1 is applied for, and every register has answered."""
    status, html = log_in("provider").post("/own/classes/1/apply", commitment_on=TODAY.isoformat())
    assert status == 200, html
    people = builders.people(3)
    rows = [
        [p.name, p.id_number, register, answer, "省数据接口", "2020-11-09"]
        for p in people
        for register, answer in ANSWERS
    ]
    clerk = log_in("clerk")
    taken = clerk.client.post(
        "/classes/1/upload/registers",
        data={"csrf": clerk.csrf},
        files={"file": ("核查.csv", sheet(ASKED, rows))},
    )  # fmt: skip
    assert taken.status_code == 200, taken.text
    for claim in (1, 2, 3):
        assert clerk.post(f"/claims/{claim}/decide")[0] == 303


def reviewed(log_in: LogIn) -> None:
    """Both levels pass all three, each by its own person."""
    clerk, leader = log_in("clerk"), log_in("leader")
    assert clerk.get("/review").count('name="claim"') == 3
    status, html = clerk.post("/review", deed="pass", claim=["1", "2", "3"], note="材料齐全")
    assert status == 200
    assert "未办理" not in html, html
    status, html = leader.post("/review", deed="pass", claim=["1", "2", "3"])
    assert "已审批" in html, html


def posted(log_in: LogIn, desk: Desk) -> None:
    """The notice is prepared by a clerk and posted by the head."""
    clerk, head = log_in("clerk"), log_in("section_head")
    with desk.database.reading() as session:
        area = builders.area(session)
    assert "3" in clerk.get("/notices")
    status, html = clerk.post(
        "/notices", area_id=area, track="pass_certificate", contact="0571-00000000"
    )
    assert status == 303, html
    status, html = head.post("/notices/1/post")
    assert status == 303, html
    with desk.database.reading() as session:
        assert session.exec(select(PublicNotice.last_day)).one() == LAST_DAY
    assert "公示中" in head.get("/notices/1")


def ended(desk: Desk) -> None:
    """The days of the notice pass, and the night's work closes it."""
    with desk.database.transaction() as session:
        close_notices(session, act(PAID_ON, actor="flow:run-publicity"))
        session.merge(Setting(name="business_date:hangzhou", value=PAID_ON.isoformat()))


def sent(log_in: LogIn, desk: Desk) -> int:
    """Finance builds, a second person approves, the file goes out."""
    finance, second = log_in("finance"), log_in("finance2")
    assert "¥3,000.00" in finance.get("/payments")
    status, html = finance.post("/payments")
    assert status == 200, html
    with desk.database.reading() as session:
        batch = session.exec(select(PaymentBatch.id)).one() or 0
    status, html = finance.post(f"/payments/{batch}/approve")
    assert status == 409
    assert "E1207" in html
    assert second.post(f"/payments/{batch}/approve")[0] == 303
    status, html = finance.post(f"/payments/{batch}/send")
    assert status == 303, html
    assert "下载银行文件" in finance.get(f"/payments/{batch}")
    file = finance.client.get(f"/payments/{batch}/file")
    assert file.status_code == 200
    assert len(file.content) > 100
    return batch


def read_back(log_in: LogIn, desk: Desk, batch: int) -> None:
    """The bank paid; the same answer again changes nothing."""
    with desk.database.reading() as session:
        row = session.get_one(PaymentBatch, batch)
        lines = session.exec(select(PaymentLine).where(PaymentLine.batch_id == batch)).all()
        results = [
            ReturnLine(line.position, Outcome.PAID, line.amount_fen, PAID_ON, "R1", "成功")
            for line in lines
        ]
        content = write_return(
            results, layout=bank_layout("units"), batch_number=row.number, digest=row.file_hash
        )
    finance = log_in("finance")
    for repeated in (False, True):
        answer = finance.client.post(
            f"/payments/{batch}/answer",
            data={"csrf": finance.csrf},
            files={"file": ("回单.csv", content)},
        )
        assert answer.status_code == 200, answer.text
        assert ("此前已读入" in answer.text) is repeated
    wrong = finance.client.post(
        f"/payments/{batch}/answer", data={"csrf": finance.csrf}, files={"file": ("坏.csv", b"x")}
    )
    assert wrong.status_code == 422


def sheet(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A spreadsheet as a provider saves it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
