"""`subsidy advance`, `deliver`, `report`: the flows' work by hand, on record like a scheduled run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import select
from typer.testing import CliRunner

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import FlowReport, Outbox
from tests import builders
from tests.actions.messages import told
from tests.platform.places import settings_in

DAY = told.LAPSED.isoformat()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A demo home in which a week of messages waits."""
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    settings = settings_in(tmp_path, demo=True)
    load_or_create_keys(settings.keys_folder, database_in_use=False)
    database = Database(settings.database_url)
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        told.classes(session)
    yield database
    database.dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def of_day(*arguments: str) -> Result:
    return run(*arguments, "--as-of", DAY, "--reason", "演练", "--json")


def test_advance_moves_what_is_due_and_says_how_many(database: Database) -> None:
    result = of_day("advance")

    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout)
    assert list(done) == ["watch-deadlines", "run-publicity", "advance-claims", "seal-history"]
    assert done["watch-deadlines"]["lapsed"] == 3
    with database.reading() as session:
        marks = set(session.exec(select(FlowReport.run_id)).all())
    assert marks == {"by hand: 演练"}


def test_another_day_needs_a_reason(database: Database) -> None:
    result = run("advance", "--as-of", DAY)

    assert result.exit_code == 2
    assert "--reason" in result.stderr


def test_another_day_is_for_the_demo_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUBSIDY_DEMO", "false")

    assert of_day("deliver").exit_code == 2


def test_deliver_tells_what_could_not_go_out_and_sends_it_again_on_request(
    database: Database, tmp_path: Path
) -> None:
    with database.transaction() as session:
        told.rows(session, "class_filed")[0].values = '{"starts_on": "no day"}'

    first = of_day("deliver")
    with database.transaction() as session:
        told.rows(session, "class_filed")[0].values = "{}"
    again = of_day("deliver", "--again")

    # The trainee's phone was sealed with the keys of the builders, not with those of this home.
    assert first.exit_code == 1
    assert json.loads(first.stdout)["deliver-notices"]["failed"] == 2
    assert json.loads(again.stdout)["deliver-notices"]["sent"] == 1
    assert list((tmp_path / "mail").glob("hangzhou-*.eml"))


def test_report_prints_the_runs_of_the_day_and_tells_the_office(database: Database) -> None:
    of_day("advance")

    result = run("report", "--as-of", DAY, "--reason", "演练")

    assert result.exit_code == 0, result.output
    assert "watch-deadlines\t" in result.stdout
    assert "lapsed 3" in result.stdout
    with database.reading() as session:
        assert session.exec(select(Outbox).where(Outbox.template == "run_report")).one()
