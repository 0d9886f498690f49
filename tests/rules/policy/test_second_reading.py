"""Facts that are easily got wrong: years by two days, repeats by certificate, ways in, periods, drop-outs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from subsidy.rules.checks.enrolment import RosterPerson, check_enrolment
from subsidy.rules.decide import decide
from subsidy.rules.facts import Facts, GroupProof, PastClaim, RegisterAnswer, facts_from_json
from subsidy.rules.packs.schema import Sourced
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import read_calendar, read_pack
from tests.rules.policy.test_cases import facts_of

CHOSEN = Sourced(assumed="测试所选")


def base(city: str, code: str) -> tuple[date, Facts]:
    today, text = facts_of(city, {"base": code})
    return today, facts_from_json(text)


def decided(facts: Facts, *, today: date, pack: Pack | None = None) -> Decision:
    calendar = read_calendar().seen_on(today, city=facts.city)
    return decide(
        facts, pack=pack or read_pack(facts.city, "filled"), today=today, calendar=calendar
    )


def codes(decision: Decision) -> dict[str, str]:
    return {item.code: item.effect for item in decision.findings()}


def _paid(number: int, *, ends: date, applied: date | None = None) -> PastClaim:
    return PastClaim(
        ref=f"past{number}", status="paid", project=f"p{number}", ends=ends, applied_on=applied
    )


@pytest.mark.parametrize(
    ("applied", "effect"), [(date(2020, 11, 2), "refuse"), (date(2021, 1, 5), "hold")]
)
def test_a_fourth_claim_is_refused_only_where_the_year_is_full_by_either_day(
    applied: date, effect: str
) -> None:
    """Which day puts a claim into a year is the bureau's choice; the three a year are the clause's."""
    today, facts = base("hangzhou", "pass_certificate")
    past = tuple(_paid(n, ends=date(2020, 12, 1), applied=applied) for n in range(3))
    found = codes(decided(replace(facts, history=past), today=today))
    assert found["E301"] == effect


def test_a_claim_whose_application_day_is_not_known_still_counts_in_its_year() -> None:
    today, facts = base("hangzhou", "pass_certificate")
    past = tuple(_paid(n, ends=date(2020, 12, 1)) for n in range(3))
    assert codes(decided(replace(facts, history=past), today=today))["E301"] == "refuse"


@pytest.mark.parametrize(("level", "refused"), [("3", False), ("4", True)])
def test_a_certificate_of_another_level_of_the_trade_is_no_repeat(
    level: Any, refused: bool
) -> None:
    """An enterprise's own assessment has no class: the certificate says the level."""
    today, facts = base("hangzhou", "level_assessment")
    assert facts.certificate is not None
    facts = replace(
        facts,
        certificate=replace(facts.certificate, level="4"),
        training=replace(facts.training, level="none", occupation="electrician", ref=""),
        history=(PastClaim(ref="past", status="paid", occupation="electrician", level=level),),
    )
    assert ("E302" in codes(decided(facts, today=today))) is refused


def test_a_filed_standard_or_number_without_a_clause_lowers_nothing_by_itself() -> None:
    pack = read_pack("hangzhou", "filled")
    today, facts = base("hangzhou", "special_operations")
    assert facts.training.project is not None
    low = replace(facts.training.project, rate_fen=100)
    facts = replace(facts, training=replace(facts.training, project=low))
    for clause, held in ((None, False), (CHOSEN, True)):
        plan = pack.tracks[facts.track].spec.amount
        plan = plan if clause is None else plan.model_copy(update={"never_above_filed": clause})
        found = decided(facts, today=today, pack=_with_amount(pack, facts.track, plan))
        assert ("E605" in codes(found)) is held
        assert found.amount_fen == 100


def test_heads_above_a_filed_number_without_a_clause_wait_for_the_leader() -> None:
    pack = read_pack("hangzhou", "filled")
    today, facts = base("hangzhou", "sector_funded")
    project = facts.training.project
    assert project is not None
    assert len(facts.heads) > 1
    facts = replace(
        facts, training=replace(facts.training, project=replace(project, planned_heads=1))
    )
    plan = pack.tracks[facts.track].spec.amount
    chosen = plan.model_copy(update={"never_above_filed": CHOSEN})
    assert "E605" not in codes(decided(facts, today=today))
    found = decided(facts, today=today, pack=_with_amount(pack, facts.track, chosen))
    assert codes(found)["E605"] == "hold"


def _with_amount(pack: Pack, code: str, plan: Any) -> Pack:
    track = pack.tracks[code]
    spec = track.spec.model_copy(update={"amount": plan})
    return replace(pack, tracks={**pack.tracks, code: replace(track, spec=spec)})


def test_months_that_another_claim_of_the_track_is_for_are_looked_at() -> None:
    today, facts = base("zhumadian", "work_for_training")
    starts, until = facts.stated.period_starts, facts.stated.period_until
    assert starts is not None
    assert until is not None
    other = PastClaim(
        ref="past", status="pending", track=facts.track, starts=starts, ends=starts, order=10**6
    )
    assert codes(decided(replace(facts, history=(other,)), today=today))["E305"] == "hold"
    after = replace(other, starts=until, ends=until)
    assert "E305" not in codes(decided(replace(facts, history=(after,)), today=today))


def test_a_way_in_that_a_paper_may_open_goes_before_one_that_is_closed() -> None:
    """Poor and hard to employ at once: four months of work close one way, the insurance is open."""
    today, facts = base("zhumadian", "work_for_training")
    proved = date(2019, 1, 7)
    groups = tuple(GroupProof(group=g, proved_on=proved) for g in ("poor_labour", "hard_to_employ"))
    stated = replace(facts.stated, employed_since=facts.applied_on, employer_insured=None)
    facts = replace(facts, person=replace(facts.person, groups=groups), stated=stated)
    found = codes(decided(facts, today=today))
    assert "E217" not in found
    assert found["E531"] == "hold"


def test_whoever_left_before_the_end_of_training_that_is_paid_once_waits() -> None:
    today, facts = base("cixi", "pre_job")
    facts = replace(facts, stated=replace(facts.stated, broken_off=True))
    found = decided(facts, today=today)
    assert codes(found)["E531"] == "hold"
    assert found.amount_fen is None


def test_a_broken_off_year_without_its_months_is_asked_for_and_not_paid_as_nothing() -> None:
    today, facts = base("changchun", "apprenticeship")
    pack = read_pack("changchun", "filled")
    key = "apprenticeship_drop_out"
    values = [replace(v, value="by_months") for v in pack.dated[key].values]
    dated = {**pack.dated, key: pack.dated[key].replaced(values=values)}
    tracks = {code: replace(track, dated=dated) for code, track in pack.tracks.items()}
    pack = replace(pack, dated=dated, tracks=tracks)
    facts = replace(facts, stated=replace(facts.stated, broken_off=True, months=0))
    found = decided(facts, today=today, pack=pack)
    assert found.amount_fen is None
    assert "E531" in codes(found)


@pytest.mark.parametrize(("track", "asked"), [("certificate", True), ("studio_aid", False)])
def test_a_roster_is_asked_only_the_registers_of_its_track(track: str, asked: bool) -> None:
    pack = read_pack("changchun", True)
    answer = RegisterAnswer(
        register="pension", answer="found", source="test", asked_on=date(2020, 9, 1)
    )
    found = check_enrolment(
        RosterPerson(id_number="", name="", group="worker"),
        base("changchun", "certificate")[1].training,
        track=track,
        pack=pack,
        today=date(2020, 9, 1),
        registers=[answer],
    )
    assert ("E202" in {item.code for item in found}) is asked


def test_a_limit_of_years_that_the_bureau_chose_holds_a_graduate() -> None:
    today, facts = base("hangzhou", "pass_certificate")
    pack = read_pack("hangzhou", "filled")
    start = facts.training.starts
    assert start is not None
    long_ago = date(start.year - 5, 6, 30)
    proof = GroupProof(group="graduate", proved_on=long_ago, qualified_on=long_ago)
    facts = replace(facts, person=replace(facts.person, groups=(proof,)))
    assert codes(decided(facts, today=today))["E205"] == "refuse"
    for changes, expected in (
        ({"assumed": "测试所选"}, {"E205": "hold"}),
        ({"value": None, "unset": True}, {"E604": "gap"}),
    ):
        values = [replace(v, **changes) for v in pack.dated["graduate_years"].values]
        dated = {
            **pack.dated,
            "graduate_years": pack.dated["graduate_years"].replaced(values=values),
        }
        tracks = {code: replace(track, dated=dated) for code, track in pack.tracks.items()}
        found = decided(facts, today=today, pack=replace(pack, dated=dated, tracks=tracks))
        assert codes(found) == expected
