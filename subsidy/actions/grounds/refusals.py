"""Findings with which an action refuses, each with a number of the exception book."""

from __future__ import annotations

from collections.abc import Iterable

from states.charts import CHARTS
from states.claim import CLAIM
from subsidy.actions.acting import Act
from subsidy.records.moves import NotMoved
from subsidy.rules.verdict import NO_CLAUSE, Finding, Source

SEPARATION = Source("", "", "受理、审核、审批、拨付岗位分离，参照财社〔2023〕181号第二十五条")

GUARD_WORDS = {
    "nothing_blocks_it": "有未办结的例外事项",
    "the_policy_is_complete": "政策数值未定",
    "decision_is_current": "资格与金额需重新判定",
    "certificate_is_registered": "证书尚未登记",
    "another_level_follows": "没有下一审核层级",
    "this_is_the_last_level": "还不是最后一个审核层级",
    "a_level_was_passed_before": "没有可退回的下一级",
    "notice_is_over": "公示未期满",
    "review_has_not_begun": "审核已经开始",
    "next_stage_is_one_of_reviewed_approved": "下一环节不是审核",
    "window_is_over": "期限未满，或不会因期满作废",
    "pack_may_pay": "现行文件不授权拨付",
    "something_is_due": "没有应拨金额",
    "class_has_ended": "培训尚未结束",
    "class_may_start": "已过开班备案的最后一日",
}


def guard_words(name: str) -> str:
    """What a guard that failed means, in Chinese."""
    if name in GUARD_WORDS:
        return GUARD_WORDS[name]
    bare = name.removeprefix("not_")
    for prefix, words in (
        ("next_stage_is_", "下一环节不是“{}”"),
        ("may_go_early_to_", "不能提前进入“{}”"),
        ("resumes_at_", "不是从“{}”离开的"),
        ("review_began_at_", "审核不是从“{}”开始的"),
    ):
        if bare.startswith(prefix):
            stage = bare.removeprefix(prefix)
            return words.format(CLAIM.labels.get(stage, stage))
    return f"不满足条件 {name}"


def not_possible(act: Act, failed: NotMoved, *, machine: str = "claim") -> Finding:
    """The chart does not allow the event now: state and every guard that failed."""
    label = CHARTS[machine].labels.get(failed.source, failed.source)
    words = "、".join(guard_words(name) for name in failed.guards) or "该状态没有这项操作"
    return act.pack.book.finding(
        "E1105",
        effect="refuse",
        source=NO_CLAUSE,
        facts={"event": failed.event, "state": label, "reasons": words},
    )


def no_permission(act: Act, *, needs: Iterable[str] = (), area: str = "") -> Finding:
    """The actor lacks every one of the roles `needs`, or does not act for the area."""
    wanted = "、".join(needs)
    return act.pack.book.finding(
        "E1208",
        effect="refuse",
        source=NO_CLAUSE,
        facts={"role": wanted or "—", "area": area or "—"},
    )


def same_person(act: Act, *, step: str, earlier: str) -> Finding:
    """Two incompatible steps by one person."""
    return act.pack.book.finding(
        "E1207", effect="refuse", source=SEPARATION, facts={"step": step, "earlier": earlier}
    )


def missing(act: Act, what: str) -> Finding:
    """A reason, decision number, clause or second person that the act cannot do without."""
    return act.pack.book.finding("E1209", effect="refuse", source=NO_CLAUSE, facts={"what": what})


def still_stands(act: Act, *, code: str) -> Finding:
    """The finding behind the ticket still holds, so a person cannot simply close it."""
    return act.pack.book.finding(
        "E1210",
        effect="refuse",
        source=NO_CLAUSE,
        facts={"code": code, "title": act.pack.book[code].title_zh},
    )
