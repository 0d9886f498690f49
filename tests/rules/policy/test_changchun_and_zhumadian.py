"""What the cases of the two packs cannot say: what loads, what never pays, what stays open."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from subsidy.rules.decide import decide
from subsidy.rules.facts import facts_from_json
from subsidy.rules.packs.contacts import shipped_contacts
from subsidy.rules.policy import Pack, PolicyError, load_pack
from subsidy.rules.routing import load_divisions, routing_of
from subsidy.rules.script import simplified
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import read_calendar, read_pack
from tests.rules.policy.test_cases import facts_of

CONFIG = Path(__file__).parents[3] / "config"
Named = Callable[[str, bool], Pack]
CITIES = ("changchun", "zhumadian")
PRINTED = {
    "职业资格证书": "qualification",
    "职业技能等级证书": "skill_level",
    "专项职业能力证书": "special_ability",
    "特种作业操作证书": "special_operation",
    "培训合格证书": "pass",
}
SHOWN = date(2020, 10, 12)
IN_TERM = (date(2019, 1, 1), date(2019, 9, 4), date(2021, 12, 31), date(2026, 1, 1))


def with_setting(tmp_path: Path, key: str, value: object) -> Pack:
    """Changchun's pack where the bureau chose one value."""
    path = tmp_path / "changchun.yaml"
    chosen = {"city": "changchun", "values": {key: {"value": value, "assumed": "市局研究确定"}}}
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(chosen, file)
    return load_pack(CONFIG / "policies" / "changchun.yaml", settings=path)


def test_an_apprentices_year_below_4000_yuan_is_no_lawful_setting(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"四（一）1 allows no less than 4000"):
        with_setting(tmp_path, "apprenticeship_rate", "3999.99")


def test_an_apprentices_year_of_exactly_4000_yuan_may_be_set(tmp_path: Path) -> None:
    pack = with_setting(tmp_path, "apprenticeship_rate", "4000")
    assert pack.value("apprenticeship_rate", on=SHOWN).value == 400_000


def test_the_certificate_that_changchun_prints_twice_is_kept_as_printed_and_is_one_kind(
    pack_named: Named,
) -> None:
    pack = pack_named("changchun", True)
    printed = pack.value("certificates_printed", on=SHOWN).value
    assert Counter(printed) == Counter([*PRINTED, "职业资格证书"])
    for track in pack.tracks.values():
        if track.needs_certificate:
            assert track.spec.certificate_kinds == list(PRINTED.values())


@pytest.mark.parametrize("city", CITIES)
def test_the_bureau_sets_procedure_only_and_never_an_amount_a_payee_or_a_fund(
    pack_named: Named, city: str
) -> None:
    pack = pack_named(city, True)
    for key in pack.assumed_keys():
        assert pack.dated[key].unit != "yuan"
        assert not key.endswith((".payee", ".fund", "_basis")) or key == "yearly_limit_basis"


def test_no_track_of_the_draft_may_ever_pay(pack_named: Named) -> None:
    pack = pack_named("zhumadian", True)
    assert pack.governing.status == "draft"
    for code in pack.tracks:
        assert not any(pack.may_pay(anchor=day, track=code) for day in IN_TERM)


def test_changchun_pays_from_its_issue_to_the_end_of_2021_only(pack_named: Named) -> None:
    pack = pack_named("changchun", True)
    document = pack.governing
    assert (document.issued, document.number) == (date(2019, 9, 4), "长府办发〔2019〕37号")
    assert document.until_assumed
    payable = [day for day in IN_TERM if pack.may_pay(anchor=day)]
    assert payable == [date(2019, 9, 4), date(2021, 12, 31)]


@pytest.mark.parametrize("city", CITIES)
def test_a_placeholder_of_the_text_is_never_a_value(pack_named: Named, city: str) -> None:
    for key, dated in pack_named(city, True).dated.items():
        for value in dated.values:
            assert not re.search(r"\bX\b|X ?亿|X%|X万", str(value.value)), key


def test_a_register_answer_is_asked_of_people_and_not_of_a_schools_list(pack_named: Named) -> None:
    for city in CITIES:
        pack = pack_named(city, True)
        for register in pack.spec.registers.values():
            assert "enterprise_school" not in register.tracks
            assert {"certificate", "project", "work_for_training"} <= set(register.tracks)


def test_changchuns_pack_is_written_in_simplified_characters() -> None:
    for kind in ("policies", "settings", "offices"):
        text = (CONFIG / kind / "changchun.yaml").read_text("utf-8")
        assert simplified(text) == text, kind


@pytest.mark.parametrize("city", CITIES)
def test_every_division_has_a_route_and_an_office_on_each_of_its_days(
    pack_named: Named, city: str
) -> None:
    pack, book = pack_named(city, True), load_divisions(CONFIG / "divisions" / f"{city}.yaml")
    for day in (date(2019, 9, 4), date(2020, 6, 18), date(2020, 6, 19), date(2021, 12, 31)):
        for division in book.on(day):
            for track in pack.tracks.values():
                routing = routing_of(pack, track, district=division.id, on=day)
                assert len(routing.level_list) == 2
                assert routing.pays is not None
                assert routing.pays.value == "district"
            assert division.id in shipped_contacts()[city].offices


def test_changchun_has_eleven_divisions_since_gongzhuling_came_and_zhumadian_ten() -> None:
    changchun = load_divisions(CONFIG / "divisions" / "changchun.yaml")
    assert [len(changchun.on(date(2020, 6, day))) for day in (18, 19)] == [10, 11]
    assert len(load_divisions(CONFIG / "divisions" / "zhumadian.yaml").by_id) == 10


def test_the_supplementary_catalogue_holds_ten_occupations(pack_named: Named) -> None:
    pack = pack_named("zhumadian", True)
    key = pack.tracks["supplementary"].spec.catalogue_limit
    assert key == "supplementary_limit"
    assert pack.value(key, on=SHOWN).value == 10
    assert [code for code, track in pack.tracks.items() if track.spec.catalogue_limit] == [
        "supplementary"
    ]


def decided(city: str, base: str, **case: object) -> Decision:
    """The decision of a base case with changes, as if every open value were decided."""
    today, text = facts_of(city, {"base": base, **case})
    calendar = read_calendar().seen_on(today, city=city)
    return decide(
        facts_from_json(text), pack=read_pack(city, "filled"), today=today, calendar=calendar
    )


@given(
    fen=st.integers(1, 10**10),
    facility=st.sampled_from([("training_base", 50_000_000), ("master_studio", 10_000_000)]),
)
def test_equipment_earns_a_fifth_and_never_more_than_its_ceiling(
    fen: int, facility: tuple[str, int]
) -> None:
    kind, most = facility
    change = {"stated.purchases_fen": fen, "stated.facility": kind}
    decision = decided("zhumadian", "equipment", change=change)
    assert decision.amount_fen == min(fen // 5, most)


@given(months=st.integers(1, 24), drawn=st.integers(0, 8), city=st.sampled_from(CITIES))
def test_work_in_place_of_training_never_earns_more_than_six_months_in_all(
    months: int, drawn: int, city: str
) -> None:
    track, rate = "work_for_training", {"changchun": 31_000, "zhumadian": 20_000}[city]
    past = [{"ref": "a", "status": "paid", "track": track, "months": drawn}]
    decision = decided(city, track, change={"stated.months": months}, history=past)
    left = min(months, max(6 - drawn, 0))
    assert decision.amount_fen == (left * rate or None)


@given(finished=st.integers(0, 40), advanced=st.integers(0, 10**7), city=st.sampled_from(CITIES))
def test_advance_and_settlement_together_are_what_the_class_earned(
    finished: int, advanced: int, city: str
) -> None:
    _, text = facts_of(city, {"base": "project"})
    one = json.loads(text)["heads"][0]
    heads = [{**one, "ref": f"h{n}", "finished": n < finished} for n in range(40)]
    change = {"heads": heads, "advance_paid_fen": advanced}
    decision = decided(city, "project", change=change)
    if finished == 0:
        assert decision.amount_fen is None
    else:
        assert decision.amount_fen == max(finished * 101_010 - advanced, 0)
        back = [item.facts["excess_fen"] for item in decision.holds if item.code == "E909"]
        assert back == ([advanced - finished * 101_010] if advanced > finished * 101_010 else [])
