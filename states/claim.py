"""The life of a claim, declared once.

The road runs `listed` → … → `paid`; which of its stages a claim visits, and in which order, is its own
(`next_stage`), as its city's pack says. Beside the road a claim may wait (`correcting`, `held`,
`objected`, `bank_returned`); `resume_to` remembers where it comes back to. Every end can be reopened or
recovered by a decision, so none is final for the library; `ENDS` names them.
"""

from __future__ import annotations

from statemachine import State

from states import claim_effects as does
from states import claim_guards as g
from states.chart import Effects, Lifecycle, Test, compile_chart, edge, fork, one_of

CHART_VERSION = 1
ROAD = [
    "listed",
    "enrolled",
    "filed",
    "completed",
    "assessed",
    "certified",
    "result_publicised",
    "applied",
    "reviewed",
    "approved",
    "grant_publicised",
    "payable",
    "paying",
    "paid",
]
SIDE = ("correcting", "held", "objected", "bank_returned", "recovering")
ENDS = ("paid", "counted", "rejected", "failed", "lapsed", "withdrawn", "recovered")
CLOSED = ("paid", "counted", "rejected", "lapsed", "withdrawn", "recovered")
"""States whose rows leave the moving table. A failed trainee may resit, so `failed` stays."""

UNBLOCKED = (g.nothing_blocks_it,)
DECIDABLE: tuple[Test, ...] = (
    g.nothing_blocks_it,
    g.the_policy_is_complete,
    g.decision_is_current,
    g.certificate_is_registered,
)
AT_REVIEW = (
    "applied",
    "reviewed",
    "approved",
    "grant_publicised",
    "payable",
)
UNAPPLIED = {"result_publicised": ("reviewed", "approved"), "listed": ("approved",)}
"""Where the first level finds a claim that nobody applies for: state → the next stages that say so."""
AFTER_RESULT = (one_of("next_stage", UNAPPLIED["result_publicised"]), g.notice_is_over)


class ClaimChart(Lifecycle):
    """States and arrows of one claim: a payment decision for one person, class or programme."""

    listed = State("目录已公布", initial=True)
    enrolled = State("已报名")
    filed = State("已备案")
    completed = State("已结业")
    assessed = State("已考核")
    certified = State("证书已登记")
    result_publicised = State("结果公示")
    applied = State("已申领")
    reviewed = State("审核中")
    approved = State("已审批")
    grant_publicised = State("拟拨付公示")
    payable = State("待拨付")
    paying = State("拨付中")
    paid = State("已拨付")
    correcting = State("补正")
    held = State("挂起")
    objected = State("异议处理")
    bank_returned = State("退汇")
    recovering = State("追回中")
    counted = State("只计数")
    rejected = State("不予补贴")
    failed = State("考核不合格")
    lapsed = State("逾期")
    withdrawn = State("撤回")
    recovered = State("已追回", final=True)

    # The road.
    enrol = edge(listed, enrolled, when=[g.next_is("enrolled")])
    enter = (
        edge(
            listed,
            filed,
            when=[g.next_is("filed"), *UNBLOCKED, g.class_may_start],
            effects=does.FILE,
        )
        | edge(listed, completed, when=[g.next_is("completed"), *UNBLOCKED], effects=does.COMPLETE)
        | edge(listed, assessed, when=[g.next_is("assessed"), *UNBLOCKED])
        | edge(listed, approved, when=[g.next_is("approved"), *DECIDABLE], effects=does.AWARD)
    )
    file = edge(
        enrolled,
        filed,
        when=[g.next_is("filed"), *UNBLOCKED, g.class_may_start],
        effects=does.FILE,
    )
    complete = edge(
        filed,
        completed,
        when=[g.next_is("completed"), *UNBLOCKED, g.class_has_ended],
        effects=does.COMPLETE,
    )
    pass_assessment = edge([completed, failed], assessed, when=[g.next_is("assessed"), *UNBLOCKED])
    fail_assessment = edge(
        [completed, failed], failed, when=[g.next_is("assessed"), *UNBLOCKED], effects=does.FAIL
    )
    issue_certificate = edge(
        assessed,
        assessed,
        when=[g.next_is("certified")],
        effects=does.ISSUE_CERTIFICATE,
    ) | edge(
        applied,
        applied,
        unless=[g.certificate_is_registered],
        effects=does.ISSUE_CERTIFICATE,
    )
    certify = edge(
        assessed, certified, when=[g.next_is("certified"), *UNBLOCKED], effects=does.CERTIFY
    )
    attach_certificate = edge(applied, applied, effects=does.CERTIFY) | edge(
        correcting, correcting, effects=does.CERTIFY
    )
    publicise_result = edge(
        [assessed, certified],
        result_publicised,
        when=[g.next_is("result_publicised"), *UNBLOCKED],
        effects=does.PUBLICISE_RESULT,
    )
    begin_review = edge(
        result_publicised,
        result_publicised,
        when=[*AFTER_RESULT, g.review_has_not_begun],
        effects=does.BEGIN_REVIEW,
    )
    apply = (
        edge(
            [listed, filed, completed, assessed, certified],
            applied,
            when=[g.next_is("applied"), *UNBLOCKED],
            effects=does.APPLY,
        )
        | edge(
            assessed,
            applied,
            when=[g.early_is("applied"), *UNBLOCKED],
            unless=[g.next_is("applied")],
            effects=does.APPLY,
        )
        | edge(
            result_publicised,
            applied,
            when=[g.next_is("applied"), *UNBLOCKED, g.notice_is_over],
            effects=does.APPLY,
        )
    )
    review = edge(
        [reviewed, applied],
        reviewed,
        when=[g.another_level_follows, *DECIDABLE],
        effects=does.REVIEW,
    ) | edge(
        result_publicised,
        reviewed,
        when=[*AFTER_RESULT, g.another_level_follows, *DECIDABLE],
        effects=does.REVIEW,
    )
    approve = (
        edge(
            [applied, reviewed],
            approved,
            when=[g.this_is_the_last_level, *DECIDABLE],
            effects=does.APPROVE,
        )
        | edge(
            result_publicised,
            approved,
            when=[*AFTER_RESULT, g.this_is_the_last_level, *DECIDABLE],
            effects=does.APPROVE,
        )
        | edge(listed, approved, when=[g.next_is("approved"), *DECIDABLE], effects=does.AWARD)
    )
    publicise_grant = edge(
        approved,
        grant_publicised,
        when=[g.next_is("grant_publicised"), *UNBLOCKED],
        effects=does.PUBLICISE_GRANT,
    )
    clear_notice = edge(
        grant_publicised,
        payable,
        when=[g.notice_is_over, *UNBLOCKED],
        effects=does.CLEAR_NOTICE,
    )
    skip_notice = edge(
        approved, payable, when=[g.next_is("payable"), *UNBLOCKED], effects=does.SKIP_NOTICE
    )
    count = edge(approved, counted, when=[g.next_is("counted")], effects=does.ended(on_road=True))
    order = edge(
        payable,
        paying,
        when=[g.pack_may_pay, g.something_is_due, *UNBLOCKED, g.notice_is_over],
        effects=does.ORDER,
    )
    settle = edge(paying, paid, effects=does.SETTLE)

    # The bank sends it back, and it goes out once more.
    bank_return = edge(paying, bank_returned, effects=does.returned_from("ordered")) | edge(
        paid, bank_returned, effects=does.returned_from("paid")
    )
    reissue = edge(bank_returned, payable, when=UNBLOCKED, effects=does.REISSUE)

    # The applicant's turn, and one level down.
    send_back = edge([applied, reviewed], correcting, effects=does.SEND_BACK) | edge(
        result_publicised, correcting, when=AFTER_RESULT, effects=does.SEND_BACK
    )
    resubmit = fork(
        correcting,
        g.resumes_at,
        does.RESUBMIT,
        applied=applied,
        reviewed=reviewed,
        result_publicised=result_publicised,
    )
    send_down = (
        edge(
            reviewed,
            reviewed,
            when=[g.a_level_was_passed_before],
            effects=does.send_down(opens="approval", approved=False),
        )
        | fork(
            reviewed,
            g.review_began_at,
            lambda desk: does.send_down(opens="review", approved=False, desk=desk),
            unless=[g.a_level_was_passed_before],
            applied=applied,
            result_publicised=result_publicised,
        )
        | edge(
            approved,
            reviewed,
            when=[g.a_level_was_passed_before],
            effects=does.send_down(opens="approval", approved=True),
        )
        | fork(
            approved,
            g.review_began_at,
            lambda desk: does.send_down(opens="review", approved=True, desk=desk),
            unless=[g.a_level_was_passed_before],
            applied=applied,
            result_publicised=result_publicised,
            listed=listed,
        )
    )

    # Off the road, and back to where it stood.
    hold = edge(
        [
            *(listed, enrolled, filed, completed, failed, assessed, certified),
            *(result_publicised, applied, reviewed, approved, grant_publicised, payable),
        ],
        held,
        effects=does.STEP_ASIDE,
    )
    release = fork(
        held,
        g.resumes_at,
        Effects(),
        g.nothing_blocks_it,
        listed=listed,
        enrolled=enrolled,
        filed=filed,
        completed=completed,
        failed=failed,
        assessed=assessed,
        certified=certified,
        result_publicised=result_publicised,
        applied=applied,
        reviewed=reviewed,
        approved=approved,
        grant_publicised=grant_publicised,
        payable=payable,
    )
    object_to = edge([result_publicised, grant_publicised], objected, effects=does.OBJECT)
    refuse_objection = fork(
        objected,
        g.resumes_at,
        does.REFUSE_OBJECTION,
        result_publicised=result_publicised,
        grant_publicised=grant_publicised,
    )
    uphold_objection = edge(
        objected, rejected, effects=does.ended(on_road=False, tells="claim_refused")
    )
    return_to_review = fork(
        objected,
        g.review_began_at,
        does.back_to_review,
        g.resumes_at("grant_publicised"),
        applied=applied,
        result_publicised=result_publicised,
        listed=listed,
    ) | edge(
        objected,
        assessed,
        when=[g.resumes_at("result_publicised")],
        effects=does.BACK_TO_ASSESSMENT,
    )

    # Ends.
    reject = edge(
        [
            *(listed, enrolled, filed, completed, assessed, certified, result_publicised),
            *(applied, reviewed, approved, grant_publicised, payable),
        ],
        rejected,
        effects=does.ended(on_road=True, tells="claim_refused"),
    ) | edge([correcting, held], rejected, effects=does.ended(on_road=False, tells="claim_refused"))
    lapse = edge(
        [assessed, certified, result_publicised],
        lapsed,
        when=[g.window_is_over],
        effects=does.ended(on_road=True, tells="deadline_missed"),
    ) | edge(
        [correcting, held],
        lapsed,
        when=[g.window_is_over],
        effects=does.ended(on_road=False, tells="deadline_missed"),
    )
    withdraw = edge(
        [
            *(listed, enrolled, filed, completed, failed, assessed, certified),
            *(result_publicised, applied, reviewed, approved, grant_publicised, payable),
        ],
        withdrawn,
        effects=does.ended(on_road=True),
    ) | edge([correcting, held, objected], withdrawn, effects=does.ended(on_road=False))
    start_recovery = edge(paid, recovering, effects=does.START_RECOVERY)
    finish_recovery = edge(recovering, recovered, effects=does.FINISH_RECOVERY)
    drop_recovery = edge(recovering, paid, effects=does.DROP_RECOVERY)
    reopen = (
        fork(
            [rejected, lapsed, withdrawn], g.resumes_at, Effects(), listed=listed, enrolled=enrolled
        )
        | fork(
            [rejected, lapsed, withdrawn],
            g.resumes_at,
            does.REOPEN_EARLY,
            filed=filed,
            completed=completed,
            failed=failed,
            assessed=assessed,
            certified=certified,
            result_publicised=result_publicised,
        )
        | fork(
            [rejected, lapsed, withdrawn],
            g.review_began_at,
            does.reopen_at_review,
            one_of("resume_to", AT_REVIEW),
            applied=applied,
            result_publicised=result_publicised,
            listed=listed,
        )
        | fork(
            counted,
            g.review_began_at,
            does.reopen_at_review,
            applied=applied,
            result_publicised=result_publicised,
            listed=listed,
        )
    )


CLAIM = compile_chart(ClaimChart, name="claim", version=CHART_VERSION, ends=ENDS)
