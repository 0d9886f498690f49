"""A demo home for each test, with the small city of the builders in its database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows.daily import run_day
from subsidy.records.database import Database
from subsidy.settings import Settings
from tests import builders
from tests.platform.places import settings_in


@dataclass(frozen=True)
class Home:
    """Settings and database of one installation."""

    settings: Settings
    database: Database

    def day(self, on: date) -> dict[str, dict[str, int]]:
        """Do one business day's work, at noon in Hangzhou."""
        return run_day(
            self.database,
            builders.office(),
            self.settings,
            city=builders.CITY,
            today=on,
            now=noon(on),
        )


def noon(on: date) -> datetime:
    """The clock of a played day."""
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)


@pytest.fixture(scope="session")
def flow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and a city that is set up."""
    path = tmp_path_factory.mktemp("flows") / "template.db"
    database = Database(f"sqlite:///{path}")
    builders.make_schema(database)
    builders.set_up_city(database)
    database.dispose()
    return path


@pytest.fixture
def home(flow_template: Path, tmp_path: Path) -> Iterator[Home]:
    """A demo home of this test alone."""
    settings = settings_in(tmp_path, demo=True)
    shutil.copyfile(flow_template, tmp_path / "subsidy.db")
    database = Database(settings.database_url)
    yield Home(settings, database)
    database.dispose()
