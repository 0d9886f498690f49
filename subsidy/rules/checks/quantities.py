"""How often a rate is earned: days, months, modules, years, and the heads of a class."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from typing import Final

from subsidy.rules.checks.case import Case, Verdicts, looked_up
from subsidy.rules.checks.heads import did
from subsidy.rules.checks.limits import earlier
from subsidy.rules.checks.people import days_inside
from subsidy.rules.packs.schema import AmountSpec
from subsidy.rules.verdict import NO_CLAUSE, Source, source_of

_FACT = Source("", "", None)


class Open(Enum):
    """The number is not known: a fact or a setting is missing."""

    OPEN = 0


OPEN: Final = Open.OPEN
Quantity = int | Fraction | Open
MONTHS_A_YEAR = 12


def quantity(case: Case, out: Verdicts, plan: AmountSpec) -> Quantity:
    """How often the rate is earned, under its cap; OPEN when a fact or setting is missing."""
    times: str = plan.times
    if plan.times_from is not None:
        chosen = looked_up(case, out, plan.times_from)
        if not isinstance(chosen, str):
            return OPEN
        times = chosen
    if times == "once":
        if plan.times_from is not None and _most(case, plan.times_from) > 1:
            note_chosen(case, out, plan.times_from)
        return _once(case, out)
    if times == "year":
        return _years(case, out, plan)
    count = _COUNTS[times](case)
    cap = looked_up(case, out, plan.times_at_most) if plan.times_at_most is not None else None
    if plan.times_at_most is not None and cap is None:
        return OPEN
    out.step(_WORDS[times], count, on=None, source=_FACT)
    if count == 0:
        if plan.times != "attended_day" or times != "attended_day":
            out.add("E531", "hold", NO_CLAUSE, what=_WORDS[times])
        return OPEN  # missing attendance has a check of its own
    if plan.times_from is not None and count < _most(case, plan.times_from):
        note_chosen(case, out, plan.times_from)
    return count if not isinstance(cap, int) else _left_of(case, out, plan, count, cap, times)


def _once(case: Case, out: Verdicts) -> int | Open:
    """Paid once for what was finished; whoever left before the end waits for a person."""
    if case.facts.stated.broken_off and case.track.has_person:
        out.add("E531", "hold", NO_CLAUSE, what="中途退出的结算办法")
        return OPEN
    return 1


def _most(case: Case, key: str) -> int:
    """The largest number that any choice of the days would give."""
    choices = case.pack.dated[key].choices
    return max((_COUNTS[name](case) for name in choices if name in _COUNTS), default=0)


def _left_of(
    case: Case, out: Verdicts, plan: AmountSpec, count: int, cap: int, times: str
) -> int | Open:
    """Under the cap; months drawn by earlier claims of the track are taken off it."""
    if times != "month":
        if count > cap:
            note_chosen(case, out, plan.times_at_most or "")
        return min(count, cap)
    drawn = sum(past.months for past in earlier(case) if past.track == case.track.code)
    left = max(cap - drawn, 0)
    if drawn:
        out.step("此前已享受月数", drawn, on=None, source=_FACT)
    if left == 0:
        source = source_of(case.pack.value(plan.times_at_most or "", on=case.anchor))
        out.add("E309", "refuse", source, drawn=drawn, limit=cap)
        return OPEN
    if count > left:
        note_chosen(case, out, plan.times_at_most or "")
    return min(count, left)


def note_chosen(case: Case, out: Verdicts, key: str) -> None:
    """A choice of the bureau lowers nothing by itself: the leader looks at what it would do."""
    value = case.pack.value(key, on=case.anchor)
    note_assumed(out, source_of(value), case.pack.dated[key].means, key=key)


def note_assumed(out: Verdicts, source: Source, means: str, *, key: str = "") -> None:
    """Hold for the leader what rests on a choice; said once for each choice."""
    said = any(item.code == "E605" and item.facts.get("means") == means for item in out.holds)
    if source.assumed is not None and not said:
        out.add("E605", "hold", source, key=key or means, means=means)


def _years(case: Case, out: Verdicts, plan: AmountSpec) -> Quantity:
    """One finished person-year; one that was broken off is settled as somebody has decided."""
    stated = case.facts.stated
    if not stated.broken_off:
        return 1
    if plan.drop_outs is None:
        out.add("E531", "hold", NO_CLAUSE, what="中途退出的结算办法")
        return OPEN
    rule = looked_up(case, out, plan.drop_outs)
    if rule is None:
        return OPEN
    if rule != "full":
        note_chosen(case, out, plan.drop_outs)
    if rule == "by_months" and stated.months == 0:
        out.add("E531", "hold", NO_CLAUSE, what="实际培训月数")
        return OPEN
    if rule == "by_months":
        out.step("实际培训月数", stated.months, on=None, source=_FACT)
        return Fraction(min(stated.months, MONTHS_A_YEAR), MONTHS_A_YEAR)
    return 1 if rule == "full" else 0


def kind_of(case: Case, by: str) -> str:
    """The fact that chooses among rates; empty when it is not stated."""
    facts = case.facts
    if by == "level":
        certificate = facts.certificate
        if facts.training.level == "none" and certificate is not None and not facts.training.ref:
            return certificate.level
        return facts.training.level
    chosen: str = getattr(facts.stated, by)
    return chosen


def headcount(case: Case, out: Verdicts, plan: AmountSpec) -> int | None:
    """How many heads count; never more than were filed where a clause says so."""
    stated, project = case.facts.stated, case.facts.training.project
    if "planned" in plan.heads_by:
        count = stated.planned_heads
    else:
        barred = {
            ref
            for ref, found in out.heads.items()
            if any(item.effect == "refuse" for item in found)
        }
        done = [head for head in case.facts.heads if did(head, plan.heads_by)]
        count = sum(1 for head in done if head.ref not in barred)
        out.step("完成人数", len(done), on=None, source=_FACT)
    if plan.never_above_filed is not None:
        filed = project.planned_heads if project is not None else None
        source = source_of(plan.never_above_filed)
        if not filed:
            out.add("E531", "hold", source, what="备案人数")
            return None
        out.step("备案人数", filed, on=None, source=source)
        if filed < count:
            note_assumed(out, source, "备案人数")
        count = min(count, filed)
    out.step("计入人数", count, on=None, source=_FACT)
    if count == 0:
        out.add("E536", "hold", NO_CLAUSE)
        return None
    return count


def _attended(case: Case) -> int:
    training = case.facts.training
    marks = set(case.facts.person.attended_on)
    return len(days_inside(marks, training.starts, training.ends))


_COUNTS: dict[str, Callable[[Case], int]] = {
    "attended_day": _attended,
    "training_day": lambda case: (
        case.facts.stated.training_days or case.facts.training.planned_days or 0
    ),
    "month": lambda case: case.facts.stated.months,
    "module": lambda case: case.facts.stated.modules,
}
_WORDS = {
    "attended_day": "实际出勤天数（去重）",
    "training_day": "培训天数",
    "month": "申领月数",
    "module": "完成实训模块数",
}
