"""The order without application: the result is on notice, then review, approval and payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import claims, notices, reviews
from subsidy.actions.acting import PackRules
from subsidy.actions.advance import advance_claims
from subsidy.actions.deadlines.watching import watch
from subsidy.actions.decisions import decide_claims, forget
from subsidy.actions.views.casework.claim_deeds import deeds_of, level_view
from subsidy.actions.views.casework.review_queue import waiting_for_me
from subsidy.actions.views.claim_page import claim_view
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import ClaimProgress, Deadline
from subsidy.records.tables.types import table_of
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.builders import CLERK, HEAD, LEADER, act, codes, done

POSTED = date(2020, 11, 5)
LAST_DAY, OPENS = date(2020, 11, 12), date(2020, 11, 13)
"""Five working days from the day after the list is posted."""
APPROVED = date(2020, 11, 16)
WITHOUT = """      - {state: result_publicised, assumed: 结果公示后直接核拨}
      - {state: reviewed, clause: 三（三）2（2）③, document: hz-2020-43}
      - {state: approved, clause: 三（三）2（2）④, document: hz-2020-43}
"""


@pytest.fixture(autouse=True)
def order_without_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project track as one city orders it: no application, no notice of the grant."""
    text = (builders.CONFIG / "policies" / "hangzhou.yaml").read_text(encoding="utf-8")
    start = text.index("      - {state: applied, clause: 三（三）2（2）③")
    end = text.index("      - {state: payable, clause: 三（三）2（2）④")
    changed = office_with(tmp_path, policy=(text[start:end], WITHOUT))
    monkeypatch.setattr("tests.acts.office", lambda: changed)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def certified(session: Session, heads: int = 1) -> list[int]:
    """Claims with everything on file that the rules ask for."""
    class_id = steps.certified(session, heads=heads)
    steps.answer(session, class_id, heads=heads)
    kept = steps.apply(session, class_id)
    assert (kept.done, kept.note) == (True, "按规定无须申领，承诺已登记")
    return [row.claim_id for row in builders.claims(session, class_id)]


def posted(session: Session, *, day: date = POSTED) -> int:
    """Put every result on a notice; returns the notice."""
    clerk = act(day, actor=CLERK)
    made = notices.prepare_notice(
        session, clerk, area_id=builders.area(session), track=builders.TRACK, kind="result"
    )
    notice_id = done(made)
    done(notices.post_notice(session, clerk, notice_id=notice_id))
    return notice_id


def on_show(session: Session, heads: int = 1) -> list[int]:
    """Claims whose results are on notice."""
    ids = certified(session, heads)
    posted(session)
    return ids


def up_for_review(session: Session) -> int:
    """One claim whose notice is over."""
    (claim_id,) = on_show(session)
    assert notices.close_notices(session, act(OPENS, actor=CLERK)).moved == {"result_publicised": 1}
    return claim_id


def deadline(session: Session, claim_id: int) -> list[tuple[str, date, str]]:
    rows = session.exec(
        select(Deadline)
        .where(Deadline.claim_id == claim_id, Deadline.window == "review")
        .order_by(col(Deadline.id))
    )
    return [(row.window, row.anchor_on, row.status) for row in rows.all()]


def may_all(_door: str) -> bool:
    return True


def test_the_commitment_is_kept_without_an_application(session: Session) -> None:
    (claim_id,) = certified(session)
    row = steps.at(session, claim_id)
    assert (row.state, row.applied_on) == ("certified", date.max)
    assert "E502" not in steps.open_tickets(session, claim_id)


def test_a_claim_is_decided_when_its_result_is_posted(session: Session) -> None:
    (claim_id,) = certified(session)
    assert steps.receipts(session, claim_id) == []
    posted(session)
    row = steps.at(session, claim_id)
    assert (row.state, row.amount_fen, row.decision_current) == (
        "result_publicised",
        steps.TEN_DAYS_FEN,
        1,
    )
    assert (row.levels_left, row.levels_done, row.next_stage) == (2, 0, "reviewed")
    assert steps.open_tickets(session, claim_id) == set()


def test_during_the_notice_nobody_reviews_it_and_on_the_next_working_day_it_is_reviewed(
    session: Session,
) -> None:
    (claim_id,) = on_show(session)
    early = reviews.review(session, act(LAST_DAY, actor=CLERK), claim_id=claim_id)
    assert codes(early) == {"E1105"}
    assert "公示未期满" in early.findings[0].message_zh
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    done(reviews.approve(session, act(APPROVED, actor=LEADER), claim_id=claim_id))
    row = steps.at(session, claim_id)
    assert (row.state, row.next_stage) == ("approved", "payable")
    assert row.approved_fen == steps.TEN_DAYS_FEN
    assert steps.acts_on(session, claim_id) == [("reviewed", 1, CLERK), ("approved", 2, LEADER)]


def test_two_levels_are_two_people(session: Session) -> None:
    claim_id = up_for_review(session)
    wrong_desk = reviews.review(session, act(OPENS, actor=builders.FINANCE), claim_id=claim_id)
    assert codes(wrong_desk) == {"E1208"}
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    both = act(APPROVED, actor=CLERK, roles=("clerk", "leader"))
    assert codes(reviews.approve(session, both, claim_id=claim_id)) == {"E1207"}


def test_the_clock_of_review_starts_when_the_notice_is_over(session: Session) -> None:
    (claim_id,) = on_show(session)
    assert deadline(session, claim_id) == []
    notices.close_notices(session, act(OPENS, actor=CLERK))
    assert deadline(session, claim_id) == [("review", OPENS, "open")]
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    assert deadline(session, claim_id) == [("review", OPENS, "met")]


def test_a_late_sweep_starts_it_on_the_day_that_the_notice_allowed_and_only_once(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = on_show(session)
    for expected in ({"result_publicised": 1}, {}):
        moved = advance_claims(
            database,
            act(APPROVED).office,
            SealSigner(builders.keys()),
            city=builders.CITY,
            today=APPROVED,
            now=datetime(2020, 12, 30, tzinfo=UTC),
            actor="flow:run-publicity",
            events=("clear_notice", "begin_review"),
        )
        assert moved == expected
    with database.reading() as session:
        assert deadline(session, claim_id) == [("review", OPENS, "open")]


def test_the_reviewer_sees_it_from_the_day_after_the_notice(session: Session) -> None:
    (claim_id,) = on_show(session)
    areas = [builders.area(session)]
    during, _, _ = waiting_for_me(session, act(LAST_DAY, actor=CLERK), areas=areas)
    assert during == []
    clerk = act(OPENS, actor=CLERK)
    ((row,), _, count) = waiting_for_me(session, clerk, areas=areas)
    assert (row.claim_id, row.event, row.why, count) == (claim_id, "review", (), 1)
    level = level_view(session, clerk, claim_id=claim_id)
    assert level is not None
    assert (level.number, level.role) == (1, "clerk")
    open_ = {d.name for d in deeds_of(session, clerk, claim_id=claim_id, may=may_all) if d.open}
    assert {"review", "send_back", "reject", "hold", "decide"} <= open_


def test_a_changed_fact_is_decided_anew_before_review(session: Session) -> None:
    claim_id = up_for_review(session)
    forget(session, claim_ids=[claim_id])
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    assert steps.at(session, claim_id).decision_current == 1


def test_what_stands_against_it_keeps_it_from_review_and_not_from_the_notice(
    session: Session,
) -> None:
    class_id = steps.certified(session, heads=1)
    steps.answer(session, class_id, heads=1)
    posted(session)  # nobody signed the commitment
    (row,) = builders.claims(session, class_id)
    assert steps.open_tickets(session, row.claim_id) == {"E502"}
    refused = reviews.review(session, act(OPENS, actor=CLERK), claim_id=row.claim_id)
    assert codes(refused) == {"E1105", "E1210"}
    done(steps.apply(session, class_id, on=OPENS))
    assert steps.open_tickets(session, row.claim_id) == set()
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=row.claim_id))


def test_it_never_lapses_for_want_of_an_application(session: Session) -> None:
    (claim_id,) = on_show(session)
    assert steps.at(session, claim_id).lapses_after == date.max
    watch(session, act(date(2021, 1, 29), actor="flow:watch-deadlines"))
    assert steps.at(session, claim_id).state == "result_publicised"


def test_an_objection_to_the_result_stops_this_claim_alone(session: Session) -> None:
    first, second = on_show(session, heads=2)
    (shown,) = notices.notices(session, act(POSTED), state="posted")
    received = notices.file_objection(
        session,
        act(LAST_DAY, actor="public", roles=()),
        notice_id=shown.notice_id,
        claim_id=first,
        words="成绩有误",
    )
    assert received.objection_id is not None
    assert steps.at(session, first).state == "objected"
    stopped = reviews.review(session, act(OPENS, actor=CLERK), claim_id=first)
    assert not stopped.done
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=second))
    decided = notices.decide_objection(
        session,
        act(OPENS, actor=HEAD),
        objection_id=received.objection_id,
        outcome="refused",
        reasons="成绩核对无误",
    )
    assert decided.moved == {"result_publicised": 1}
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=first))


def test_sent_back_and_handed_in_again_it_lies_where_it_lay(session: Session) -> None:
    claim_id = up_for_review(session)
    clerk = act(OPENS, actor=CLERK)
    done(reviews.send_back(session, clerk, claim_id=claim_id, faults=["考勤表缺签字"]))
    assert deadline(session, claim_id) == [("review", OPENS, "stopped")]
    done(reviews.resubmit(session, act(APPROVED), claim_id=claim_id))
    assert steps.at(session, claim_id).state == "result_publicised"
    assert deadline(session, claim_id) == [("review", OPENS, "open")]
    done(reviews.review(session, act(APPROVED, actor=CLERK), claim_id=claim_id))


def test_sent_down_from_the_leader_it_is_reviewed_once_more(session: Session) -> None:
    claim_id = up_for_review(session)
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    leader = act(APPROVED, actor=LEADER)
    done(reviews.send_down(session, leader, claim_id=claim_id, reason="天数复核"))
    row = steps.at(session, claim_id)
    assert (row.state, row.levels_left, row.levels_done) == ("result_publicised", 2, 0)
    assert deadline(session, claim_id)[-1] == ("review", APPROVED, "open")
    done(reviews.review(session, act(APPROVED, actor=CLERK), claim_id=claim_id))


def test_a_refused_claim_is_reopened_on_the_notice_by_a_second_person(session: Session) -> None:
    claim_id = up_for_review(session)
    done(reviews.review(session, act(OPENS, actor=CLERK), claim_id=claim_id))
    leader = act(APPROVED, actor=LEADER)
    reasons = ["学员未实际参训"]
    done(
        reviews.reject(
            session, leader, claim_id=claim_id, reasons=reasons, clause="三（三）2（2）④"
        )
    )
    asks, confirms = act(APPROVED, actor=CLERK), act(APPROVED, actor=HEAD)
    done(claims.ask_reopen(session, asks, claim_id=claim_id, decision="复议1号", reason="决定"))
    done(claims.reopen(session, confirms, claim_id=claim_id))
    row = steps.at(session, claim_id)
    assert (row.state, row.levels_left, row.decision_current) == ("result_publicised", 2, 1)
    done(reviews.review(session, asks, claim_id=claim_id))


def test_its_page_shows_the_road_without_an_application(session: Session) -> None:
    claim_id = up_for_review(session)
    page = claim_view(session, city=builders.CITY, claim_id=claim_id)
    assert page is not None
    words = {stop.state: stop.standing for stop in page.road}
    assert "applied" not in words
    assert (words["result_publicised"], words["reviewed"]) == ("here", "ahead")


def _begins_with_approval(session: Session, claim_id: int) -> None:
    """Put a claim where one of an award stands before the list is decided."""
    table = table_of(ClaimProgress)
    session.execute(
        table.update()
        .where(table.c.claim_id == claim_id)
        .values(state="listed", next_stage="approved", reserved_fen=0)
    )
    session.expire_all()


def test_a_claim_whose_road_begins_with_the_approval_is_decided_and_approved_from_the_list(
    session: Session,
) -> None:
    (claim_id,) = certified(session)
    _begins_with_approval(session, claim_id)
    (decided,) = decide_claims(session, act(OPENS, actor=CLERK), claim_ids=[claim_id])
    assert decided.payable
    who = act(OPENS, actor=LEADER)
    moved = move_all(
        session,
        event="enter",
        scope=Scope.claims([claim_id]),
        moment=who.moment(),
        rules=PackRules(session, who),
    )
    assert moved == {"approved": 1}
    assert steps.at(session, claim_id).approved_fen == steps.TEN_DAYS_FEN


def test_one_that_the_list_left_behind_is_approved_or_refused_at_the_desk(session: Session) -> None:
    first, second = certified(session, heads=2)
    for claim_id in (first, second):
        _begins_with_approval(session, claim_id)
    leader = act(OPENS, actor=LEADER)
    waiting, _, _ = waiting_for_me(session, leader, areas=[builders.area(session)])
    assert [(row.claim_id, row.event) for row in waiting] == [
        (first, "approve"),
        (second, "approve"),
    ]
    done(reviews.approve(session, leader, claim_id=first))
    assert steps.acts_on(session, first) == [("approved", 1, LEADER)]
    refused = ["名单有误"]
    clause = "三（三）2（2）④"
    done(reviews.reject(session, leader, claim_id=second, reasons=refused, clause=clause))
    asks, confirms = act(APPROVED, actor=CLERK), act(APPROVED, actor=HEAD)
    done(claims.ask_reopen(session, asks, claim_id=second, decision="更正2号", reason="误列"))
    done(claims.reopen(session, confirms, claim_id=second))
    assert steps.at(session, second).state == "listed"
