"""Divisions with their days, and occupations with their codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from subsidy.rules.packs.occupations import load_occupations
from subsidy.rules.policy import Pack, PolicyError
from subsidy.rules.routing import load_divisions, route_through, routing_of

CONFIG = Path(__file__).parents[3] / "config"
HANGZHOU = load_divisions(CONFIG / "divisions" / "hangzhou.yaml")
MERGER = date(2021, 4, 9)


def test_hangzhou_had_the_15_units_of_annex_1_until_the_merger() -> None:
    before = HANGZHOU.on(date(2021, 4, 8))
    assert len(before) == 15
    assert {item.name_zh for item in before if item.gb_code is None} == {"钱塘新区", "风景名胜区"}
    assert len(HANGZHOU.on(MERGER)) == 14


def test_abolished_districts_name_who_took_over() -> None:
    heirs = HANGZHOU.now("hz-xiacheng", on=MERGER)
    assert [item.id for item in heirs] == ["hz-gongshu"]
    assert [item.id for item in HANGZHOU.now("hz-jianggan", on=MERGER)] == [
        "hz-shangcheng",
        "hz-qiantang",
    ]
    assert [item.id for item in HANGZHOU.now("hz-xihu", on=MERGER)] == ["hz-xihu"]
    assert HANGZHOU.now("hz-xiacheng", on=date(2021, 4, 8))[0].id == "hz-xiacheng"


def test_every_division_has_a_route_on_each_of_its_days(hangzhou: Pack) -> None:
    track = hangzhou.tracks["pass_certificate"]
    for day in (date(2020, 7, 1), date(2021, 4, 8), MERGER, date(2021, 12, 31)):
        for item in HANGZHOU.on(day):
            routing = routing_of(hangzhou, track, district=item.id, on=day)
            assert routing.route.value in ("main_city", "district")
            assert routing.pays is not None
            expected = "city" if routing.route.value == "main_city" else "district"
            assert routing.pays.value == expected
            assert len(routing.level_list) == 2


def test_the_units_that_the_plan_does_not_place_are_marked_as_assumed(hangzhou: Pack) -> None:
    assumed = {key for key in hangzhou.assumed_keys() if key.startswith("routing.")}
    assert assumed == {
        "routing.hz-scenic-area",
        "routing.hz-linping",
        "routing.hz-qiantang",
    }
    before = hangzhou.value("routing.hz-qiantang-new", on=date(2020, 9, 1))
    assert before.assumed


def test_cixi_has_its_18_towns() -> None:
    assert len(load_divisions(CONFIG / "divisions" / "cixi.yaml").by_id) == 18


def test_a_successor_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    text = (CONFIG / "divisions" / "hangzhou.yaml").read_text("utf-8")
    path = tmp_path / "hangzhou.yaml"
    path.write_text(text.replace("[hz-gongshu]", "[hz-nowhere]"), "utf-8")
    with pytest.raises(PolicyError, match="Unknown successor hz-nowhere"):
        load_divisions(path)


def test_occupations_have_an_id_of_their_own_and_codes_by_edition() -> None:
    occupations = load_occupations(CONFIG / "occupations.yaml")
    assert len(occupations) > 70
    assert occupations["elderly-carer"].codes["2022"] == "4-10-01-05"
    assert occupations["elderly-carer"].name_zh == "养老护理员"


CODES = {
    "changchun": "102 103 104 105 106 112 113 122 182 183",
    "zhumadian": "702 721 722 723 724 725 726 727 728 729",
    "hangzhou": "102 103 104 105 106 108 109 110 111 112 122 127 182",
}
"""GB/T 2260, April 2019, without the digits of province and prefecture."""
PREFIXES = {"changchun": "220", "zhumadian": "411", "hangzhou": "330"}


@pytest.mark.parametrize("city", sorted(CODES))
def test_every_county_of_the_standard_of_april_2019_is_there(city: str) -> None:
    divisions = load_divisions(CONFIG / "divisions" / f"{city}.yaml")
    there = {item.gb_code for item in divisions.on(date(2019, 4, 30)) if item.gb_code}
    assert there == {PREFIXES[city] + code for code in CODES[city].split()}


def test_one_successor_answers_for_a_district_several_leave_it_to_a_person() -> None:
    one = HANGZHOU.heir("hz-xiacheng", on=MERGER)
    assert one is not None
    assert one.id == "hz-gongshu"
    assert HANGZHOU.heir("hz-jianggan", on=MERGER) is None
    before = HANGZHOU.heir("hz-jianggan", on=date(2021, 4, 8))
    assert before is not None
    assert before.id == "hz-jianggan"
    assert HANGZHOU.heir("hz-linping", on=date(2021, 4, 8)) is None


def test_a_new_district_knows_whose_territory_it_was() -> None:
    def origins(division: str) -> set[str]:
        return {item.id for item in HANGZHOU.origins(division)}

    assert origins("hz-qiantang") == {"hz-jianggan", "hz-qiantang-new", "hz-xiaoshan"}
    assert origins("hz-linping") == {"hz-yuhang"}
    assert origins("hz-xihu") == set()


def test_the_papers_of_ended_districts_lie_with_those_that_took_over() -> None:
    def kept(division: str, on: date) -> list[str]:
        return [item.id for item in HANGZHOU.answers_for(division, on=on)]

    assert kept("hz-gongshu", MERGER) == ["hz-xiacheng", "hz-gongshu"]
    assert kept("hz-gongshu", date(2021, 4, 8)) == ["hz-gongshu"]
    assert kept("hz-qiantang", MERGER) == ["hz-jianggan", "hz-qiantang-new", "hz-qiantang"]


def test_the_route_of_an_ended_district_is_that_of_its_successors(hangzhou: Pack) -> None:
    after = route_through(hangzhou, HANGZHOU, district="hz-xiacheng", on=MERGER)
    assert after.value == "main_city"
    assert after.key == "routing.hz-gongshu"
    before = route_through(hangzhou, HANGZHOU, district="hz-xiacheng", on=date(2021, 4, 8))
    assert before.key == "routing.hz-xiacheng"
    parted = route_through(hangzhou, HANGZHOU, district="hz-jianggan", on=MERGER)
    routes = {
        hangzhou.value(f"routing.{heir}", on=MERGER).value
        for heir in ("hz-shangcheng", "hz-qiantang")
    }
    if len(routes) == 1:
        assert {parted.value} == routes
    else:
        assert parted.unset
        assert "上城区、钱塘区" in parted.why


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"330103"', '"330102"', "Code 330102 stands twice"),
        ("to: hz-linping", "to: hz-nowhere", "Unknown division hz-nowhere"),
        ("valid_from: 2021-04-09", "valid_from: 2021-05-01", "begins after hz-"),
        ("successors: [hz-gongshu]", "successors: [hz-jianggan]", "has ended when hz-xiacheng"),
    ],
)
def test_no_day_is_left_without_an_office(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = (CONFIG / "divisions" / "hangzhou.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "hangzhou.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(PolicyError, match=what):
        load_divisions(path)


def test_an_occupation_is_found_by_its_name_and_by_the_code_of_an_edition() -> None:
    found = load_occupations(CONFIG / "occupations.yaml")
    shop = found["e-commerce-specialist"]
    assert found.named(" 电子商务师 ") == shop
    assert found.coded("4-01-02-02", edition="2015") == (shop,)
    assert found.coded("４-０１-０６-０１", edition="2022") == (shop,)
    assert found.coded("4-01-02-02", edition="2022") == ()
    assert found.matches("电子商务师", edition="2022") == (shop,)
    assert found.matches("宇航员") == found.matches("9-99-99-99") == ()


def test_a_code_that_moved_to_another_occupation_needs_its_edition(tmp_path: Path) -> None:
    path = tmp_path / "occupations.yaml"
    path.write_text(
        "occupations:\n"
        '  - {id: old, name: 甲, name_en: A, codes: [{code: 4-01-01-01, edition: "2015"}]}\n'
        '  - {id: new, name: 乙, name_en: B, codes: [{code: 4-01-01-01, edition: "2022"}]}\n',
        "utf-8",
    )
    found = load_occupations(path)
    assert {each.id for each in found.matches("4-01-01-01")} == {"old", "new"}
    assert [each.id for each in found.matches("4-01-01-01", edition="2022")] == ["new"]


def test_a_code_or_a_name_that_an_edition_gives_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "occupations.yaml"
    path.write_text(
        "occupations:\n"
        '  - {id: one, name: 甲, name_en: A, codes: [{code: 4-01-01-01, edition: "2022"}]}\n'
        '  - {id: two, name: 甲, name_en: B, codes: [{code: 4-01-01-01, edition: "2022"}]}\n',
        "utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        load_occupations(path)
    assert len(caught.value.faults) == 2
