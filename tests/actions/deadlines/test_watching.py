"""The daily sweep over deadlines: reminders, ends, and a stop that is caught up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, col, select

from subsidy.actions.deadlines.duties import Desks
from subsidy.actions.deadlines.sweeping.rows import due_rows, next_wanted
from subsidy.actions.deadlines.telling import remind
from subsidy.papers.messages import checked
from subsidy.records.database import Database
from subsidy.records.tables import ClaimHistory
from tests import builders
from tests.actions.deadlines.settings import (
    LAST_DAY,
    SWEEP,
    assessed_class,
    deadlines,
    messages,
    sweep,
    tickets,
)

REMINDERS = (date(2020, 11, 20), date(2020, 11, 27), date(2020, 12, 3))
"""Ten, five and one working days before 4 December 2020."""


def test_nothing_happens_before_the_first_reminder(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session)
        seen = sweep(session, REMINDERS[0] - timedelta(1))
        assert seen.looked_at == 0
        assert not messages(session, "deadline_reminder")


def test_a_provider_gets_one_reminder_for_all_claims_of_a_class(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session, heads=5)
        seen = sweep(session, REMINDERS[0])
        assert seen.reminders == 1
        (told,) = messages(session, "deadline_reminder")
        assert (told.subject, told.subject_id, told.to_kind) == ("class", class_id, "provider")
        values = json.loads(told.values)
        assert values["due_on"] == LAST_DAY.isoformat()
        assert values["working_days_left"] == 10
        assert "5人" in values["matter"]
        assert values["clause"] == "三（三）2（2）③"


def test_a_reminder_has_the_values_that_its_template_prints(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session)
        sweep(session, REMINDERS[0])
        (told,) = messages(session, "deadline_reminder")
        checked(
            told.template, {"office": "窗口", "office_phone": "0571-0", **json.loads(told.values)}
        )


def test_a_class_that_is_cut_by_the_end_of_a_batch_is_reminded_once_and_in_full(
    database: Database,
) -> None:
    with database.transaction() as session:
        assessed_class(session, heads=5)
        first = sweep(session, REMINDERS[0], limit=2)
        assert first.more
        while sweep(session, REMINDERS[0], limit=2).more:
            pass
        (told,) = messages(session, "deadline_reminder")
        assert "5人" in json.loads(told.values)["matter"]


def test_each_day_of_reminders_has_its_own_message(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session)
        day = date(2020, 11, 1)
        while day <= LAST_DAY:
            sweep(session, day)
            day += timedelta(1)
        told = messages(session, "deadline_reminder")
        assert [one.effective_on for one in told] == list(REMINDERS)


def test_sweeping_twice_on_a_day_says_and_does_nothing_twice(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session)
        for day in (REMINDERS[0], LAST_DAY + timedelta(1)):
            sweep(session, day)
            again = sweep(session, day)
            assert not any(again.counts().values())
        assert len(messages(session, "deadline_reminder")) == 1
        assert len(tickets(session, "E403")) == 3


def test_a_claim_may_still_be_applied_for_on_the_last_day(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        seen = sweep(session, LAST_DAY)
        assert seen.missed == 0
        assert builders.states(session, class_id) == ["assessed"] * 3


def test_the_day_after_the_last_day_the_claims_lapse_by_clause(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        seen = sweep(session, LAST_DAY + timedelta(1))
        assert (seen.missed, seen.lapsed) == (3, 3)
        assert builders.states(session, class_id) == ["lapsed"] * 3
        assert {d.status for d in deadlines(session, class_id)} == {"missed"}


def test_a_week_of_standstill_is_caught_up_with_the_right_day_of_the_lapse(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        seen = sweep(session, LAST_DAY + timedelta(7))
        assert seen.lapsed == 3
        assert seen.reminders == 0
        assert {d.closed_on for d in deadlines(session, class_id)} == {LAST_DAY + timedelta(1)}
        days = _days_of(session, "lapse")
        assert days == [LAST_DAY + timedelta(1)] * 3


def test_a_claim_that_was_held_after_its_last_day_lapses_not_before_it_was_held(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        claim = builders.claims(session, class_id)[0]
        held_on = LAST_DAY + timedelta(3)
        claim.since = held_on
        session.add(claim)
        session.flush()
        sweep(session, LAST_DAY + timedelta(7))
        assert sorted(_days_of(session, "lapse")) == [
            *[LAST_DAY + timedelta(1)] * 2,
            LAST_DAY + timedelta(7),
        ]


def test_the_late_ticket_of_a_missed_application_stops_nothing(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session)
        sweep(session, LAST_DAY + timedelta(1))
        opened = tickets(session, "E403")
        assert len(opened) == 3
        assert not any(ticket.blocks for ticket in opened)
        facts = json.loads(opened[0].facts)
        assert facts["due"] == LAST_DAY.isoformat()
        assert opened[0].clause == "三（三）2（2）③"


def test_a_late_certificate_is_a_ticket_and_a_word_to_the_provider_but_no_lapse(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        act = builders.act("issued")
        issued = builders.DAYS["issued"]
        builders.done(
            builders.issue_certificates(session, act, class_id=class_id, issued_on=issued)
        )
        sweep(session, date(2020, 11, 10))
        assert not tickets(session, "E402")
        sweep(session, date(2020, 11, 11))
        assert len(tickets(session, "E402")) == 3
        assert builders.states(session, class_id) == ["assessed"] * 3
        (told,) = messages(session, "certificates_late")
        values = json.loads(told.values)
        assert (values["missing"], values["working_days_late"]) == (3, 1)


def test_a_claim_whose_class_is_not_assessed_does_not_lapse_but_gets_a_ticket(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
        seen = sweep(session, LAST_DAY + timedelta(1))
        assert (seen.missed, seen.lapsed) == (3, 0)
        assert builders.states(session, class_id) == ["completed"] * 3
        assert len(tickets(session, "E403")) == 3
        (told,) = messages(session, "deadline_missed")
        assert json.loads(told.values)["due_on"] == LAST_DAY.isoformat()


def test_other_cities_deadlines_are_left_to_their_own_sweep(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        for row in deadlines(session, class_id):
            row.city = "cixi"
            session.add(row)
        session.flush()
        assert sweep(session, LAST_DAY + timedelta(1)).looked_at == 0


def test_what_is_due_next_is_answered_by_the_index_alone(database: Database) -> None:
    with database.transaction() as session:
        assessed_class(session, heads=5)
        sweep(session, date(2020, 11, 2))  # the time to ask for a higher rate is over by then
        with statements_of(session) as said:
            found = next_wanted(session, city="hangzhou", limit=3, through=LAST_DAY)
        assert [each.on for each in found] == [REMINDERS[0]] * 3
        ((statement, values),) = said
        link = session.connection()
        plan = link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        assert "USING COVERING INDEX ix_deadline_wanted" in str(plan)
        assert "TEMP B-TREE" not in str(plan)


def test_a_batch_takes_the_same_number_of_statements_however_many_claims_it_holds(
    either: Database,
) -> None:
    counts = []
    for heads in (2, 12):
        with either.transaction() as session:
            assessed_class(session, f"XS2020-0{heads:02d}", heads=heads)
            with statements_of(session) as said:
                sweep(session, LAST_DAY + timedelta(1))
            counts.append(len(said))
    assert counts[1] <= counts[0]


def test_two_desks_at_which_claims_of_one_class_wait_are_both_told(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        ids = [row.id or 0 for row in deadlines(session, class_id)]
        act = builders.act(REMINDERS[0], actor=SWEEP)
        (whole,) = due_rows(session, ids)
        review = whole._replace(window="review")
        here, there = (
            review._replace(ids=ids[:2]),
            review._replace(ids=ids[2:], area_id=builders.area(session, builders.CITY)),
        )
        assert remind(session, act, Desks(session, act), [here, there]) == 2
        told = messages(session, "deadline_reminder")
        assert {(one.to_kind, one.to_id) for one in told} == {
            ("office", here.area_id), ("office", there.area_id),
        }  # fmt: skip
        assert remind(session, act, Desks(session, act), [here, there]) == 0


@contextmanager
def statements_of(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Collects what a session sends to the database."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        said.append((statement, values))

    session.flush()
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _days_of(session: Session, event: str) -> list[date]:
    query = select(ClaimHistory.effective_on).where(ClaimHistory.event == event)
    return list(session.exec(query.order_by(col(ClaimHistory.claim_id))).all())
