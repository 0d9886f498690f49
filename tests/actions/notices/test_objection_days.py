"""An objection's own time limit, who learns of its end, and claims that wait for another matter."""

from datetime import date

import pytest
from sqlmodel import Session, select

from subsidy.actions import notices, reviews
from subsidy.actions.acting import Outcome
from subsidy.actions.messages.values import message_values
from subsidy.actions.notices import Received
from subsidy.actions.views.notice_papers import objections_of
from subsidy.papers.notices import render
from subsidy.records.tables import Deadline, Outbox, Ticket
from tests import builders
from tests.actions import payday

DAY, NEXT = date(2020, 11, 20), date(2020, 11, 23)
"""A Friday within the notice and the Monday after it."""
DUE, DUE_NEXT = date(2020, 11, 27), date(2020, 11, 30)


@pytest.fixture
def shown(session: Session) -> tuple[int, list[int]]:
    """Two claims on a posted list."""
    ids = payday.approved(session, 2)
    return payday.posted(session, ids), ids


def objected(
    session: Session, notice_id: int, claim_id: int, *, day: date = DAY, words: str = "未参加培训"
) -> Received:
    return notices.file_objection(
        session,
        payday.act(day, "public", roles=()),
        notice_id=notice_id,
        claim_id=claim_id,
        words=words,
        contact="someone@example.org",
    )


def decided(
    session: Session, got: Received, outcome: str, *, day: date = NEXT, actor: str = payday.LEADER
) -> Outcome:
    return notices.decide_objection(
        session,
        payday.act(day, actor),
        objection_id=got.objection_id or 0,
        outcome=outcome,  # type: ignore[arg-type]
        reasons="已核查考勤与影像",
    )


def letters(session: Session, template: str) -> list[str]:
    """The texts of the waiting letters of one kind."""
    rows = session.exec(select(Outbox).where(Outbox.template == template)).all()
    act = payday.act(NEXT, "flow:deliver")
    told = [message_values(session, act, row) for row in rows]
    return [render(template, values).text for values in told]


def test_ticket_deadline_and_receipt_name_the_same_last_day_from_the_packs_window(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    got = objected(session, notice_id, ids[0])
    ticket = session.exec(select(Ticket).where(Ticket.claim_id == ids[0])).one()
    deadline = session.exec(select(Deadline).where(Deadline.window == "objection")).one()
    assert got.settle_by == ticket.due_on == deadline.due_on == DUE


def test_a_second_objection_has_its_own_days_and_one_ticket_names_both(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    first = objected(session, notice_id, ids[0])
    second = objected(session, notice_id, ids[0], day=NEXT, words="冒名顶替")
    assert (first.settle_by, second.settle_by) == (DUE, DUE_NEXT)
    ticket = session.exec(select(Ticket).where(Ticket.claim_id == ids[0])).one()
    assert first.receipt in ticket.facts
    assert second.receipt in ticket.facts
    assert ticket.due_on == DUE


def test_an_objection_that_is_decided_late_or_still_waits_shows_as_late(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    late, waiting = (objected(session, notice_id, claim_id) for claim_id in ids)
    decided(session, late, "refused", day=DUE_NEXT)
    rows = {row.receipt: row for row in objections_of(session, notice_id=notice_id)}
    assert rows[late.receipt].is_late(DUE)
    assert not rows[waiting.receipt].is_late(DUE)
    assert rows[waiting.receipt].is_late(DUE_NEXT)


@pytest.mark.parametrize(("outcome", "state"), [("review", "applied"), ("refused", None)])
def test_the_claimant_is_told_what_became_of_an_objection(
    session: Session, shown: tuple[int, list[int]], outcome: str, state: str | None
) -> None:
    notice_id, ids = shown
    got = objected(session, notice_id, ids[0])
    decided(session, got, outcome)
    assert payday.states(session, ids[:1]) == [state or "grant_publicised"]
    to = session.exec(select(Outbox.to_kind).where(Outbox.template == "objection_decided")).all()
    assert sorted(to) == ["objector", "provider"]


def test_an_upheld_objection_sends_both_sides_reasons_and_the_way_to_contest(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    decided(session, objected(session, notice_id, ids[0]), "upheld")
    assert payday.states(session, ids) == ["rejected", "grant_publicised"]
    (refusal,) = letters(session, "claim_refused")
    assert "公示异议经核查成立：已核查考勤与影像" in refusal
    assert "行政复议" in refusal
    assert "60日内" in refusal
    assert "6个月内" in refusal
    (answer,) = letters(session, "objection_decided")
    assert "异议成立" in answer
    assert "60日内" in answer


def test_a_held_claim_is_objected_to_and_waits_for_both_matters(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    for claim_id in ids:
        builders.done(reviews.hold(session, payday.act(DAY), claim_id=claim_id, reason="核对账户"))
    first, second = (objected(session, notice_id, claim_id) for claim_id in ids)
    assert first.done
    assert payday.states(session, ids) == ["held", "held"]
    assert builders.codes(decided(session, first, "review")) == {"E707"}
    assert decided(session, first, "upheld").moved == {"rejected": 1}
    assert decided(session, second, "refused").done
    builders.done(
        reviews.release(session, payday.act(NEXT, payday.LEADER), claim_id=ids[1], note="账户无误")
    )
    assert payday.states(session, ids) == ["rejected", "grant_publicised"]


def test_a_claim_that_left_the_notice_and_a_closed_notice_take_no_objection(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    decided(session, objected(session, notice_id, ids[0]), "upheld")
    again = objected(session, notice_id, ids[0], words="另一理由")
    assert [finding.code for finding in again.findings] == ["E705"]
    notices.close_notices(session, payday.act(payday.OPENS))
    late = objected(session, notice_id, ids[1], day=payday.OPENS)
    assert [finding.code for finding in late.findings] == ["E705"]


def test_the_words_are_opened_only_for_who_may_decide(
    session: Session, shown: tuple[int, list[int]]
) -> None:
    notice_id, ids = shown
    got = objected(session, notice_id, ids[0])
    clerk = payday.act(DAY, roles=("clerk",))
    with pytest.raises(PermissionError):
        notices.read_objection(session, clerk, objection_id=got.objection_id or 0, reason="想看看")
