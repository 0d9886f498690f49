"""Roads that begin elsewhere than in the catalogue, and the one on which nobody applies."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.chart import Blocked, Edge
from states.claim import AT_REVIEW, CLAIM, CLOSED
from states.claim_guards import NO_NOTICE
from tests.states.stub import Day, StubClaim
from tests.states.test_claim_chart import check_money, is_open, walk


def road(text: str) -> list[str]:
    """The stages of a road in order."""
    return text.split()


NOTICE = Day(today=date(2020, 10, 10))
"""The last day of the notice of results."""
PROJECT = road(
    "listed enrolled filed completed assessed result_publicised reviewed approved payable "
    "paying paid"
)
SINGLE = road("completed assessed result_publicised approved grant_publicised payable paying paid")
AWARD = road("approved grant_publicised payable paying paid")
OWN_MONEY = road("filed completed applied reviewed approved counted")
AUTHORITY = road("applied reviewed approved payable paying paid")
EMPLOYER = road("assessed certified applied reviewed approved payable paying paid")
EVERY = [PROJECT, SINGLE, AWARD, OWN_MONEY, AUTHORITY, EMPLOYER]
DESKS = ("applied", "result_publicised", "listed")


def starting(stages: list[str], **more: Any) -> StubClaim:
    first = stages[1] if stages[0] == "listed" else stages[0]
    return StubClaim(stages=stages, next_stage=first, certificate_pending=0, **more)


def on_show(levels: int = 2, *, stages: list[str] = PROJECT) -> StubClaim:
    """A claim without application whose result is on notice."""
    claim = starting(stages, levels=levels)
    first = "enrol file complete" if stages[0] == "listed" else "enter"
    return walk(claim, f"{first} pass_assessment publicise_result")


@pytest.mark.parametrize("first", ["filed", "completed", "assessed", "approved"])
def test_a_claim_enters_its_road_at_the_first_stage_and_nowhere_else(first: str) -> None:
    claim = starting([first, "paid"])
    assert isinstance(claim.take("enter", Day()), Edge)
    assert claim.state == first
    assert claim.next_stage == "paid"


def test_who_enters_by_a_filing_reserves_money_and_is_held_to_the_last_day_for_it() -> None:
    late = starting(["filed", "completed"])
    late.file_by = date(2020, 10, 29)
    assert late.take("enter", Day()) == Blocked("enter", "listed", _others("filed"))
    claim = walk(starting(["filed", "completed"]), "enter")
    assert claim.ledger == Counter(budget=-200_000, reserved=200_000)


def _others(stage: str) -> tuple[str, ...]:
    """Every guard that stands in the way of entering at a late filing or at another stage."""
    assert stage == "filed"
    wrong = ["class_may_start", "next_stage_is_completed", "next_stage_is_assessed"]
    return (*wrong, "next_stage_is_approved")


def test_a_claim_with_an_open_ticket_does_not_enter() -> None:
    claim = starting(EMPLOYER, blocks=1)
    refused = claim.take("enter", Day())
    assert isinstance(refused, Blocked)
    assert "nothing_blocks_it" in refused.guards


def test_an_award_is_approved_only_if_it_is_decided_and_no_value_is_missing() -> None:
    for event in ("enter", "approve"):
        refused = starting(AWARD, gaps=1, decision_current=0).take(event, Day())
        assert isinstance(refused, Blocked)
        assert {"the_policy_is_complete", "decision_is_current"} <= set(refused.guards)


@pytest.mark.parametrize("event", ["enter", "approve"])
def test_an_award_is_approved_and_paid_without_application_and_review(event: str) -> None:
    claim = walk(starting(AWARD), f"{event} publicise_grant clear_notice order settle")
    assert claim.ledger == Counter(budget=-150_000, paid=150_000)


def test_a_list_of_the_authority_is_applied_for_at_once() -> None:
    claim = walk(starting(AUTHORITY), "apply review approve skip_notice order settle")
    assert claim.state == "paid"


def test_an_employers_claim_enters_with_the_results() -> None:
    claim = walk(starting(EMPLOYER, levels=1), "enter issue_certificate certify apply approve")
    assert claim.next_stage == "payable"


def test_a_project_claim_is_reviewed_after_the_notice_of_its_result_and_paid() -> None:
    claim = on_show()
    assert claim.next_stage == "reviewed"
    walk(claim, "begin_review review approve skip_notice order settle")
    assert claim.state == "paid"
    assert claim.ledger == Counter(budget=-150_000, paid=150_000)


def test_with_a_single_level_it_is_approved_from_the_notice() -> None:
    claim = walk(on_show(1, stages=SINGLE), "approve publicise_grant clear_notice order settle")
    assert claim.state == "paid"
    levels = walk(on_show(1), "approve")
    assert (levels.levels_left, levels.levels_done) == (0, 1)


@pytest.mark.parametrize("event", ["begin_review", "review", "send_back"])
def test_up_to_the_last_day_of_the_notice_nobody_reviews_it(event: str) -> None:
    assert CLAIM.choose(on_show(), event, NOTICE) == Blocked(
        event, "result_publicised", ("notice_is_over",)
    )


def test_the_clock_of_review_starts_once() -> None:
    claim = walk(on_show(), "begin_review")
    assert claim.notice_last_day == NO_NOTICE
    assert claim.take("begin_review", Day()) == Blocked(
        "begin_review", "result_publicised", ("review_has_not_begun",)
    )


def test_where_an_application_follows_the_notice_of_results_nobody_reviews_before_it() -> None:
    stages = road("listed completed assessed result_publicised applied reviewed approved paid")
    claim = StubClaim(state="assessed", next_stage="result_publicised", stages=stages)
    walk(claim, "publicise_result")
    for event in ("begin_review", "review", "approve", "send_back"):
        assert isinstance(claim.take(event, Day()), Blocked)
    walk(claim, "apply")
    assert (claim.levels_left, claim.review_from) == (2, "applied")


def test_an_objection_to_the_result_is_refused_upheld_or_leads_back_to_the_assessment() -> None:
    assert walk(on_show(), "object_to refuse_objection review").state == "reviewed"
    assert walk(on_show(), "object_to uphold_objection").ledger == Counter()
    again = walk(on_show(), "object_to return_to_review")
    assert (again.state, again.next_stage) == ("assessed", "result_publicised")
    assert walk(again, "publicise_result review approve").state == "approved"


def test_a_correction_leads_back_to_where_the_claim_was_reviewed() -> None:
    assert walk(on_show(), "send_back resubmit").state == "result_publicised"
    assert walk(on_show(), "hold release review").state == "reviewed"


@pytest.mark.parametrize(("stages", "desk"), [(PROJECT, "result_publicised"), (AWARD, "listed")])
def test_what_is_sent_down_from_the_first_level_lies_where_review_began(
    stages: list[str], desk: str
) -> None:
    claim = on_show(1) if desk == "result_publicised" else starting(stages)
    walk(claim, "approve send_down")
    assert claim.state == desk
    check_money(claim)
    assert walk(claim, "approve").next_stage == stages[stages.index("approved") + 1]


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
@pytest.mark.parametrize("left_at", AT_REVIEW)
def test_an_end_reached_at_review_is_reopened_where_review_began(
    end: str, left_at: str, desk: str
) -> None:
    claim = StubClaim(state=end, resume_to=left_at, review_from=desk, levels=3, levels_left=1)
    walk(claim, "reopen")
    assert (claim.state, claim.levels_left, claim.levels_done) == (desk, 3, 0)
    assert claim.notice_last_day == (NO_NOTICE if desk == "result_publicised" else date.max)


def test_a_rejected_award_is_reopened_and_approved_anew() -> None:
    claim = walk(starting(AWARD), "reject reopen")
    assert (claim.state, claim.next_stage) == ("listed", "approved")
    assert walk(claim, "approve").state == "approved"


def test_own_money_is_counted_and_leaves_nothing_reserved_or_approved() -> None:
    claim = walk(starting(OWN_MONEY, amount_fen=0), "enter complete apply review approve count")
    assert (claim.state, +claim.ledger) == ("counted", Counter())
    valued = walk(starting(OWN_MONEY), "enter complete apply review approve count")
    assert (valued.state, +valued.ledger) == ("counted", Counter())


@given(data=st.data(), stages=st.sampled_from(EVERY), levels=st.integers(1, 3))
def test_money_stays_told_on_every_road(
    data: st.DataObject, stages: list[str], levels: int
) -> None:
    claim = starting(stages, levels=levels)
    for _ in range(40):
        claim.decision_current = 1
        going = sorted(e for e in CLAIM.events_from(claim.state) if is_open(claim, e))
        if not going:
            break
        claim.take(data.draw(st.sampled_from(going)), Day())
        check_money(claim)


@given(data=st.data(), stages=st.sampled_from(EVERY), levels=st.integers(1, 3))
def test_no_road_is_left_for_a_state_that_it_does_not_have(
    data: st.DataObject, stages: list[str], levels: int
) -> None:
    beside = {"listed", "correcting", "held", "objected", "bank_returned", "recovering", "failed"}
    allowed = {*stages, *beside, *CLOSED, "reviewed"}
    claim = starting(stages, levels=levels)
    for _ in range(40):
        claim.decision_current = 1
        going = sorted(e for e in CLAIM.events_from(claim.state) if is_open(claim, e))
        if not going:
            break
        claim.take(data.draw(st.sampled_from(going)), Day())
        assert claim.state in allowed, (claim.state, stages)
