"""What all tests share: quiet surroundings, random cases that repeat, servers, a browser."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import Pool
from sqlalchemy.util import LRUCache

from tests.support import browser
from tests.support.postgres import PostgresServer, running_server

# A developer's own settings must not reach the tests, nor tests the developer's homes.
for _name in [each for each in os.environ if each.startswith(("SUBSIDY_", "PREFECT_"))]:
    del os.environ[_name]
_HOME = tempfile.TemporaryDirectory(prefix="subsidy-tests-")
os.environ |= {
    "SUBSIDY_HOME": f"{_HOME.name}/home",
    "PREFECT_HOME": f"{_HOME.name}/prefect",
    "DO_NOT_TRACK": "1",
}

_STEADY = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
hypothesis_settings.register_profile("steady", max_examples=60, **_STEADY)
hypothesis_settings.register_profile("thorough", max_examples=1000, **_STEADY)
hypothesis_settings.load_profile("steady")


@event.listens_for(Pool, "checkout")
def _do_not_wait_for_the_disk(connection: Any, _record: object, _proxy: object) -> None:
    """Databases of tests need no safety from power cuts; waiting for the disk was half the time."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


for _kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
    # Statements are kept by dialect, and each test's database has one of its own, set up alike.
    _kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    _kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
_STATEMENTS: LRUCache[Any, Any] = LRUCache(3000)


@event.listens_for(Engine, "engine_connect")
def _translate_a_statement_once(connection: Connection) -> None:
    """Tests open a database each; writing the same SQL for every one was half of their time."""
    connection.execution_options(compiled_cache=_STATEMENTS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the played autumn: at the end of a run it would keep one worker alone for a minute."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/scenario/"))


@pytest.fixture(scope="session", autouse=True)
def no_process_left() -> Iterator[None]:
    """Fail the run if a test leaves a process behind."""
    me = psutil.Process()
    before = {child.pid for child in me.children(recursive=True)}
    yield
    left = [
        child
        for child in me.children(recursive=True)
        if child.pid not in before and not _is_housekeeping(child)
    ]
    told = [f"{child.pid} {' '.join(child.cmdline())[:160]}" for child in left]
    for child in left:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    assert not told, f"processes left by the tests: {told}"


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[PostgresServer]:
    """The embedded PostgreSQL, one for all workers of a run."""
    with running_server(Path(tempfile.gettempdir()) / f"subsidy-pg-{testrun_uid}") as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of this test alone, as an SQLAlchemy address."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def postgres_copy(postgres_server: PostgresServer) -> Iterator[Callable[..., str]]:
    """Call it with (name, build): a database of this test alone, copied from a template.

    `build(url)` fills the template `name` once a run, whichever worker comes first.
    """
    with postgres_server.copies() as copy:
        yield copy


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; the test is skipped, saying so, where there is none."""
    path = browser.find_chromium()
    if path is None:
        pytest.skip(browser.MISSING)
    return path


def _is_housekeeping(process: psutil.Process) -> bool:
    """Whether it is multiprocessing's own tracker, which ends with its parent, or ended already."""
    try:
        line = " ".join(process.cmdline())
        ended = process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    return (
        ended or "multiprocessing.resource_tracker" in line or "multiprocessing.forkserver" in line
    )
