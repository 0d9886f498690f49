"""The end of a notice: on the working day after its last line's last day, however late anybody looks."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.actions.advance import STEPS
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import ClaimHistory, SubjectHistory
from tests import builders
from tests.actions import payday

FRIDAY_END, SATURDAY, MONDAY = date(2020, 11, 20), date(2020, 11, 21), date(2020, 11, 23)
MUCH_LATER = date(2020, 12, 9)


def cleared(session: Session) -> dict[int, date]:
    rows = session.exec(select(ClaimHistory).where(ClaimHistory.event == "clear_notice")).all()
    return {row.claim_id: row.effective_on for row in rows}


def sweep(session: Session, day: date) -> None:
    """What the nightly run does for claims whose notice is over."""
    (step,) = [each for each in STEPS if each.event == "clear_notice"]
    step.apply(session, payday.act(day, "flow:advance"), Scope(()), 0)


def ended(session: Session) -> list[date]:
    query = select(SubjectHistory.effective_on).where(
        SubjectHistory.machine == "notice", SubjectHistory.event == "close"
    )
    return list(session.exec(query).all())


def test_closing_late_takes_effect_on_the_day_on_which_the_next_step_opened(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    payday.posted(session, ids)
    done = notices.close_notices(session, payday.act(MUCH_LATER))
    assert done.moved == {"payable": 2}
    assert cleared(session) == dict.fromkeys(ids, payday.OPENS)
    assert ended(session) == [payday.OPENS]


def test_a_notice_that_ends_on_a_friday_is_not_closed_on_saturday(session: Session) -> None:
    ids = payday.approved(session, 1)
    notice_id = payday.posted(session, ids, day=date(2020, 11, 13))
    assert payday.notice(session, notice_id).last_day == FRIDAY_END
    early = notices.close_notices(session, payday.act(SATURDAY), notice_id=notice_id)
    assert builders.codes(early) == {"E704"}
    assert notices.due_to_close(session, payday.act(SATURDAY)) == []
    notices.close_notices(session, payday.act(MONDAY))
    assert cleared(session) == {ids[0]: MONDAY}


def test_a_notice_of_which_every_line_was_taken_off_ends_all_the_same(session: Session) -> None:
    ids = payday.approved(session, 1)
    notice_id = payday.posted(session, ids)
    session.execute(text("UPDATE notice_line SET status = 'removed'"))
    assert notices.due_to_close(session, payday.act(payday.LAST_DAY)) == []
    assert notices.due_to_close(session, payday.act(payday.OPENS)) == [(notice_id, payday.OPENS)]
    notices.close_notices(session, payday.act(payday.OPENS))
    assert ended(session) == [payday.OPENS]


def test_a_restarted_line_keeps_the_notice_open_while_the_others_go_on(session: Session) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    new = builders.done(
        notices.correct_notice(
            session, payday.act(date(2020, 11, 20)), notice_id=notice_id, reason="更正"
        )
    )
    notices.close_notices(session, payday.act(payday.OPENS))
    assert cleared(session) == {ids[1]: payday.OPENS}
    assert payday.notice(session, new).state == "posted"
    notices.close_notices(session, payday.act(MUCH_LATER))
    assert cleared(session) == {ids[1]: payday.OPENS, ids[0]: date(2020, 11, 30)}
    assert ended(session) == [date(2020, 11, 30)]


def test_an_objection_refused_on_a_saturday_lets_the_claim_go_on_on_monday(
    session: Session,
) -> None:
    ids = payday.approved(session, 1)
    notice_id = payday.posted(session, ids, day=date(2020, 11, 12))
    got = notices.file_objection(
        session, payday.act(date(2020, 11, 19), "public", roles=()), notice_id=notice_id,
        claim_id=ids[0], words="未参加",
    )  # fmt: skip
    notices.decide_objection(
        session, payday.act(SATURDAY, payday.LEADER), objection_id=got.objection_id or 0,
        outcome="refused", reasons="不属实",
    )  # fmt: skip
    notices.close_notices(session, payday.act(SATURDAY))
    assert payday.states(session, ids) == ["grant_publicised"]
    sweep(session, SATURDAY)
    assert payday.states(session, ids) == ["grant_publicised"]
    sweep(session, MONDAY)
    assert cleared(session) == {ids[0]: MONDAY}
