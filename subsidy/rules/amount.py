"""What a claim earns, in whole fen, with every value used and its clause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from subsidy.rules.checks.case import Case, Verdicts, looked_up
from subsidy.rules.checks.people import days_inside
from subsidy.rules.packs.schema import AmountSpec
from subsidy.rules.verdict import Source, source_of


def amount_due(case: Case, out: Verdicts) -> int | None:
    """The amount in fen by the track's rule; None when a value is open or a fact is missing."""
    plan = case.track.spec.amount
    return _RULES[plan.rule](case, out, plan)


def by_days(*, rate_fen: int, days: int, cap_days: int) -> int:
    """Day rate times attended days, never above the cap on days."""
    return rate_fen * min(max(days, 0), cap_days)


def uplifted(*, rate_fen: int, percent: int) -> int:
    """The rate raised by a percentage, parts of a fen dropped."""
    return rate_fen * (100 + percent) // 100


def _per_attended_day(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    training = case.facts.training
    days = len(days_inside(set(case.facts.person.attended_on), training.starts, training.ends))
    rate = _rate(case, out, plan.rate or "")
    cap = looked_up(case, out, plan.cap_days or "")
    out.step("实际出勤天数（去重）", days, on=None, source=_FACT)
    if rate is None or not isinstance(cap, int) or days == 0:
        return None
    raised = _with_uplift(case, out, rate)
    if raised > rate:
        # The day rate is a fixed amount; whether the uplift may go above it is left open.
        out.add("E607", "hold", source_of(case.pack.value("uplift_percent", on=_asked(case))))
    amount = by_days(rate_fen=raised, days=days, cap_days=cap)
    out.step("补贴金额（分）", amount, on=None, source=_FACT)
    return amount


def _by_level(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    key = plan.rates.get(case.facts.training.level)
    if key is None:
        out.add("E510", "hold", _FACT)
        return None
    rate = _rate(case, out, key)
    if rate is None:
        return None
    amount = _with_uplift(case, out, rate)
    out.step("补贴金额（分）", amount, on=None, source=_FACT)
    return amount


def _rate(case: Case, out: Verdicts, key: str) -> int | None:
    """The rate in fen; one that the bureau set without a clause waits for the leader."""
    rate = looked_up(case, out, key)
    if not isinstance(rate, int):
        return None
    value = case.pack.value(key, on=case.anchor)
    if value.assumed is not None:
        out.add("E605", "hold", source_of(value), key=key, means=case.pack.dated[key].means)
    return rate


def _with_uplift(case: Case, out: Verdicts, rate_fen: int) -> int:
    """The rate with an approved uplift; the base rate, with the reason, where it does not apply."""
    uplift = case.facts.uplift
    if uplift is None or "uplift_percent" not in case.pack.dated:
        return rate_fen
    limit = case.pack.value("uplift_percent", on=uplift.applied_on)
    source, starts = source_of(limit), case.facts.training.starts
    if limit.unset:
        out.add("E609", "warn", source, fault="不在政策期限内")
        return rate_fen
    if starts is None or uplift.applied_on >= starts:
        out.add("E609", "warn", source, fault="未在培训开始前申请")
        return rate_fen
    if uplift.approved_on is None or uplift.approved_on > case.today:
        out.add("E609", "hold", source, fault="尚未审核同意")
        return rate_fen
    if uplift.percent > limit.value:
        out.add("E609", "hold", source, fault="审批比例超过上限")
        return rate_fen
    out.step("审批同意的上浮比例（%）", uplift.percent, on=uplift.approved_on, source=source)
    return uplifted(rate_fen=rate_fen, percent=uplift.percent)


def _asked(case: Case) -> date:
    return case.facts.uplift.applied_on if case.facts.uplift else case.anchor


_FACT = Source("", "", None)
_RULES: dict[str, Callable[[Case, Verdicts, AmountSpec], int | None]] = {
    "per_attended_day": _per_attended_day,
    "by_level": _by_level,
}
