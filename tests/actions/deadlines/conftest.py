"""The city of the builders on each kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from subsidy.records.database import Database
from tests import builders


def _build(url: str) -> None:
    database = Database(url)
    builders.make_schema(database)
    builders.set_up_city(database)
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """As `database`, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "subsidy.db"
        shutil.copyfile(request.getfixturevalue("template"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres_copy")("deadlines", _build)
    made = Database(url)
    yield made
    made.dispose()
