"""Databases for the record room: both kinds, migrated once a worker and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from subsidy.records.database import Database
from subsidy.records.migrate import upgrade
from tests.records.postgres import Server, running

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as link:
        link.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_name(server: Server) -> str:
    name = server.create()
    database = Database(server.url(name))
    upgrade(database)
    database.dispose()
    return name


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases a test runs on."""
    return str(request.param)


@pytest.fixture
def database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of each kind."""
    if kind == "sqlite":
        path = tmp_path / "records.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.dispose()
        return
    server: Server = request.getfixturevalue("server")
    name = server.create(template=request.getfixturevalue("migrated_name"))
    made = Database(server.url(name))
    yield made
    made.dispose()
    server.drop(name)


@pytest.fixture
def empty(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without any table."""
    if kind == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield made
        made.dispose()
        return
    server: Server = request.getfixturevalue("server")
    name = server.create()
    made = Database(server.url(name))
    yield made
    made.dispose()
    server.drop(name)
