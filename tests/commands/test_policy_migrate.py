"""`subsidy policy migrate`: what a new pack changes for open claims, and moving them with a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.records.database import Database
from subsidy.records.tables import ClaimHistory
from tests import builders
from tests.actions.desk import steps
from tests.acts import keys
from tests.platform.places import settings_in

DAY = "2020-11-17"
OLD, NEW = 'value: "100", clause: 四（二）', 'value: "130", clause: 四（二）'
STAGE = "      - {state: certified, clause: 三（三）2（2）②, document: hz-2020-43}\n"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A demo home: two claims applied for under the shipped pack, and a dearer pack of the bureau."""
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    settings = settings_in(tmp_path, demo=True)
    for module in ("subsidy.keys", "subsidy.office"):
        monkeypatch.setattr(f"{module}.load_keys", lambda folder: keys())
    database = Database(settings.database_url)
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        steps.applied(session, heads=2)
        steps.certified(session, "XS2020-009", heads=1, first=9)
    put_pack(tmp_path, OLD, NEW)
    yield database
    database.dispose()


def put_pack(home: Path, old: str, new: str) -> None:
    own = home / "config" / "policies"
    own.mkdir(parents=True, exist_ok=True)
    shutil.copytree(builders.CONFIG / "settings", home / "config" / "settings", dirs_exist_ok=True)
    text = (builders.CONFIG / "policies" / "hangzhou.yaml").read_text(encoding="utf-8")
    assert old in text
    (own / "hangzhou.yaml").write_text(text.replace(old, new), encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(
        app, ["policy", "migrate", "--city", "hangzhou", "--as-of", DAY, *words]
    )


def told(*words: str, code: int = 0) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def histories(database: Database) -> list[str]:
    with database.reading() as session:
        query = select(ClaimHistory.note).where(ClaimHistory.event == "migrated")
        return list(session.exec(query).all())


def test_a_dry_run_prints_every_group_and_moves_nothing(database: Database) -> None:
    found = told("--dry-run")
    groups = {g["state"]: g for g in found["groups"]}
    assert groups["applied"]["claims"] == 2
    assert groups["applied"]["amount_fen"] == [200_000, 260_000]
    assert (found["claims"], found["moved"], found["dry_run"]) == (3, {}, True)
    plain = run("--dry-run")
    assert plain.exit_code == 0
    assert "2 decided: 2000.00 -> 2600.00 yuan" in plain.output
    assert "3 claims would move to" in plain.output
    assert histories(database) == []


def test_moving_needs_a_reason_which_goes_on_record(database: Database) -> None:
    refused = run()
    assert refused.exit_code == 1
    assert "E1209" in refused.output
    assert histories(database) == []
    found = told("--reason", "新方案施行")
    assert found["moved"] == {"applied": 2, "certified": 1}
    notes = histories(database)
    assert len(notes) == 3
    assert all(note.endswith("新方案施行") for note in notes)
    assert told("--reason", "再来一次")["moved"] == {}


def test_claims_that_cannot_follow_are_named_and_the_command_ends_with_1(
    database: Database, tmp_path: Path
) -> None:
    put_pack(tmp_path, STAGE, "")
    found = told("--reason", "新方案施行", code=1)
    assert found["moved"] == {"applied": 2}
    (stays,) = found["staying"]
    assert (stays["state"], stays["claims"]) == ("certified", 1)
    plain = run("--dry-run")
    assert (plain.exit_code, "its state is no stage of the new road" in plain.output) == (1, True)


def test_outside_the_demo_a_person_must_be_named(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUBSIDY_DEMO", "false")
    words = ["policy", "migrate", "--city", "hangzhou", "--reason", "新方案施行"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "--as LOGIN" in result.output
    assert histories(database) == []


def test_strange_tracks_and_versions_are_wrong_input(database: Database) -> None:
    assert run("--dry-run", "--track", "diving").exit_code == 2
    assert run("--dry-run", "--to", "config/policies/hangzhou.yaml").exit_code == 2
