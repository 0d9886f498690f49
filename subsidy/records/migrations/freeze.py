"""Write the first revision anew from the tables: `python -m subsidy.records.migrations.freeze`.

Only while nothing is released: afterwards a change of the tables is a new revision. `--check` writes
nothing and ends with 1 if the frozen scripts differ from the tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from subsidy.records.migrations.frozen import DIALECTS, VERSIONS, script_path
from subsidy.records.tables import METADATA

FIRST = "r0001_first_schema"
HEAD = "-- Frozen by `python -m subsidy.records.migrations.freeze`; not to be edited by hand.\n"
_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def script(dialect_name: str) -> str:
    """Return the DDL of every table and index for one database, parents before children."""
    dialect: Dialect = _DIALECTS[dialect_name].dialect()
    return HEAD + "".join(f"\n{statement};\n" for statement in _ddl(dialect))


def _ddl(dialect: Dialect) -> Iterator[str]:
    for table in METADATA.sorted_tables:
        yield _clean(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda i: i.name or ""):
            yield _clean(str(CreateIndex(index).compile(dialect=dialect)))


def _clean(statement: str) -> str:
    return "\n".join(line.rstrip() for line in statement.strip().replace("\t", "    ").splitlines())


def stale() -> list[str]:
    """Return the names of frozen scripts that do not say what the tables say."""
    found = []
    for dialect in DIALECTS:
        path = script_path(FIRST, dialect)
        if not path.exists() or path.read_text(encoding="utf-8") != script(dialect):
            found.append(path.name)
    return found


def freeze() -> list[str]:
    """Write the scripts of the first revision; return the names of those that changed."""
    changed = stale()
    for dialect in DIALECTS:
        script_path(FIRST, dialect).write_text(script(dialect), encoding="utf-8")
    return changed


def main(arguments: list[str]) -> int:
    """Freeze, or check; return the exit code."""
    later = [p.name for p in VERSIONS.glob("r*.py") if p.stem != FIRST]
    if arguments == ["--check"]:
        wrong = [] if later else stale()
        for name in wrong:
            sys.stderr.write(f"{name} is stale: run python -m subsidy.records.migrations.freeze\n")
        return 1 if wrong else 0
    if later:
        sys.stderr.write(
            f"{FIRST} is followed by {', '.join(sorted(later))}: it may not change any more. "
            "Add a revision for what the tables gained.\n"
        )
        return 2
    for name in freeze():
        sys.stdout.write(f"wrote {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
