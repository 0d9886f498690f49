"""Databases for the record room: both kinds, migrated once a run and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from subsidy.records import migrations
from subsidy.records.database import Database

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    migrations.upgrade(database_url=f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases a test runs on."""
    return str(request.param)


@pytest.fixture
def fresh(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Database]]:
    """Call it for a migrated, empty database; as many as a test needs."""
    made: list[Database] = []

    def make() -> Database:
        if kind == "sqlite":
            path = tmp_path / f"records{len(made)}.db"
            shutil.copyfile(request.getfixturevalue("migrated_file"), path)
            url = f"sqlite:///{path}"
        else:
            copy = request.getfixturevalue("postgres_copy")
            url = copy("records", lambda url: migrations.upgrade(database_url=url))
        made.append(Database(url))
        return made[-1]

    if kind == "postgresql":
        request.getfixturevalue("postgres_copy")
    yield make
    for database in made:
        database.dispose()


@pytest.fixture
def database(fresh: Callable[[], Database]) -> Database:
    """A migrated, empty database of each kind."""
    return fresh()


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without any table."""
    if kind == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        made = Database(request.getfixturevalue("postgres_url"))
    yield made
    made.dispose()
