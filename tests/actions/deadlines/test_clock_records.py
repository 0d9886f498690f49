"""What a deadline shows of itself: how it began, its rule in words, every entry, the days drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from subsidy.actions.deadlines import DeadlineClock, clocks_of, deadlines_of
from subsidy.actions.views.deadlines.class_clocks import class_clocks
from subsidy.records.database import Database
from subsidy.records.tables import Deadline, SubjectHistory, WindowRule
from tests import builders
from tests.actions.deadlines.settings import (
    LAST_DAY,
    NOTICE_OF_2021,
    assessed_class,
    deadlines,
    november_class,
    put_class_windows_aside,
    sweep,
)
from tests.actions.deadlines.test_granting import GROUNDS, UNTIL, _extended
from tests.actions.desk import steps
from tests.actions.desk.test_correcting import RESUBMITTED, SENT_BACK, sent_back

DAY = date(2020, 11, 6)


def clock(session: Session, claim_id: int | None, on: date, window: str) -> DeadlineClock:
    """The newest deadline of this window."""
    act = builders.act(on, actor=builders.CLERK)
    found = deadlines_of(session, act, claim_id=claim_id)
    return [each for each in found if each.window == window][-1]


def class_window(session: Session, class_id: int, *, due_on: date) -> Deadline:
    """A window of the class itself, opened by its newest move."""
    rule = session.exec(select(WindowRule).where(WindowRule.name == "filing_review")).first()
    rule = rule or session.exec(select(WindowRule)).first()
    assert rule is not None
    moves = session.exec(
        select(SubjectHistory).where(
            SubjectHistory.machine == "training_class", SubjectHistory.subject_id == class_id
        )
    ).all()
    row = Deadline(
        city=builders.CITY,
        area_id=builders.area(session),
        class_id=class_id,
        rule_id=rule.id or 0,
        window=rule.name,
        anchor_on=moves[-1].effective_on,
        due_on=due_on,
        told_by=due_on,
        lapses_after=date(9999, 12, 31),
        next_on=due_on,
        opened_version=moves[-1].version,
        opened_on=moves[-1].effective_on,
    )
    session.add(row)
    session.flush()
    return row


def test_a_deadline_says_what_opened_it_by_which_rule_and_what_follows(
    database: Database,
) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        shown = clock(session, row.claim_id, DAY, "application")
        assert (shown.start.event, shown.start.state_name) == ("complete", "已结业")
        assert (shown.start.on, shown.start.actor) == (date(2020, 10, 26), builders.PROVIDER)
        assert (shown.anchor, shown.anchor_on) == ("training_ends", date(2020, 10, 23))
        assert shown.rule.zh == "30个工作日内（三（三）2（2）③）"
        assert shown.rule.en.startswith("within 30 working days")
        assert shown.at_end.zh.startswith("转工作人员核查；逾期不再受理")
        assert shown.calendar_version == builders.act(DAY).calendar.version
        assert (shown.low, shown.high) == (LAST_DAY, LAST_DAY)
        assert shown.strip is not None
        assert [d.on for d in shown.strip.days if d.mark == "due"] == [LAST_DAY]


def test_the_first_entry_of_every_clock_is_its_start(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        _extended(session, row.id)
        (started, asked, granted) = clock(session, row.claim_id, DAY, "application").entries
        assert (started.entry, started.on, started.due_after) == (
            "started", date(2020, 10, 26), LAST_DAY,
        )  # fmt: skip
        assert (asked.entry, asked.due_after) == ("extension_asked", UNTIL)
        assert (granted.actor, granted.second_person) == (builders.CLERK, builders.HEAD)
        assert (granted.clause, granted.reason) == (GROUNDS["clause"], GROUNDS["reason"])


def test_an_extended_window_counts_to_its_new_end(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        _extended(session, row.id)
        shown = clock(session, row.claim_id, UNTIL, "application")
        assert (shown.total, shown.used, shown.overrun) == (40, 40, 0)
        assert shown.words == "已用40个工作日（共40个）"


def test_a_stopped_clock_says_how_long_it_stood_and_ends_when_it_says(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        sent_back(session, claim_id, "证书照片模糊")
        standing = clock(session, claim_id, SENT_BACK + timedelta(1), "review")
        assert standing.status == "stopped"
        assert standing.words.endswith("暂停2个，等待补正")
        assert standing.ends_if_mended_next_day == date(2020, 11, 25)
        assert standing.strip is not None
        assert [d.on for d in standing.strip.days if d.mark] == [standing.ends_if_mended_next_day]
        builders.done(steps.reviews.resubmit(session, builders.act(RESUBMITTED), claim_id=claim_id))
        shown = clock(session, claim_id, RESUBMITTED, "review")
        assert (shown.used, shown.stopped) == (3, 5)
        assert shown.words == f"已用3个工作日（共{shown.total}个），暂停5个"
        assert shown.words_en == f"3 of {shown.total} working days used, 5 stopped"
        assert shown.strip is not None
        drawn = [d.use for d in shown.strip.days]
        assert (drawn.count("used"), drawn.count("stopped")) == (3, 5)
        assert drawn.count("used") + drawn.count("left") == shown.total
        end = clock(session, claim_id, shown.due_on, "review")
        assert (end.left, end.overrun) == (0, 0), "the last day is the last one counted"


def test_an_end_that_waits_for_a_holiday_notice_has_a_range(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, november_class(session))[0]
        before = clock(session, row.claim_id, date(2020, 11, 24), "application")
        assert not before.final
        assert before.low == before.told_by <= before.due_on < before.high
        assert before.strip is not None
        assert {d.mark for d in before.strip.days} == {"", "told", "range"}
        sweep(session, NOTICE_OF_2021)
        after = clock(session, row.claim_id, NOTICE_OF_2021, "application")
        assert (after.final, after.low, after.high) == (True, after.due_on, after.due_on)
        assert after.entries[-1].entry == "recomputed"


def test_a_missed_window_runs_on_while_its_work_is_undone(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
        row = deadlines(session, class_id)[0]
        sweep(session, LAST_DAY + timedelta(3))
        shown = clock(session, row.claim_id, LAST_DAY + timedelta(5), "application")
        assert (shown.status, shown.outstanding, shown.overrun) == ("missed", True, 3)


def test_a_window_of_a_class_begins_with_a_move_of_the_class(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        put_class_windows_aside(session)
        made = class_window(session, class_id, due_on=date(2020, 10, 9))
        act = builders.act(date(2020, 9, 28), actor=builders.CLERK)
        found = deadlines_of(session, act, class_id=class_id)
        (shown,) = [each for each in found if each.id == made.id]
        assert (shown.claim_id, shown.class_id) == (None, class_id)
        assert (shown.start.machine, shown.start.event) == ("training_class", "accept")
        assert shown.entries[0].entry == "started"


def test_forty_trainees_are_one_clock_of_the_class(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session, heads=40)
        rows = deadlines(session, class_id)
        _extended(session, rows[0].id)
        made = class_window(session, class_id, due_on=date(2020, 11, 9))
        found = class_clocks(session, builders.act(DAY, actor=builders.CLERK), class_id=class_id)
        assert made.id in {each.id for each in found.own}
        groups = [(g.clock.due_on, g.clock.status, g.count) for g in found.groups]
        assert groups == [(LAST_DAY, "open", 39), (UNTIL, "open", 1)]


def test_clocks_are_read_by_id_and_those_of_another_city_are_not(database: Database) -> None:
    with database.transaction() as session:
        rows = deadlines(session, assessed_class(session))
        act = builders.act(DAY, actor=builders.CLERK)
        ids = [row.id or 0 for row in rows]
        assert [c.id for c in clocks_of(session, act, ids=ids)] == ids
        rows[0].city = "cixi"
        session.add(rows[0])
        assert [c.id for c in clocks_of(session, act, ids=ids)] == ids[1:]
        with pytest.raises(ValueError, match="claim or the class"):
            deadlines_of(session, act)


def test_the_clock_of_a_claim_that_lapsed_stands_at_its_end(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        sweep(session, LAST_DAY + timedelta(1))
        claim_id = builders.claims(session, class_id)[0].claim_id
        act = builders.act(LAST_DAY + timedelta(40))
        (shown,) = [
            row for row in deadlines_of(session, act, claim_id=claim_id)
            if row.window == "application"
        ]  # fmt: skip
        assert (shown.status, shown.current, shown.strip) == ("missed", False, None)
        assert (shown.used, shown.overrun) == (30, 0)
