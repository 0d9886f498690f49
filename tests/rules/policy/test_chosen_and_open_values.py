"""Every value of every track: chosen without a clause it takes nothing away, open it is a gap.

The packs are read as if everything were decided by clause; then one value after the other is chosen
by the bureau, as strictly as can be, or left open again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from subsidy.rules.decide import decide
from subsidy.rules.facts import Facts, PastClaim, facts_from_json
from subsidy.rules.packs.values import COUNTED, DatedValues, Value
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Decision
from tests.rules.policy.conftest import read_calendar, read_pack
from tests.rules.policy.test_cases import CITIES, facts_of

PAIRS = [(city, code) for city in CITIES for code in read_pack(city, "filled").tracks]
LOOKED_AT_ONLY = ("minimum_age", "attendance_percent", "class_size_max", "lifetime_limit")
"""Checks that exist by choice alone: without their value nothing is looked at, and nothing is lost."""


@cache
def decided(city: str) -> Pack:
    """The pack as if a clause gave every value."""
    pack = read_pack(city, "filled")
    document = pack.spec.governing_document
    dated = {
        key: values.replaced(values=[_by_clause(value, document) for value in values.values])
        for key, values in pack.dated.items()
    }
    return _with(pack, dated)


def _by_clause(value: Value, document: str) -> Value:
    if value.assumed is None:
        return value
    return replace(value, assumed=None, clause="测试", document=document)


def _with(pack: Pack, dated: dict[str, DatedValues]) -> Pack:
    tracks = {code: replace(track, dated=dated) for code, track in pack.tracks.items()}
    return replace(pack, dated=dated, tracks=tracks)


def _changed(pack: Pack, key: str, **changes: Any) -> Pack:
    values = pack.dated[key]
    new = values.replaced(
        values=[value if value.unset else replace(value, **changes) for value in values.values]
    )
    return _with(pack, {**pack.dated, key: new})


def _keys(pack: Pack, code: str) -> Iterator[str]:
    """Parameters, common windows and the track's own values; routing and levels lead, not count."""
    for key in pack.dated:
        head, _, rest = key.partition(".")
        own = head == code and rest.startswith("windows.")
        if not rest or head == "windows" or own:
            yield key


def _strict(values: DatedValues) -> list[Any]:
    """The values under which least would pass."""
    if values.key == "deciding_event":
        return []
    if values.unit == "yuan" or values.unit in COUNTED:
        return [1, 60]
    if values.unit == "flag":
        return [True, False]
    if values.unit == "list":
        return [(), ("none of them",)]
    return list(values.choices)


@cache
def _facts(city: str, code: str) -> tuple[date, tuple[Facts, ...]]:
    """A claim in order, and the same with what limits look at: earlier claims, a project, a course."""
    today, text = facts_of(city, {"base": code})
    plain = facts_from_json(text)
    earlier = plain.applied_on or today
    past = PastClaim(
        ref="past",
        status="paid",
        track=code,
        months=2,
        occupation="another",
        ends=earlier - timedelta(60),
        applied_on=earlier - timedelta(30),
    )
    with_history = replace(
        plain,
        history=(*plain.history, past),
        heads=tuple(replace(head, history=(past,)) for head in plain.heads),
    )
    broken = replace(plain, stated=replace(plain.stated, broken_off=True, months=5))
    return today, (plain, with_history, broken)


def _decide(city: str, facts: Facts, pack: Pack, today: date) -> Decision:
    return decide(facts, pack=pack, today=today, calendar=read_calendar().seen_on(today, city=city))


@pytest.mark.parametrize(("city", "code"), PAIRS)
def test_a_value_chosen_by_the_bureau_neither_refuses_nor_lowers_without_a_hold(
    city: str, code: str
) -> None:
    today, claims = _facts(city, code)
    pack = decided(city)
    for facts in claims:
        plain = _decide(city, facts, pack, today)
        refused = {item.code for item in plain.refusals}
        for key in _keys(pack, code):
            for value in _strict(pack.dated[key]):
                chosen = _changed(pack, key, value=value, assumed="测试所选")
                found = _decide(city, facts, chosen, today)
                assert {item.code for item in found.refusals} <= refused, (key, value)
                lower = (found.amount_fen or 0) < (plain.amount_fen or 0)
                assert not lower or found.holds, (key, value)


@pytest.mark.parametrize(("city", "code"), PAIRS)
def test_a_value_left_open_is_a_gap_that_names_it_wherever_it_is_used(city: str, code: str) -> None:
    today, claims = _facts(city, code)
    pack = decided(city)
    for facts in claims:
        plain = _decide(city, facts, pack, today)
        for key in _keys(pack, code):
            if key in LOOKED_AT_ONLY:
                continue
            opened = _changed(pack, key, value=None, unset=True, clause="测试")
            found = _decide(city, facts, opened, today)
            gaps = [item for item in found.gaps if item.facts.get("key") == key]
            used = any(step.what == pack.dated[key].means for step in plain.trace)
            same = (found.amount_fen, found.payable) == (plain.amount_fen, plain.payable)
            assert gaps or (same and not used), key
            assert all(item.code == "E604" and item.clause for item in gaps)
            assert found.amount_fen != 0 or plain.amount_fen == 0
