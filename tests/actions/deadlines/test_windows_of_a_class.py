"""Windows of the class itself: its filing, the examination, the last day to ask for a higher rate."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.class_changes import decide_change, request_change
from subsidy.actions.classes import cancel_class, decide_filing, file_class, revise_plan
from subsidy.actions.deadlines import close_mended_tickets
from subsidy.actions.uplifts import UpliftForm, ask_uplift, withdraw_uplift
from subsidy.records.database import Database
from subsidy.records.tables import ClockEntry, Deadline, Outbox, Ticket, TrainingClass
from tests import builders
from tests.actions.deadlines.settings import sweep
from tests.builders import CLERK, HEAD, PROVIDER, XIAOSHAN, act, done, plan

LAST_DAY = date(2020, 9, 25)
"""Seven working days before 12 October 2020."""
FILED = date(2020, 9, 21)
LATER = (date(2020, 10, 19), date(2020, 10, 20), date(2020, 10, 21))


def rows(session: Session, class_id: int, window: str) -> list[Deadline]:
    query = (
        select(Deadline)
        .where(Deadline.class_id == class_id, Deadline.window == window)
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query).all())


def examine(session: Session, class_id: int, decision: str, on: date = date(2020, 9, 23)) -> None:
    done(
        decide_filing(
            session,
            act(on, actor=CLERK),
            class_id=class_id,
            decision=decision,  # type: ignore[arg-type]
            reasons=["教师资质不明"],
        )
    )


def test_a_planned_class_has_its_last_day_for_filing_as_a_deadline(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        [row] = rows(session, class_id, "filing_before_start")
        training = session.get_one(TrainingClass, class_id)
        assert (row.claim_id, row.status, row.due_on) == (None, "open", LAST_DAY)
        assert row.due_on == training.file_by
        assert row.anchor_on == training.starts_on


def test_a_filing_ends_its_deadline_and_opens_that_of_the_examination(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file_class(session, act(FILED), class_id=class_id))
        [filing] = rows(session, class_id, "filing_before_start")
        [review] = rows(session, class_id, "filing_review")
        assert (filing.status, filing.closed_on) == ("met", FILED)
        assert (review.status, review.anchor_on) == ("open", FILED)
        assert review.due_on == date(2020, 9, 27)  # five working days, the last a make-up Sunday
        examine(session, class_id, "accept")
        [review] = rows(session, class_id, "filing_review")
        assert (review.status, review.closed_on) == ("met", date(2020, 9, 23))


def test_a_refused_filing_is_awaited_anew_and_examined_anew(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file_class(session, act(FILED), class_id=class_id))
        examine(session, class_id, "refuse")
        assert [r.status for r in rows(session, class_id, "filing_before_start")] == ["met", "open"]
        done(file_class(session, act(LAST_DAY), class_id=class_id))
        assert [r.status for r in rows(session, class_id, "filing_before_start")] == ["met", "met"]
        reviews = rows(session, class_id, "filing_review")
        assert [(r.status, r.anchor_on) for r in reviews] == [("met", FILED), ("open", LAST_DAY)]


def test_a_filing_that_is_refused_after_its_last_day_is_not_awaited_any_more(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file_class(session, act(LAST_DAY), class_id=class_id))
        examine(session, class_id, "refuse", date(2020, 9, 28))
        assert [r.status for r in rows(session, class_id, "filing_before_start")] == ["met"]


def test_another_first_day_moves_the_last_day_for_filing_with_an_entry_of_the_clock(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        moved = plan(starts_on=LATER[0], ends_on=LATER[-1], lesson_days=LATER)
        done(revise_plan(session, act(FILED), class_id=class_id, plan=moved))
        [row] = rows(session, class_id, "filing_before_start")
        assert (row.anchor_on, row.due_on) == (LATER[0], date(2020, 10, 9))
        entry = session.exec(select(ClockEntry).where(ClockEntry.deadline_id == row.id)).one()
        assert (entry.entry, entry.due_before, entry.due_after) == (
            "anchor_moved",
            LAST_DAY,
            date(2020, 10, 9),
        )


def test_a_plan_whose_first_day_stays_moves_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        done(revise_plan(session, act(FILED), class_id=class_id, plan=plan(room="305")))
        [row] = rows(session, class_id, "filing_before_start")
        query = select(ClockEntry).where(ClockEntry.deadline_id == row.id)
        assert session.exec(query).all() == []


def test_a_cancelled_class_waits_for_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        done(cancel_class(session, act(FILED), class_id=class_id, reason="招生不足"))
        running = select(Deadline).where(Deadline.class_id == class_id, Deadline.status == "open")
        assert session.exec(running).all() == []
        assert {r.status for r in rows(session, class_id, "filing_before_start")} == {"closed"}


def test_who_did_not_file_in_time_is_told_the_first_lawful_start(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        sweep(session, date(2020, 9, 26))
        [row] = rows(session, class_id, "filing_before_start")
        assert row.status == "missed"
        told = session.exec(select(Outbox).where(Outbox.template == "deadline_missed")).one()
        assert (told.subject, told.subject_id, told.to_kind) == ("class", class_id, "provider")
        assert "2020-10-13" in told.values
        assert session.exec(select(Ticket).where(Ticket.class_id == class_id)).all() == []


def test_a_class_moved_after_its_last_day_may_be_filed_until_the_new_one(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        sweep(session, date(2020, 9, 26))
        moved = plan(starts_on=LATER[0], ends_on=LATER[-1], lesson_days=LATER)
        done(revise_plan(session, act(date(2020, 9, 27)), class_id=class_id, plan=moved))
        [row] = rows(session, class_id, "filing_before_start")
        assert (row.status, row.due_on, row.closed_on) == ("open", date(2020, 10, 9), None)
        done(file_class(session, act(date(2020, 9, 27)), class_id=class_id))
        assert rows(session, class_id, "filing_before_start")[0].status == "met"


def test_an_examination_that_takes_too_long_is_a_ticket_until_it_is_done(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file_class(session, act(FILED), class_id=class_id))
        late = date(2020, 9, 28)
        sweep(session, late)
        assert rows(session, class_id, "filing_review")[0].status == "missed"
        opened = session.exec(select(Ticket).where(Ticket.class_id == class_id)).all()
        assert {t.code for t in opened} == {"E405", "E407"}
        night = act(late, actor="flow:watch-deadlines")
        close_mended_tickets(session, night)
        assert {t.state for t in opened} == {"opened"}
        examine(session, class_id, "accept", late)
        close_mended_tickets(session, night)
        assert {t.state for t in opened} == {"resolved"}


def ask(session: Session, class_id: int, on: date) -> int:
    form = UpliftForm(
        class_id=class_id,
        insured_area_id=builders.area(session, XIAOSHAN),
        ground="出口订单减少四成",
    )
    return done(ask_uplift(session, act(on, actor=PROVIDER), form=form))


def test_the_last_day_to_ask_for_a_higher_rate_is_the_day_before_the_start(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        [row] = rows(session, class_id, "uplift_application")
        assert (row.status, row.due_on) == ("open", date(2020, 10, 11))
        ask(session, class_id, date(2020, 10, 11))
        [row] = rows(session, class_id, "uplift_application")
        assert (row.status, row.closed_on) == ("met", date(2020, 10, 11))


def test_a_request_taken_back_before_the_start_may_be_made_again(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        uplift_id = ask(session, class_id, FILED)
        taker = act(date(2020, 9, 22), actor=PROVIDER)
        done(withdraw_uplift(session, taker, uplift_id=uplift_id, reason="填错企业"))
        assert [r.status for r in rows(session, class_id, "uplift_application")] == ["met", "open"]


def test_nobody_is_told_or_asked_when_no_higher_rate_was_wanted(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed", heads=3)
        sweep(session, date(2020, 10, 12))
        [row] = rows(session, class_id, "uplift_application")
        assert (row.status, row.closed_on) == ("closed", date(2020, 10, 12))
        told = session.exec(select(Outbox).where(col(Outbox.template).contains("deadline"))).all()
        assert told == []
        assert session.exec(select(Ticket)).all() == []


def test_the_days_of_an_accepted_class_that_was_moved_follow_its_new_start(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed", heads=3)
        asked = request_change(
            session,
            act(date(2020, 9, 28)),
            class_id=class_id,
            kind="start",
            wanted={"starts_on": LATER[0], "ends_on": LATER[-1], "lesson_days": LATER},
            reason="教室维修",
        )
        decider = act(date(2020, 9, 29), actor=HEAD)
        done(decide_change(session, decider, change_id=done(asked), grant=True))
        [row] = rows(session, class_id, "uplift_application")
        assert (row.anchor_on, row.due_on) == (LATER[0], date(2020, 10, 18))
