"""A city in a database of its own for each test, on SQLite and where asked on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from subsidy.records.database import Database
from tests import builders


def _fill(url: str) -> None:
    database = Database(url)
    builders.make_schema(database)
    builders.set_up_city(database)
    database.dispose()


@pytest.fixture(scope="session")
def delivery_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the city."""
    path = tmp_path_factory.mktemp("delivery") / "template.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(delivery_template: Path, tmp_path: Path) -> Iterator[Database]:
    """The city on SQLite."""
    shutil.copyfile(delivery_template, tmp_path / "subsidy.db")
    made = Database(f"sqlite:///{tmp_path / 'subsidy.db'}")
    yield made
    made.dispose()


@pytest.fixture
def postgres_city(postgres_copy: Callable[..., str]) -> Iterator[Database]:
    """The same city on PostgreSQL."""
    made = Database(postgres_copy("delivery", _fill))
    yield made
    made.dispose()
