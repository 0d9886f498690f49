"""Numbers of people, units, accounts and certificates. All numbers are generated."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from subsidy.rules.identity import (
    age_on,
    check_account,
    check_certificate_number,
    check_credit_code,
    check_id_number,
    check_name,
)

TODAY = date(2020, 12, 1)
PRINTED_IN_THE_STANDARD = "11010519491231002X"


def _id(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


def test_the_example_of_the_standard_passes() -> None:
    found = check_id_number(PRINTED_IN_THE_STANDARD, today=TODAY)
    assert found.fault is None
    assert found.born_on == date(1949, 12, 31)
    assert found.sex == "female"


def test_full_width_digits_a_small_x_and_blanks_are_mended() -> None:
    typed = "１１０１０５ 19491231 ００２ｘ"
    assert check_id_number(typed, today=TODAY).number == PRINTED_IN_THE_STANDARD


@pytest.mark.parametrize("digit", list("0123456789"))
def test_every_wrong_check_digit_is_found(digit: str) -> None:
    assert check_id_number(PRINTED_IN_THE_STANDARD[:17] + digit, today=TODAY).fault == "校验码不符"


def test_a_number_of_an_abolished_district_is_good() -> None:
    assert check_id_number(_id("33010419900302123"), today=TODAY).fault is None


@pytest.mark.parametrize("born", ["19900230", "19901301", "20201202", "18981231"])
def test_an_impossible_birth_date_is_found(born: str) -> None:
    found = check_id_number(_id(f"330102{born}123"), today=TODAY)
    assert found.fault == "出生日期不是有效日期"


def test_a_residence_permit_of_hong_kong_is_recognised() -> None:
    assert check_id_number(_id("81000019900302123"), today=TODAY).hk_macao_taiwan


@pytest.mark.parametrize("text", ["330102900302123", "E12345678", ""])
def test_what_is_no_18_character_number_goes_to_a_person(text: str) -> None:
    found = check_id_number(text, today=TODAY)
    assert found.kind == "other_document"
    assert found.fault


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=24))
def test_any_text_is_judged_and_never_breaks_the_check(text: str) -> None:
    assert check_id_number(text, today=TODAY).number is not None
    check_name(text)
    check_credit_code(text)
    check_account(text, holder="person")
    check_account(text, holder="unit")
    check_certificate_number(text, kind="skill_level", level="4")


def test_no_fault_repeats_the_number() -> None:
    number = PRINTED_IN_THE_STANDARD[:17] + "1"
    fault = check_id_number(number, today=TODAY).fault
    assert fault is not None
    assert number not in fault


def test_age_is_reached_on_the_birthday() -> None:
    assert age_on(born_on=date(2004, 10, 12), day=date(2020, 10, 11)) == 15
    assert age_on(born_on=date(2004, 10, 12), day=date(2020, 10, 12)) == 16
    assert age_on(born_on=date(2004, 2, 29), day=date(2021, 2, 28)) == 16
    assert age_on(born_on=date(2004, 2, 29), day=date(2021, 3, 1)) == 17


@pytest.mark.parametrize("name", ["王小明", "欧阳 修", "阿依古丽·买买提", "Anna O'Neil"])
def test_names_as_on_the_card_pass(name: str) -> None:
    assert check_name(name).fault is None


@pytest.mark.parametrize("name", ["", "王", "王2明", "王?"])
def test_names_with_digits_or_signs_are_found(name: str) -> None:
    assert check_name(name).fault


def test_a_credit_code_passes_and_a_changed_character_fails() -> None:
    body = "52330100MJ8700023"
    organisation = "MJ870002"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(organisation, weights, strict=True)) % 11
    body = "52330100" + organisation + {10: "X", 11: "0"}.get(rest, str(rest))
    code = body + uscc.calc_check_digit(body)
    assert check_credit_code(code).fault is None
    assert check_credit_code(code).warning is None
    assert check_credit_code(code.lower()).number == code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert check_credit_code(wrong).fault == "校验码不符"


def test_an_old_organisation_code_only_warns() -> None:
    body = "52330100MJ870002"
    codes = [body + digit for digit in "0123456789X"]
    found = [check_credit_code(code + uscc.calc_check_digit(code)) for code in codes]
    assert all(item.fault is None for item in found)
    assert sum(item.warning is None for item in found) == 1


def test_personal_cards_pass_luhn_and_unit_accounts_need_not() -> None:
    assert check_account("6222 0212 3456 7890 129", holder="person").fault == "卡号校验不符"
    assert check_account("4111111111111111", holder="person").fault is None
    assert check_account("4111111111111111", holder="person").warning
    assert check_account("3301234567890123456", holder="unit").fault is None
    assert check_account("1234567", holder="unit").fault
    assert check_account("33012A4567", holder="unit").fault == "只能是数字"


@pytest.mark.parametrize(
    ("number", "kind", "level", "warns"),
    [
        ("2033010000400123", "qualification", "4", False),
        ("2033010000500123", "qualification", "4", True),
        ("1933010000400123", "qualification", "4", True),
        ("Y000033123456204000123", "skill_level", "4", False),
        ("Y000033123456203000123", "skill_level", "4", True),
        ("S000033123456194000123", "skill_level", "4", True),
        ("R0033010012320" + "300123", "skill_level", "4", True),
        ("R00330100123204" + "00123", "skill_level", "4", False),
        ("whatever", "skill_level", "4", True),
        ("anything", "pass", "none", False),
        ("", "pass", "none", True),
    ],
)
def test_certificate_numbers_only_ever_warn(
    number: str, kind: str, level: str, warns: bool
) -> None:
    found = check_certificate_number(number, kind=kind, level=level, issued_on=date(2020, 9, 25))
    assert found.fault is None
    assert (found.warning is not None) is warns
