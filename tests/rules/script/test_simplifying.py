"""Traditional characters: the words change their script, the figures of a plan never do."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.rules.checks.enrolment import group_code
from subsidy.rules.identity import same_name
from subsidy.rules.packs.divisions import load_divisions
from subsidy.rules.packs.occupations import load_occupations
from subsidy.rules.policy import Pack, load_pack
from subsidy.rules.script import same_words, simplified

CONFIG = Path(__file__).parents[3] / "config"
CHANGCHUN = (
    "長府辦發〔2019〕37號",
    "2019年至2021年,持續開展各類補貼性培訓19萬人次,其中2019年培訓6.1萬人次以上,"
    "到2021年底技能勞動者占就業人員總量的比例達到25%以上,高技能人才占技能勞動者的比例達到30%以上。",
    "學校培訓工作量可按30%折算成全日制學生培養工作量。",
    "參加企業新型學徒制培訓的,給予企業每人每年4000元以上的職業培訓補貼,由企業自主用于學徒培訓工作。",
    "給予一定期限的職業培訓補貼,最長不超過6個月。",
    "對企業開展培訓或者培訓機構開展項目制培訓的,可先行撥付50%的培訓補貼資金。",
    "原則上每人每年可享受不超過3次,但同一職業同一等級不可重復享受。",
    "企業要按有關規定足額提取和使用職工教育經費,其中60%以上用于一線職工培訓,"
    "稅前扣除限額提高至工資薪金總額8%。",
)
"""Every sentence of Changchun's plan that holds a figure."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(
        CONFIG / "policies" / "hangzhou.yaml", settings=CONFIG / "settings" / "hangzhou.yaml"
    )


def test_changchuns_plan_reads_in_simplified_characters() -> None:
    assert simplified(CHANGCHUN[0]) == "长府办发〔2019〕37号"
    assert simplified(CHANGCHUN[4]) == "给予一定期限的职业培训补贴,最长不超过6个月。"


@pytest.mark.parametrize("sentence", CHANGCHUN)
def test_no_figure_of_changchuns_plan_changes(sentence: str) -> None:
    told = simplified(sentence)
    figures = re.compile(r"[\d.]+%?")
    assert figures.findall(told) == figures.findall(sentence)
    assert _without_han(told) == _without_han(sentence)
    assert told.count("万") == sentence.count("萬")


@given(st.text(alphabet="0123456789０１２３.,%％‰（）()〔〕「」、，。；：—-¥￥ 萬號補貼訓練年第"))
def test_digits_signs_and_punctuation_stay_where_they_are(text: str) -> None:
    told = simplified(text)
    assert len(told) == len(text)
    for before, after in zip(text, told, strict=True):
        assert before == after or "一" <= before <= "鿿"


@given(st.text())
def test_what_is_simplified_once_stays_as_it_is(text: str) -> None:
    assert simplified(simplified(text)) == simplified(text)


def test_the_dictionaries_are_read_only_when_they_are_needed() -> None:
    code = "import subsidy.rules.identity, sys; print('opencc' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("written", "code"),
    [("企業職工", "enterprise_employee"), ("退役軍人", "veteran"), ("失業人員", "unemployed")],
)
def test_a_group_in_traditional_characters_is_the_same_group(
    pack: Pack, written: str, code: str
) -> None:
    assert group_code(pack, written) == group_code(pack, simplified(written)) is not None
    assert pack.spec.groups[code].name == simplified(written)


def test_a_district_is_known_in_both_scripts_by_code_and_only_on_its_days() -> None:
    changchun = load_divisions(CONFIG / "divisions" / "changchun.yaml")
    day = date(2019, 9, 4)
    for written in ("雙陽區", "双阳区", "220112", "cc-shuangyang"):
        found = changchun.named(written, on=day)
        assert found is not None
        assert found.id == "cc-shuangyang"
    assert changchun.named("公主嶺市", on=day) is None
    assert changchun.named("公主嶺市", on=date(2020, 7, 1)) is not None
    assert changchun.named("驛城區", on=day) is None


def test_an_occupation_is_known_in_both_scripts_and_by_code() -> None:
    occupations = load_occupations(CONFIG / "occupations.yaml")
    for written in ("養老護理員", "养老护理员", "4-10-01-05", "elderly-carer"):
        found = next(iter(occupations.matches(written)), None) or occupations.get(written)
        assert found is not None
        assert found.id == "elderly-carer"
    assert occupations.named("養龍人") is None


def test_a_name_in_the_other_script_is_the_same_persons_name() -> None:
    assert same_name("張偉", "张伟")
    assert same_name("歐陽 靜", "欧阳静")
    assert not same_name("張偉", "张玮")
    assert not same_name("張偉", "")


def test_words_are_compared_without_script_and_outer_blanks() -> None:
    assert same_words(" 初級工", "初级工 ")
    assert not same_words("初級工", "中級工")


def _without_han(text: str) -> str:
    return re.sub("[一-鿿]", "字", text)
