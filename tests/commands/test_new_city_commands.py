"""The commands with a city that only the bureau's own config folder knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import Area, Grant
from tests import builders
from tests.rules.policy.test_cases import read
from tests.tracks.example import CITY, EXAMPLE, install


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=text)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    return install(tmp_path)


def facts_of(track: str) -> str:
    return json.dumps(
        read(EXAMPLE / "cases" / CITY / "base.yaml")[track]["facts"], default=date.isoformat
    )


@pytest.mark.usefixtures("home")
def test_the_check_of_packs_finds_the_new_city_and_no_fault() -> None:
    found = run("policy", "check", "--json")
    report = json.loads(found.output)
    assert (found.exit_code, report["faults"]) == (0, [])
    assert CITY in {pack["city"] for pack in report["packs"]}
    assert CITY in {table["city"] for table in report["quotas"]}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_rules_are_printed_with_its_own_names(language: str) -> None:
    found = run("policy", "show", "--city", CITY, "--on", "2020-10-12", "--lang", language)
    assert found.exit_code == 0
    for words in ("退捕渔民", "船籍港", "东岸区", "企业组织培训预拨", "505.05", "第八条"):
        assert words in found.output, words


@pytest.mark.usefixtures("home")
def test_what_became_of_its_rules_is_listed_beside_the_shipped_ones() -> None:
    found = run("policy", "coverage", "--city", CITY, "--json")
    assert found.exit_code == 0
    rows = json.loads(found.output)
    assert [row["id"] for row in rows] == ["QP-5-a", "QP-9-a", "QP-15-a", "QP-18-a", "QP-19-a"]
    every = run("policy", "coverage", "--json")
    assert {"HZ-0.1-a", "QP-5-a"} <= {row["id"] for row in json.loads(every.output)}


def test_a_rule_of_the_new_city_without_an_answer_is_named(home: Path) -> None:
    path = home / "config" / "policies" / f"coverage-{CITY}.csv"
    kept = [line for line in path.read_text("utf-8").splitlines(True) if "QP-9-a" not in line]
    path.write_text("".join(kept), "utf-8")
    found = run("policy", "coverage", "--city", CITY, "--missing")
    assert found.exit_code == 1
    assert "QP-9-a" in found.output


@pytest.mark.usefixtures("home")
def test_a_claim_of_it_is_decided_with_its_own_clause() -> None:
    found = run("decide", "-", "--today", "2020-12-01", "--json", text=facts_of("certificate"))
    assert found.exit_code == 0, found.output
    decision = json.loads(found.output)
    assert (decision["payable"], decision["amount_fen"]) == (True, 100_000)


@pytest.mark.usefixtures("home")
def test_the_proofs_that_its_coverage_names_exist() -> None:
    rows = json.loads(run("policy", "coverage", "--city", CITY, "--json").output)
    for row in rows:
        for test in row["tests"]:
            file, _, name = test.partition("::")
            assert name in {case["name"] for case in read(EXAMPLE.parents[2] / file)}, test


def test_a_city_works_without_offices_divisions_and_planned_figures(home: Path) -> None:
    for part in ("offices", "divisions", "quotas"):
        (home / "config" / part / f"{CITY}.yaml").unlink()
    assert run("policy", "check").exit_code == 0
    shown = run("policy", "show", "--city", CITY, "--on", "2020-10-12")
    assert shown.exit_code == 0
    assert "qp-dongan" in shown.output


@pytest.fixture
def installed(home: Path) -> Iterator[Database]:
    """A home with keys and an empty database."""
    load_or_create_keys(home / "keys", database_in_use=False)
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    builders.make_schema(made)
    yield made
    made.dispose()


def areas(database: Database) -> dict[str, tuple[str, bool]]:
    with database.reading() as session:
        rows = session.exec(select(Area).where(Area.city == CITY)).all()
        return {row.code: (row.name, row.is_city) for row in rows}


def test_its_areas_are_opened_once_by_their_names(installed: Database) -> None:
    wanted = {
        CITY: ("青浦河市", True),
        "qp-dongan": ("东岸区", False),
        "qp-xitan": ("西滩县", False),
    }
    assert run("city", "open", "--city", CITY).exit_code == 0
    assert areas(installed) == wanted
    assert run("city", "open", "--city", CITY).exit_code == 0
    assert areas(installed) == wanted


def test_its_areas_are_opened_without_a_file_of_divisions(installed: Database, home: Path) -> None:
    (home / "config" / "divisions" / f"{CITY}.yaml").unlink()
    (home / "config" / "quotas" / f"{CITY}.yaml").unlink()
    assert run("city", "open", "--city", CITY).exit_code == 0
    assert areas(installed)["qp-dongan"] == ("qp-dongan", False)


def test_the_first_engineer_is_made_once_and_after_the_city_was_opened(
    installed: Database,
) -> None:
    words = ("city", "engineer", "gong", "--city", CITY)
    password = "correct horse battery\n" * 2
    assert run(*words, text=password).exit_code == 3
    assert run("city", "open", "--city", CITY).exit_code == 0
    made = run(*words, text=password)
    assert made.exit_code == 0, made.output
    with installed.reading() as session:
        held = [(row.role, row.city) for row in session.exec(select(Grant)).all()]
    assert held == [("engineer", CITY)]
    assert run("city", "engineer", "second", "--city", CITY, text=password).exit_code == 1
