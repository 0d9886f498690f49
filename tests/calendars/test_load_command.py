"""`subsidy calendar load`: previewed without --yes, applied with it, refused with line and remedy."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import app
from tests.acts import keys
from tests.calendars.late import (
    HANGZHOU_2020,
    KNOWN_FROM,
    LATER,
    MAY_HOLIDAY,
    SAME,
    Installation,
    alone,
    waiting,
)

NOTICE = alone("2019.yaml", MAY_HOLIDAY)


@pytest.fixture
def home(spring_2019: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The installation as the commands find it, with two windows that run."""
    monkeypatch.setenv("SUBSIDY_HOME", str(spring_2019.settings.home))
    monkeypatch.setenv("SUBSIDY_DATABASE_URL", spring_2019.settings.database_url)
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    for module in ("subsidy.keys", "subsidy.office"):
        monkeypatch.setattr(f"{module}.load_keys", lambda folder: keys())
    waiting(spring_2019, [LATER, SAME], on=KNOWN_FROM - timedelta(1))
    return spring_2019


def run(home: Installation, text: str, *words: str, name: str = "may.yaml") -> Result:
    file = home.settings.home / name
    file.write_text(text, encoding="utf-8")
    command = ["calendar", "load", str(file), "--as-of", KNOWN_FROM.isoformat(), *words]
    return CliRunner().invoke(app, command)


def told(home: Installation, *words: str) -> dict[str, Any]:
    result = run(home, NOTICE, "--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def own_file(home: Installation) -> str:
    path = home.settings.home / "config" / "calendar" / "2019.yaml"
    return path.read_text(encoding="utf-8")


def test_without_yes_and_terminal_it_lists_what_moves_and_writes_nothing(
    home: Installation,
) -> None:
    before = own_file(home)
    result = run(home, NOTICE)
    assert result.exit_code == 0
    assert "1 of 2 running time limits move" in result.output
    assert "2019-05-03 -> 2019-05-05" in result.output
    assert "Apply it with --yes" in result.output
    assert own_file(home) == before
    assert home.entries() == []


def test_with_yes_it_is_kept_counted_with_and_shown_by_status(home: Installation) -> None:
    found = told(home, "--yes")
    assert (found["applied"], found["counts"]["hangzhou"]["moved"]) == (True, 1)
    assert MAY_HOLIDAY in own_file(home)
    assert "国办发明电〔2018〕15号" in own_file(home), "the notices of the file stay"
    assert home.rows()[0].due_on == date(2019, 5, 5)
    status = CliRunner().invoke(app, ["calendar", "status", "--today", "2019-03-22", "--json"])
    (log,) = json.loads(status.stdout)["loads"]
    assert (log["number"], log["moved"]["hangzhou"]["moved"]) == (MAY_HOLIDAY, 1)
    assert told(home, "--yes")["why"] == "nothing new"


def test_a_dry_run_names_every_case_and_writes_nothing(home: Installation) -> None:
    found = told(home, "--dry-run", "--yes")
    (row,) = found["cities"][1]["rows"] or found["cities"][0]["rows"]
    assert (row["due_before"], row["due_after"]) == ("2019-05-03", "2019-05-05")
    assert found["applied"] is False
    assert home.entries() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("2019-05-04, kind: holiday", "2019-05-03, kind: holiday"), "overlaps 劳动节"),
        (("2019-05-05, kind: make_up", "2019-05-06, kind: make_up"), "an ordinary working day"),
        (("number: 国办发明电〔2019〕3号", "number:"), "number is missing. Copy the number"),
        (("year: 2019", "year: 2019\n\tnotices"), "is not YAML"),
        (("amends: 国办发明电〔2018〕15号", "title: x"), "stands here twice"),
        (("    amends: 国办发明电〔2018〕15号\n", ""), "add `amends: 国办发明电〔2018〕15号`"),
        (("year: 2019", "city: nowhere"), "city is nowhere, unknown here"),
        (("year: 2019", ""), "names neither year nor city"),
    ],
)
def test_a_faulty_notice_is_refused_and_nothing_is_written(
    home: Installation, change: tuple[str, str], says: str
) -> None:
    assert change[0] in NOTICE
    before = own_file(home)
    result = run(home, NOTICE.replace(*change), "--yes")
    assert result.exit_code == 2, result.output
    assert says in result.output
    assert "may.yaml:" in result.output
    assert own_file(home) == before
    assert home.entries() == []


def test_the_name_of_a_years_file_and_its_year_must_agree(home: Installation) -> None:
    result = run(home, NOTICE, "--yes", name="2018.yaml")
    assert result.exit_code == 2
    assert "make both agree" in result.output


def test_the_overlay_of_one_city_is_not_loaded_for_another(home: Installation) -> None:
    overlay = alone("cities/hangzhou.yaml", HANGZHOU_2020).replace(HANGZHOU_2020, "杭政〔2019〕9号")
    result = run(home, overlay, "--yes", "--city", "changchun")
    assert result.exit_code == 2
    assert "is for hangzhou, not for changchun" in result.output


def test_a_file_that_is_not_there_is_named(home: Installation) -> None:
    result = CliRunner().invoke(app, ["calendar", "load", str(Path("nowhere.yaml"))])
    assert result.exit_code == 2
    assert "there is no such file" in result.output
