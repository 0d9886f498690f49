"""`subsidy policy diff`: what changes between two versions of a pack, from files and from the archive."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.records.database import Database
from subsidy.records.migrate import upgrade
from subsidy.records.pack_archive import keep
from subsidy.rules.packs.versions.differences import differences
from subsidy.rules.policy import Pack, load_pack
from tests import builders

SHIPPED = builders.CONFIG / "policies" / "hangzhou.yaml"
CHANGES = {
    'value: "100", clause: 四（二）': 'value: "130", clause: 四（二）',
    "{gate: agreement, at: filing, effect: hold": "{gate: agreement, at: filing, effect: warn",
    "      - {state: certified, clause: 三（三）2（2）②, document: hz-2020-43}\n": "",
    "2020-07-01: {value: 30, clause: 三（三）2（2）③": "2020-07-01: {value: 40, clause: 三（三）2（2）③",
    "rank: national, status: reference": "rank: national, status: expired",
}


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["policy", "diff", *map(str, words)])


def told(*words: object, code: int) -> dict[tuple[str, str], dict[str, Any]]:
    result = run(*words, "--json")
    assert result.exit_code == code, result.output
    return {(d["kind"], d["key"]): d for d in json.loads(result.stdout)["differences"]}


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the pack with one change of each kind, and the bureau's settings beside it."""
    shutil.copytree(builders.CONFIG / "policies", tmp_path / "drafts" / "policies")
    shutil.copytree(builders.CONFIG / "settings", tmp_path / "drafts" / "settings")
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in CHANGES.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    draft = tmp_path / "drafts" / "policies" / "hangzhou-next-year.yaml"
    draft.write_text(text, encoding="utf-8")
    return draft


def test_the_same_pack_twice_has_no_differences_and_ends_with_0() -> None:
    result = run("hangzhou", "--from", SHIPPED, "--to", SHIPPED)
    assert (result.exit_code, "0 differences" in result.output) == (0, True)


def test_values_windows_stages_gates_and_documents_are_told_each_with_old_and_new(
    changed: Path,
) -> None:
    found = told("hangzhou", "--from", SHIPPED, "--to", changed, code=1)
    rate = found["value", "project_day_rate"]
    assert (rate["since"], rate["old"], rate["new"]) == (
        "2020-07-01",
        "100.00 yuan (hz-2020-43 四（二）)",
        "130.00 yuan (hz-2020-43 四（二）)",
    )
    assert "40 day" in found["window", "pass_certificate.windows.application"]["new"]
    order = found["stage", "tracks.pass_certificate.stages.order"]
    assert "assessed > certified > applied" in order["old"]
    assert "assessed > applied" in order["new"]
    assert found["gate", "tracks.pass_certificate.gates.agreement@filing.effect"]["new"] == "warn"
    assert [k for k in found if k[0] == "document"]
    plain = run("hangzhou", "--from", SHIPPED, "--to", changed)
    assert plain.exit_code == 1
    assert "value project_day_rate from 2020-07-01: 100.00 yuan" in plain.output


def test_a_setting_of_the_bureau_that_changed_is_a_difference_too(
    changed: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "drafts" / "settings" / "hangzhou.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("attendance_percent: {value: 80", "attendance_percent: {value: 90")
    )
    found = told("hangzhou", "--from", SHIPPED, "--to", changed, code=1)
    assert "90 percent" in found["value", "attendance_percent"]["new"]


def test_a_new_value_from_a_later_day_is_told_with_that_day_only(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    old = '2020-07-01: {value: "100", clause: 四（二）, document: hz-2020-43}'
    assert old in text
    later = tmp_path / "hangzhou.yaml"
    added = f'{old}\n      2021-01-01: {{value: "120", clause: 四（二）, document: hz-2020-43}}'
    later.write_text(text.replace(old, added), encoding="utf-8")
    found = differences(load_pack(SHIPPED), load_pack(later))
    assert [(d.key, str(d.since)) for d in found] == [("project_day_rate", "2021-01-01")]


def test_a_faulty_file_another_city_and_a_strange_word_are_wrong_input(tmp_path: Path) -> None:
    bad = tmp_path / "hangzhou.yaml"
    bad.write_text("city: hangzhou\n", "utf-8")
    assert run("hangzhou", "--from", bad, "--to", SHIPPED).exit_code == 2
    assert run("cixi", "--from", SHIPPED, "--to", SHIPPED).exit_code == 2
    assert run("atlantis", "--from", SHIPPED).exit_code == 2
    assert run("hangzhou", "--from", "last week").exit_code == 2


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DATABASE_URL", f"sqlite:///{tmp_path / 'archive.db'}")
    database = Database(f"sqlite:///{tmp_path / 'archive.db'}")
    yield database
    database.dispose()


def _keep(database: Database, pack: Pack, *, days: int) -> None:
    at = datetime(2020, 7, 1, tzinfo=UTC) + timedelta(days)
    with database.transaction() as session:
        keep(session, city=pack.city, version=pack.version, content=pack.content, at=at)


def test_a_version_of_the_archive_is_compared_by_its_number_or_as_the_one_before(
    archive: Database, changed: Path
) -> None:
    upgrade(archive)
    old = load_pack(changed, settings=builders.CONFIG / "settings" / "hangzhou.yaml", any_name=True)
    _keep(archive, old, days=0)
    _keep(archive, builders.office().packs["hangzhou"], days=9)
    by_number = told("hangzhou", "--from", old.version[:8], code=1)
    assert "130.00" in by_number["value", "project_day_rate"]["old"]
    assert told("hangzhou", code=1) == by_number
    missing = run("hangzhou", "--from", "0123456789abcdef")
    assert missing.exit_code == 2
    assert old.version in missing.output


def test_without_a_database_there_is_no_archive_to_read(archive: Database) -> None:
    result = run("hangzhou")
    assert result.exit_code == 3
    assert "name files" in result.output
