"""The loader: what it refuses, and how it says where, what and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from states.charts import CHARTS
from subsidy.rules.policy import (
    Pack,
    PolicyError,
    check_order,
    check_pack_order,
    load_packs,
    road_of,
)

CONFIG = Path(__file__).parents[3] / "config"
Edit = Callable[[str], str]


DAY_RATE = '2020-07-01: {value: "100", clause: 四（二）, document: hz-2020-43}'


def test_every_shipped_pack_loads_and_every_shipped_road_is_a_path_of_the_chart() -> None:
    arrows = CHARTS["claim"].arrows()
    packs = load_packs(CONFIG)
    assert set(packs) >= {"hangzhou", "cixi"}
    for pack in packs.values():
        assert check_pack_order(pack, arrows) == []


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        (DAY_RATE, DAY_RATE.replace('"100"', "100.0"), "project_day_rate", "quoted text"),
        (DAY_RATE, DAY_RATE.replace('"100"', "100"), "project_day_rate", "quoted text"),
        (DAY_RATE, DAY_RATE.replace('"100"', '"100.005"'), "project_day_rate", "two decimals"),
        (DAY_RATE, DAY_RATE.replace('"100"', '"-1"'), "project_day_rate", "two decimals"),
        (DAY_RATE, DAY_RATE.replace("clause: 四（二）, ", ""), "project_day_rate", "clause"),
        (DAY_RATE, DAY_RATE.replace("hz-2020-43", "hz-1999"), "project_day_rate", "not listed"),
        (DAY_RATE, DAY_RATE.replace("2020-07", "2020-06"), "project_day_rate", "in force only"),
        ("unit: yuan", "unit: dollar", "parameters.project_day_rate.unit", "Input should be"),
        ("value: special_account", "value: petty_cash", "pass_certificate.fund", "not among"),
        ("value: organising_unit", "value: mayor", "pass_certificate.payee", "not among"),
        ("    unit: yuan", "    unti: yuan", "project_day_rate", "Extra inputs"),
        ("city: hangzhou", "city: ningbo", "city", "named hangzhou"),
        ("enters_at: listed", "enters_at: filed", "enters_at", "first stage"),
        ("rate: project_day_rate", "rate: day_rate", "amount", "no parameter"),
        ("{value: 20, clause", "{value: 20.5, clause", "project_day_cap", "whole number"),
        ("direction: before", "direction: sideways", "direction", "Input should be"),
        ("groups: [farmer, low", "groups: [fisher, low", "farmer_upgrade", "Unknown group"),
        ("veteran: {name: 退役军人,", "veteran: {name: 退役军人, tracks: [nowhere],",
         "groups.veteran", "Unknown track"),
        ("    district: {values", "    county: {values", "pass_certificate.pays", "Routes"),
        ("governing_document: hz", "governing_document: xx", "governing_document", "listed"),
        ("found: refuse, not_found: pass, code: E202,\n     clause: 二, document: hz-2020-43",
         "found: refuse, not_found: pass, code: E202,\n     assumed: 惯例",
         "registers.pension", "only a clause may refuse"),
    ],
)  # fmt: skip
def test_a_faulty_pack_is_refused_with_file_line_key_and_remedy(
    edited: Callable[..., Pack], old: str, new: str, key: str, what: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        edited(old, new)
    fault = next(fault for fault in caught.value.faults if key in fault.key and what in fault.what)
    assert fault.file.endswith("policies/hangzhou.yaml")
    assert fault.line > 0
    assert fault.remedy


OVERLAP = DAY_RATE.replace("}", ", until: 2021-02-01}")
NEEDED = {
    "an unknown key": ("    unit: yuan", "    unti: yuan", "unti"),
    "a missing clause": (DAY_RATE, DAY_RATE.replace("clause: 四（二）, ", ""), "project_day_rate"),
    "a missing document": (DAY_RATE, DAY_RATE.replace(", document: hz-2020-43", ""), "project_day"),
    "dates that overlap": (
        DAY_RATE,
        f"{OVERLAP}\n      {DAY_RATE.replace('2020-07-01', '2021-01-01')}",
        "project_day_rate.values.2020-07-01",
    ),
    "an unknown fund": ("value: special_account", "value: petty_cash", "pass_certificate.fund"),
    "an unknown payee": ("value: organising_unit", "value: mayor", "pass_certificate.payee"),
    "money as a float": (DAY_RATE, DAY_RATE.replace('"100"', "100.0"), "project_day_rate"),
    "an unset value that nobody left open": (
        DAY_RATE, DAY_RATE[: DAY_RATE.index("{")] + "{unset: true}", "project_day_rate",
    ),
    "an assumed value without a reason": (
        DAY_RATE, DAY_RATE[: DAY_RATE.index("{")] + '{value: "100", assumed: ""}',
        "project_day_rate",
    ),
    "an unknown state of the road": ("- {state: enrolled,", "- {stage: enrolled,", "stage"),
    "YAML that cannot be read": ("city: hangzhou", "city: [hangzhou", "-"),
}  # fmt: skip
"""What `subsidy policy check` refuses, each with what is written instead and the key it names."""


@pytest.mark.parametrize("wrong", list(NEEDED))
def test_a_pack_is_refused_with_file_line_and_remedy_for(
    edited: Callable[..., Pack], wrong: str
) -> None:
    old, new, key = NEEDED[wrong]
    with pytest.raises(PolicyError) as caught:
        edited(old, new)
    found = [fault for fault in caught.value.faults if key in fault.key]
    assert found, [str(fault) for fault in caught.value.faults]
    for fault in found:
        assert fault.file.endswith("policies/hangzhou.yaml")
        assert fault.line > 1
        assert fault.what
        assert fault.remedy
        assert str(fault).startswith(f"{fault.file}:{fault.line}: ")


def test_a_fault_names_the_line_that_a_person_has_to_open(edited: Callable[..., Pack]) -> None:
    lines = (CONFIG / "policies" / "hangzhou.yaml").read_text("utf-8").splitlines()
    with pytest.raises(PolicyError) as caught:
        edited(DAY_RATE, DAY_RATE.replace('"100"', "100"))
    wanted = next(n for n, line in enumerate(lines, start=1) if DAY_RATE in line)
    assert caught.value.faults[0].line == wanted


def test_two_values_that_hold_on_the_same_day_are_refused(edited: Callable[..., Pack]) -> None:
    open_end = DAY_RATE.replace("}", ", until: 2021-02-01}")
    second = DAY_RATE.replace("2020-07-01", "2021-01-01")
    with pytest.raises(PolicyError, match="overlap"):
        edited(DAY_RATE, f"{open_end}\n      {second}")


def test_the_same_day_twice_under_one_key_is_refused(edited: Callable[..., Pack]) -> None:
    with pytest.raises(PolicyError, match=r"hangzhou\.yaml:\d+"):
        edited(DAY_RATE, f"{DAY_RATE}\n      {DAY_RATE}")


def test_all_faults_are_reported_together(edited: Callable[..., Pack]) -> None:
    two = DAY_RATE.replace('"100"', "100").replace("hz-2020-43", "hz-1999")
    with pytest.raises(PolicyError) as caught:
        edited(DAY_RATE, two)
    assert len(caught.value.faults) == 2


def test_a_second_value_starts_on_its_day_and_the_first_holds_before(
    edited: Callable[..., Pack],
) -> None:
    second = DAY_RATE.replace("2020-07-01", "2021-01-01").replace('"100"', '"120.50"')
    pack = edited(DAY_RATE, f"{DAY_RATE}\n      {second}")
    assert pack.value("project_day_rate", on=date(2020, 12, 31)).value == 10_000
    assert pack.value("project_day_rate", on=date(2021, 1, 1)).value == 12_050
    before = pack.value("project_day_rate", on=date(2020, 6, 30))
    assert before.unset
    assert "2020-07-01" in before.why


def test_null_ends_a_value(edited: Callable[..., Pack]) -> None:
    pack = edited(DAY_RATE, f"{DAY_RATE}\n      2021-01-01: null")
    assert not pack.value("project_day_rate", on=date(2020, 12, 31)).unset
    assert pack.value("project_day_rate", on=date(2021, 1, 1)).unset
    assert "project_day_rate" not in pack.unset_keys()


def test_a_setting_cannot_replace_what_a_clause_says(edited: Callable[..., Pack]) -> None:
    with pytest.raises(PolicyError, match="gives this value"):
        edited(
            "values:\n",
            'values:\n  project_day_rate: {value: "500", assumed: 标准偏低}\n',
            kind="settings",
        )


def test_a_setting_without_a_reason_is_refused(edited: Callable[..., Pack]) -> None:
    with pytest.raises(PolicyError, match=r"attendance_percent\.assumed"):
        edited(
            "attendance_percent: {value: 80, assumed: 其他城市经办规程的做法，仅挂起核实}",
            'attendance_percent: {value: 80, assumed: ""}',
            kind="settings",
        )


def test_a_setting_for_an_unknown_key_is_refused(edited: Callable[..., Pack]) -> None:
    with pytest.raises(PolicyError, match="no such key"):
        edited("minimum_age:", "minimum_aeg:", kind="settings")


def test_a_window_chosen_by_the_bureau_may_not_make_a_right_lapse(
    edited: Callable[..., Pack],
) -> None:
    text = (CONFIG / "policies" / "hangzhou.yaml").read_text("utf-8")
    start = text.index("  correction:\n")
    old = text[start : text.index("\n", text.index("at_end", start))]
    with pytest.raises(PolicyError, match="it would lapse"):
        edited(old, old.replace("[ticket]", "[ticket, lapse]"))


def test_the_version_changes_with_the_content_and_not_with_comments(
    edited: Callable[..., Pack], hangzhou: Pack
) -> None:
    assert edited("city: hangzhou", "# 说明\ncity: hangzhou").version == hangzhou.version
    assert edited('value: "100"', 'value: "110"').version != hangzhou.version
    changed = edited("minimum_age: {value: 16", "minimum_age: {value: 15", kind="settings")
    assert changed.version != hangzhou.version


def test_without_the_settings_what_27_leaves_open_is_unset_and_nothing_is_assumed(
    pack_named: Callable[[str, bool], Pack],
) -> None:
    pack = pack_named("hangzhou", False)
    assert {
        "certificate.payee",
        "certificate.levels.main_city",
        "certificate.windows.application",
        "routing.hz-linping",
        "windows.publicity",
    } <= set(pack.unset_keys())
    assert pack.assumed_keys() == ()
    assert pack.tracks["certificate"].payee.unset
    assert pack.tracks["certificate"].levels("main_city") is None
    assert pack.tracks["certificate"].windows["application"].n is None
    assert "27号" in pack.tracks["certificate"].payee.open_at


def test_the_plan_is_in_force_from_its_first_to_its_last_day(hangzhou: Pack) -> None:
    assert hangzhou.status_on(date(2020, 6, 30)) == "reference"
    assert hangzhou.status_on(date(2020, 7, 1)) == "in_force"
    assert hangzhou.status_on(date(2021, 12, 31)) == "in_force"
    assert hangzhou.status_on(date(2022, 1, 1)) == "expired"
    assert hangzhou.may_pay(anchor=date(2021, 12, 31))
    assert not hangzhou.may_pay(anchor=date(2022, 1, 1))


def test_a_draft_never_pays(pack_named: Callable[[str, bool], Pack]) -> None:
    assert not pack_named("cixi", True).may_pay(anchor=date(2020, 9, 1))


def test_the_main_city_reviews_twice_and_the_city_approves(hangzhou: Pack) -> None:
    track = hangzhou.tracks["pass_certificate"]
    levels = track.levels("main_city")
    assert levels is not None
    assert [level.office for level in levels] == ["district", "city"]
    others = track.levels("district")
    assert others is not None
    assert {level.office for level in others} == {"district"}


def test_a_road_names_each_next_stage_and_the_early_application(hangzhou: Pack) -> None:
    road = road_of(hangzhou.tracks["pass_certificate"], "main_city")
    assert road.code == "pass_certificate:main_city"
    assert road.next_stage["certified"] == "applied"
    assert "paid" not in road.next_stage
    assert road.early == {"assessed": "applied"}
    assert road.levels == 2
    assert road_of(hangzhou.tracks["certificate"], "district").early == {}


def test_an_order_that_is_no_path_names_the_missing_arrow() -> None:
    arrows = {"listed": ["enrolled"], "enrolled": ["filed"], "filed": []}
    assert check_order(["listed", "enrolled", "filed"], arrows) == []
    faults = check_order(["listed", "filed", "enrolled"], arrows)
    assert [fault.what for fault in faults] == [
        "The chart has no arrow listed -> filed.",
        "The chart has no arrow filed -> enrolled.",
    ]


def test_a_road_that_no_claim_can_enter_names_the_missing_arrow() -> None:
    arrows = {"listed": ["filed"], "filed": ["paid"], "payable": ["paid"]}
    assert check_order(["filed", "paid"], arrows) == []
    faults = check_order(["payable", "paid"], arrows)
    assert [fault.what for fault in faults] == ["The chart has no arrow listed -> payable."]


ENTRIES = ("listed", "filed", "completed", "assessed", "applied", "approved")


@pytest.mark.parametrize("first", ENTRIES)
def test_a_track_may_enter_the_chart_at_each_of_its_entries(first: str) -> None:
    arrows = CHARTS["claim"].arrows()
    assert check_order([first], arrows) == []


def test_the_order_without_an_application_is_a_path_of_the_chart() -> None:
    arrows = CHARTS["claim"].arrows()
    begin = ("listed", "enrolled", "filed", "completed", "assessed", "result_publicised")
    for levels in ((), ("reviewed",)):
        stages = [*begin, *levels, "approved", "payable", "paying", "paid"]
        assert check_order(stages, arrows) == []


def test_the_bureaus_own_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    text = (CONFIG / "settings" / "hangzhou.yaml").read_text("utf-8")
    (tmp_path / "settings" / "hangzhou.yaml").write_text(
        text.replace("minimum_age: {value: 16", "minimum_age: {value: 15"), "utf-8"
    )
    packs = load_packs(CONFIG, tmp_path)
    assert packs["hangzhou"].value("minimum_age", on=date(2020, 9, 1)).value == 15
    assert load_packs(CONFIG)["hangzhou"].value("minimum_age", on=date(2020, 9, 1)).value == 16


def test_every_window_that_the_chart_opens_has_a_name_in_the_pack(hangzhou: Pack) -> None:
    opened = {
        window
        for edge in CHARTS["claim"].all_edges()
        for window, _ in getattr(edge.effects, "opens", ())
    }
    of_classes = {"application", "certificate_registration"}
    for track in hangzhou.tracks.values():
        with_class = track.spec.through == "class" and track.spec.kind == "main"
        assert opened - (set() if with_class else of_classes) <= set(track.windows)
