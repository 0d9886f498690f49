"""A database for each test: a copy of one template that was made once a process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from subsidy.records.database import Database
from tests import builders
from tests.actions import payday


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and a city that is set up."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    builders.make_schema(database)
    builders.set_up_city(database)
    database.dispose()
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    """The city of the builders: areas, a listed project, a provider with account and agreement."""
    path = tmp_path / "subsidy.db"
    shutil.copyfile(template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


def _fill(url: str) -> None:
    database = Database(url)
    builders.make_schema(database)
    builders.set_up_city(database)
    database.dispose()


@pytest.fixture
def postgres_database(postgres_copy: Callable[..., str]) -> Iterator[Database]:
    """The same city on PostgreSQL."""
    database = Database(postgres_copy("actions", _fill))
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def payday_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema, the areas and the roads that money tests need."""
    path = tmp_path_factory.mktemp("payday") / "template.db"
    database = Database(f"sqlite:///{path}")
    builders.make_schema(database)
    with database.transaction() as session:
        payday.city(session)
    database.dispose()
    return path


@pytest.fixture
def payday_file(payday_template: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    path = tmp_path / "payday.db"
    shutil.copyfile(payday_template, path)
    return path
