"""`subsidy verify-log`, as an auditor runs it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.office import SealSigner, open_database
from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.migrate import upgrade
from subsidy.records.triggers import drop_triggers
from subsidy.settings import load_settings
from tests.records.rows import put_claims, sweeping


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["verify-log", "--home", str(home), *words])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose database holds one sealed window of five moves."""
    settings = load_settings(flags={"home": tmp_path})
    keys = load_or_create_keys(settings.keys_folder, database_in_use=False)
    database = open_database(settings)
    upgrade(database)
    put_claims(database, 5)
    windows.each(database, run="r", apply=sweeping("enrol"), signer=SealSigner(keys))
    database.dispose()
    return tmp_path


def change(home: Path, statement: str) -> None:
    database: Database = open_database(load_settings(flags={"home": home}))
    with database.transaction() as session:
        drop_triggers(session.connection())
        session.execute(text(statement))
    database.dispose()


def test_an_untouched_log_is_whole(home: Path) -> None:
    told = run(home)
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "5 rows under 1 seals, 0 not sealed yet",
        "The log is whole.",
    ]


def test_a_changed_row_is_named_with_its_seal_and_the_exit_code_says_so(home: Path) -> None:
    change(home, "UPDATE claim_history SET actor = 'user:9' WHERE claim_id = 3")
    told = run(home, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {
        "whole": False,
        "links": 1,
        "rows": 5,
        "unsealed": 0,
        "faults": [{"chain": "bulk", "link": 1, "what": "the rows are not those that were sealed"}],
    }


def test_a_home_without_keys_or_tables_says_what_to_do(home: Path, tmp_path: Path) -> None:
    change(home, "UPDATE alembic_version SET version_num = '9999'")
    told = run(home)
    assert told.exit_code == 3
    assert "newer version" in told.stderr
    nowhere = run(tmp_path / "other")
    assert nowhere.exit_code == 3
    assert "signing.key" in nowhere.stderr
