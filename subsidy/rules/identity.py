"""Numbers that identify people, units, accounts and certificates: normalised and checked.

Faults are words for the reader; they never repeat the number. A wrong resident ID number or
credit code is a fault; certificate numbers only warn, because their patterns have changed often.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum import luhn
from stdnum.cn import ric, uscc

from subsidy.rules.script import same_words

OLDEST_YEARS = 120
_ID = re.compile(r"\d{17}[\dX]")
_NAME = re.compile(r"[㐀-鿿𠀀-𲎯·•]{2,30}|[A-Za-z][A-Za-z .'\-]{1,59}")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_QUALIFICATION = re.compile(r"\d{16}")
_SKILL_LEVEL_2019 = re.compile(r"[YS][0-9A-Z]{4}\d{2}\d{6}\d{2}\d\d{6}")
_SKILL_LEVEL_LATER = re.compile(r"R[0-9A-Z]{2}\d{17}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A normalised number and what is wrong with it; `fault` None means it passes."""

    number: str
    fault: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A resident ID number (GB 11643) with what can be read from it."""

    number: str
    fault: str | None
    kind: Literal["resident", "other_document"]
    """`other_document`: no 18-character number, a person has to look."""
    born_on: date | None = None
    sex: Literal["male", "female"] | None = None
    hk_macao_taiwan: bool = False
    """A residence permit of a Hong Kong, Macao or Taiwan resident (81/82/83)."""


def normalised(text: str) -> str:
    """Half-width capital text without blanks: full-width digits and a small x are mended."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def check_id_number(text: str, *, today: date) -> IdNumber:
    """Check length, check digit, birth date (real, not in the future, at most 120 years ago).

    The region prefix is not looked up: numbers keep the code of a district that was abolished.
    """
    number = normalised(text)
    if len(number) == 15 and number.isdigit():
        return IdNumber(number, "为15位旧号码，不再作为有效证件", "other_document")
    if not _ID.fullmatch(number):
        kind: Literal["resident", "other_document"] = (
            "resident" if len(number) == 18 else "other_document"
        )
        return IdNumber(number, "应为18位（17位数字加校验码）", kind)
    try:
        born = ric.get_birth_date(number)
    except ValueError:
        return IdNumber(number, "出生日期不是有效日期", "resident")
    if number[-1] != ric.calc_check_digit(number):
        return IdNumber(number, "校验码不符", "resident", born)
    if not 0 <= age_on(born_on=born, day=today) <= OLDEST_YEARS or born > today:
        return IdNumber(number, "出生日期不是有效日期", "resident", born)
    return IdNumber(
        number,
        None,
        "resident",
        born,
        "male" if int(number[16]) % 2 else "female",
        number[:2] in ("81", "82", "83"),
    )


def age_on(*, born_on: date, day: date) -> int:
    """Full years of age on a day; a birthday on 29 February is reached on 1 March."""
    before_birthday = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before_birthday


def check_name(text: str) -> Checked:
    """A name as on the card: Chinese characters with the middle dot, or Latin letters."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    compact = name.replace(" ", "") if re.search(r"[㐀-鿿]", name) else name
    if not compact:
        return Checked("", "未填写")
    return Checked(compact, None if _NAME.fullmatch(compact) else "含有数字或符号，或过短")


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: a difference of traditional and simplified characters is none.

    Only for people whose number says who they are. Neither name is changed: a legal name stays as it
    is written.
    """
    return same_words(check_name(one).number, check_name(other).number)


def check_credit_code(text: str) -> Checked:
    """Unified social credit code (GB 32100): length, alphabet, check character.

    The inner check of the organisation code only warns: early registrations may break it.
    """
    code = normalised(text).replace("-", "")
    if not _CREDIT_CODE.fullmatch(code):
        return Checked(code, "应为18位，且不含I、O、S、V、Z")
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        return Checked(code, "校验码不符")
    if code[16] != _organisation_check(code[8:16]):
        return Checked(code, None, "组织机构代码段的校验码不符，可能是早期登记")
    return Checked(code)


def _organisation_check(body: str) -> str:
    total = sum(
        int(letter, 36) * weight for letter, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def check_account(text: str, *, holder: Literal["person", "unit"]) -> Checked:
    """A bank account: personal cards have 13 to 19 digits and pass Luhn; unit accounts do not.

    Unit accounts: digits only, 8 to 32 of them.
    """
    number = normalised(text).replace("-", "")
    if not number.isdigit() or not number.isascii():
        return Checked(number, "只能是数字")
    if holder == "unit":
        return Checked(number, None if 8 <= len(number) <= 32 else "应为8至32位数字")
    if not 13 <= len(number) <= 19:
        return Checked(number, "个人银行卡号应为13至19位数字")
    if not luhn.is_valid(number):
        return Checked(number, "卡号校验不符")
    return Checked(number, None, None if number.startswith("62") else "不是银联62开头的卡号")


def check_certificate_number(
    text: str, *, kind: str, level: str, issued_on: date | None = None
) -> Checked:
    """Certificate number against the known patterns: warnings only, never a fault.

    In the known patterns the level digit equals the level and the year digits the year of issue.
    """
    number = normalised(text)
    if not number:
        return Checked(number, None, "未填写")
    if kind == "qualification":
        match, year, digit = _QUALIFICATION.fullmatch(number), number[0:2], number[10:11]
    elif kind == "skill_level" and number.startswith("R"):
        match, year, digit = _SKILL_LEVEL_LATER.fullmatch(number), number[12:14], number[14:15]
    elif kind == "skill_level":
        match, year, digit = _SKILL_LEVEL_2019.fullmatch(number), number[13:15], number[15:16]
    else:
        return Checked(number)  # no pattern is known for the other kinds
    if match is None:
        return Checked(number, None, "不符合已知的编号规则")
    if digit and level in ("1", "2", "3", "4", "5") and digit != level:
        return Checked(number, None, "编号中的等级与申报等级不同")
    if issued_on is not None and year != f"{issued_on.year % 100:02d}":
        return Checked(number, None, "编号中的年份与核发年份不同")
    return Checked(number)
