"""The two databases we speak: SQLite by default, PostgreSQL by `SUBSIDY_DATABASE_URL`.

Every commit in the project happens in `Database.transaction()` (and so in the window loop on top of it).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, create_engine

SQLITE_BUSY_MS = 15_000
"""How long a writer waits for another one before it gives up."""
NO_JIT = "-c jit=off"
"""Compiling a bulk statement costs PostgreSQL more than running it over one window."""


class Database:
    """An engine with the settings that durability and honest counting need."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        """Open (not yet connect to) the database at an SQLAlchemy URL."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {}
        if self.is_sqlite:
            options["connect_args"] = {"check_same_thread": False, "timeout": SQLITE_BUSY_MS / 1000}
        else:
            if "options=" not in url:
                options["connect_args"] = {"options": NO_JIT}
            options["pool_size"] = pool_size
            options["pool_pre_ping"] = True
        self.engine: Engine = create_engine(url, **options)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writing = self.engine.execution_options(subsidy_writes=True)
        self._repeatable = (
            self._writing
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @contextmanager
    def transaction(self, *, repeatable: bool = False) -> Iterator[Session]:
        """Give a session that commits at the end, or rolls back on any exception.

        On SQLite the write lock is taken at once. `repeatable` asks PostgreSQL for one snapshot over
        all statements, which bulk windows need.
        """
        with (
            Session(
                self._repeatable if repeatable else self._writing, expire_on_commit=False
            ) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for pages and reports; nothing it does is kept."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session  # closing it rolls back, and leaves what was read readable

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("subsidy_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
