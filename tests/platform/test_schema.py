"""Whether a database fits this version is seen before anything touches it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from subsidy.settings import SetupError
from subsidy.supervisor.schema import Schema, read_schema, refuse_unless_fit


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "a.py").write_text('revision = "0001"\ndown_revision = None\n')
    (folder / "b.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
    return folder


def _made(path: Path, *, revision: str | None) -> str:
    link = sqlite3.connect(path)
    link.execute("pragma journal_mode=wal")
    link.execute("create table claim (id integer)")
    if revision:
        link.execute("create table alembic_version (version_num text)")
        link.execute("insert into alembic_version values (?)", (revision,))
    link.commit()
    link.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("revision", "kind"),
    [("0002", "current"), ("0001", "older"), ("0003", "newer"), (None, "foreign")],
)
def test_a_database_is_told_from_an_older_a_newer_and_a_foreign_one(
    tmp_path: Path, versions: Path, revision: str | None, kind: str
) -> None:
    schema = read_schema(_made(tmp_path / "s.db", revision=revision), versions=versions)

    assert (schema.kind, schema.found, schema.wanted) == (kind, revision, "0002")
    assert schema.in_use


def test_a_missing_file_is_a_new_database(tmp_path: Path, versions: Path) -> None:
    schema = read_schema(f"sqlite:///{tmp_path}/none.db", versions=versions)

    assert schema == Schema("absent", None, "0002")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_named(tmp_path: Path, versions: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"not a database, but longer than a header " * 9)

    with pytest.raises(SetupError, match=r"s\.db: cannot be opened as a database"):
        read_schema(f"sqlite:///{tmp_path}/s.db", versions=versions)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("newer", "made by a newer version"),
        ("older", "run `subsidy migrate`"),
        ("foreign", "holds tables that are not ours"),
    ],
)
def test_an_unfit_database_is_refused_without_its_password(kind: str, says: str) -> None:
    with pytest.raises(SetupError, match=says) as caught:
        refuse_unless_fit(Schema(kind, "1", "2"), database_url="postgresql://u:hunter2@db/x")  # type: ignore[arg-type]
    assert "hunter2" not in str(caught.value)


def test_two_last_migrations_are_a_fault_of_the_checkout(tmp_path: Path, versions: Path) -> None:
    (versions / "c.py").write_text('revision = "0003"\ndown_revision = "0001"\n')

    with pytest.raises(SetupError, match="2 migrations claim to be the last"):
        read_schema(f"sqlite:///{tmp_path}/none.db", versions=versions)


@pytest.mark.postgres
@pytest.mark.slow
def test_postgresql_is_read_the_same_way(
    postgres_url: str, postgres_copy: Callable[..., str], versions: Path
) -> None:
    assert read_schema(postgres_url, versions=versions).kind == "absent"

    copy = postgres_copy("old_schema", _build_old)

    assert read_schema(copy, versions=versions) == Schema("older", "0001", "0002")


def _build_old(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as link:
        link.execute("create table alembic_version (version_num text)")
        link.execute("insert into alembic_version values ('0001')")


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_named_without_its_password(versions: Path) -> None:
    with pytest.raises(SetupError, match="does not let us in") as caught:
        read_schema("postgresql+psycopg://u:hunter2@127.0.0.1:1/x", versions=versions)
    assert "hunter2" not in str(caught.value)
