"""Every message that can be told is built from rows and rendered: nothing missing, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from states.claim import CLAIM
from subsidy.actions.messages import BUILDERS, message_values
from subsidy.papers.messages import MESSAGES, fields_of
from subsidy.papers.notices import Message, render
from subsidy.records.database import Database
from subsidy.rules.masking import reveals
from tests import builders
from tests.actions.messages import told

URL = "https://subsidy.example.org"


@pytest.fixture(scope="module")
def world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = tmp_path_factory.mktemp("told") / "told.db"
    path.write_bytes(template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        told.everything(session)
    with database.reading() as session:
        yield session
    database.dispose()


def letter(session: Session, template: str, *, at: int = 0) -> Message:
    """One message of a template as it would be sent."""
    row = told.rows(session, template)[at]
    act = builders.act(row.effective_on, actor="flow:deliver-notices")
    values = message_values(session, act, row, public_url=URL)
    return render(template, {k: v for k, v in values.items() if k in fields_of(template)})


def test_somebody_builds_the_values_of_every_message() -> None:
    assert set(BUILDERS) == set(MESSAGES)


def test_every_word_that_a_move_tells_is_in_the_world_of_these_tests(world: Session) -> None:
    told_by_moves = {t.template for e in CLAIM.all_edges() for t in e.effects.tells}

    assert told_by_moves
    assert told_by_moves <= {row.template for row in told.rows(world)}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_message_of_a_template_is_rendered_from_the_database(
    world: Session, name: str
) -> None:
    rows = told.rows(world, name)
    assert rows, f"nobody was told {name}"
    for at in range(len(rows)):
        message = letter(world, name, at=at)
        assert message.subject
        assert "联系电话：0571-" in message.text
        assert reveals(message.subject + message.text) is None
        assert "None" not in message.text
        assert "hz-2020-43" not in message.text


def test_a_refusal_gives_reason_clause_and_both_ways_to_contest_it(world: Session) -> None:
    text = letter(world, "claim_refused").text

    assert told.REASON in text
    assert f"依据：{told.CLAUSE}" in text
    assert "自知道本决定之日起60日内，向萧山区人民政府申请行政复议" in text
    assert "中华人民共和国行政复议法（2017年修正）第九条" in text
    assert "6个月内，向有管辖权的人民法院提起行政诉讼" in text


def test_a_claim_that_an_objection_ended_is_refused_with_what_was_found(world: Session) -> None:
    assert "公示异议经核查成立：经核查考勤记录" in letter(world, "claim_refused", at=1).text


def test_a_correction_lists_every_fault_with_the_day_and_the_days_left(world: Session) -> None:
    text = letter(world, "correction_needed").text

    assert "1. 签到表缺页" in text
    assert "2. 照片模糊" in text
    assert "2020年12月1日（星期二）（含当日，自次日起 10 个工作日）" in text


def test_an_approval_names_the_sum_of_its_own_move_the_payee_and_the_next_step(
    world: Session,
) -> None:
    text = letter(world, "claim_approved").text

    assert "补贴金额：1,000.00元" in text
    assert "下一步：拟拨付公示5个工作日" in text


def test_a_trainee_who_is_paid_directly_is_named_masked(world: Session) -> None:
    to_trainee = [
        letter(world, "claim_approved", at=at)
        for at in range(len(told.rows(world, "claim_approved")))
    ]

    assert any("*" in message.text for message in to_trainee)


def test_a_lapse_names_the_last_lawful_day_the_clause_and_the_ways_to_contest_it(
    world: Session,
) -> None:
    lapsed = [
        letter(world, "deadline_missed", at=at)
        for at, row in enumerate(told.rows(world, "deadline_missed"))
        if row.subject == "claim" and row.values == "{}"
    ]

    assert len(lapsed) == 3
    assert "2020年12月4日（星期五）" in lapsed[0].text
    assert "三（三）2（2）③" in lapsed[0].text
    assert "杭人社发〔2020〕43号" in lapsed[0].text
    assert "申请行政复议" in lapsed[0].text


def test_one_letter_tells_of_all_claims_that_one_line_pays(world: Session) -> None:
    sent = told.rows(world, "payment_sent")
    to_unit = next(at for at, row in enumerate(sent) if row.to_kind == "provider")
    text = letter(world, "payment_sent", at=to_unit).text

    assert "等3件" in text
    assert "3,000.00元" in text


def test_a_return_says_why_and_until_when_another_account_is_wanted(world: Session) -> None:
    text = letter(world, "bank_returned").text

    assert "退回原因：" in text
    assert "提交" in text


def test_the_part_that_was_not_passed_is_named(world: Session) -> None:
    assert "未合格部分：实操" in letter(world, "assessment_failed_resit").text


def test_a_unit_reads_how_many_of_its_own_claims_are_on_a_list_and_where(world: Session) -> None:
    text = letter(world, "notice_posted").text

    assert "3 人（个），合计 3,000.00元" in text
    assert f"{URL}/public/notices/1" in text


def test_an_open_value_is_told_with_the_clause_that_leaves_it_open(world: Session) -> None:
    text = letter(world, "policy_gap").text

    assert "certificate.payee" in text
    assert "1 件申领等待" in text


@pytest.mark.parametrize(
    ("name", "words"), [("objection_received", "受理"), ("objection_decided", "核查结论：异议")]
)
def test_objector_and_unit_are_told_of_the_same_objection(
    world: Session, name: str, words: str
) -> None:
    kinds = {row.to_kind for row in told.rows(world, name)}

    assert {"objector", "provider"} <= kinds
    assert words in letter(world, name).text
