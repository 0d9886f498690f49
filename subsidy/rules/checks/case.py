"""One case under decision, and the place where its findings and steps are gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from subsidy.rules.facts import Facts
from subsidy.rules.packs.values import Value
from subsidy.rules.policy import Pack, Track
from subsidy.rules.verdict import Effect, FactValue, Finding, Source, Step, source_of
from subsidy.rules.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Case:
    """What every check sees."""

    facts: Facts
    pack: Pack
    track: Track
    calendar: Calendar
    today: date
    anchor: date
    """The day that selects the rules; `today` while it is unknown."""

    @property
    def kind(self) -> str:
        """main, advance, settlement or allowance: of the track, else of the claim."""
        own = self.track.spec.kind
        return own if own != "main" else self.facts.kind


@dataclass(slots=True)
class Verdicts:
    """Findings by effect, and the values used on the way.

    The one place that keeps the rule: without a clause nothing is refused, it is held instead.
    """

    pack: Pack
    refusals: list[Finding] = field(default_factory=list)
    holds: list[Finding] = field(default_factory=list)
    gaps: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    trace: list[Step] = field(default_factory=list)
    heads: dict[str, list[Finding]] = field(default_factory=dict)
    """For claims with heads: what was found about each of them."""

    def add(
        self,
        code: str,
        effect: Effect,
        source: Source,
        /,
        *,
        column: str | None = None,
        **facts: FactValue,
    ) -> None:
        """Record a finding; `source` is the clause (or the bureau's reason) behind the check."""
        if effect == "refuse" and (source.assumed is not None or not source.clause):
            effect = "hold"
        finding = self.pack.book.finding(
            code, effect=effect, source=source, column=column, facts=facts
        )
        self._list(effect).append(finding)

    def open_value(self, value: Value, *, means: str) -> None:
        """Record that nobody has settled `value`: the claim waits, nobody guesses."""
        self.add("E604", "gap", source_of(value), key=value.key, means=means, where=value.open_at)

    def take_over(self, other: Verdicts) -> None:
        """Add what was found and looked up elsewhere in the same case."""
        for name in ("refusals", "holds", "gaps", "warnings", "trace"):
            getattr(self, name).extend(getattr(other, name))

    def all(self) -> list[Finding]:
        return [*self.refusals, *self.gaps, *self.holds, *self.warnings]

    def _list(self, effect: Effect) -> list[Finding]:
        if effect == "refuse":
            return self.refusals
        if effect == "hold":
            return self.holds
        return self.gaps if effect == "gap" else self.warnings

    def step(self, what: str, value: FactValue, *, on: date | None, source: Source) -> None:
        """Record one step of the reckoning."""
        self.trace.append(Step(what, value, on, source.clause, source.document, source.assumed))


def looked_up(case: Case, out: Verdicts, key: str, *, on: date | None = None) -> object:
    """The value of `key` on the anchor day (or `on`), recorded as a step; None when unset.

    An unset value is a gap: it names the clause that leaves it open.
    """
    dated = case.pack.dated[key]
    day = on or case.anchor
    value = dated.on(day)
    if value.unset:
        out.open_value(value, means=dated.means)
        return None
    shown = value.value if isinstance(value.value, str | int | date) else str(value.value)
    out.step(dated.means, shown, on=day, source=source_of(value))
    return value.value
