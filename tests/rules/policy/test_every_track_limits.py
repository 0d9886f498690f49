"""For every track of every city: order, caps, more days, uplifts, and the days before the plan."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from subsidy.rules.decide import decide
from subsidy.rules.facts import Facts, PastClaim, Uplift, facts_from_json
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import read_calendar, read_pack
from tests.rules.policy.test_cases import CITIES, facts_of

PACKS = {city: read_pack(city, "filled") for city in CITIES}
TRACKS = [(pack, code) for pack in PACKS.values() for code in pack.tracks]
NAMES = [f"{pack.city}: {code}" for pack, code in TRACKS]
LIMITED = [
    (pack, code)
    for pack, code in TRACKS
    if pack.tracks[code].has_person and pack.tracks[code].spec.counts_towards_limits
]
MONTHLY = [
    (pack, code)
    for pack, code in TRACKS
    if pack.tracks[code].spec.amount.times == "month"
    and pack.tracks[code].spec.amount.times_at_most
]
CAPPED = [
    (pack, code)
    for pack, code in TRACKS
    for plan in [pack.tracks[code].spec.amount]
    if plan.at_most or plan.at_most_by
]


def name(value: object) -> str:
    return value.city if isinstance(value, Pack) else str(value)


def base(pack: Pack, code: str) -> tuple[date, Facts]:
    today, text = facts_of(pack.city, {"base": code})
    return today, facts_from_json(text)


def decided(pack: Pack, facts: Facts, today: date) -> Decision:
    calendar = read_calendar().seen_on(today, city=pack.city)
    return decide(facts, pack=pack, today=today, calendar=calendar)


def _as_past(number: int, facts: Facts, *, status: str) -> PastClaim:
    until = facts.stated.period_until
    ends = facts.training.ends or (until and until - timedelta(1))
    ends = ends or (facts.certificate.issued_on if facts.certificate else None)
    return PastClaim(
        ref=f"claim{number}",
        status=status,  # type: ignore[arg-type]
        project=f"other{number}",
        track=facts.track,
        ends=ends or facts.stated.period_starts or facts.applied_on,
        applied_on=facts.applied_on,
        order=number,
        months=facts.stated.months,
    )


def _all_in_order(pack: Pack, code: str, count: int, order: tuple[int, ...]) -> dict[int, int]:
    """Claims of one person decided one after the other; number → fen of those not refused."""
    today, facts = base(pack, code)
    status, paid = dict.fromkeys(range(count), "pending"), {}
    for number in order:
        others = tuple(
            _as_past(n, facts, status=status[n])
            for n in range(count)
            if n != number and status[n] != "refused"
        )
        own = replace(facts, claim=f"claim{number}", order=number, history=others)
        found = decided(pack, own, today)
        limits = {"E301", "E308", "E309"} & {item.code for item in found.refusals}
        status[number] = "refused" if limits else "paid"
        if not limits:
            paid[number] = found.amount_fen or 0
    return paid


@pytest.mark.parametrize(("pack", "code"), LIMITED, ids=name)
def test_whoever_is_handled_first_the_same_three_a_year_are_paid(pack: Pack, code: str) -> None:
    for order in itertools.permutations(range(4)):
        assert sorted(_all_in_order(pack, code, 4, order)) == [0, 1, 2]


@pytest.mark.parametrize(("pack", "code"), MONTHLY, ids=name)
def test_whoever_is_handled_first_the_months_never_pass_their_cap(pack: Pack, code: str) -> None:
    today, facts = base(pack, code)
    plan = pack.tracks[code].spec.amount
    cap = pack.value(plan.times_at_most or "", on=today).value
    single = decided(
        pack, replace(facts, stated=replace(facts.stated, months=1), history=()), today
    ).amount_fen
    assert single
    totals = set()
    for order in itertools.permutations(range(3)):
        totals.add(sum(_all_in_order(pack, code, 3, order).values()))
    assert totals == {single * min(cap, 3 * facts.stated.months)}


@pytest.mark.parametrize(("pack", "code"), TRACKS, ids=name)
def test_one_more_attended_day_never_lowers_an_amount(pack: Pack, code: str) -> None:
    today, facts = base(pack, code)
    start, last = facts.training.starts, 0
    for count in range(26) if start is not None else ():
        assert start is not None
        days = tuple(start + timedelta(n) for n in range(count))
        found = decided(pack, replace(facts, person=replace(facts.person, attended_on=days)), today)
        assert (found.amount_fen or 0) >= last
        last = found.amount_fen or 0


@pytest.mark.parametrize(("pack", "code"), CAPPED, ids=name)
def test_no_uplift_passes_a_ceiling(pack: Pack, code: str) -> None:
    today, facts = base(pack, code)
    plan = pack.tracks[code].spec.amount
    keys = {*plan.at_most, *plan.at_most_by.values()}
    highest = max(pack.value(key, on=facts.training.starts or today).value for key in keys)
    start = facts.training.starts or today
    uplift = Uplift(applied_on=start - timedelta(9), approved_on=start - timedelta(2), percent=30)
    dear = replace(facts.stated, actual_cost_fen=10**9, purchases_fen=10**11)
    found = decided(pack, replace(facts, uplift=uplift, stated=dear), today)
    assert (found.amount_fen or 0) <= highest


@pytest.mark.parametrize(("pack", "code"), TRACKS, ids=name)
def test_what_began_before_the_plan_is_a_gap_and_neither_paid_nor_refused(
    pack: Pack, code: str
) -> None:
    today, facts = base(pack, code)
    begins = pack.governing_of(code).in_force_from
    assert begins is not None
    before = begins - timedelta(1)
    if facts.training.starts is not None:
        facts = replace(facts, training=replace(facts.training, starts=before))
    elif facts.certificate is not None:
        facts = replace(facts, certificate=replace(facts.certificate, issued_on=before))
    elif facts.stated.period_starts is not None:
        facts = replace(facts, stated=replace(facts.stated, period_starts=before))
    else:
        facts = replace(facts, applied_on=before)
    found = decided(pack, facts, today)
    assert found.anchor == before
    assert [item.code for item in found.gaps] == ["E601"]
    assert not found.payable
    assert not found.refusals
    assert found.amount_fen is None


@pytest.mark.parametrize(("pack", "code"), TRACKS, ids=name)
def test_the_day_that_selects_is_the_start_else_the_certificate_else_the_period(
    pack: Pack, code: str
) -> None:
    today, facts = base(pack, code)
    certificate = facts.certificate and facts.certificate.issued_on
    wanted = facts.training.starts or certificate or facts.stated.period_starts
    if wanted is None and pack.tracks[code].spec.through == "file":
        wanted = facts.applied_on
    assert decided(pack, facts, today).anchor == wanted
