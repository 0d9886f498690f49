"""What a decision asks of other cities, and whether what they know counted: yes or no, nothing more."""

from __future__ import annotations

from datetime import date

from subsidy.rules.checks.limits import (
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


def cross_city_answers(facts: Facts, *, pack: Pack, anchor: date | None) -> dict[str, bool]:
    """Question → answer, for each question that this decision put to what other cities know.

    Empty where no other city knows the person. `repeat`: the same occupation and level was subsidised
    there. `yearly_count`: something there counts in the year. `certificate`: it was paid for there.
    """
    if anchor is None or not any(item.ref == ELSEWHERE for item in facts.history):
        return {}
    answers = {}
    ahead = [item for item in filed_before(facts) if item.ref == ELSEWHERE and item.counts]
    limited = pack.tracks[facts.track].spec.counts_towards_limits
    if limited and "repeat_refused" in pack.dated:
        answers["repeat"] = any(is_repeat(item, facts.training) for item in ahead)
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
