"""How many decisions a second one core makes, with every reason, beside a floor made by hand.

Facts are made outside the clock, a few thousand at a time, so memory does not grow with the number of
claims. Each portion is decided by both sides, taking turns who goes first; then the answers are compared.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from subsidy.bench.deciding.bare import Bare, DifferentAnswersError, recorder
from subsidy.bench.deciding.claims import CITY, TODAY, claims
from subsidy.bench.measuring import peak_rss_mb, seconds_of
from subsidy.rules.decide import decide
from subsidy.rules.facts import Facts
from subsidy.rules.policy import Pack, load_pack
from subsidy.rules.verdict import Decision
from subsidy.rules.workdays import Calendar, CalendarBook

CONFIG = Path(__file__).resolve().parents[3] / "config"
PORTION = 5_000
WARM_UP = 500
EARLY = 10_000
"""Growth compares the ratio over all claims with that over the first so many: beside the floor, so that
a machine that became busier meanwhile does not count as ours becoming slower."""


@dataclass(slots=True)
class _Clock:
    """Seconds so far."""

    ours: float = 0.0
    floor: float = 0.0
    bare: float = 0.0
    early: float = 0.0
    early_floor: float = 0.0
    early_n: int = 0
    n: int = 0
    counts: dict[str, int] = field(default_factory=dict)


def measure_decisions(
    *, claims_wanted: int, seed: int = 1, tell: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Measure and return the report. Raises DifferentAnswersError if the two sides differ."""
    pack = load_pack(
        CONFIG / "policies" / f"{CITY}.yaml", settings=CONFIG / "settings" / f"{CITY}.yaml"
    )
    calendar = CalendarBook.load(CONFIG / "calendar").seen_on(TODAY, city=CITY)
    bare = Bare(pack, calendar, today=TODAY)
    for facts in islice(claims(calendar, n=WARM_UP, seed=seed + 1), WARM_UP):
        decide(facts, pack=pack, today=TODAY, calendar=calendar)
        bare.answer(facts)
    clock = _Clock()
    source = iter(claims(calendar, n=claims_wanted, seed=seed))
    for portion in iter(lambda: list(islice(source, PORTION)), []):
        _portion(portion, clock, pack, calendar, bare)
        tell(f"{clock.n}/{claims_wanted}: {clock.n / clock.ours:,.0f}/s")
    return _report(clock, pack, seed)


def _portion(
    portion: list[Facts], clock: _Clock, pack: Pack, calendar: Calendar, bare: Bare
) -> None:
    # The first pass is untimed: it gives the floor the texts of the reasons, and warms nothing
    # that the next portion of other facts would find warm.
    told = [decide(f, pack=pack, today=TODAY, calendar=calendar) for f in portion]
    record = recorder(told)

    def ours() -> None:
        for facts in portion:
            decide(facts, pack=pack, today=TODAY, calendar=calendar)

    def floor() -> None:
        for number, facts in enumerate(portion):
            record(number, bare.answer(facts))

    def arithmetic() -> None:
        for facts in portion:
            bare.answer(facts)

    for facts, ruled, number in zip(portion, told, range(len(portion)), strict=True):
        _require(ruled, record(number, bare.answer(facts)), facts)
        _count(clock.counts, ruled)
    gc.collect()
    spent = {}
    turns = (ours, floor, arithmetic)
    for work in turns if (clock.n // PORTION) % 2 == 0 else reversed(turns):
        spent[work] = seconds_of(work)
    clock.ours += spent[ours]
    clock.floor += spent[floor]
    clock.bare += spent[arithmetic]
    clock.n += len(portion)
    if clock.n <= EARLY or clock.early_n == 0:
        clock.early, clock.early_floor, clock.early_n = clock.ours, clock.floor, clock.n


def _require(ruled: Decision, by_hand: Decision, facts: Facts) -> None:
    if ruled != by_hand:
        raise DifferentAnswersError(
            f"{facts.claim}: the rules say {ruled.payable} {ruled.amount_fen}, the floor "
            f"{by_hand.payable} {by_hand.amount_fen}; {[f.code for f in ruled.findings()]}"
        )


def _count(counts: dict[str, int], ruled: Decision) -> None:
    kind = (
        "payable"
        if ruled.payable
        else "refused"
        if ruled.refusals
        else "held"
        if ruled.holds
        else "open"
    )
    counts[kind] = counts.get(kind, 0) + 1


def _report(clock: _Clock, pack: Pack, seed: int) -> dict[str, Any]:
    early = clock.early_n / clock.early
    rate = clock.n / clock.ours
    return {
        "bench": "decide",
        "database": "none",
        "n": clock.n,
        "seconds": round(clock.ours, 3),
        "rate": round(rate),
        "floor_rate": round(clock.n / clock.floor),
        "ratio": round(clock.floor / clock.ours, 3),
        "bare_rate": round(clock.n / clock.bare),
        "early_n": clock.early_n,
        "early_rate": round(early),
        "growth_ratio": round((clock.floor / clock.ours) / (clock.early_floor / clock.early), 3),
        "answers": clock.counts,
        "seed": seed,
        "pack_version": pack.version,
        "peak_rss_mb": peak_rss_mb(),
    }
