"""Deadlines that cross a year whose holidays are not published yet, and the day they are."""

from __future__ import annotations

import json
from datetime import date, timedelta

from states.chart import FAR
from subsidy.papers.messages import checked
from subsidy.records.database import Database
from tests import builders
from tests.actions.deadlines.settings import (
    NOTICE_OF_2021,
    deadlines,
    entries,
    messages,
    november_class,
    sweep,
    tickets,
)

FINAL_DAY = date(2021, 1, 4)
"""Thirty working days behind 20 November 2020, with New Year's holiday of 1 to 3 January."""
EARLIEST = date(2020, 12, 31)
"""What is told before the notice: the earliest day that it can turn out to be."""


def test_before_the_notice_the_window_is_provisional_and_ends_no_claim(database: Database) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        (first, _) = deadlines(session, class_id)
        assert not first.final
        assert first.lapses_after == FAR
        assert first.told_by <= FINAL_DAY
        assert {c.lapses_after for c in builders.claims(session, class_id)} == {FAR}


def test_the_day_before_the_notice_nothing_is_counted_anew(database: Database) -> None:
    with database.transaction() as session:
        november_class(session)
        assert sweep(session, NOTICE_OF_2021 - timedelta(1)).recounted == 0


def test_on_the_day_of_the_notice_the_window_becomes_final(database: Database) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        before = deadlines(session, class_id)[0].due_on
        seen = sweep(session, NOTICE_OF_2021)
        assert seen.recounted == 2
        for row in deadlines(session, class_id):
            assert (row.due_on, row.told_by, row.final) == (FINAL_DAY, FINAL_DAY, True)
            assert row.lapses_after == FINAL_DAY
            (entry,) = entries(session, row.id)
            assert (entry.entry, entry.on) == ("recomputed", NOTICE_OF_2021)
            assert (entry.due_before, entry.due_after) == (before, FINAL_DAY)
        assert {c.lapses_after for c in builders.claims(session, class_id)} == {FINAL_DAY}


def test_whoever_was_told_an_earlier_day_hears_of_the_final_one_once(database: Database) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        assert deadlines(session, class_id)[0].told_by == EARLIEST
        sweep(session, NOTICE_OF_2021, limit=1)
        sweep(session, NOTICE_OF_2021, limit=1)
        (one,) = messages(session, "calendar_changed")
        values = json.loads(one.values)
        assert values["notice"] == "国办发明电〔2020〕27号"
        assert values["moved"][0]["was"] == EARLIEST.isoformat()
        assert values["moved"][0]["now"] == FINAL_DAY.isoformat()
        checked(one.template, {"office": "窗口", "office_phone": "0571-0", **values})


def test_counting_anew_twice_writes_nothing_twice(database: Database) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        sweep(session, NOTICE_OF_2021)
        assert not any(sweep(session, NOTICE_OF_2021).counts().values())
        assert len(entries(session, deadlines(session, class_id)[0].id)) == 1


def test_a_day_that_was_told_is_never_taken_back(database: Database) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        for row in deadlines(session, class_id):
            row.told_by = row.due_on = date(2021, 1, 8)
            session.add(row)
        session.flush()
        sweep(session, NOTICE_OF_2021)
        for row in deadlines(session, class_id):
            assert row.due_on == row.told_by == row.lapses_after == date(2021, 1, 8)


def test_without_the_notice_a_passed_window_waits_and_asks_for_the_calendar(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = november_class(session)
        for row in deadlines(session, class_id):
            row.due_on = row.told_by = date(2020, 11, 23)
            row.next_on = date(2020, 11, 24)
            row.calendar_version = builders.act(date(2020, 11, 24)).calendar.version
            session.add(row)
        session.flush()
        seen = sweep(session, date(2020, 11, 24))
        assert (seen.waiting, seen.missed, seen.lapsed) == (2, 0, 0)
        assert len(tickets(session, "E1001")) == 1
        assert not any(sweep(session, date(2020, 11, 24)).counts().values())
