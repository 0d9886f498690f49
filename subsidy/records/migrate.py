"""Which schema the database has, which one this version wants, and bringing the one to the other.

Every upgrade drops the triggers and ends by creating them anew: Alembic's batch mode rebuilds SQLite
tables, which loses some triggers and fails on others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from subsidy.records.database import Database
from subsidy.records.triggers import create_triggers, drop_triggers

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"
UPGRADE_LOCK = 7_020_101
"""Advisory lock of PostgreSQL: of two processes that upgrade at once, the second one waits."""


class SchemaError(RuntimeError):
    """The database's schema is not the one this version works with; the message says what to do."""


class SchemaMissingError(SchemaError):
    """The database is empty. Run `subsidy up` or `subsidy migrate` to create its tables."""


class SchemaOlderError(SchemaError):
    """The database was made by an older version. Back it up, then run `subsidy migrate`."""


class SchemaNewerError(SchemaError):
    """The database was made by a newer version. Run that version, or restore a backup of this one."""


class SchemaForeignError(SchemaError):
    """The database holds tables that are not ours. Name an empty database in SUBSIDY_DATABASE_URL."""


def upgrade(database: Database, *, versions: Path = VERSIONS) -> str:
    """Bring the database to the newest schema in one transaction; return its version.

    Raises SchemaNewerError or SchemaForeignError, with the database untouched. `versions` is the
    folder of revisions; tests give one of their own.
    """
    with _alone(database) as connection:
        _refuse_unfit(connection, versions, older_is_fit=True)
        config = _config(versions)
        config.attributes["connection"] = connection
        drop_triggers(connection)
        command.upgrade(config, "head")
        create_triggers(connection)
        if database.is_sqlite:
            _check_references(connection)
    return expected_version(versions=versions)


def schema_version(database: Database) -> str | None:
    """Return the version of the database's schema; None if it holds none of ours."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def expected_version(*, versions: Path = VERSIONS) -> str:
    """Return the version this program wants. Raises RuntimeError if the revisions have two heads."""
    heads = ScriptDirectory.from_config(_config(versions)).get_heads()
    if len(heads) != 1:
        raise RuntimeError(f"{versions}: {len(heads)} revisions claim to be the last; merge them")
    return heads[0]


def require_current(database: Database) -> None:
    """Raise the SchemaError that fits unless the schema is exactly the one this version wants."""
    with database.engine.connect() as connection:
        _refuse_unfit(connection, VERSIONS, older_is_fit=False)


def _config(versions: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _refuse_unfit(connection: Connection, versions: Path, *, older_is_fit: bool) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    wanted = expected_version(versions=versions)
    if found == wanted:
        return
    where = connection.engine.url.render_as_string(hide_password=True)
    if found is None:
        if inspect(connection).get_table_names():
            raise SchemaForeignError(f"{where}: {SchemaForeignError.__doc__}")
        if not older_is_fit:
            raise SchemaMissingError(f"{where}: {SchemaMissingError.__doc__}")
        return
    script = ScriptDirectory.from_config(_config(versions))
    known = {revision.revision for revision in script.walk_revisions()}
    kind = SchemaOlderError if found in known else SchemaNewerError
    if kind is SchemaNewerError or not older_is_fit:
        raise kind(f"{where}: has schema {found}, this version wants {wanted}. {kind.__doc__}")


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction in which nobody else upgrades; SQLite checks references at its end only.

    SQLite knows `foreign_keys` only outside a transaction, and batch mode drops and renames tables.
    """
    writing = database.engine.execution_options(subsidy_writes=True)
    with writing.connect() as connection:
        raw = connection.connection.driver_connection
        if database.is_sqlite:
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
                yield connection
        finally:
            if database.is_sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(
            f"the upgrade would leave {len(broken)} rows of {broken[0][0]} that refer to nothing; "
            "nothing was changed"
        )
