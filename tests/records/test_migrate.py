"""The schema: what the revisions make is what the tables say, on both databases."""

import re
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from states.charts import CHARTS
from subsidy.records import migrations
from subsidy.records.database import Database
from subsidy.records.migrate import (
    VERSIONS,
    SchemaForeignError,
    SchemaMissingError,
    SchemaNewerError,
    SchemaOlderError,
    expected_version,
    require_current,
    schema_version,
    upgrade,
)
from subsidy.records.migrations import freeze
from subsidy.records.tables import METADATA
from subsidy.records.triggers import APPEND_ONLY

SECOND = """
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"

def upgrade():
    rebuild = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("ledger_entry", recreate=rebuild) as batch:
        batch.add_column(sa.Column("remark", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("claim", recreate=rebuild) as batch:
        batch.add_column(sa.Column("remark", sa.String(), nullable=False, server_default=""))
"""


def shape(connection: Connection) -> dict[str, Any]:
    """Everything of a schema that matters, the CHECKs and partial indexes included."""
    look = inspect(connection)
    dialect = connection.dialect.name
    found: dict[str, Any] = {}
    for table in sorted(set(look.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in look.get_columns(table)
            ],
            "key": look.get_pk_constraint(table),
            "references": sorted(
                (f["name"], f["referred_table"], str(f["constrained_columns"]))
                for f in look.get_foreign_keys(table)
            ),
            "unique": sorted(
                (u["name"], str(u["column_names"])) for u in look.get_unique_constraints(table)
            ),
            "checks": sorted((c["name"], c["sqltext"]) for c in look.get_check_constraints(table)),
            "indexes": sorted(
                (
                    i["name"],
                    str(i["column_names"]),
                    bool(i["unique"]),
                    str(i.get("dialect_options", {}).get(f"{dialect}_where", "")),
                )
                for i in look.get_indexes(table)
            ),
        }
    if dialect == "postgresql":
        options = connection.execute(
            text("SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL")
        )
        found["options"] = sorted((name, str(set_)) for name, set_ in options)
    return found


def triggers(database: Database) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.reading() as session:
        return {name for (name,) in session.execute(text(query))}


def test_the_frozen_scripts_say_what_the_tables_say() -> None:
    later = [p for p in VERSIONS.glob("r*.py") if p.stem != freeze.FIRST]
    assert later or freeze.stale() == [], "run python -m subsidy.records.migrations.freeze"


def test_a_migrated_database_has_exactly_the_tables_of_the_code(
    empty: Database, database: Database
) -> None:
    METADATA.create_all(empty.engine)
    with empty.engine.connect() as made, database.engine.connect() as migrated:
        wanted, found = shape(made), shape(migrated)
    assert found == wanted


def test_the_tool_that_writes_revisions_sees_nothing_left_to_do(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_the_database_refuses_a_state_that_no_chart_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        found = shape(connection)
    for table, chart in {
        "catalogue_item": "catalogue_item",
        "training_class": "training_class",
        "public_notice": "notice",
        "payment_batch": "payment_batch",
        "ticket": "ticket",
    }.items():
        (check,) = [sql for _, sql in found[table]["checks"] if "state" in sql]
        assert set(re.findall(r"'(\w+)'", check)) == set(CHARTS[chart].labels)


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    assert schema_version(empty) is None
    assert upgrade(empty) == expected_version()
    with empty.engine.connect() as connection:
        before = shape(connection)
    assert upgrade(empty) == expected_version()
    with empty.engine.connect() as connection:
        assert shape(connection) == before
    assert schema_version(empty) == expected_version()
    require_current(empty)


def test_an_upgrade_by_address_makes_the_same_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'by_address.db'}"
    migrations.upgrade(database_url=url)
    database = Database(url)
    assert schema_version(database) == expected_version()
    database.dispose()


def test_triggers_survive_a_migration_that_rebuilds_their_table(
    empty: Database, tmp_path: Path
) -> None:
    upgrade(empty)
    before = triggers(empty)
    assert len(before) > len(APPEND_ONLY)
    for file in VERSIONS.glob("r0001*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "r0002_remark.py").write_text(SECOND)
    assert upgrade(empty, versions=tmp_path) == "0002"
    assert triggers(empty) == before
    with empty.reading() as session:
        assert session.execute(text("SELECT remark FROM ledger_entry")).all() == []


def test_an_older_database_is_refused_with_the_command_that_helps(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SchemaMissingError, match="subsidy migrate"):
        require_current(empty)
    upgrade(empty)
    for file in VERSIONS.glob("r0001*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "r0002_remark.py").write_text(SECOND)
    monkeypatch.setattr("subsidy.records.migrate.VERSIONS", tmp_path)
    with pytest.raises(SchemaOlderError, match="has schema 0001, this version wants 0002"):
        require_current(empty)


def test_a_newer_database_is_refused_and_left_alone(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaNewerError, match="has schema 9999"):
        require_current(empty)
    with pytest.raises(SchemaNewerError):
        upgrade(empty)
    assert schema_version(empty) == "9999"


def test_a_database_of_somebody_else_is_not_touched(empty: Database) -> None:
    with empty.transaction() as session:
        session.execute(text("CREATE TABLE theirs (x INTEGER)"))
    with pytest.raises(SchemaForeignError, match="empty database"):
        upgrade(empty)
    with empty.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]


def test_a_failed_upgrade_leaves_the_old_schema(empty: Database, tmp_path: Path) -> None:
    upgrade(empty)
    for file in VERSIONS.glob("r0001*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "r0002_remark.py").write_text(SECOND + "    op.execute('SELECT * FROM nowhere')\n")
    with empty.engine.connect() as connection:
        before = shape(connection)
    with pytest.raises(Exception, match="nowhere"):
        upgrade(empty, versions=tmp_path)
    with empty.engine.connect() as connection:
        assert shape(connection) == before
    assert schema_version(empty) == "0001"
    assert len(triggers(empty)) > len(APPEND_ONLY)
