"""Reading frozen DDL: scripts of statements that each end with `;` at the end of a line."""

from __future__ import annotations

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
DIALECTS = ("sqlite", "postgresql")


def script_path(name: str, dialect: str, *, folder: Path = VERSIONS) -> Path:
    """Where the script of one revision for one database lies."""
    return folder / f"{name}.{dialect}.sql"


def statements(name: str, dialect: str, *, folder: Path = VERSIONS) -> list[str]:
    """Return the statements of a frozen script, comments left out.

    Raises FileNotFoundError if the revision was never frozen for this database.
    """
    text = script_path(name, dialect, folder=folder).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";\n") if part.strip(" \n;")]
