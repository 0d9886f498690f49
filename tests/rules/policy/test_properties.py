"""What must hold for any facts: caps, monotony, order, and no loss without a clause."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import cast

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
    PastClaim,
    PersonFacts,
    ProjectFacts,
    RegisterAnswer,
    TrainingFacts,
)
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import read_calendar, read_pack

TODAY = date(2020, 12, 1)
START = date(2020, 9, 7)
QUIET = settings(derandomize=True, deadline=None, max_examples=150)

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


def _decide(facts: Facts, *, with_settings: bool = True) -> Decision:
    calendar = read_calendar().seen_on(TODAY, city="hangzhou")
    return decide(facts, pack=read_pack("hangzhou", with_settings), today=TODAY, calendar=calendar)


@QUIET
@given(st.lists(st.integers(-5, 60), max_size=50))
def test_the_amount_is_never_above_2000_yuan_and_always_whole_days(offsets: list[int]) -> None:
    fen = _decide(_claim(attended=tuple(START + timedelta(n) for n in offsets))).amount_fen
    assert fen is None or (0 < fen <= 200_000 and fen % 10_000 == 0)


@QUIET
@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 40))
def test_one_more_attended_day_never_lowers_the_amount(offsets: list[int], more: int) -> None:
    before = tuple(START + timedelta(n) for n in offsets)
    less = _decide(_claim(attended=before)).amount_fen or 0
    most = _decide(_claim(attended=(*before, START + timedelta(more)))).amount_fen or 0
    assert most >= less


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
    with_settings=st.booleans(),
    track=st.sampled_from(["pass_certificate", "certificate"]),
)
def test_whatever_the_facts_a_refusal_has_a_clause_and_nothing_open_is_payable(
    starts: date,
    length: int,
    filed: date | None,
    applied: date | None,
    answer: str,
    attended: int,
    with_settings: bool,
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
