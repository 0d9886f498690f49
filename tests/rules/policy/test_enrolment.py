"""Roster rows: what the provider is told at once, and in which column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from stdnum.cn import ric

from subsidy.rules.eligibility import RosterPerson, check_enrolment
from subsidy.rules.facts import PastClaim, RegisterAnswer, TrainingFacts
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Finding

TODAY = date(2020, 9, 21)


def _id(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


PERSON = RosterPerson(id_number=_id("33010219900302123"), name="测试员", group="unemployed")
CLASS = TrainingFacts(
    occupation="delivery-rider",
    level="5",
    category="employment_skill",
    starts=date(2020, 10, 12),
    ends=date(2020, 10, 23),
)
Check = Callable[..., dict[str, Finding]]


@pytest.fixture
def check(hangzhou: Pack) -> Check:
    def run(person: RosterPerson = PERSON, training: TrainingFacts = CLASS, **more):  # type: ignore[no-untyped-def]
        found = check_enrolment(
            person, training, track="pass_certificate", pack=hangzhou, today=TODAY, **more
        )
        return {finding.code: finding for finding in found}

    return run


def test_a_good_row_has_no_finding(check: Check) -> None:
    assert check() == {}
    assert check(replace(PERSON, group="失业人员")) == {}
    assert check(replace(PERSON, born_on=date(1990, 3, 2))) == {}


def test_a_wrong_check_digit_is_shown_at_the_number_without_repeating_it(check: Check) -> None:
    good = PERSON.id_number
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    finding = check(replace(PERSON, id_number=wrong))["E101"]
    assert (finding.effect, finding.column) == ("refuse", "id_number")
    assert wrong not in f"{finding.message_zh}{finding.message_en}{finding.facts}"


def test_a_birth_date_that_differs_from_the_number_is_shown_at_the_birth_date(
    check: Check,
) -> None:
    finding = check(replace(PERSON, born_on=date(1990, 3, 3)))["E102"]
    assert (finding.effect, finding.column) == ("refuse", "birth_date")


def test_a_number_that_stands_above_in_the_file_is_refused(check: Check) -> None:
    finding = check(earlier={PERSON.id_number})["E104"]
    assert (finding.effect, finding.column) == ("refuse", "id_number")


def test_the_same_number_in_full_width_digits_is_found_as_a_duplicate(check: Check) -> None:
    wide = PERSON.id_number.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    assert "E104" in check(replace(PERSON, id_number=wide), earlier={PERSON.id_number})


def test_a_missing_name_is_shown_at_the_name(check: Check) -> None:
    assert check(replace(PERSON, name=" "))["E103"].column == "name"


def test_an_unknown_group_is_shown_at_the_group_and_waits(check: Check) -> None:
    finding = check(replace(PERSON, group="外星人"))["E203"]
    assert (finding.effect, finding.column) == ("hold", "group")


@pytest.mark.parametrize(
    "name",
    [
        "企业职工", "农村转移就业劳动者", "两后生", "失业人员", "退役军人", "就业困难人员",
        "就业困难人员（残疾人）", "高校毕业生（毕业2年以内）", "职业农民", "建档立卡低收入农户家庭劳动力",
    ],
)  # fmt: skip
def test_every_group_of_the_plan_is_accepted_with_its_proof(check: Check, name: str) -> None:
    person = replace(PERSON, group=name, group_proved_on=date(2020, 9, 1))
    assert check(person, replace(CLASS, category="")) == {}


@pytest.mark.parametrize(
    ("category", "fits", "others"),
    [
        ("employment_skill", "veteran", "enterprise_employee"),
        ("upgrade", "enterprise_employee", "unemployed"),
        ("job_transfer", "enterprise_employee", "farmer"),
        ("high_skill", "enterprise_employee", "unemployed"),
        ("safety", "enterprise_employee", "unemployed"),
        ("farmer_upgrade", "low_income_rural", "enterprise_employee"),
        ("start_up", "veteran", None),
    ],
)
def test_each_category_is_meant_for_its_own_groups(
    check: Check, category: str, fits: str, others: str | None
) -> None:
    training = replace(CLASS, category=category)
    assert check(replace(PERSON, group=fits), training) == {}
    if others is not None:
        assert check(replace(PERSON, group=others), training)["E206"].effect == "hold"


def test_a_proof_after_the_class_start_is_refused_with_the_clause(check: Check) -> None:
    finding = check(replace(PERSON, group="disabled", group_proved_on=date(2020, 10, 13)))["E204"]
    assert (finding.effect, finding.clause, finding.column) == ("refuse", "二", "group")
    assert check(replace(PERSON, group="disabled", group_proved_on=date(2020, 10, 12))) == {}


def test_a_fourth_class_of_the_year_is_refused_even_before_anything_is_paid(check: Check) -> None:
    history = [
        PastClaim(ref=str(n), status="pending", ends=date(2020, n, 20), occupation=f"o{n}")
        for n in (3, 5, 7)
    ]
    finding = check(history=history)["E301"]
    assert (finding.effect, finding.clause) == ("refuse", "四（三）")
    assert check(history=history[:2]) == {}


def test_the_same_occupation_and_level_is_refused(check: Check) -> None:
    past = PastClaim(
        ref="a", status="paid", occupation="delivery-rider", level="5", ends=date(2018, 5, 1)
    )
    assert check(history=[past])["E302"].column == "id_number"
    assert check(history=[replace(past, level="4")]) == {}
    assert check(history=[replace(past, status="rejected")]) == {}


def test_an_overlapping_class_is_pointed_out(check: Check) -> None:
    other = PastClaim(ref="a", status="pending", starts=date(2020, 10, 19), ends=date(2020, 10, 30))
    assert check(history=[other])["E305"].effect == "hold"
    assert check(history=[replace(other, starts=date(2020, 10, 24))]) == {}


def test_a_pensioner_is_refused_at_enrolment_when_the_register_was_asked(check: Check) -> None:
    pupil = RegisterAnswer(register="pupil", answer="not_found", source="test", asked_on=TODAY)
    pension = RegisterAnswer(register="pension", answer="found", source="test", asked_on=TODAY)
    found = check(registers=[pupil, pension])
    assert (found["E202"].effect, found["E202"].clause) == ("refuse", "二")
    assert check(registers=[pupil])["E208"].effect == "hold"
    free = replace(pension, answer="not_found")
    assert check(registers=[pupil, free]) == {}
    enrolled = replace(pupil, answer="found")
    assert check(registers=[enrolled, free])["E210"].effect == "hold"


def test_a_passport_goes_to_a_person(check: Check) -> None:
    finding = check(replace(PERSON, id_number="E12345678"))["E108"]
    assert finding.effect == "hold"


def test_everything_wrong_with_a_row_is_said_at_once(check: Check) -> None:
    bad = RosterPerson(id_number="33010219900302123A", name="", group="")
    assert set(check(bad)) == {"E101", "E103", "E203"}
