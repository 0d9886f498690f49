"""What a decision asks of other cities, and whether what they know counted: yes or no, nothing more."""

from __future__ import annotations

from datetime import date

from subsidy.rules.checks.heads import as_person
from subsidy.rules.checks.limits import (
    as_certified,
    count_in_year,
    filed_before,
    is_repeat,
    year_day,
    yearly_limit_of,
)
from subsidy.rules.facts import Facts
from subsidy.rules.policy import Pack

ELSEWHERE = "elsewhere"
"""Marks what another city knows, among the facts of a claim."""


def cross_city_answers(
    facts: Facts, *, pack: Pack, anchor: date | None
) -> dict[str, dict[str, bool]]:
    """Person → question → answer, for what this decision asked of other cities that know the person.

    A claim of a class or programme asks about each head. `repeat`: the same occupation and level was
    subsidised there. `yearly_count`: something there counts in the year. `certificate`: it was paid
    for there.
    """
    if anchor is None:
        return {}
    alone = [facts, *(as_person(facts, head) for head in facts.heads)]
    return {
        each.person.ref: _answers(each, pack, anchor)
        for each in alone
        if any(item.ref == ELSEWHERE for item in each.history)
    }


def _answers(facts: Facts, pack: Pack, anchor: date) -> dict[str, bool]:
    answers = {}
    ahead = [item for item in filed_before(facts) if item.ref == ELSEWHERE and item.counts]
    limited = pack.tracks[facts.track].spec.counts_towards_limits
    if limited and "repeat_refused" in pack.dated:
        answers["repeat"] = any(is_repeat(item, as_certified(facts)) for item in ahead)
    limit = yearly_limit_of(pack, on=anchor) if limited else None
    if limit is not None:
        basis = limit[1]
        own = facts.applied_on if basis == "applied_on" else year_day(facts)
        counted = own is not None and count_in_year(ahead, year=own.year, basis=basis) > 0
        answers["yearly_count"] = counted
    if facts.certificate is not None:
        found = (item for item in facts.person.registers if item.source == ELSEWHERE)
        answers["certificate"] = any(item.answer == "found" for item in found)
    return answers
