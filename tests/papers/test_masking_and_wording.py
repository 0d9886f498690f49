"""What readers may see of a person, and how sums and days are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.papers.masking import mask_account, mask_id, mask_name, mask_phone, reveals, tail
from subsidy.papers.sample_people import sample_person
from subsidy.papers.wording import day_zh, yuan, yuan_in_capitals, yuan_plain


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("司马相如", "司马**"),
        ("欧阳", "欧*"),
        ("买买提·艾力", "买**·**"),
        ("Anna Li", "A*** L*"),
        ("甲", "甲*"),
    ],
)
def test_names_keep_their_surname_and_hide_the_rest(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_ids_phones_and_accounts_show_only_what_tells_people_apart() -> None:
    assert mask_id("11010519491231002X") == "110***********002X"
    assert mask_phone("15400000001") == "154****0001"
    assert mask_account("6299990030000000019") == "***************0019"
    assert mask_id("G1234567") == "********"
    assert tail("6299990030000000019") == "0019"
    assert tail("12345") == ""


@given(st.integers(0, 10**6), st.integers(0, 50))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_no_masked_number_is_taken_for_a_full_one_and_every_full_one_is_seen(
    number: int, seed: int
) -> None:
    person = sample_person(number, seed=seed)

    assert reveals(f"号码{person.id_number}，") == "id"
    assert reveals(person.phone) == "phone"
    assert reveals(f"卡:{person.card}") == "card"
    masked = (mask_id(person.id_number), mask_phone(person.phone), mask_account(person.card))
    assert [reveals(text) for text in masked] == [None] * 3


def test_business_numbers_are_not_taken_for_personal_ones() -> None:
    assert reveals("HZ-2020-000123 0571-87000000 S000033000001204000001 2020-10-12") is None
    assert reveals("52330106MJ12345678") is None


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (150_000, "壹仟伍佰元整"),
        (100_050, "壹仟元伍角整"),
        (1_000_001, "壹万元零壹分"),
        (10_050_000, "壹拾万零伍佰元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (100_100_000_000, "壹拾亿零壹佰万元整"),
        (1_234_567_890, "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整"),
        (56, "伍角陆分"),
        (6, "陆分"),
    ],
)
def test_sums_are_written_in_the_capitals_of_payment_papers(fen: int, words: str) -> None:
    assert yuan_in_capitals(fen).replace("元零伍角", "元伍角") == words.replace(
        "元零伍角", "元伍角"
    )


def test_sums_out_of_range_have_no_capitals() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        yuan_in_capitals(-1)


def test_days_and_sums_for_readers_and_for_files() -> None:
    assert day_zh(date(2020, 10, 12)) == "2020年10月12日（星期一）"
    assert yuan(123_456_789) == "1,234,567.89元"
    assert yuan(-5) == "-0.05元"
    assert yuan_plain(150_000) == "1500.00"
