"""Payment files that go out and the answers that come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from subsidy.papers.bank_file import (
    BankFileError,
    Batch,
    Expected,
    Layout,
    Outcome,
    PaymentFile,
    PaymentLine,
    ReturnLine,
    bank_layout,
    check_lines,
    digest_of,
    read_return,
    write,
    write_return,
)
from subsidy.papers.bank_file.payment import Format
from subsidy.papers.sample_people import sample_people
from tests.papers.sheets import cells

PERSONS, UNITS = bank_layout("persons"), bank_layout("units")
BATCH = Batch("HZ-2020-0007", "杭州", "职业技能提升行动专账", "某区人力社保局", date(2020, 11, 20))
LINES = [
    PaymentLine(
        number, person.name, person.card, "某银行", 150_000, "培训补贴", f"PAY-{number:06d}"
    )
    for number, person in enumerate(sample_people(4), start=1)
]
FORMATS: list[Format] = ["csv", "xlsx"]


def sent(layout: Layout = PERSONS) -> tuple[PaymentFile, Expected]:
    file = write(LINES, layout=layout, batch=BATCH)
    amounts = {line.line_no: line.amount_fen for line in LINES}
    return file, Expected(BATCH.batch_number, file.digest, amounts)


def answer(*results: ReturnLine, file_format: Format = "csv", digest: str | None = None) -> bytes:
    file, _ = sent()
    return write_return(
        results,
        layout=PERSONS,
        batch_number=BATCH.batch_number,
        digest=digest or file.digest,
        file_format=file_format,
    )


def said(number: int, outcome: Outcome = Outcome.PAID, *, fen: int = 150_000) -> ReturnLine:
    return ReturnLine(number, outcome, fen, date(2020, 11, 23), f"FLOW{number:08d}", "成功")


@pytest.mark.parametrize("layout", [PERSONS, UNITS])
def test_the_cover_of_a_payment_file_carries_count_total_and_check_sum(layout: Layout) -> None:
    text = write(LINES, layout=layout, batch=BATCH)
    book = write(LINES, layout=layout, batch=BATCH, file_format="xlsx")

    cover = dict(row[:2] for row in cells(book.content))
    assert cover[layout.cover["count"]] == "4"
    assert cover[layout.cover["total_fen"]] == "6000.00"
    assert cover[layout.cover["digest"]] == digest_of(LINES, batch_number="HZ-2020-0007")
    assert text.digest == book.digest
    assert text.digest in text.content.decode(layout.encoding)
    assert (text.name, text.count, text.total_fen) == (
        f"HZ-2020-0007-{layout.name}.csv",
        4,
        600_000,
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_lines_in_any_order_give_the_same_bytes(file_format: Format) -> None:
    first = write(LINES, layout=PERSONS, batch=BATCH, file_format=file_format)
    second = write(LINES[::-1], layout=PERSONS, batch=BATCH, file_format=file_format)

    assert first.content == second.content


def test_a_changed_account_changes_the_check_sum() -> None:
    changed = [replace(LINES[0], account=LINES[1].account), *LINES[1:]]

    assert digest_of(changed, batch_number="B") != digest_of(LINES, batch_number="B")


def test_lines_that_a_bank_would_turn_down_are_named_before_they_go_out() -> None:
    bad = [
        replace(LINES[0], account="6299990030000000002"),
        replace(LINES[1], payee="=cmd", amount_fen=0),
        replace(LINES[2], line_no=2, payee="长" * 61),
    ]

    faults = check_lines(bad, layout=PERSONS)

    assert [(fault.line_no, fault.code) for fault in faults] == [
        (1, "account"),
        (2, "amount"),
        (2, "characters"),
        (2, "line_twice"),
        (2, "too_long"),
    ]
    with pytest.raises(BankFileError) as refused:
        write(bad, layout=PERSONS, batch=BATCH)
    assert bad[0].account not in str(refused.value)


def test_unit_accounts_follow_no_check_digit() -> None:
    line = replace(LINES[0], account="33001616781050012345678")

    assert check_lines([line], layout=UNITS) == []
    assert [fault.code for fault in check_lines([line], layout=PERSONS)] == ["account", "too_long"]


@pytest.mark.parametrize("name", ["a/b", "", "批次"])
def test_a_batch_number_unfit_for_a_file_name_is_refused(name: str) -> None:
    with pytest.raises(BankFileError, match="batch number"):
        write(LINES, layout=PERSONS, batch=replace(BATCH, batch_number=name))


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_answer_is_read_line_by_line_with_what_the_bank_means(file_format: Format) -> None:
    _, expected = sent()
    content = answer(
        said(1),
        replace(said(2, Outcome.CLOSED_ACCOUNT), bank_words="账户已注销"),
        said(3, Outcome.NAME_MISMATCH),
        said(4, Outcome.DUPLICATE),
        file_format=file_format,
    )

    back = read_return(content, layout=PERSONS, expected=expected)

    assert back.ok, back.refusals
    assert [line.outcome for line in back.results] == [
        *(Outcome.PAID, Outcome.CLOSED_ACCOUNT, Outcome.NAME_MISMATCH, Outcome.DUPLICATE)
    ]
    assert back.results[0].booked_on == date(2020, 11, 23)
    assert back.results[0].bank_reference == "FLOW00000001"
    assert "账户已注销" in back.results[1].bank_words
    assert back.unanswered == ()


def test_a_line_reported_twice_is_one_result_and_contradictions_go_to_a_person() -> None:
    _, expected = sent()
    content = answer(said(1), said(1), said(2), said(2, Outcome.CLOSED_ACCOUNT), said(3))

    back = read_return(content, layout=PERSONS, expected=expected)

    assert [(line.line_no, line.outcome) for line in back.results] == [
        (1, Outcome.PAID),
        (2, Outcome.UNKNOWN),
        (3, Outcome.PAID),
    ]
    assert back.repeated == (1, 2)
    assert back.unanswered == (4,)


def test_paid_with_another_sum_is_no_payment_of_this_line() -> None:
    _, expected = sent()

    back = read_return(answer(said(1, fen=1)), layout=PERSONS, expected=expected)

    assert back.results[0].outcome is Outcome.AMOUNT_MISMATCH


def test_a_word_the_layout_does_not_know_stays_unknown_with_the_words_kept() -> None:
    content = answer(replace(said(1, Outcome.UNKNOWN), bank_words="系统维护"))

    (line,) = read_return(content, layout=PERSONS).results

    assert line.outcome is Outcome.UNKNOWN
    assert "系统维护" in line.bank_words


def test_an_answer_to_another_batch_or_a_changed_file_is_refused_and_says_which() -> None:
    _, expected = sent()

    wrong_sum = read_return(answer(said(1), digest="0" * 64), layout=PERSONS, expected=expected)
    wrong_batch = read_return(
        answer(said(1)), layout=PERSONS, expected=replace(expected, batch_number="HZ-2020-0008")
    )
    foreign = read_return(answer(said(1), said(9)), layout=PERSONS, expected=expected)

    assert [fault.code for fault in wrong_sum.refusals] == ["wrong_digest"]
    assert "校验码" in wrong_sum.refusals[0].message_zh
    assert [fault.code for fault in wrong_batch.refusals] == ["wrong_batch_number"]
    assert [fault.code for fault in foreign.refusals] == ["foreign_lines"]
    assert wrong_sum.results == ()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("总笔数,2", "总笔数,3", "wrong_count"),
        ("3000.00", "2999.00", "wrong_total_fen"),
        ("总金额（元）,3000.00\r\n", "", "no_total_fen"),
        ("批次号,HZ-2020-0007\r\n", "", "no_batch_number"),
        ("\r\n1,1500.00", "\r\n,1500.00", "line_unreadable"),
        ("处理结果", "结论", "missing_column"),
    ],
)
def test_an_answer_whose_sums_do_not_fit_is_refused(before: str, after: str, code: str) -> None:
    _, expected = sent()
    text = answer(said(1), said(2)).decode("gb18030")
    assert before in text

    back = read_return(
        text.replace(before, after).encode("gb18030"), layout=PERSONS, expected=expected
    )

    assert code in [fault.code for fault in back.refusals]
    assert back.results == ()


def test_bytes_that_are_no_answer_are_refused() -> None:
    assert not read_return(b"\xff\xff\xff", layout=PERSONS).ok
