"""What must hold for any facts: caps, monotony, order, and no loss without a clause."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.rules.amount import by_days, uplifted
from subsidy.rules.decide import decide
from subsidy.rules.facts import (
    Answer,
    CertificateFacts,
    Connection,
    Facts,
    GroupProof,
    HeadFacts,
    PastClaim,
    PersonFacts,
    ProjectFacts,
    RegisterAnswer,
    TrainingFacts,
    Uplift,
    facts_from_json,
)
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import Settings, read_calendar, read_pack
from tests.rules.policy.test_cases import facts_of

TODAY = date(2020, 12, 1)
START = date(2020, 9, 7)
QUIET = settings(derandomize=True, deadline=None, max_examples=150)

TRACKS = tuple(read_pack("hangzhou", True).tracks)
COUNTED = ("pass_certificate", "certificate", "level_assessment", "special_operations", "start_up")
"""Tracks of one person that count towards the yearly number and have an amount."""
BY_DAYS = ("pass_certificate", "living_allowance")
SPECIAL_CAP_FEN, HEAD_FEN, DAY_FEN, MOST_DAYS = 65_000, 50_000, 10_000, 20

dates = st.dates(date(2020, 6, 1), date(2020, 12, 31))
answers = st.sampled_from(["found", "not_found", "mismatch", "unavailable"])


def _registers(answer: str = "") -> tuple[RegisterAnswer, ...]:
    usual = {
        "pension": "not_found",
        "death": "not_found",
        "certificate": "found",
        "upgrade_subsidy": "not_found",
    }
    return tuple(
        RegisterAnswer(
            register=name, answer=cast("Answer", answer or said), source="test", asked_on=TODAY
        )
        for name, said in usual.items()
    )


def _claim(*, attended: tuple[date, ...], claim: str = "this", order: int = 0) -> Facts:
    return Facts(
        city="hangzhou",
        track="pass_certificate",
        claim=claim,
        order=order,
        person=PersonFacts(
            identity="verified",
            groups=(GroupProof(group="urban_rural_worker"),),
            connections=(Connection(kind="household"),),
            registers=_registers(),
            attended_on=attended,
            assessment="passed",
        ),
        training=TrainingFacts(
            district="hz-xihu",
            occupation="courier",
            starts=START,
            ends=START + timedelta(40),
            filed_on=date(2020, 8, 20),
            filing_approved_on=date(2020, 8, 25),
            project=ProjectFacts(ref="project", approved_on=date(2020, 8, 3)),
        ),
        certificate=CertificateFacts(
            kind="pass",
            issued_on=date(2020, 10, 30),
            registered_on=date(2020, 11, 2),
            reviewed_on=date(2020, 11, 3),
        ),
        applied_on=date(2020, 11, 10),
        commitment_signed=True,
    )


def _decide(facts: Facts, *, with_settings: Settings = True, today: date = TODAY) -> Decision:
    calendar = read_calendar().seen_on(today, city="hangzhou")
    return decide(facts, pack=read_pack("hangzhou", with_settings), today=today, calendar=calendar)


@cache
def _base(track: str) -> tuple[date, Facts]:
    """The day and the facts of the case files under which a claim of the track is in order."""
    today, text = facts_of("hangzhou", {"base": track})
    return today, facts_from_json(text)


def _with_project(facts: Facts, **changes: int | None) -> Facts:
    project = replace(facts.training.project or ProjectFacts(ref="p"), **changes)  # type: ignore[arg-type]
    return replace(facts, training=replace(facts.training, project=project))


@QUIET
@given(st.lists(st.integers(-5, 60), max_size=50))
def test_the_amount_is_never_above_2000_yuan_and_always_whole_days(offsets: list[int]) -> None:
    fen = _decide(_claim(attended=tuple(START + timedelta(n) for n in offsets))).amount_fen
    assert fen is None or (0 < fen <= 200_000 and fen % 10_000 == 0)


@QUIET
@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 40), st.sampled_from(BY_DAYS))
def test_one_more_attended_day_never_lowers_the_amount(
    offsets: list[int], more: int, track: str
) -> None:
    """Wherever days earn money; an allowance for which a rate were decided included."""
    before = tuple(START + timedelta(n) for n in offsets)
    person = (GroupProof(group="disabled", proved_on=date(2019, 1, 7)),)

    def earned(days: tuple[date, ...]) -> int:
        facts = replace(_claim(attended=days), track=track)
        facts = replace(facts, person=replace(facts.person, groups=person))
        return _decide(facts, with_settings="filled").amount_fen or 0

    assert earned((*before, START + timedelta(more))) >= earned(before)


@QUIET
@given(st.integers(0, 10**7), st.integers(0, 400), st.integers(0, 60))
def test_the_day_rule_never_passes_its_cap(rate_fen: int, days: int, cap: int) -> None:
    assert by_days(rate_fen=rate_fen, days=days, cap_days=cap) <= rate_fen * cap


@QUIET
@given(st.integers(0, 10**8), st.integers(0, 30))
def test_an_uplift_never_lowers_and_never_passes_thirty_percent(rate: int, percent: int) -> None:
    raised = uplifted(rate_fen=rate, percent=percent)
    assert rate <= raised <= rate * 130 // 100


@QUIET
@given(st.permutations(range(6)), st.integers(0, 2))
def test_whoever_is_decided_first_the_same_three_claims_of_a_year_are_paid(
    handled: list[int], paid_before: int
) -> None:
    """Six claims of one person are decided one after the other in any order."""
    status = dict.fromkeys(range(6), "pending")
    old = [
        PastClaim(ref=f"old{n}", status="paid", project=f"old{n}", ends=date(2020, 2, 1))
        for n in range(paid_before)
    ]
    for number in handled:
        others = [
            PastClaim(
                ref=f"claim{n}",
                status="paid" if status[n] == "paid" else "pending",
                project=f"project{n}",
                ends=START + timedelta(40),
                applied_on=date(2020, 11, 10),
                order=n,
            )
            for n in range(6)
            if n != number and status[n] != "refused"
        ]
        facts = _claim(attended=(START,), claim=f"claim{number}", order=number)
        refused = {f.code for f in _decide(replace(facts, history=(*old, *others))).refusals}
        status[number] = "refused" if "E301" in refused else "paid"
    paid = [number for number in range(6) if status[number] == "paid"]
    assert paid == list(range(3 - paid_before))


@QUIET
@given(
    starts=dates,
    length=st.integers(0, 40),
    filed=st.none() | dates,
    applied=st.none() | dates,
    answer=answers,
    attended=st.integers(0, 30),
    with_settings=st.sampled_from([False, True, "filled"]),
    track=st.sampled_from(TRACKS),
)
def test_whatever_the_facts_a_refusal_has_a_clause_and_nothing_open_is_payable(
    starts: date,
    length: int,
    filed: date | None,
    applied: date | None,
    answer: str,
    attended: int,
    with_settings: Settings,
    track: str,
) -> None:
    facts = _claim(attended=tuple(starts + timedelta(n) for n in range(attended)))
    facts = replace(
        facts,
        track=track,
        person=replace(facts.person, registers=_registers(answer)),
        training=replace(
            facts.training, starts=starts, ends=starts + timedelta(length), filed_on=filed
        ),
        applied_on=applied,
    )
    decision = _decide(facts, with_settings=with_settings)
    for finding in decision.refusals:
        assert finding.clause
        assert finding.assumed is None
    for gap in decision.gaps:
        assert gap.queue == "policy_gap"
    if decision.payable:
        assert not [*decision.refusals, *decision.holds, *decision.gaps]
        assert decision.amount_fen
    if decision.refusals:
        assert decision.amount_fen is None


def test_the_settings_of_the_bureau_never_add_a_refusal_or_lower_an_amount() -> None:
    """What a setting fills was open before: it may settle or hold, never take away."""
    for days, offset in itertools.product((0, 1, 12, 20, 25), (0, 3)):
        attended = tuple(START + timedelta(n) for n in range(days))
        facts = _claim(attended=attended)
        training = replace(facts.training, planned_days=days + offset)
        facts = replace(facts, training=training)
        plain, filled = _decide(facts, with_settings=False), _decide(facts)
        assert {f.code for f in filled.refusals} <= {f.code for f in plain.refusals}
        assert (filled.amount_fen or 0) >= (plain.amount_fen or 0)


@pytest.mark.parametrize("track", TRACKS)
def test_the_settings_take_nothing_away_in_any_track(track: str) -> None:
    today, facts = _base(track)
    for applied in (facts.applied_on, today, None):
        changed = replace(facts, applied_on=applied)
        plain = _decide(changed, with_settings=False, today=today)
        filled = _decide(changed, today=today)
        assert {f.code for f in filled.refusals} <= {f.code for f in plain.refusals}
        assert (filled.amount_fen or 0) >= (plain.amount_fen or 0)


# ------------------------------------------------------------------ ceilings, heads, order


@QUIET
@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_special_operations_pay_the_cost_under_the_cap_and_the_filed_standard(
    cost: int, filed: int
) -> None:
    _, facts = _base("special_operations")
    facts = replace(facts, stated=replace(facts.stated, actual_cost_fen=cost))
    amount = _decide(_with_project(facts, rate_fen=filed)).amount_fen
    assert amount == min(cost, filed, SPECIAL_CAP_FEN)


@QUIET
@given(st.integers(1, 200_000), st.integers(1, 200_000), st.integers(0, 60), dates)
def test_no_uplift_lifts_special_operations_above_a_ceiling(
    cost: int, filed: int, percent: int, asked: date
) -> None:
    _, facts = _base("special_operations")
    uplift = Uplift(applied_on=asked, approved_on=TODAY, percent=percent)
    facts = replace(facts, stated=replace(facts.stated, actual_cost_fen=cost), uplift=uplift)
    amount = _decide(_with_project(facts, rate_fen=filed)).amount_fen
    assert amount == min(cost, filed, SPECIAL_CAP_FEN)


@QUIET
@given(st.integers(1, 41), st.integers(0, 60), dates)
def test_above_the_fixed_day_rate_nothing_is_payable_without_the_leader(
    days: int, percent: int, asked: date
) -> None:
    """An uplift never counts a day beyond the cap, and never pays above the fixed rate by itself."""
    attended = tuple(START + timedelta(n) for n in range(days))
    uplift = Uplift(applied_on=asked, approved_on=TODAY, percent=percent)
    decision = _decide(replace(_claim(attended=attended), uplift=uplift))
    counted = min(days, MOST_DAYS)
    assert counted * DAY_FEN <= (decision.amount_fen or 0) <= counted * DAY_FEN * 130 // 100
    assert not decision.payable or decision.amount_fen == counted * DAY_FEN


@QUIET
@given(
    st.sampled_from(["certificate", "level_assessment"]),
    st.sampled_from([("5", 1000), ("4", 1500), ("3", 2000), ("2", 2500), ("1", 3000)]),
    st.integers(0, 60),
    dates,
)
def test_an_uplift_of_a_certificate_stays_within_thirty_percent_of_its_rate(
    track: str, rate: tuple[str, int], percent: int, asked: date
) -> None:
    _, facts = _base(track)
    level, yuan = rate
    assert facts.certificate is not None
    facts = replace(
        facts,
        training=replace(facts.training, level=level, starts=date(2020, 10, 12)),  # type: ignore[arg-type]
        certificate=replace(facts.certificate, level=level),  # type: ignore[arg-type]
        uplift=Uplift(applied_on=asked, approved_on=TODAY, percent=percent),
    )
    amount = _decide(facts).amount_fen
    assert amount is not None
    assert yuan * 100 <= amount <= yuan * 130


def _heads(track: str, done: list[tuple[bool, bool]]) -> tuple[HeadFacts, ...]:
    person = _base(track)[1].heads[0].person
    return tuple(
        HeadFacts(ref=f"line{n}", person=person, theory_passed=theory, practice_passed=practice)
        for n, (theory, practice) in enumerate(done)
    )


@QUIET
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30), st.randoms())
def test_a_competition_pays_for_each_head_that_passed_both_in_whatever_order(
    done: list[tuple[bool, bool]], chance: random.Random
) -> None:
    _, facts = _base("competition")
    heads = _heads("competition", done)
    mixed = list(heads)
    chance.shuffle(mixed)
    amount = _decide(replace(facts, heads=heads)).amount_fen
    both = sum(theory and practice for theory, practice in done)
    assert (amount or 0) == both * HEAD_FEN
    assert _decide(replace(facts, heads=tuple(mixed))).amount_fen == amount
    one_more = (*heads, *_heads("competition", [(True, True)]))
    assert _decide(replace(facts, heads=one_more)).amount_fen == (both + 1) * HEAD_FEN


@QUIET
@given(st.integers(0, 12), st.integers(1, 12), st.integers(1, 40), st.integers(1, 20_000))
def test_a_department_never_draws_for_more_heads_days_or_yuan_than_it_filed(
    finished: int, filed_heads: int, days: int, filed_fen: int
) -> None:
    _, facts = _base("sector_funded")
    line = facts.heads[0]
    facts = replace(
        facts,
        heads=tuple(replace(line, ref=f"line{n}") for n in range(finished)),
        stated=replace(facts.stated, training_days=days),
    )
    facts = _with_project(facts, planned_heads=filed_heads, rate_fen=filed_fen)
    amount = _decide(facts).amount_fen or 0
    assert amount == min(finished, filed_heads) * min(days, MOST_DAYS) * min(filed_fen, DAY_FEN)


@QUIET
@given(st.permutations(range(len(COUNTED))), st.integers(0, 2))
def test_the_order_of_handling_does_not_change_what_a_person_gets_in_a_year(
    handled: list[int], paid_before: int
) -> None:
    """One claim of each kind, decided one after the other in any order: the same ones are paid."""
    old = tuple(
        PastClaim(ref=f"old{n}", status="paid", project=f"old{n}", ends=date(2020, 2, 1))
        for n in range(paid_before)
    )
    paid: dict[int, int] = {}
    refused: set[int] = set()
    for number in handled:
        others = tuple(
            PastClaim(
                ref=f"claim{n}",
                status="paid" if n in paid else "pending",
                project=f"project{n}",
                ends=date(2020, 10, 31),
                applied_on=date(2020, 11, 10),
                order=n,
            )
            for n in range(len(COUNTED))
            if n != number and n not in refused
        )
        _, facts = _base(COUNTED[number])
        facts = replace(facts, claim=f"claim{number}", order=number, history=(*old, *others))
        decision = _decide(facts)
        if decision.refusals:
            assert {finding.code for finding in decision.refusals} == {"E301"}
            refused.add(number)
        else:
            paid[number] = decision.amount_fen or 0
    assert sorted(paid) == list(range(3 - paid_before))
    assert sum(paid.values()) == sum([120_000, 150_000, 200_000][: 3 - paid_before])
