"""Public notices: an exact list, its days, what ends it, what a correction restarts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ClaimHistory, NoticeLine, Person
from subsidy.rules.deadlines import due
from tests import builders
from tests.actions import payday


@pytest.fixture
def session(payday_file: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as opened:
        yield opened
    database.dispose()


def test_a_notice_posted_on_tuesday_shows_five_working_days_from_wednesday(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    notice = payday.notice(session, payday.posted(session, ids))
    assert (notice.posted_on, notice.first_day) == (payday.POSTED, payday.FIRST_DAY)
    assert (notice.last_day, notice.opens_on) == (payday.LAST_DAY, payday.OPENS)
    assert notice.assumed, "no clause gives the length, so the notice says that it was chosen"
    assert payday.states(session, ids) == ["grant_publicised"] * 2


def test_the_national_holiday_is_not_counted_and_the_make_up_saturday_is(session: Session) -> None:
    ids = payday.approved(session, 1)
    notice = payday.notice(session, payday.posted(session, ids, day=date(2020, 9, 29)))
    assert notice.last_day == date(2020, 10, 13)
    assert notice.opens_on == date(2020, 10, 14)


def test_before_the_next_holidays_are_published_the_printed_last_day_is_the_safe_one(
    session: Session,
) -> None:
    ids = payday.approved(session, 1)
    who = payday.act(date(2026, 12, 28))
    notice = payday.notice(session, payday.posted(session, ids, day=who.today))
    window = who.pack.tracks[payday.UNITS].window("publicity", on=who.today)
    likely = due(window, anchor=who.today, calendar=who.calendar)
    assert not likely.final
    assert notice.last_day == likely.high > likely.on


def test_nothing_is_payable_on_the_last_day_and_everything_on_the_day_after(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    early = notices.close_notices(session, payday.act(payday.LAST_DAY), notice_id=notice_id)
    assert builders.codes(early) == {"E704"}
    assert payday.states(session, ids) == ["grant_publicised"] * 2
    done = notices.close_notices(session, payday.act(payday.OPENS))
    assert done.moved == {"payable": 2}
    assert payday.notice(session, notice_id).state == "closed"


def test_closing_again_changes_nothing(session: Session) -> None:
    payday.payable(session, payday.approved(session, 1))
    again = notices.close_notices(session, payday.act(payday.OPENS))
    assert (again.done, again.moved, again.note) == (True, {}, "0份公示期满")


def test_each_office_lists_only_the_claims_it_pays(session: Session) -> None:
    own = payday.approved(session, 2)
    main_city = payday.approved(session, 1, district=payday.SHANGCHENG)
    who = payday.act(payday.POSTED)
    for code, expected in ((payday.XIAOSHAN, own), (payday.CITY, main_city)):
        office = payday.area(session, code)
        made = notices.prepare_notice(session, who, area_id=office, track=payday.UNITS)
        listed = payday.shown(session, builders.done(made))
        assert [line.claim_id for line in listed] == expected


def test_a_claim_is_never_on_two_lists_at_once(session: Session) -> None:
    payday.approved(session, 2)
    who, office = payday.act(payday.POSTED), payday.area(session)
    builders.done(notices.prepare_notice(session, who, area_id=office, track=payday.UNITS))
    again = notices.prepare_notice(session, who, area_id=office, track=payday.UNITS)
    assert builders.codes(again) == {"E703"}
    assert {reasons for _, reasons in again.left} == {("already_listed",)}


def test_a_claim_with_an_open_ticket_is_left_out_with_the_reason(session: Session) -> None:
    first, second = payday.approved(session, 2)
    progress_of(session, first).blocks = 1
    session.flush()
    who, office = payday.act(payday.POSTED), payday.area(session)
    made = notices.prepare_notice(session, who, area_id=office, track=payday.UNITS)
    assert [line.claim_id for line in payday.shown(session, builders.done(made))] == [second]
    assert made.left == [(first, ("nothing_blocks_it",))]


def test_a_claim_that_changed_after_the_list_was_prepared_comes_off_before_posting(
    session: Session,
) -> None:
    first, second = payday.approved(session, 2)
    who, office = payday.act(payday.POSTED), payday.area(session)
    made = notices.prepare_notice(session, who, area_id=office, track=payday.UNITS)
    notice_id = builders.done(made)
    before = payday.notice(session, notice_id).list_hash
    progress_of(session, first).amount_fen = 90_000
    session.flush()
    posted = notices.post_notice(session, who, notice_id=notice_id)
    assert posted.moved == {"grant_publicised": 1}
    assert posted.left == [(first, ("changed_since",))]
    assert payday.states(session, [first, second]) == ["approved", "grant_publicised"]
    assert payday.notice(session, notice_id).list_hash != before


def test_posting_twice_moves_nobody_twice(session: Session) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    again = notices.post_notice(session, payday.act(payday.POSTED), notice_id=notice_id)
    assert (again.done, again.note) == (True, "此前已公示")
    moves = session.exec(select(ClaimHistory).where(ClaimHistory.event == "publicise_grant")).all()
    assert len(moves) == 2


def test_the_public_reads_masked_names_and_no_account(session: Session) -> None:
    ids = payday.approved(session, 1, track=payday.PERSONS)
    (line,) = notices.notice_list(session, notice_id=payday.posted(session, ids))
    assert "*" in line.masked_name
    assert line.masked_id.count("*") >= 8
    assert line.payee == line.masked_name
    person = session.get_one(Person, session.get_one(Claim, ids[0]).person_id)
    assert person.id_number_sealed.hex() not in repr(line)


def test_where_the_length_of_the_notice_is_not_set_the_list_waits_with_the_gap(
    session: Session,
) -> None:
    payday.approved(session, 1)
    who = payday.act(date(2020, 6, 1))  # before the first value of the pack
    office = payday.area(session)
    made = notices.prepare_notice(session, who, area_id=office, track=payday.UNITS)
    posted = notices.post_notice(session, who, notice_id=builders.done(made))
    assert builders.codes(posted) == {"E604"}


def test_a_corrected_list_restarts_the_days_of_the_changed_lines_only(session: Session) -> None:
    first, second = payday.approved(session, 2)
    notice_id = payday.posted(session, [first, second])
    payday.rename(session, first, "更正后")
    who = payday.act(date(2020, 11, 20))
    outcome = notices.correct_notice(session, who, notice_id=notice_id, reason="姓名更正")
    new = builders.done(outcome)
    assert payday.notice(session, notice_id).state == "replaced"
    assert payday.notice(session, new).state == "posted"
    days = {line.claim_id: line.last_day for line in payday.shown(session, new)}
    assert days == {first: date(2020, 11, 27), second: payday.LAST_DAY}
    assert progress_of(session, first).notice_last_day == date(2020, 11, 27)
    assert progress_of(session, second).notice_last_day == payday.LAST_DAY


def test_a_correction_that_changes_nothing_makes_no_new_list(session: Session) -> None:
    notice_id = payday.posted(session, payday.approved(session, 1))
    who = payday.act(date(2020, 11, 20))
    outcome = notices.correct_notice(session, who, notice_id=notice_id, reason="复查")
    assert (outcome.subject_id, outcome.note) == (notice_id, "名单没有变化")
    assert len(session.exec(select(NoticeLine)).all()) == 1


def test_a_clerk_of_another_district_may_not_post_the_list(session: Session) -> None:
    payday.approved(session, 1)
    office = payday.area(session)
    other = builders.act(
        payday.POSTED, actor="user:1", areas=frozenset({payday.area(session, payday.SHANGCHENG)})
    )
    refused = notices.prepare_notice(session, other, area_id=office, track=payday.UNITS)
    assert builders.codes(refused) == {"E1208"}


def test_lists_say_how_many_are_shown_and_how_much(session: Session) -> None:
    payday.posted(session, payday.approved(session, 3))
    (view,) = notices.notices(session, payday.act(payday.POSTED), state="posted")
    assert (view.lines, view.objected, view.total_fen) == (3, 0, 3 * payday.AMOUNT)


def test_a_list_of_results_is_shown_before_the_application_and_posts_no_money(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    for claim_id in ids:
        row = progress_of(session, claim_id)
        row.state, row.next_stage, row.approved_fen = "certified", "result_publicised", 0
    session.flush()
    who = payday.act(payday.POSTED)
    made = notices.prepare_notice(
        session, who, area_id=payday.area(session), track=payday.UNITS, kind="result"
    )
    posted = notices.post_notice(session, who, notice_id=builders.done(made))
    assert posted.moved == {"result_publicised": 2}
    assert posted.note == "2020-R0001"
    (line, _) = notices.notice_list(session, notice_id=builders.done(made))
    assert (line.amount_fen, line.payee) == (0, "")
    received = notices.file_objection(
        session,
        payday.act(payday.LAST_DAY, "public", roles=()),
        notice_id=builders.done(made),
        claim_id=ids[0],
        words="成绩有误",
    )
    assert received.objection_id is not None
    decided = notices.decide_objection(
        session,
        payday.act(payday.LAST_DAY, payday.HEAD),
        objection_id=received.objection_id,
        outcome="review",
        reasons="重新核对成绩",
    )
    assert decided.moved == {"assessed": 1}
    closed = notices.close_notices(session, payday.act(payday.OPENS))
    assert (closed.moved, closed.note) == ({}, "1份公示期满")
    assert payday.states(session, ids) == ["assessed", "result_publicised"]
