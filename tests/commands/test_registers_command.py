"""`subsidy registers`: data loaded, asked, and shown at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from tests import builders


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A home of its own with the city of the builders, in September 2020."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-09-14")
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    builders.make_schema(made)
    with made.transaction() as session:
        builders.set_up(session)
    yield made
    made.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["registers", *words])


def extract(folder: Path, *numbers: str) -> Path:
    path = folder / "养老.csv"
    path.write_text("证件号码\n" + "\n".join(numbers) + "\n", "utf-8")
    return path


def test_loaded_data_are_shown_with_their_day_and_registers_without_data_say_so(
    database: Database, tmp_path: Path
) -> None:
    numbers = [one.id_number for one in builders.people(2)]
    done = run("load", "pension", str(extract(tmp_path, *numbers)), "--data-of", "2020-09-01")
    assert done.exit_code == 0, done.output
    told = {row["register"]: row for row in json.loads(run("status", "--json").output)}
    assert (told["pension"]["data_of"], told["pension"]["entries"]) == ("2020-09-01", 2)
    assert told["death"]["data_of"] is None
    assert "相关申领挂起" in run("status").output


def test_a_row_with_a_wrong_number_comes_back_marked_and_the_code_says_so(
    database: Database, tmp_path: Path
) -> None:
    path = extract(tmp_path, builders.people(1)[0].id_number, "123")
    done = run("load", "pension", str(path), "--data-of", "2020-09-01", "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert (told["loaded"], told["refused"]) == (1, 1)
    assert "E101" in Path(told["verdicts"]).read_text("utf-8-sig")


def test_an_unknown_register_is_wrong_input_and_names_those_there_are(
    database: Database, tmp_path: Path
) -> None:
    path = extract(tmp_path, builders.people(1)[0].id_number)
    done = run("load", "weather", str(path), "--data-of", "2020-09-01")
    assert done.exit_code == 2
    assert "pension" in done.output


def test_asking_without_open_claims_finds_nothing_new(database: Database) -> None:
    done = run("ask", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {"new": {}}
