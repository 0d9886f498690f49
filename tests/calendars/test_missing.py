"""The notice of the next year is not there: a reminder a day from 1 November, an incident on 15 December."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.calendar_change import watch_missing
from subsidy.calendars.live import expected_notice
from subsidy.records.tables import Outbox, Ticket
from subsidy.rules.calendars.arriving.expected import load_expected
from subsidy.rules.workdays import CalendarFileError
from tests.calendars.late import SHIPPED, Installation, installation

YEAR = (SHIPPED / "2021.yaml").read_text(encoding="utf-8")


@pytest.fixture
def autumn(tmp_path: Path) -> Installation:
    """The calendar without the notice of 2021."""
    made = installation(tmp_path, without={})
    own = made.settings.home / "config" / "calendar"
    own.mkdir(parents=True)
    (own / "2021.yaml").write_text("year: 2021\nnotices: []\n", encoding="utf-8")
    return made


def watched(made: Installation, *days: date) -> list[tuple[int, int, int]]:
    """(told, incidents opened, incidents closed) of each day."""
    found = []
    for day in days:
        with made.database.transaction() as session:
            done = watch_missing(session, made.act(day), expected_notice(made.settings))
        found.append((done.told, done.opened, done.closed))
    return found


def incidents(session: Session) -> list[Ticket]:
    query = select(Ticket).where(Ticket.code == "E1003").order_by(col(Ticket.id))
    return list(session.exec(query).all())


def test_from_november_on_the_office_is_reminded_once_a_day(autumn: Installation) -> None:
    first = date(2020, 11, 1)
    days = (date(2020, 10, 31), first, first, date(2020, 11, 2))
    assert watched(autumn, *days) == [(0, 0, 0), (1, 0, 0), (0, 0, 0), (1, 0, 0)]
    with autumn.database.reading() as session:
        letters = session.exec(select(Outbox).where(Outbox.template == "calendar_missing")).all()
        assert {letter.to_kind for letter in letters} == {"office"}
        assert '"year": 2021' in letters[0].values
        assert incidents(session) == []


def test_in_the_middle_of_december_it_is_an_incident_that_the_notice_closes(
    autumn: Installation,
) -> None:
    day = date(2020, 12, 15)
    assert watched(autumn, date(2020, 12, 14), day, day) == [(1, 0, 0), (1, 1, 0), (0, 0, 0)]
    with autumn.database.reading() as session:
        (ticket,) = incidents(session)
        assert (ticket.queue, ticket.state, ticket.blocks) == ("calendar", "opened", False)
    autumn.load(YEAR, day, name="2021.yaml")
    assert watched(autumn, date(2020, 12, 16)) == [(0, 0, 1)]
    with autumn.database.reading() as session:
        assert [ticket.state for ticket in incidents(session)] == ["resolved"]


def test_a_year_that_began_without_its_notice_stays_an_incident(autumn: Installation) -> None:
    assert watched(autumn, date(2021, 1, 4)) == [(1, 1, 0)]


def test_with_the_notice_nobody_is_reminded(tmp_path: Path) -> None:
    made = installation(tmp_path, without={})
    assert watched(made, date(2020, 11, 24), date(2020, 11, 25)) == [(1, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("remind_from: 11-01\nincident_on: 12-15\n", "assumed is missing"),
        ("remind_from: 13-01\nincident_on: 12-15\nassumed: x\n", "remind_from is 13-01"),
        ("remind_from: 12-15\nincident_on: 11-01\nassumed: x\n", "is before remind_from"),
        ("remind_from: 11-01\nassumed: x\n", "incident_on is missing"),
    ],
)
def test_the_days_are_checked(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "expected.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CalendarFileError, match=says):
        load_expected(tmp_path / "expected.yaml")
