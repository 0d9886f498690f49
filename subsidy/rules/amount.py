"""What a claim earns, in whole fen, with every value used and its clause.

One reckoning for every track, told by the track's `amount`: the rate (or the money spent) × how often,
raised where a clause or an approval says so, never above its ceilings, × the heads that count, less the
advance. Ceilings come after raises. A value that nobody has settled leaves the amount open.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from subsidy.rules.checks.case import Case, Verdicts, looked_up
from subsidy.rules.checks.quantities import Open, headcount, kind_of, note_chosen, quantity
from subsidy.rules.facts import Uplift
from subsidy.rules.packs.schema import AmountSpec, Sourced
from subsidy.rules.packs.values import Value
from subsidy.rules.verdict import Source, source_of

FACT = Source("", "", None)


def amount_due(case: Case, out: Verdicts) -> int | None:
    """The amount in fen by the track's rule; None when a value is open or a fact is missing."""
    plan = case.track.spec.amount
    settled = [looked_up(case, out, key) for key in plan.settled]
    one = _one(case, out, plan)
    heads = 1 if case.track.has_person or not plan.heads_by else headcount(case, out, plan)
    if one is None or heads is None or None in settled:
        return None
    total = one * heads
    if case.kind == "advance" and plan.share is not None:
        share = looked_up(case, out, plan.share)
        if not isinstance(share, int):
            return None
        total = total * share // 100
    total = _less_advance(case, out, total)
    out.step("补贴金额（分）", total, on=None, source=FACT)
    return total


def by_days(*, rate_fen: int, days: int, cap_days: int) -> int:
    """Day rate times attended days, never above the cap on days."""
    return rate_fen * min(days, cap_days)


def uplifted(*, rate_fen: int, percent: int) -> int:
    """The rate raised by whole percent, parts of a fen dropped."""
    return rate_fen * (100 + percent) // 100


def _one(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    """What one person, period or programme earns, after raises and under the ceilings."""
    if plan.of == "rate":
        base = _rate(case, out, plan)
        times = quantity(case, out, plan)
        if base is None or isinstance(times, Open):
            for key in plan.at_most:  # an open ceiling is told together with what else is open
                looked_up(case, out, key)
            return None
        earned = _raised(case, out, plan, base)
        if earned is None:
            return None
        earned = int(earned * times)
    else:
        spent = _spent(case, out, plan)
        if spent is None:
            return None
        earned = spent
    return _under_ceilings(case, out, plan, earned)


def _rate(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    """The rate in fen; one that the bureau set without a clause waits for the leader."""
    key = plan.rate
    if key is None:
        kind = kind_of(case, plan.by)
        key = plan.rates.get(kind)
        if key is None:
            _unknown_kind(out, plan.by)
            return None
    rate = looked_up(case, out, key)
    if not isinstance(rate, int):
        return None
    note_chosen(case, out, key)
    return rate if plan.rate_as_filed is None else _as_filed(case, out, plan.rate_as_filed, rate)


def _as_filed(case: Case, out: Verdicts, clause: Sourced, rate_fen: int) -> int | None:
    """No more than the standard in the project's approved form."""
    filed = _filed_rate(case, out, clause)
    return None if filed is None else min(rate_fen, filed)


def _filed_rate(case: Case, out: Verdicts, clause: Sourced) -> int | None:
    project = case.facts.training.project
    filed = project.rate_fen if project is not None else None
    if not filed:
        out.add("E531", "hold", source_of(clause), what="备案的补贴标准")
        return None
    out.step("备案的补贴标准（分）", filed, on=None, source=source_of(clause))
    return filed


def _unknown_kind(out: Verdicts, by: str) -> None:
    if by == "level":
        out.add("E510", "hold", FACT)
    else:
        out.add("E531", "hold", FACT, what=KIND_WORDS[by])


KIND_WORDS = {
    "course": "培训课程类别",
    "learner": "学徒类别",
    "award": "奖项等级",
    "facility": "建设项目类别",
}


def _spent(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    """The money spent, or its share; 0 stated means that the proof is still missing."""
    stated = case.facts.stated
    cost = stated.actual_cost_fen if plan.of == "actual_cost" else stated.purchases_fen
    what = "实际费用" if plan.of == "actual_cost" else "新购置设备总值"
    if cost == 0:
        out.add("E531", "hold", FACT, what=what)
        return None
    out.step(f"{what}（分）", cost, on=None, source=FACT)
    if plan.share is None:
        return cost
    share = looked_up(case, out, plan.share)
    return cost * share // 100 if isinstance(share, int) else None


def _raised(case: Case, out: Verdicts, plan: AmountSpec, rate_fen: int) -> int | None:
    if plan.raised_by is not None:
        percent = looked_up(case, out, plan.raised_by)
        if not isinstance(percent, int):
            return None
        rate_fen = uplifted(rate_fen=rate_fen, percent=percent)
    if plan.uplift == "no":
        return rate_fen
    raised = _with_uplift(case, out, rate_fen)
    if raised > rate_fen and plan.uplift == "leader":
        # A fixed amount; whether the uplift may go above it is left open.
        out.add("E607", "hold", source_of(case.pack.value("uplift_percent", on=_asked(case))))
    return raised


def _under_ceilings(case: Case, out: Verdicts, plan: AmountSpec, fen: int) -> int | None:
    keys = list(plan.at_most)
    if plan.at_most_by:
        kind = kind_of(case, plan.by)
        if kind not in plan.at_most_by:
            _unknown_kind(out, plan.by)
            return None
        keys.append(plan.at_most_by[kind])
    ceilings = [looked_up(case, out, key) for key in keys]
    for key, ceiling in zip(keys, ceilings, strict=True):
        if isinstance(ceiling, int) and ceiling < fen:
            note_chosen(case, out, key)
    if plan.of == "actual_cost" and plan.never_above_filed is not None:
        filed = _filed_rate(case, out, plan.never_above_filed)
        if filed is None:
            return None
        ceilings.append(filed)
    known = [ceiling for ceiling in ceilings if isinstance(ceiling, int)]
    if len(known) != len(ceilings):
        return None
    _above_ceiling(case, out, plan, spent=fen, ceiling=min(known, default=fen))
    return min([fen, *known])


def _above_ceiling(
    case: Case, out: Verdicts, plan: AmountSpec, *, spent: int, ceiling: int
) -> None:
    """Money spent above a ceiling that an approved uplift would raise: the leader is asked."""
    if plan.of != "actual_cost" or plan.uplift != "leader" or spent <= ceiling:
        return
    if _with_uplift(case, out, ceiling) > ceiling:
        out.add("E607", "hold", source_of(case.pack.value("uplift_percent", on=_asked(case))))


def _less_advance(case: Case, out: Verdicts, total: int) -> int:
    """The rest after an advance; an advance above what was earned has to come back."""
    advance = case.facts.advance_paid_fen
    if case.facts.advance_under_way and case.kind != "advance":
        out.add("E910", "hold", FACT)
    if case.kind == "advance" or advance == 0:
        return total
    out.step("扣除已预拨（分）", advance, on=None, source=FACT)
    if advance > total:
        out.add("E909", "hold", FACT, excess_fen=advance - total)
        return 0
    return total - advance


def _with_uplift(case: Case, out: Verdicts, rate_fen: int) -> int:
    """The rate with an approved uplift; the base rate, with the reason, where it does not apply."""
    uplift = case.facts.uplift
    if uplift is None or "uplift_percent" not in case.pack.dated:
        return rate_fen
    limit = case.pack.value("uplift_percent", on=uplift.applied_on)
    fault, effect = _uplift_fault(case, uplift, limit)
    if fault:
        out.add("E609", effect, source_of(limit), fault=fault)
        return rate_fen
    source = source_of(limit)
    out.step("审批同意的上浮比例（%）", uplift.percent, on=uplift.approved_on, source=source)
    return uplifted(rate_fen=rate_fen, percent=uplift.percent)


def _uplift_fault(case: Case, uplift: Uplift, limit: Value) -> tuple[str, Literal["warn", "hold"]]:
    """Why an uplift does not apply; a record that may still be mended holds the claim."""
    starts = case.facts.training.starts
    if limit.unset:
        return "不在政策期限内", "warn"
    if starts is not None and uplift.applied_on >= starts:
        return "未在培训开始前申请", "warn"
    if starts is None:
        return "没有培训开始日期", "hold"
    if uplift.approved_on is None or uplift.approved_on > case.today:
        return "尚未审核同意", "hold"
    elsewhere = uplift.insured_at not in ("", uplift.approved_at)
    if uplift.approved_at and elsewhere:
        return "不是由企业参保所属人力社保部门审核", "hold"
    return ("审批比例超过上限" if uplift.percent > limit.value else ""), "hold"


def _asked(case: Case) -> date:
    return case.facts.uplift.applied_on if case.facts.uplift else case.anchor
