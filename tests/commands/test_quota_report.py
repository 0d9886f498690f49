"""`subsidy report quotas`, and `subsidy report` beside it; what `policy check` says about figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from tests import builders
from tests.platform.places import settings_in

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with one finished class in Xiaoshan."""
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    settings = settings_in(tmp_path, demo=True)
    load_or_create_keys(settings.keys_folder, database_in_use=False)
    database = Database(settings.database_url)
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="certified")
    database.dispose()
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def report(*arguments: str) -> dict[str, dict[str, Any]]:
    """The tables of a report by their name."""
    result = run("report", "quotas", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return {table["series"]: table for table in json.loads(result.stdout)["tables"]}


def test_the_report_shows_each_table_with_clause_and_what_was_trained(home: Path) -> None:
    tables = report("--city", "hangzhou", "--year", "2020")
    assert set(tables) == {"city", "districts", "departments"}
    districts = tables["districts"]
    assert (districts["planned"], districts["done"]) == (167_350, 3)
    assert (districts["document"], districts["clause"]) == ("杭人社发〔2020〕43号", "附件1")
    assert districts["overlaps"] == ["city", "departments"]
    [xiaoshan] = [row for row in districts["rows"] if row["division"] == "hz-xiaoshan"]
    assert (xiaoshan["planned"], xiaoshan["done"]) == (25_400, 3)
    assert tables["departments"]["not_attributed"] == [
        {"reason": "no_department", "what": None, "number": 3}
    ]


def test_the_plain_report_says_what_is_assumed_and_what_not_to_add(home: Path) -> None:
    told = run("report", "quotas", "--city", "hangzhou", "--year", "2020").output
    assert "assumed: 源文件没有说明年度" in told
    assert "not to be added to: 全市年度目标" in told
    assert "total\tplanned 167350\tdone 3\t0.0%" in told
    assert "not attributed\t3\tno_department" in told


def test_a_year_without_figures_is_wrong_input(home: Path) -> None:
    result = run("report", "quotas", "--city", "hangzhou", "--year", "2030")
    assert result.exit_code == 2
    assert "2020, 2021" in result.output


def test_the_report_of_the_day_is_still_there(home: Path) -> None:
    result = run("report", "--as-of", "2020-11-09", "--reason", "演练", "--json")
    assert result.exit_code == 0, result.output
    assert isinstance(json.loads(result.stdout), dict)


def test_policy_check_counts_the_tables_and_their_placeholders() -> None:
    told = json.loads(run("policy", "check", "--json").output)
    by_city = {row["city"]: row for row in told["quotas"]}
    assert by_city["hangzhou"]["series"] == ["city", "districts", "departments"]
    assert by_city["zhumadian"]["placeholders"] == 14
    assert "zhumadian quotas: 4 tables" in run("policy", "check").output


def test_policy_check_names_a_wrong_sum_with_file_line_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "quotas"
    own.mkdir(parents=True)
    text = (CONFIG / "quotas" / "hangzhou.yaml").read_text("utf-8")
    line = 1 + text[: text.index("printed_total: 167350")].count("\n")
    (own / "hangzhou.yaml").write_text(text.replace("[25400]", "[25000]"), "utf-8")
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    found = run("policy", "check")
    assert found.exit_code == 1
    assert f"quotas/hangzhou.yaml:{line}: series.1.columns.0.printed_total" in found.output
    assert "The document prints 167350, the rows make 166950." in found.output
    assert "Compare the rows and the total with the printed table." in found.output
