"""`subsidy policy …` and `subsidy decide` as scripts use them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
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


@pytest.fixture
def own_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """The bureau's own copy of the Hangzhou pack with one text changed."""

    def write(old: str, new: str) -> Path:
        folder = tmp_path / "config" / "policies"
        folder.mkdir(parents=True)
        text = (ROOT / "config/policies/hangzhou.yaml").read_text("utf-8")
        assert old in text
        (folder / "hangzhou.yaml").write_text(text.replace(old, new, 1), "utf-8")
        monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
        return folder / "hangzhou.yaml"

    return write


FILED = "      - {state: filed, clause: 三（三）2（2）①, document: hz-2020-43}\n"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (FILED, "", "tracks.pass_certificate.stages"),
        ("    unit: yuan", "    unti: yuan", "unti"),
        ("{state: enrolled, clause", "{state: enroled, clause", "tracks.pass_certificate.stages"),
        ("value: special_account", "value: petty_cash", "tracks.pass_certificate.fund"),
        ('{value: "100", clause', "{value: 100.0, clause", "parameters.project_day_rate"),
    ],
)
def test_check_refuses_with_file_line_key_and_remedy(
    own_pack: Callable[[str, str], Path], old: str, new: str, key: str
) -> None:
    path = own_pack(old, new)
    found = run("policy", "check", "--json")
    assert found.exit_code == 1
    faults = json.loads(found.stdout)["faults"]
    fault = next(fault for fault in faults if key in fault["key"])
    assert fault["file"].endswith("policies/hangzhou.yaml")
    lines = path.read_text("utf-8").splitlines()
    assert 1 < fault["line"] <= len(lines)
    assert fault["what"]
    assert fault["remedy"]
    assert f"{fault['file']}:{fault['line']}: {fault['key']}" in run("policy", "check").output


def test_an_order_that_is_no_path_is_named_at_the_stages_with_the_missing_arrow(
    own_pack: Callable[[str, str], Path],
) -> None:
    path = own_pack(FILED, "")
    found = run("policy", "check")
    assert found.exit_code == 1
    told = next(line for line in found.output.splitlines() if "no arrow enrolled" in line)
    number = int(told.split(":")[1])
    assert "stages:" in path.read_text("utf-8").splitlines()[number - 1]
    assert "enrolled -> completed" in told
    assert "Reorder the stages" in told


def test_show_prints_the_value_of_the_day_with_its_clause() -> None:
    found = run("policy", "show", "--city", "hangzhou", "--on", "2020-09-01", "--json")
    rows = {row["key"]: row for row in json.loads(found.output)["values"]}
    assert rows["project_day_rate"]["value"] == "100.00"
    assert rows["project_day_rate"]["clause"] == "四（二）"
    assert rows["windows.publicity"]["assumed"]


def test_show_reads_as_a_person_reads_it_section_by_section_within_100_columns() -> None:
    plain = run("policy", "show", "--city", "hangzhou", "--on", "2020-09-01").output
    lines = plain.splitlines()
    headings = [line.removeprefix("■ ") for line in lines if line.startswith("■ ")]
    assert headings[:2] == ["文件", "培训对象"]
    assert "培训合格证书项目  pass_certificate  按人" in headings
    assert headings[-3:] == ["数值", "办理期限", "各地办理路径"]
    assert max(map(cell_len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)
    rate = next(n for n, line in enumerate(lines) if "100.00 元" in line)
    assert "杭人社发〔2020〕43号 四（二）" in lines[rate]
    assert "目录已公布 → 已报名 → 已备案" in plain
    assert "暂定口径：参照其他城市做法" in plain
    assert "7 个工作日" in plain
    assert "上城区" in plain


def test_show_marks_what_is_open_and_speaks_english_where_asked() -> None:
    draft = run("policy", "show", "--city", "cixi", "--on", "2020-09-01", "--lang", "en").output
    assert "Draft, never pays" in draft
    assert "Who may be trained" in draft
    assert "Unset" in draft
    assert "Assumed: 征求意见稿未写审核层级" in draft
    assert run("policy", "show", "--city", "cixi", "--lang", "fr").exit_code == 2


def test_an_unknown_city_is_wrong_input() -> None:
    assert run("policy", "show", "--city", "atlantis").exit_code == 2


def test_coverage_lists_id_status_where_and_tests() -> None:
    rows = json.loads(run("policy", "coverage", "--json").stdout)
    assert set(rows[0]) == {"id", "status", "where", "tests"}
    plain = run("policy", "coverage").output
    assert "杭人社发〔2020〕43号: " in plain
    assert "/132 listed: " in plain


def test_coverage_of_one_city_shows_only_its_source() -> None:
    plain = run("policy", "coverage", "--city", "letter").output
    assert "慈人社建〔2021〕1号: " in plain
    assert "杭人社发" not in plain
    rows = json.loads(run("policy", "coverage", "--city", "hangzhou", "--json").stdout)
    assert {row["id"][:3] for row in rows} == {"HZ-"}
    assert run("policy", "coverage", "--city", "atlantis").exit_code == 2


def test_coverage_ends_with_1_and_names_the_rules_that_no_row_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    shutil.copy(ROOT / "config/policies/rules.csv", policies)
    (policies / "coverage-letter.csv").write_text(
        "id,status,where,tests\n"
        + "".join(f"CR-{n},manual,by hand,\n" for n in ("1-a", "1-b", "1-c", "3-a")),
        "utf-8",
    )
    monkeypatch.setattr("subsidy.commands.policy.config_roots", lambda: (tmp_path,))
    found = run("policy", "coverage", "--city", "letter")
    assert found.exit_code == 1
    assert "4/24 listed: 0 encoded, 4 manual" in found.output
    assert "missing 20: CR-3-b" in found.output
    words = run("policy", "coverage", "--city", "letter", "--missing").output
    assert "CR-4-a  慈人社建〔2021〕1号" in words
    assert "A master studio gets 50,000 yuan" in words
    numbers = json.loads(run("policy", "coverage", "--missing", "--json").stdout)
    assert len(numbers) == 385 - 4
    (policies / "coverage-two.csv").write_text(
        "id,status,where,tests\nCR-1-a,encoded,here,\n", "utf-8"
    )
    faulty = run("policy", "coverage", "--city", "letter")
    assert "coverage-two.csv:2: CR-1-a: Encoded without a test. Name one." in faulty.output


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
    assert set(schemas["facts"]["required"]) == {"city", "track"}
    assert "refusals" in schemas["decision"]["properties"]
