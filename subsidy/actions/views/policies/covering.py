"""What became of each rule of the source documents, for people: by source, with counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from subsidy.rules.packs.coverage import STATUSES, CoverageRow, Rule, check_coverage
from subsidy.rules.packs.faults import Fault

MISSING = "missing"
WORDS = (*STATUSES, MISSING)
"""What can have become of a rule; the last is said where no row answers."""


@dataclass(frozen=True)
class Covered:
    """One rule and its answer."""

    id: str
    source: str
    city: str
    clause: str
    category: str
    quote: str
    rule: str
    status: str
    """One of `WORDS`."""
    where: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class SourceSheet:
    """The rules of one document."""

    source: str
    city: str
    rules: tuple[Covered, ...]

    @property
    def listed(self) -> int:
        """How many rules have an answer."""
        return sum(each.status != MISSING for each in self.rules)

    @property
    def counts(self) -> dict[str, int]:
        """How many rules of each word."""
        return {word: sum(each.status == word for each in self.rules) for word in WORDS}

    @property
    def missing(self) -> tuple[str, ...]:
        """Numbers of the rules without an answer."""
        return tuple(each.id for each in self.rules if each.status == MISSING)


@dataclass(frozen=True)
class Coverage:
    """All documents, and what contradicts itself."""

    sources: tuple[SourceSheet, ...]
    faults: tuple[Fault, ...]
    """Besides the missing rows, which the sources name."""


def coverage_of(
    rules: Sequence[Rule],
    rows: Sequence[CoverageRow],
    *,
    keep: Callable[[Covered], bool] = lambda rule: True,
) -> Coverage:
    """Rules with their answers, in the order of the documents; `keep` chooses among the rules."""
    answers = {row.id: row for row in rows}
    by_source: dict[str, list[Covered]] = {}
    for rule in rules:
        row = answers.get(rule.id)
        covered = Covered(
            rule.id, rule.source, rule.city, rule.clause, rule.category, rule.quote, rule.rule,
            row.status if row else MISSING, row.where if row else "", row.tests if row else (),
        )  # fmt: skip
        if keep(covered):
            by_source.setdefault(rule.source, []).append(covered)
    sources = tuple(
        SourceSheet(source, found[0].city, tuple(found)) for source, found in by_source.items()
    )
    faults = (fault for fault in check_coverage(rules, rows) if fault.file != "rules.csv")
    return Coverage(sources, tuple(faults))
