"""What the moves of a claim write besides its state: data that the interactive and bulk paths share.

Money columns of a claim, in fen: `planned_fen` (expected at filing), `reserved_fen` (held in the budget
now), `amount_fen` (decided), `approved_fen` (approved and not given back). Posts of zero are not written.
"""

from datetime import date

from states.chart import FAR, Column, Const, Effects, Given, Plus, Post, Source, Tell

NO_NOTICE = date(1970, 1, 1)
"""The last day of a notice that a road does not ask for: it is always over."""

GIVE_BACK = (Post("reserved", "budget", "reserved_fen"), Post("approved", "budget", "approved_fen"))
NO_MONEY = {"reserved_fen": Const(0), "approved_fen": Const(0), "lapses_after": Const(FAR)}
FROM_HERE = {"resume_to": Source()}
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
PUBLICISE_RESULT = Effects(sets={"notice_last_day": Given("notice_last_day")})
APPLY = Effects(
    sets={
        "applied_on": Given("applied_on"),
        "levels_left": Column("levels"),
        "levels_done": Const(0),
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


def send_down(*, opens: str, approved: bool) -> Effects:
    """One level back; an approval that is undone gives its money back to the reservation."""
    sets = {"levels_left": Plus(1), "levels_done": Plus(-1)}
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
BACK_TO_REVIEW = Effects(
    sets={
        "levels_left": Column("levels"),
        "levels_done": Const(0),
        "reserved_fen": Column("approved_fen"),
        "approved_fen": Const(0),
        "notice_last_day": Const(FAR),
        "decision_current": Const(0),
    },
    closes=("objection",),
    opens=(("review", "today"),),
    posts=(Post("approved", "reserved", "approved_fen"),),
)
"""An objection to the grant: the reservation takes back what had been approved."""
BACK_TO_ASSESSMENT = Effects(sets={"notice_last_day": Const(FAR)}, closes=("objection",))
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
REOPEN_AT_REVIEW = Effects(
    sets={
        "reserved_fen": Column("planned_fen"),
        "levels_left": Column("levels"),
        "levels_done": Const(0),
        "notice_last_day": Const(FAR),
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
DROP_RECOVERY = Effects(closes=("recovery",))
