"""Cixi: both printed orders, one office, a draft and a letter that compute and never pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from stdnum.cn import ric

from subsidy.rules.eligibility import RosterPerson, check_enrolment
from subsidy.rules.facts import TrainingFacts
from subsidy.rules.packs.divisions import load_divisions
from subsidy.rules.policy import Pack
from tests.rules.policy.conftest import CONFIG

Named = Callable[[str, bool], Pack]
BODY = "33028219900302123"
PERSON = RosterPerson(
    id_number=BODY + ric.calc_check_digit(BODY + "0"), name="测试员", group="失业人员"
)
CLASS = TrainingFacts(
    occupation="elderly-carer", level="4", starts=date(2020, 10, 12), ends=date(2020, 10, 23)
)
BY_LETTER = {
    "work_in_place", "master_studio", "master_studio_reward", "craftsman_award",
    "competition_award", "assessing_enterprise_award",
}  # fmt: skip


def _told(
    pack: Pack, group: str, category: str = "", *, track: str = "certificate"
) -> dict[str, str]:
    person = replace(PERSON, group=group, group_proved_on=date(2020, 9, 1))
    found = check_enrolment(
        person,
        replace(CLASS, category=category),
        track=track,
        pack=pack,
        today=date(2020, 9, 21),
    )
    return {finding.code: finding.effect for finding in found}


def test_certificate_training_shows_the_result_before_the_application(pack_named: Named) -> None:
    stages = pack_named("cixi", False).tracks["certificate"].stages
    assert stages[:8] == (
        "listed", "enrolled", "filed", "completed", "assessed", "certified",
        "result_publicised", "applied",
    )  # fmt: skip
    assert "grant_publicised" not in stages


def test_a_project_is_paid_after_the_result_was_shown_and_nobody_applies(pack_named: Named) -> None:
    stages = pack_named("cixi", False).tracks["project"].stages
    assert "applied" not in stages
    assert stages[stages.index("result_publicised") :] == (
        "result_publicised", "reviewed", "approved", "payable", "paying", "paid",
    )  # fmt: skip


def test_neither_draft_nor_letter_ever_pays(pack_named: Named) -> None:
    pack = pack_named("cixi", True)
    for code in pack.tracks:
        for day in (date(2019, 12, 31), date(2020, 6, 1), date(2021, 12, 31), date(2026, 1, 5)):
            assert not pack.may_pay(anchor=day, track=code)


def test_what_only_the_letter_names_is_ruled_by_the_letter(pack_named: Named) -> None:
    pack = pack_named("cixi", True)
    ruled = {code for code in pack.tracks if pack.governing_of(code).id == "cx-letter-2021"}
    assert ruled == BY_LETTER
    assert pack.documents["cx-letter-2021"].status == "reference"
    assert pack.documents["cx-draft-2020"].status == "draft"


def test_no_setting_of_cixi_is_an_amount_of_money(pack_named: Named) -> None:
    pack = pack_named("cixi", True)
    assert [key for key in pack.assumed_keys() if pack.dated[key].unit == "yuan"] == []


def test_a_rule_of_the_state_or_the_province_may_take_the_place_of_the_draft(
    pack_named: Named,
) -> None:
    (sentence,) = pack_named("cixi", False).spec.precedence
    assert (sentence.prevails, sentence.clause) == ("later_superior", "末段")


def test_cixi_asks_no_pension_register(pack_named: Named) -> None:
    assert "pension" not in pack_named("cixi", True).spec.registers


def test_every_town_is_handled_by_the_one_office_of_the_city(pack_named: Named) -> None:
    pack = pack_named("cixi", False)
    towns = load_divisions(CONFIG / "divisions" / "cixi.yaml").by_id
    assert len(towns) == 18
    for town in towns:
        assert pack.value(f"routing.{town}", on=date(2020, 6, 1)).value == "city"
    assert list(pack.spec.routing.routes) == ["city"]


@pytest.mark.parametrize(
    "group",
    [
        "企业职工", "受经贸摩擦、疫情影响的企业职工", "农村转移就业劳动者", "两后生", "失业人员",
        "退役军人（含未就业随军家属）", "就业困难人员", "残疾人", "高校毕业生", "职业农民",
        "建档立卡低收入农户家庭劳动力", "城乡劳动者（普惠）",
    ],
)  # fmt: skip
def test_every_group_of_the_draft_is_accepted(pack_named: Named, group: str) -> None:
    assert _told(pack_named("cixi", True), group) == {}


def test_a_poor_person_of_a_paired_region_is_enrolled_in_projects_alone(pack_named: Named) -> None:
    pack = pack_named("cixi", True)
    assert _told(pack, "paired_region", track="project") == {}
    assert _told(pack, "paired_region") == {"E203": "hold"}


@pytest.mark.parametrize(
    ("category", "fits", "others"),
    [
        ("employment_skill", "graduate", "enterprise_employee"),
        ("upgrade", "affected_employee", "unemployed"),
        ("job_transfer", "transferred_employee", "farmer"),
        ("high_skill", "affected_employee", "unemployed"),
        ("safety", "affected_employee", "unemployed"),
        ("farmer_upgrade", "low_income_rural", "enterprise_employee"),
        ("start_up", "farmer", "urban_rural_worker"),
    ],
)
def test_each_category_of_the_draft_is_meant_for_its_own_groups(
    pack_named: Named, category: str, fits: str, others: str
) -> None:
    pack = pack_named("cixi", True)
    assert _told(pack, fits, category) == {}
    assert _told(pack, others, category) == {"E206": "hold"}


def test_every_free_group_of_the_draft_is_marked_free(pack_named: Named) -> None:
    groups = pack_named("cixi", False).spec.groups
    assert {code for code, spec in groups.items() if spec.free_of_charge} == {
        "poor_child", "poor_worker", "school_leaver", "school_leaver_rural",
        "school_leaver_low_income", "rural_transfer", "unemployed", "transferred_employee",
        "veteran", "disabled",
    }  # fmt: skip


def test_each_gap_of_the_text_names_the_clause_that_leaves_it_open(pack_named: Named) -> None:
    pack = pack_named("cixi", False)
    for key in pack.unset_keys():
        assert pack.dated[key].latest.open_at, key
