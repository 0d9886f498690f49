"""The floor: the same answers by hand for this one workload, and the same record of reasons.

It knows what `decide` must find out: which checks these facts can fail, what the rates are, which days
are boundaries. It answers payable and amount, then writes as many reasons as the decision has, as
values of the same classes, from texts that lie ready. So it is what remains of the work when every
rule is a line of Python and nothing is looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from subsidy.rules.facts import Facts, PastClaim
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Decision, Finding, Step
from subsidy.rules.workdays import Calendar, working_days_after, working_days_before

Answer = tuple[bool, int | None]
GOOD = {
    "pension": "not_found",
    "death": "not_found",
    "certificate": "found",
    "upgrade_subsidy": "not_found",
}
HEAD = (
    *("payee", "fund", "route", "paying_office", "status", "anchor"),
    *("pack_version", "calendar_version", "decided_on"),
)


class DifferentAnswersError(AssertionError):
    """The rules and the floor answered differently; the measurement is void."""


class Bare:
    """Knows the values of one pack for one autumn, and boundary days as they come up."""

    def __init__(self, pack: Pack, calendar: Calendar, *, today: date) -> None:
        """Read every value that these facts can touch."""
        self.calendar, self.today = calendar, today
        value = {key: dated.on(date(2020, 10, 1)).value for key, dated in pack.dated.items()}
        self.day_rate, self.cap = value["project_day_rate"], value["project_day_cap"]
        rates = pack.tracks["certificate"].spec.amount.rates
        self.rates = {level: value[key] for level, key in rates.items()}
        self.limit, self.percent = value["yearly_limit"], value["attendance_percent"]
        self.uplift_limit = value["uplift_percent"]
        self.boundaries: dict[tuple[date, date], tuple[date, date]] = {}

    def answer(self, facts: Facts) -> Answer:
        """Whether it is payable, and how much in fen."""
        if self._refused(facts):
            return False, None
        amount, raised = self._amount(facts)
        return raised and not self._waits(facts), amount

    def _boundaries(self, starts: date, ends: date) -> tuple[date, date]:
        known = self.boundaries.get((starts, ends))
        if known is None:
            known = (
                working_days_before(self.calendar, anchor=starts, days=7).on,
                working_days_after(self.calendar, anchor=ends, days=30).on,
            )
            self.boundaries[starts, ends] = known
        return known

    def _refused(self, facts: Facts) -> bool:
        person, training = facts.person, facts.training
        assert training.ends is not None
        assert facts.applied_on is not None
        if facts.track == "pass_certificate" and self._late(facts):
            return True
        if not person.connections or person.assessment == "failed":
            return True
        if any(r.register == "pension" and r.answer == "found" for r in person.registers):
            return True
        own = (facts.applied_on, facts.order, facts.claim)
        for past in facts.history:
            same = past.level == training.level and past.occupation == training.occupation
            if same and _counts(past, own):
                return True
        return all(self._full(facts))

    def _full(self, facts: Facts) -> tuple[bool, bool]:
        """Whether the year is full by the ends of training, and by the days of application.

        The bureau chose the first; only a year that is full by both refuses, by one it waits.
        """
        training = facts.training
        assert training.ends is not None
        assert facts.applied_on is not None
        own = (facts.applied_on, facts.order, facts.claim)
        by_end = by_day = 0
        for past in facts.history:
            if _counts(past, own):
                by_end += past.ends is not None and past.ends.year == training.ends.year
                applied = past.applied_on
                by_day += applied is not None and applied.year == facts.applied_on.year
        return by_end >= self.limit, by_day >= self.limit

    def _late(self, facts: Facts) -> bool:
        training = facts.training
        assert training.starts is not None
        assert training.ends is not None
        assert training.filed_on is not None
        assert facts.applied_on is not None
        file_by, apply_by = self._boundaries(training.starts, training.ends)
        return training.filed_on > file_by or facts.applied_on > apply_by

    def _waits(self, facts: Facts) -> bool:
        person, certificate = facts.person, facts.certificate
        return (
            self._late(facts)  # refuses only where a clause gives the window
            or self._full(facts)[0]
            or person.identity != "verified"
            or not facts.commitment_signed
            or certificate is None
            or certificate.reviewed_on is None
            or any(GOOD[r.register] != r.answer for r in person.registers)
            or len(person.attended_on) * 100 < (facts.training.planned_days or 0) * self.percent
        )

    def _amount(self, facts: Facts) -> tuple[int, bool]:
        """The amount, and False where the uplift has to wait."""
        if facts.track == "pass_certificate":
            return self.day_rate * min(len(set(facts.person.attended_on)), self.cap), True
        rate, uplift, starts = self.rates[facts.training.level], facts.uplift, facts.training.starts
        assert starts is not None
        if uplift is None or uplift.applied_on >= starts:
            return rate, True
        if uplift.approved_on is None or uplift.percent > self.uplift_limit:
            return rate, False
        return rate * (100 + uplift.percent) // 100, True


def _counts(past: PastClaim, own: tuple[date, int, str]) -> bool:
    if past.status == "paid":
        return True
    if past.status != "pending" or past.applied_on is None:
        return False
    return (past.applied_on, past.order, past.ref) < own


def recorder(decisions: list[Decision]) -> Callable[[int, Answer], Decision]:
    """What writes decision `number` anew from an answer and the texts of its reasons."""
    steps = [[_fields(step) for step in each.trace] for each in decisions]
    found = [
        [
            [_fields(item) for item in group]
            for group in (each.refusals, each.holds, each.gaps, each.warnings)
        ]
        for each in decisions
    ]
    heads = [{name: getattr(each, name) for name in HEAD} for each in decisions]

    def record(number: int, answer: Answer) -> Decision:
        refusals, holds, gaps, warnings = ([Finding(*f) for f in group] for group in found[number])
        return Decision(
            payable=answer[0],
            amount_fen=answer[1],
            refusals=refusals,
            holds=holds,
            gaps=gaps,
            warnings=warnings,
            trace=[Step(*step) for step in steps[number]],
            **heads[number],
        )

    return record


def _fields(item: Step | Finding) -> tuple[Any, ...]:
    return tuple(getattr(item, name) for name in type(item).__slots__)
