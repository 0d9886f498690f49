"""What must be true of a claim before it moves: one comparison each.

Every guard works twice: on a row it is a Python comparison, on the mapped class the same expression is a
SQL condition. So a guard is one comparison and nothing else; `and`, `not`, `in` and chained comparisons
raise or are silently wrong in SQL (a test rejects them). The columns are never null: a date that has
not happened is 9999-12-31.
"""

# A guard returns bool for a row and a SQL condition for the mapped class.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from datetime import date
from typing import Any

from states.chart import Test

NO_NOTICE = date(1970, 1, 1)
"""The last day of a notice that nothing waits for any more: it is always over."""


def next_is(stage: str) -> Test:
    """The pack's order of stages: the next one on this claim's own road is `stage`."""

    def test(claim: Any, p: Any) -> Any:
        return claim.next_stage == stage

    test.__name__ = f"next_stage_is_{stage}"
    return test


def early_is(stage: str) -> Test:
    """The road allows `stage` before the next one (an application before the certificate)."""

    def test(claim: Any, p: Any) -> Any:
        return claim.early_stage == stage

    test.__name__ = f"may_go_early_to_{stage}"
    return test


def resumes_at(stage: str) -> Test:
    """A claim comes back to where it was taken off the road."""

    def test(claim: Any, p: Any) -> Any:
        return claim.resume_to == stage

    test.__name__ = f"resumes_at_{stage}"
    return test


def review_began_at(stage: str) -> Test:
    """The state in which the first level of review found the claim; what is undone goes back there."""

    def test(claim: Any, p: Any) -> Any:
        return claim.review_from == stage

    test.__name__ = f"review_began_at_{stage}"
    return test


def nothing_blocks_it(claim: Any, p: Any) -> Any:
    """No open ticket that blocks stands against the claim."""
    return claim.blocks == 0


def the_policy_is_complete(claim: Any, p: Any) -> Any:
    """No parameter that this claim needs is unset."""
    return claim.gaps == 0


def decision_is_current(claim: Any, p: Any) -> Any:
    """Eligibility and amount were decided on the facts, pack and calendar of now."""
    return claim.decision_current == 1


def certificate_is_registered(claim: Any, p: Any) -> Any:
    """The certificate is on file, or the road needs none."""
    return claim.certificate_pending == 0


def another_level_follows(claim: Any, p: Any) -> Any:
    """This is not the last level of review."""
    return claim.levels_left > 1


def this_is_the_last_level(claim: Any, p: Any) -> Any:
    """Approval is what remains."""
    return claim.levels_left == 1


def a_level_was_passed_before(claim: Any, p: Any) -> Any:
    """More than one level was passed, so there is a level of review to go down to."""
    return claim.levels_done > 1


def notice_is_over(claim: Any, p: Any) -> Any:
    """The last day of the public notice lies before today."""
    return claim.notice_last_day < p.today


def review_has_not_begun(claim: Any, p: Any) -> Any:
    """The clock of review waits for the end of the notice of results."""
    return claim.notice_last_day > NO_NOTICE


def window_is_over(claim: Any, p: Any) -> Any:
    """A final window that ends a claim (lapse by clause) has passed; a provisional one never has."""
    return claim.lapses_after < p.today


def pack_may_pay(claim: Any, p: Any) -> Any:
    """The rules in force authorise payment; a draft or a letter of reference never does."""
    return claim.may_pay == 1


def something_is_due(claim: Any, p: Any) -> Any:
    """There is money to pay."""
    return claim.amount_fen > 0


def class_has_ended(claim: Any, p: Any) -> Any:
    """The last day of training has come."""
    return claim.training_ends <= p.today


def class_may_start(claim: Any, p: Any) -> Any:
    """The filing arrives on or before the last lawful day (R2), which the action has computed."""
    return claim.file_by >= p.today
