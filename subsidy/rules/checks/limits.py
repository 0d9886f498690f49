"""How often: the yearly number, the same occupation and level, other schemes, overlapping classes.

Paid claims and those applied for earlier count; the order is that of filing, not of handling, so
whoever is decided first, the same claims pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from subsidy.rules.checks.case import Case, Verdicts, looked_up
from subsidy.rules.facts import Facts, PastClaim, TrainingFacts
from subsidy.rules.packs.values import Value
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import NO_CLAUSE, source_of

NEVER = date.max
PERIODS = ("person_month", "person_year")


def within_yearly_limit(case: Case, out: Verdicts) -> None:
    """At most so many subsidies a year, in principle (an exception may be recorded)."""
    if not case.track.spec.counts_towards_limits or "yearly_limit" not in case.pack.dated:
        return
    if looked_up(case, out, "yearly_limit") is None:
        return
    basis = looked_up(case, out, "yearly_limit_basis")
    own = case.facts.applied_on if basis == "applied_on" else year_day(case.facts)
    if basis is None or own is None:
        return
    limit = case.pack.value("yearly_limit", on=case.anchor)
    count = count_in_year(ahead_of(case), year=own.year, basis=str(basis))
    if count >= limit.value:
        by = case.pack.value("yearly_limit_basis", on=case.anchor)
        chosen = by.assumed is not None and not _full_by_any_day(case, limit.value)
        source = source_of(by if chosen else limit)
        out.add("E301", "refuse", source, year=own.year, count=count, limit=limit.value)


def _full_by_any_day(case: Case, limit: int) -> bool:
    """Whether the year is full whichever of the days goes; else the choice of the day would refuse."""
    days = (("applied_on", case.facts.applied_on), ("training_ends", year_day(case.facts)))
    return all(
        day is None or count_in_year(ahead_of(case), year=day.year, basis=basis) >= limit
        for basis, day in days
    )


def within_own_limit(case: Case, out: Verdicts) -> None:
    """Some tracks have a number of their own, such as one living allowance a year."""
    key = case.track.spec.own_limit
    if key is None:
        return
    limit, own = looked_up(case, out, key), year_day(case.facts)
    if not isinstance(limit, int) or own is None:
        return
    same = [item for item in earlier(case) if item.track == case.track.code]
    count = count_in_year(same, year=own.year, basis="training_ends")
    if count >= limit:
        source = source_of(case.pack.value(key, on=case.anchor))
        out.add("E308", "refuse", source, year=own.year, count=count, limit=limit)


def excludes_nothing(case: Case, out: Verdicts) -> None:
    """Two tracks that the same person may not draw together."""
    for rule in case.track.spec.excludes:
        if any(item.track == rule.track for item in earlier(case)):
            other = case.pack.tracks[rule.track].name_zh
            out.add("E307", "refuse", source_of(rule), other=other)


def year_day(facts: Facts) -> date | None:
    """The day that puts a claim into a year: end of training, else of the period, else certificate."""
    if facts.training.ends is not None:
        return facts.training.ends
    if facts.stated.period_until is not None:
        return facts.stated.period_until - timedelta(1)
    if facts.certificate is not None:
        return facts.certificate.issued_on
    return facts.stated.period_starts


def not_subsidised_before(case: Case, out: Verdicts) -> None:
    """The same occupation (or project) at the same level is never subsidised twice."""
    if not case.track.spec.counts_towards_limits:
        return
    if "repeat_refused" not in case.pack.dated:
        return
    rule = case.pack.value("repeat_refused", on=case.anchor)
    training = as_certified(case.facts)
    others = [item for item in ahead_of(case) if not _is_another_period(case, item)]
    if not any(is_repeat(item, training) for item in others):
        return
    if looked_up(case, out, "repeat_refused"):
        out.add("E302", "refuse", source_of(rule))


def as_certified(facts: Facts) -> TrainingFacts:
    """The training; where there was no class and nobody named a level, that of the certificate."""
    training, certificate = facts.training, facts.certificate
    if training.level != "none" or training.ref or certificate is None:
        return training
    return replace(training, level=certificate.level)


def _is_another_period(case: Case, item: PastClaim) -> bool:
    """An earlier month or year of the same training is no repeat of it."""
    return case.track.unit in PERIODS and item.track == case.track.code


def within_later_total(case: Case, out: Verdicts) -> None:
    """A later national rule counts all subsidies of a person: shown, nothing more."""
    if not case.track.spec.counts_towards_limits:
        return
    dated = case.pack.dated.get("lifetime_limit")
    limit = dated.on(case.anchor) if dated is not None else None
    if limit is None or limit.unset:
        return
    count = len(ahead_of(case))
    if count >= limit.value:
        out.add("E303", "warn", source_of(limit), count=count, limit=limit.value)


def not_in_two_classes(case: Case, out: Verdicts) -> None:
    """Two classes on the same days: no clause, but somebody has to look."""
    if case.track.spec.kind != "main":
        return  # an allowance runs beside its own class
    other = overlapping(case.facts.history, case.facts.training) or _same_days_again(case)
    if other is not None:
        out.add("E305", "hold", NO_CLAUSE, starts=other.starts, ends=other.ends)


def _same_days_again(case: Case) -> PastClaim | None:
    """Another claim of the same track for some of the same days, where a claim is for a period."""
    stated, same = case.facts.stated, [p for p in case.facts.history if p.track == case.track.code]
    if stated.period_starts is None or stated.period_until is None:
        return None
    days = TrainingFacts(starts=stated.period_starts, ends=stated.period_until - timedelta(1))
    return overlapping(same, days)


def earlier(case: Case) -> list[PastClaim]:
    """Claims that come before this one: paid ones, and pending ones filed earlier."""
    return filed_before(case.facts)


def filed_before(facts: Facts) -> list[PastClaim]:
    """As `earlier`, from the facts alone."""
    if not facts.history:
        return []
    own = _order(facts.applied_on, facts.order, facts.claim)
    return [
        item
        for item in facts.history
        if item.status == "paid"
        or (item.status == "pending" and _order(item.applied_on, item.order, item.ref) < own)
    ]


def ahead_of(case: Case) -> list[PastClaim]:
    """Earlier claims that count towards the yearly number."""
    return [item for item in earlier(case) if item.counts]


def count_in_year(claims: Iterable[PastClaim], *, year: int, basis: str) -> int:
    """How many of the claims fall in a calendar year, by end of training or by application.

    Where the one day is not known the other one stands for it, so that nothing is left uncounted.
    """
    days = (
        item.applied_on or item.ends if basis == "applied_on" else item.ends or item.applied_on
        for item in claims
    )
    return sum(1 for day in days if day is not None and day.year == year)


def is_repeat(item: PastClaim, training: TrainingFacts) -> bool:
    """Same internal occupation or same project, at the same level."""
    project = training.project.ref if training.project is not None else ""
    same_project = bool(project) and item.project == project
    same_occupation = bool(training.occupation) and item.occupation == training.occupation
    return item.level == training.level and (same_project or same_occupation)


def overlapping(history: Iterable[PastClaim], training: TrainingFacts) -> PastClaim | None:
    """The first other claim whose class shares a day with this one."""
    starts, ends = training.starts, training.ends
    if starts is None or ends is None:
        return None
    for item in history:
        if item.status not in ("paid", "pending") or item.starts is None or item.ends is None:
            continue
        if item.starts <= ends and starts <= item.ends:
            return item
    return None


def yearly_limit_of(pack: Pack, *, on: date) -> tuple[Value, str] | None:
    """The yearly limit and the day it goes by; None where either is unset."""
    if "yearly_limit" not in pack.dated:
        return None
    limit, basis = pack.value("yearly_limit", on=on), pack.value("yearly_limit_basis", on=on)
    return None if limit.unset or basis.unset else (limit, str(basis.value))


def _order(applied_on: date | None, order: int, ref: str) -> tuple[date, int, str]:
    return (applied_on or NEVER, order, ref)
