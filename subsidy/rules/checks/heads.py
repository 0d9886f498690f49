"""Claims of a class or programme: each person judged alone, the claim paid for those who count.

A refusal by clause takes one person out and is told in the remarks; the claim goes on with the rest. A
hold or an open value keeps the whole claim, because its amount is not known before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.facts import Facts, HeadFacts
from subsidy.rules.verdict import NO_CLAUSE, Finding, HeadVerdict

Check = Callable[[Case, Verdicts], None]


def check_heads(case: Case, out: Verdicts, checks: Sequence[Check]) -> None:
    """Judge every head that did what the track counts; put what was found beside its reference."""
    wanted = case.track.spec.amount.heads_by
    if "planned" in wanted or not wanted:
        return
    taken_out = 0
    for head in case.facts.heads:
        if not did(head, wanted):
            continue
        alone = Verdicts(case.pack)
        seen = replace(case, facts=as_person(case.facts, head))
        for check in checks:
            check(seen, alone)
        out.heads[head.ref] = alone.all()
        taken_out += bool(alone.refusals)
        if not alone.refusals:
            out.holds += _once(out.holds, alone.holds)
            out.gaps += _once(out.gaps, alone.gaps)
        out.warnings += _once(out.warnings, alone.warnings)
    if taken_out:
        out.add("E535", "warn", NO_CLAUSE, count=taken_out)


def verdicts_of(case: Case, out: Verdicts) -> list[HeadVerdict]:
    """Who counts, for the receipt."""
    wanted = case.track.spec.amount.heads_by
    if not wanted or "planned" in wanted:
        return []
    return [
        HeadVerdict(head.ref, _counts(head, wanted, found), found)
        for head in case.facts.heads
        for found in [out.heads.get(head.ref, [])]
    ]


def _counts(head: HeadFacts, wanted: Sequence[str], found: Sequence[Finding]) -> bool:
    return did(head, wanted) and not any(item.effect == "refuse" for item in found)


def did(head: HeadFacts, wanted: Sequence[str]) -> bool:
    """Whether a head did everything that the track counts."""
    return all(_DONE[what](head) for what in wanted)


def as_person(facts: Facts, head: HeadFacts) -> Facts:
    """The facts of a claim as if it were the head's alone."""
    return replace(facts, person=head.person, certificate=head.certificate, history=head.history)


def _once(known: Sequence[Finding], new: Sequence[Finding]) -> list[Finding]:
    """Findings that are not said already: forty people with one missing paper are one ticket."""
    said = {(item.code, item.clause) for item in known}
    fresh = []
    for item in new:
        if (item.code, item.clause) not in said:
            said.add((item.code, item.clause))
            fresh.append(item)
    return fresh


_DONE: dict[str, Callable[[HeadFacts], bool]] = {
    "finished": lambda head: head.finished,
    "theory": lambda head: head.theory_passed,
    "practice": lambda head: head.practice_passed,
    "certificate": lambda head: head.certificate is not None,
}
