"""A pack as people read it: every value in its section, two cities side by side, what is covered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from subsidy.actions.views.policies.comparing import VERDICTS, compare
from subsidy.actions.views.policies.covering import MISSING, coverage_of
from subsidy.actions.views.policies.lines import Line
from subsidy.actions.views.policies.sheet import PolicySheet, narrowed, policy_sheet
from subsidy.console.language.policy_words import policy_word
from subsidy.rules.packs.coverage import CoverageRow, Rule
from subsidy.rules.policy import Pack, load_pack, load_packs

CONFIG = Path(__file__).parents[2] / "config"
DAY = date(2020, 10, 12)
PACKS = load_packs(CONFIG)


def sheet(city: str = "hangzhou", on: date = DAY) -> PolicySheet:
    return policy_sheet(PACKS[city], on=on, names={"hz-shangcheng": "上城区"})


def line(key: str, within: PolicySheet) -> Line:
    return next(each for each in within.lines if each.key == key)


@pytest.mark.parametrize("city", sorted(PACKS))
def test_every_dated_value_of_every_city_stands_on_its_sheet(city: str) -> None:
    found = sheet(city)
    assert {each.key for each in found.lines} >= set(PACKS[city].dated)
    spec = PACKS[city].spec
    people = {each.key for part in found.people for each in part.lines}
    assert people == {
        f"{kind}.{name}"
        for kind in ("groups", "connections", "categories", "registers")
        for name in getattr(spec, kind)
    }
    for track in found.tracks:
        given = spec.tracks[track.code]
        assert [stage.means for stage in track.road] == [stage.state for stage in given.stages]
        gates = [each for part in track.parts if part.code == "gates" for each in part.lines]
        assert len(gates) == len(given.gates)


@pytest.mark.parametrize("city", sorted(PACKS))
def test_beside_every_value_stands_a_clause_or_why_there_is_none(city: str) -> None:
    found = sheet(city)
    facts = {
        each.key
        for track in found.tracks
        for part in track.parts
        if part.code in ("money", "more")
        for each in part.lines
        if each.key not in PACKS[city].dated
    }
    for each in found.lines:
        begins = any(name == "begins" for name, _ in each.notes)
        assert each.clause or each.assumed or each.why or each.ended or begins or each.key in facts
        assert not (each.assumed and each.unset), each.key


def test_a_value_is_told_with_amount_unit_clause_and_document() -> None:
    rate = line("project_day_rate", sheet())
    assert (rate.fen, rate.clause, rate.document) == (10_000, "四（二）", "杭人社发〔2020〕43号")
    window = line("pass_certificate.windows.application", sheet())
    assert (window.words, window.unit) == (("30",), "working")
    assert ("after", ("training_ends",)) in window.notes
    assert ("at_end", ("ticket", "lapse")) in window.notes


def test_open_and_chosen_values_are_told_apart() -> None:
    chosen = line("windows.publicity", sheet())
    assert chosen.assumed
    assert not chosen.unset
    plain = load_pack(CONFIG / "policies" / "hangzhou.yaml")
    bare = policy_sheet(plain, on=DAY)
    assert line("windows.publicity", bare).is_open
    assert line("certificate.payee", bare).clause


def test_a_value_says_when_it_begins_and_until_when_it_holds() -> None:
    assert line("routing.hz-xiacheng", sheet()).until == date(2021, 4, 9)
    ended = line("routing.hz-xiacheng", sheet(on=date(2021, 4, 9)))
    assert ended.ended
    assert not ended.is_open
    assert line("routing.hz-linping", sheet()).notes == (("begins", ("2021-04-09",)),)


def test_a_place_is_told_by_its_name_and_a_route_in_words() -> None:
    place = line("routing.hz-shangcheng", sheet())
    assert place.means == "上城区"
    assert place.words == ("主城区（市级核定拨付）",)


def test_the_money_of_a_track_names_every_parameter_it_is_made_of() -> None:
    track = next(each for each in sheet().tracks if each.code == "pass_certificate")
    money = next(part for part in track.parts if part.code == "money")
    assert {each.key for each in money.lines} >= {"project_day_rate", "project_day_cap"}


def test_a_sheet_narrowed_by_words_keeps_only_what_fits() -> None:
    found = narrowed(sheet(), lambda each: "三（三）2（2）③" in each.text)
    kept = [each for track in found.tracks for part in track.parts for each in part.lines]
    assert "pass_certificate.windows.application" in {each.key for each in kept}
    assert all("三（三）2（2）③" in each.text for each in kept)
    assert not narrowed(sheet(), lambda each: False).tracks


def test_every_code_of_the_shipped_packs_is_said_in_chinese() -> None:
    bare = set()
    for city in PACKS:
        for each in sheet(city).lines:
            field = each.key.rpartition(".")[2]
            told = [*((field, word) for word in each.words), ("", each.means)]
            for name, words in each.notes:
                told += [("", name), *((name, word) for word in words)]
            for where, word in told:
                said = policy_word(word, where, language="zh_CN")
                if said.isascii() and re.fullmatch(r"[a-z_.]+", said):
                    bare.add(f"{city} {each.key}: {word}")
    assert bare == set()


# ------------------------------------------------------------------ side by side


def verdicts(left: PolicySheet, right: PolicySheet) -> dict[str, str]:
    found = compare(left, right)
    return {pair.key: pair.verdict for each in found.sections for pair in each.pairs}


def test_two_cities_side_by_side_say_what_differs_and_what_only_one_has() -> None:
    found = verdicts(sheet(), sheet("cixi"))
    assert found["yearly_limit"] == "same"
    assert found["groups.rural_transfer"] == "differs"
    assert found["groups.paired_region"] == "only_right"
    assert found["project_day_rate"] == "only_left"
    assert found["payment_approvals"] == "both_open"
    assert set(found.values()) <= set(VERDICTS)
    assert not any(key.startswith("routing.") for key in found)


def test_another_order_of_the_same_stages_is_a_difference() -> None:
    whole = sheet()
    first, *others = whole.tracks
    turned = replace(first, road=(*first.road[1:], first.road[0]))
    found = verdicts(whole, replace(whole, tracks=(turned, *others)))
    assert {key for key, word in found.items() if word == "differs"} == {f"{first.code}.stages"}


def test_turned_round_the_comparison_says_the_same_the_other_way() -> None:
    def placed(left: PolicySheet, right: PolicySheet) -> dict[tuple[str, str, str], str]:
        sections = compare(left, right).sections
        return {(s.track, s.code, p.key): p.verdict for s in sections for p in s.pairs}

    there, back = placed(sheet(), sheet("cixi")), placed(sheet("cixi"), sheet())
    turned = {"only_left": "only_right", "only_right": "only_left"}
    assert there == {key: turned.get(word, word) for key, word in back.items()}


def test_a_city_compared_with_itself_differs_in_nothing() -> None:
    assert set(verdicts(sheet(), sheet()).values()) <= {"same", "both_open"}


def test_a_changed_rate_is_the_one_difference() -> None:
    pack = PACKS["hangzhou"]
    dated = pack.dated["project_day_rate"]
    dearer = dated.replaced(values=[replace(v, value=v.value + 1) for v in dated.values])
    other: Pack = replace(pack, dated={**pack.dated, "project_day_rate": dearer})
    found = compare(sheet(), policy_sheet(other, on=DAY, names={"hz-shangcheng": "上城区"}))
    differ = {p.key for s in found.sections for p in s.pairs if p.verdict == "differs"}
    assert differ == {"project_day_rate"}
    assert found.count("only_left") == found.count("only_right") == 0


# ------------------------------------------------------------------ what is covered


def test_each_rule_is_shown_with_its_answer_and_the_missing_ones_are_named() -> None:
    rules = [
        Rule("HZ-1", "甲", "一", "rate", "原文", "One."),
        Rule("HZ-2", "甲", "二", "cap", "原文", "Two."),
        Rule("CX-1", "乙", "一", "rate", "原文", "Three."),
    ]
    rows = [CoverageRow("HZ-1", "manual", "by hand", ()), CoverageRow("HZ-9", "manual", "x", ())]
    found = coverage_of(rules, rows)
    assert [source.source for source in found.sources] == ["甲", "乙"]
    first = found.sources[0]
    assert (first.listed, first.missing) == (1, ("HZ-2",))
    assert first.counts["manual"] == 1
    assert first.rules[1].status == MISSING
    assert [fault.key for fault in found.faults] == ["HZ-9"]
    only = coverage_of(rules, rows, keep=lambda rule: rule.category == "cap")
    assert [rule.id for source in only.sources for rule in source.rules] == ["HZ-2"]
