"""Hangzhou's pack as a whole: every track from its facts to its end, levels, settlement, precedence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from states.charts import CHARTS
from subsidy.rules.decide import decide
from subsidy.rules.facts import facts_from_json
from subsidy.rules.policy import Pack, PolicyError, check_pack_order, load_pack
from subsidy.rules.routing import routing_of
from subsidy.rules.workdays import Calendar
from tests.rules.policy.test_cases import facts_of

CONFIG = Path(__file__).parents[3] / "config"
DAY = date(2020, 9, 1)
TRACKS = (
    "pass_certificate",
    "certificate",
    "level_assessment",
    "special_operations",
    "competition",
    "start_up",
    "sector_own",
    "sector_funded",
    "apprenticeship",
    "living_allowance",
)
PLACED_BY_THE_TEXT = ("special_operations", "competition")
"""Tracks whose review and payment the plan prints for both routes."""


def test_every_kind_of_subsidy_of_the_plan_is_a_track_whose_road_the_chart_has(
    hangzhou: Pack,
) -> None:
    assert set(hangzhou.tracks) == set(TRACKS)
    assert check_pack_order(hangzhou, CHARTS["claim"].arrows()) == []


@pytest.mark.parametrize("track", TRACKS)
def test_a_claim_with_everything_in_order_waits_only_for_the_leader_to_confirm_a_rate(
    track: str, pack_named: Callable[..., Pack], calendar_on: Callable[[date], Calendar]
) -> None:
    """Were every open value decided, each track pays; a rate that no clause gives is confirmed."""
    today, text = facts_of("hangzhou", {"base": track})
    facts = facts_from_json(text)
    pack = pack_named("hangzhou", "filled")
    decision = decide(facts, pack=pack, today=today, calendar=calendar_on(today))
    assert {item.code for item in decision.findings()} <= {"E605"}
    assert decision.amount_fen
    assert decision.payable or decision.holds


def test_money_of_a_departments_own_ends_counted_and_everything_else_ends_paid(
    hangzhou: Pack,
) -> None:
    ends = {code: track.stages[-1] for code, track in hangzhou.tracks.items()}
    assert ends.pop("sector_own") == "counted"
    assert set(ends.values()) == {"paid"}
    assert hangzhou.tracks["sector_own"].fund == "department_own"


def test_only_the_living_allowance_draws_on_the_employment_fund(hangzhou: Pack) -> None:
    funds = {code: track.fund for code, track in hangzhou.tracks.items()}
    assert funds.pop("living_allowance") == "employment_fund"
    assert funds.pop("sector_own") == "department_own"
    assert set(funds.values()) == {"special_account"}


@pytest.mark.parametrize("track", PLACED_BY_THE_TEXT)
def test_special_operations_and_competitions_are_examined_and_paid_on_one_level(
    track: str, hangzhou: Pack
) -> None:
    for district, office in (("hz-xihu", "city"), ("hz-linan", "district")):
        routing = routing_of(hangzhou, hangzhou.tracks[track], district=district, on=DAY)
        assert routing.pays is not None
        assert routing.pays.value == office
        assert [level.office for level in routing.level_list] == [office, office]
        assert routing.levels is not None
        assert routing.levels.clause.startswith("三（三）2")


def test_the_authoritys_list_of_trainees_begins_the_road_of_special_operations(
    hangzhou: Pack,
) -> None:
    assert hangzhou.tracks["special_operations"].enters_at == "applied"
    assert hangzhou.tracks["competition"].enters_at == "filed"
    assert hangzhou.tracks["level_assessment"].enters_at == "assessed"


def test_three_districts_prepay_and_linans_settlement_is_open(hangzhou: Pack) -> None:
    prepaying = hangzhou.value("prepaying_districts", on=DAY)
    assert prepaying.value == ("hz-xiaoshan", "hz-yuhang", "hz-fuyang")
    assert prepaying.clause == "五（二）"
    for key in ("linan_settlement", "prepaid_quota", "prepaid_settlement"):
        value = hangzhou.value(key, on=DAY)
        assert value.unset
        assert value.clause == "五（二）"
    assert hangzhou.value("routing.hz-linan", on=DAY).value == "district"


def test_amounts_that_other_texts_give_stay_open_whatever_the_bureau_sets(hangzhou: Pack) -> None:
    for key in ("apprentice_rate", "living_allowance_day", "special_account_since"):
        assert hangzhou.value(key, on=DAY).unset, key
    money = [key for key, dated in hangzhou.dated.items() if dated.unit == "yuan"]
    assert not set(money) & set(hangzhou.assumed_keys())


# ------------------------------------------------------------------ which text prevails


def test_the_plan_goes_before_older_local_texts_and_after_later_superior_ones(
    hangzhou: Pack,
) -> None:
    said = {item.prevails: item.clause for item in hangzhou.spec.precedence}
    assert said == {"this_over_older_local": "末段", "later_superior": "末段"}


AMENDED = """amendments:
  - key: competition_rate
    since: 2021-03-01
    spec: {value: "600", clause: 二, document: DOC}
"""
DOCUMENT = """  - {id: DOC, title: 测试文件, rank: RANK, issued: ISSUED, in_force_from: 2021-03-01,
     status: in_force, loaded: true}

parameters:
"""


@pytest.fixture
def amended(tmp_path: Path) -> Callable[..., Pack]:
    """Hangzhou's pack with one amendment by a document of the given rank and date."""

    def load(*, rank: str, issued: str) -> Pack:
        folder = tmp_path / "policies"
        folder.mkdir()
        path = folder / "hangzhou.yaml"
        shutil.copy(CONFIG / "policies" / "hangzhou.yaml", path)
        text = path.read_text("utf-8")
        before, after = text.split("# 末段：原有政策", 1)
        kept, rest = after.split("parameters:\n", 1)
        document = DOCUMENT.replace("DOC", "later").replace("RANK", rank)
        listed = document.replace("ISSUED", issued).removesuffix("\nparameters:\n")
        changes = AMENDED.replace("DOC", "later")
        whole = f"{before.rstrip()}\n{listed}\n# 末段：原有政策{kept}{changes}\nparameters:\n{rest}"
        path.write_text(whole, "utf-8")
        return load_pack(path, exceptions=CONFIG / "exceptions.yaml")

    return load


def test_a_later_provincial_value_holds_from_its_day(amended: Callable[..., Pack]) -> None:
    pack = amended(rank="provincial", issued="2021-02-10")
    assert pack.value("competition_rate", on=date(2021, 2, 28)).value == 50_000
    later = pack.value("competition_rate", on=date(2021, 3, 1))
    assert (later.value, later.document) == (60_000, "later")


@pytest.mark.parametrize(
    ("rank", "issued", "what"),
    [
        ("district", "2021-02-10", "ranks below"),
        ("city", "2019-02-10", "is older than"),
        ("provincial", "2019-02-10", "is older than"),
    ],
)
def test_neither_a_lower_nor_an_earlier_text_overrules_the_plan(
    amended: Callable[..., Pack], rank: str, issued: str, what: str
) -> None:
    with pytest.raises(PolicyError, match=what):
        amended(rank=rank, issued=issued)
