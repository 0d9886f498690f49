"""`subsidy policy …` and `subsidy decide` as scripts use them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from subsidy.cli import app

ROOT = Path(__file__).parents[2]


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=text)


@pytest.fixture
def facts() -> str:
    base = YAML(typ="safe").load(ROOT / "tests/rules/cases/hangzhou/base.yaml")
    facts = base["pass_certificate"]["facts"]
    facts["person"]["attended_on"] = [date(2020, 10, 12) + timedelta(n) for n in range(12)]
    return json.dumps(facts, default=date.isoformat)


def test_the_shipped_packs_pass_the_check() -> None:
    found = run("policy", "check", "--json")
    assert found.exit_code == 0
    report = json.loads(found.output)
    assert report["faults"] == []
    assert {pack["city"] for pack in report["packs"]} >= {"hangzhou", "cixi"}


def test_a_faulty_pack_of_the_bureau_is_named_with_line_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "settings"
    own.mkdir(parents=True)
    (own / "hangzhou.yaml").write_text(
        "city: hangzhou\nvalues:\n  project_day_rate: {value: '9', assumed: 试一试看}\n", "utf-8"
    )
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    found = run("policy", "check")
    assert found.exit_code == 1
    assert "settings/hangzhou.yaml:3: values.project_day_rate" in found.output
    assert run("decide", "-", text="{}").exit_code == 2


def test_show_prints_the_value_of_the_day_with_its_clause() -> None:
    found = run("policy", "show", "--city", "hangzhou", "--on", "2020-09-01", "--json")
    rows = {row["key"]: row for row in json.loads(found.output)["values"]}
    assert rows["project_day_rate"]["value"] == "100.00"
    assert rows["project_day_rate"]["clause"] == "四（二）"
    assert rows["windows.publicity"]["assumed"]
    plain = run("policy", "show", "--city", "hangzhou", "--on", "2020-09-01")
    assert "project_day_rate = 100.00 yuan  hz-2020-43 四（二）" in plain.output


def test_an_unknown_city_is_wrong_input() -> None:
    assert run("policy", "show", "--city", "atlantis").exit_code == 2


def test_coverage_lists_id_status_where_and_tests() -> None:
    rows = json.loads(run("policy", "coverage", "--json").output)
    assert set(rows[0]) == {"id", "status", "where", "tests"}
    assert "HZ:" in run("policy", "coverage").output


def test_decide_prints_amount_and_clauses(facts: str) -> None:
    found = run("decide", "-", "--today", "2020-12-01", text=facts)
    assert found.exit_code == 0
    assert "可拨付  1200.00 元" in found.output
    assert "hz-2020-43 四（二）" in found.output


def test_decide_as_json_carries_refusals_with_clause_and_ends_with_1(facts: str) -> None:
    late = facts.replace('"filed_on": "2020-09-25"', '"filed_on": "2020-09-26"')
    found = run("decide", "-", "--today", "2020-12-01", "--json", text=late)
    assert found.exit_code == 1
    decision = json.loads(found.output)
    assert decision["payable"] is False
    assert decision["refusals"][0]["code"] == "E401"
    assert decision["refusals"][0]["clause"] == "三（三）2（2）①"


def test_decide_names_each_wrong_entry_without_repeating_it(facts: str) -> None:
    wrong = facts.replace('"identity": "verified"', '"identity": "110105"')
    found = run("decide", "-", "--today", "2020-12-01", text=wrong)
    assert found.exit_code == 2
    assert "person.identity" in found.output
    assert "110105" not in found.output


def test_decide_refuses_facts_of_a_track_that_the_city_does_not_have(facts: str) -> None:
    wrong = facts.replace('"track": "pass_certificate"', '"track": "lottery"')
    found = run("decide", "-", "--today", "2020-12-01", text=wrong)
    assert found.exit_code == 2
    assert "lottery" in found.output


def test_the_schema_describes_facts_and_decision() -> None:
    schemas = json.loads(run("decide", "--schema").output)
    assert set(schemas["facts"]["required"]) == {"city", "track", "person", "training"}
    assert "refusals" in schemas["decision"]["properties"]
