"""The commands with a city that only the bureau's own config folder knows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import app
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
