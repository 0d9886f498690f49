"""Which schema a database has, compared with the one this version wants, read without SQLAlchemy.

`subsidy up` and `subsidy doctor` ask this before anything else; loading the ORM for it would cost
half a second and 40 MB in a process that only watches others.
"""

import ast
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from subsidy.settings import CHECKOUT, SetupError, shown_url

VERSIONS = CHECKOUT / "subsidy" / "records" / "migrations" / "versions"
TABLE = "alembic_version"


@dataclass(frozen=True)
class Schema:
    """`found`: the database's revision; `wanted`: ours; `kind`: how they stand to each other."""

    kind: Literal["absent", "current", "older", "newer", "foreign"]
    found: str | None
    wanted: str | None

    @property
    def in_use(self) -> bool:
        """Whether the database already holds tables."""
        return self.kind != "absent"


def read_schema(database_url: str, *, versions: Path = VERSIONS) -> Schema:
    """Compare the database with our migrations; SetupError if the database cannot be reached."""
    known, wanted = _ours(versions)
    tables, found = _sqlite(database_url) if _is_file(database_url) else _postgresql(database_url)
    if not tables:
        return Schema("absent", None, wanted)
    if found is None:
        return Schema("foreign", None, wanted)
    if found == wanted:
        return Schema("current", found, wanted)
    return Schema("older" if found in known else "newer", found, wanted)


def refuse_unless_fit(schema: Schema, *, database_url: str, older_is_fit: bool = False) -> None:
    """Raise SetupError if this version must not work on the database as it is."""
    where = shown_url(database_url)
    if schema.kind == "newer":
        raise SetupError(
            f"{where}: has schema {schema.found}, made by a newer version of this program (ours is "
            f"{schema.wanted}). Start the newer version, or restore a backup of this version."
        )
    if schema.kind == "foreign":
        raise SetupError(
            f"{where}: holds tables that are not ours. Name an empty database, or restore a backup."
        )
    if schema.kind == "older" and not older_is_fit:
        raise SetupError(
            f"{where}: has schema {schema.found}, this version wants {schema.wanted}. Make a "
            "backup with `subsidy backup`, then run `subsidy migrate`."
        )


def _ours(versions: Path) -> tuple[set[str], str | None]:
    """Return (all revisions, the newest one) of the migration files."""
    parents: dict[str, object] = {}
    for path in sorted(versions.glob("*.py")):
        names = _assigned(path)
        if "revision" in names:
            parents[str(names["revision"])] = names.get("down_revision")
    heads = set(parents) - {str(parent) for parent in parents.values()}
    if len(heads) > 1:
        raise SetupError(f"{versions}: {len(heads)} migrations claim to be the last. Merge them.")
    return set(parents), next(iter(heads), None)


def _assigned(path: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        if targets and isinstance(targets[0], ast.Name) and isinstance(value, ast.Constant):
            found[targets[0].id] = value.value
    return found


def _is_file(database_url: str) -> bool:
    return database_url.startswith("sqlite:")


def _sqlite(database_url: str) -> tuple[bool, str | None]:
    path = Path(unquote(database_url.removeprefix("sqlite:///")))
    if not path.exists() or path.stat().st_size == 0:
        return False, None
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as link:
            rows = link.execute("select name from sqlite_master where type='table'")
            names = {row[0] for row in rows}
            if TABLE not in names:
                return bool(names), None
            row = link.execute(f"select version_num from {TABLE}").fetchone()
            return True, row[0] if row else None
    except sqlite3.Error as error:
        raise SetupError(
            f"{path}: cannot be opened as a database ({error}). Give this user access to it, "
            "or restore a backup."
        ) from error


def _postgresql(database_url: str) -> tuple[bool, str | None]:
    import psycopg  # noqa: PLC0415

    address = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(address, connect_timeout=5) as link:
            row = link.execute(
                "select count(*) from pg_tables where schemaname = current_schema()"
            ).fetchone()
            if not row or not row[0]:
                return False, None
            there = link.execute("select to_regclass(%s)", (TABLE,)).fetchone()
            if not there or there[0] is None:
                return True, None
            found = link.execute(f"select version_num from {TABLE}").fetchone()
            return True, found[0] if found else None
    except psycopg.Error as error:
        raise SetupError(
            f"{shown_url(database_url)}: the database server does not let us in "
            f"({type(error).__name__}). Check that it runs, the name, the user and the password."
        ) from None
