"""What the moves of a claim write besides its state: data that the interactive and bulk paths share.

Money columns of a claim, in fen: `planned_fen` (expected at filing), `reserved_fen` (held in the budget
now), `amount_fen` (decided), `approved_fen` (approved and not given back). Posts of zero are not written.
"""

from dataclasses import replace

from states.chart import FAR, Column, Const, Effects, Given, Plus, Post, Source, Tell, Value
from states.claim_guards import NO_NOTICE

GIVE_BACK = (Post("reserved", "budget", "reserved_fen"), Post("approved", "budget", "approved_fen"))
NO_MONEY: dict[str, Value] = {
    "reserved_fen": Const(0),
    "approved_fen": Const(0),
    "lapses_after": Const(FAR),
}
FIRST_LEVEL: dict[str, Value] = {"levels_left": Column("levels"), "levels_done": Const(0)}
FROM_HERE: dict[str, Value] = {"resume_to": Source()}
"""Side states keep the `resume_to` they came with; states on the road write themselves."""

STEP_ASIDE = Effects(sets=FROM_HERE)

FILE = Effects(
    sets={"reserved_fen": Column("planned_fen")},
    closes=("filing_before_start",),
    posts=(Post("budget", "reserved", "planned_fen"),),
)
COMPLETE = Effects(opens=(("application", "training_ends"),))
FAIL = Effects(tells=(Tell("assessment_failed_resit", "provider"),))
ISSUE_CERTIFICATE = Effects(
    sets={"certificate_issued": Given("certificate_issued")},
    opens=(("certificate_registration", "certificate_issued"),),
)
CERTIFY = Effects(
    sets={"certificate_pending": Const(0), "certificate_issued": Given("certificate_issued")},
    closes=("certificate_registration",),
)
PUBLICISE_RESULT = Effects(
    sets={
        **FIRST_LEVEL,
        "review_from": Const("result_publicised"),
        "notice_last_day": Given("notice_last_day"),
    }
)
"""Where an application follows, it sets the levels and where review begins once more."""
BEGIN_REVIEW = Effects(
    sets={"notice_last_day": Const(NO_NOTICE)},
    closes=("review",),
    opens=(("review", "today"),),
)
"""Nobody applies, so the clock of review starts when the notice of results is over."""
APPLY = Effects(
    sets={
        **FIRST_LEVEL,
        "review_from": Const("applied"),
        "applied_on": Given("applied_on"),
        "notice_last_day": Const(FAR),
        "lapses_after": Const(FAR),
    },
    closes=("application",),
    opens=(("review", "applied_on"),),
)
REVIEW = Effects(
    sets={"levels_left": Plus(-1), "levels_done": Plus(1)},
    closes=("review", "approval"),
    opens=(("approval", "today"),),
)
APPROVE = Effects(
    sets={
        "levels_left": Const(0),
        "levels_done": Plus(1),
        "reserved_fen": Const(0),
        "approved_fen": Column("amount_fen"),
    },
    closes=("review", "approval"),
    opens=(("notice_posting", "today"),),
    tells=(Tell("claim_approved", "provider"),),
    posts=(
        Post("reserved", "budget", "reserved_fen"),
        Post("budget", "approved", "amount_fen"),
    ),
)
AWARD = replace(APPROVE, sets={**APPROVE.sets, "review_from": Const("listed")})
"""A list decides directly: there is neither application nor review before the approval."""
PUBLICISE_GRANT = Effects(
    sets={"notice_last_day": Given("notice_last_day")}, closes=("notice_posting",)
)
CLEAR_NOTICE = Effects(opens=(("payment", "today"),))
SKIP_NOTICE = Effects(
    sets={"notice_last_day": Const(NO_NOTICE)},
    closes=("notice_posting",),
    opens=(("payment", "today"),),
)
ORDER = Effects(posts=(Post("approved", "ordered", "approved_fen"),))
SETTLE = Effects(
    closes=("*",),
    tells=(Tell("paid", "provider"),),
    posts=(Post("ordered", "paid", "approved_fen"),),
)


def returned_from(stage: str) -> Effects:
    """The bank sends the money back: from an order under way, or late, from a payment thought done."""
    return Effects(
        opens=(("return_repaired", "today"),),
        tells=(Tell("bank_returned", "provider"),),
        posts=(Post(stage, "returned", "approved_fen"),),
    )


REISSUE = Effects(
    closes=("return_repaired",), posts=(Post("returned", "approved", "approved_fen"),)
)
SEND_BACK = Effects(
    sets=FROM_HERE,
    stops=True,
    opens=(("correction", "today"),),
    tells=(Tell("correction_needed", "provider"),),
)
RESUBMIT = Effects(sets={"lapses_after": Const(FAR)}, closes=("correction",), resumes=True)


def waits_for(desk: str) -> Const:
    """Which notice stands before review at this desk: none after a result that has been on show."""
    return Const(NO_NOTICE if desk == "result_publicised" else FAR)


def send_down(*, opens: str, approved: bool, desk: str = "") -> Effects:
    """One level back; an approval that is undone gives its money back to the reservation."""
    sets: dict[str, Value] = {"levels_left": Plus(1), "levels_done": Plus(-1)}
    if desk == "result_publicised":
        sets["notice_last_day"] = waits_for(desk)
    if not approved:
        return Effects(sets=sets, closes=("review", "approval"), opens=((opens, "today"),))
    return Effects(
        sets={**sets, "approved_fen": Const(0), "reserved_fen": Column("approved_fen")},
        closes=("notice_posting",),
        opens=((opens, "today"),),
        posts=(Post("approved", "reserved", "approved_fen"),),
    )


OBJECT = Effects(
    sets=FROM_HERE,
    opens=(("objection", "today"),),
    tells=(Tell("objection_received", "provider"),),
)
REFUSE_OBJECTION = Effects(closes=("objection",), tells=(Tell("objection_decided", "provider"),))


def back_to_review(desk: str) -> Effects:
    """An objection to the grant: the reservation takes back what had been approved."""
    return Effects(
        sets={
            **FIRST_LEVEL,
            "reserved_fen": Column("approved_fen"),
            "approved_fen": Const(0),
            "notice_last_day": waits_for(desk),
            "decision_current": Const(0),
        },
        closes=("objection",),
        opens=(("review", "today"),),
        tells=(Tell("objection_decided", "provider"),),
        posts=(Post("approved", "reserved", "approved_fen"),),
    )


BACK_TO_ASSESSMENT = Effects(
    sets={"notice_last_day": Const(FAR)},
    closes=("objection",),
    tells=(Tell("objection_decided", "provider"),),
)
"""An objection to the result: nothing was approved yet, and the reservation stays."""


def ended(*, on_road: bool, tells: str | None = None) -> Effects:
    """An end that pays nothing: money goes back, every open deadline closes."""
    return Effects(
        sets={**NO_MONEY, **(FROM_HERE if on_road else {})},
        closes=("*",),
        tells=(Tell(tells, "provider"),) if tells else (),
        posts=GIVE_BACK,
    )


REOPEN_EARLY = Effects(
    sets={"reserved_fen": Column("planned_fen")},
    posts=(Post("budget", "reserved", "planned_fen"),),
)


def reopen_at_review(desk: str) -> Effects:
    """An end that was reached at review or behind it is reopened before the first level."""
    return Effects(
        sets={
            **FIRST_LEVEL,
            "reserved_fen": Column("planned_fen"),
            "notice_last_day": waits_for(desk),
            "decision_current": Const(0),
        },
        opens=(("review", "today"),),
        posts=(Post("budget", "reserved", "planned_fen"),),
    )


START_RECOVERY = Effects(opens=(("recovery", "today"),))
FINISH_RECOVERY = Effects(
    sets={"approved_fen": Const(0)},
    closes=("*",),
    posts=(Post("paid", "recovered", "approved_fen"),),
)
DROP_RECOVERY = Effects(closes=("recovery", "recovery_instalment"))
