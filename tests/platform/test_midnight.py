"""The business day changes at midnight in Shanghai, eight hours before the database's day does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from flows.sweeps import Sweep
from flows.watch_deadlines import work
from subsidy import clock
from subsidy.clock import business_day, calendar_day
from subsidy.office import day_of
from subsidy.records.database import Database
from subsidy.records.tables import TrainingClass
from tests import builders
from tests.actions.deadlines.settings import deadlines
from tests.platform.places import settings_in

SECOND = timedelta(seconds=1)


def midnight(year: int, month: int, day: int) -> datetime:
    """The moment at which a day begins in Shanghai, in UTC."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Call it with a moment: the machine's clock shows it."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2020, 12, 5), id="the day after a last lawful day"),
        pytest.param(date(2021, 1, 1), id="New Year while it is still 31 December in UTC"),
        pytest.param(date(2020, 2, 29), id="29 February"),
        pytest.param(date(2020, 3, 1), id="the day after 29 February"),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(
    day: date, tmp_path: Path, at: Callable[[datetime], None]
) -> None:
    settings = settings_in(tmp_path)
    begins = midnight(day.year, day.month, day.day)
    assert begins.date() == day - timedelta(days=1), "the day before, in UTC"
    for moment, expected in ((begins - SECOND, day - timedelta(days=1)), (begins, day)):
        at(moment)
        assert calendar_day(moment) == expected
        assert business_day(settings) == business_day(settings, at=moment) == expected
        assert day_of(settings, city=builders.CITY) == expected


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Database]:
    """A class whose claims wait for an application until 4 December 2020."""
    database = Database(f"sqlite:///{tmp_path / 'subsidy.db'}")
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        builders.drive(session, builders.class_of(session, heads=2), to="assessed", heads=2)
    yield database
    database.dispose()


def test_the_sweep_ends_a_window_at_midnight_and_not_a_second_before(
    city: Database, tmp_path: Path, at: Callable[[datetime], None]
) -> None:
    settings = settings_in(tmp_path)
    began = midnight(2020, 12, 5)
    found = []
    with city.reading() as session:
        class_id = session.exec(select(TrainingClass.id)).one() or 0
    for moment in (began - SECOND, began):
        at(moment)
        asked = Sweep(
            city=builders.CITY,
            today=day_of(settings, city=builders.CITY),
            now=moment,
            settings=settings,
            stopping=lambda: False,
            house=(city, builders.office()),
        )
        work(asked)
        with city.reading() as session:
            found.append({row.status for row in deadlines(session, class_id)})
    assert found == [{"open"}, {"missed"}]


def test_a_sweep_of_new_years_night_works_on_the_first_of_january(
    city: Database, tmp_path: Path, at: Callable[[datetime], None]
) -> None:
    """In UTC it is 31 December until eight in the morning."""
    settings = settings_in(tmp_path)
    at(datetime(2020, 12, 31, 17, 0, tzinfo=UTC))
    assert day_of(settings, city=builders.CITY) == date(2021, 1, 1)
    calendar = builders.office().calendars.seen_on(day_of(settings, city=builders.CITY))
    assert not calendar.is_working(date(2021, 1, 1))
    assert calendar.years[-1] == 2021
