"""`subsidy workdays` and `subsidy calendar`, run as a clerk or a script runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import FAMILIES, app

HEADER = "anchor_date,n,unit,direction,first_day_counts"
ROOT = Path(__file__).parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def no_own_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUBSIDY_HOME", raising=False)


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("workdays after 2020-09-25 7", "2020-10-12 final"),
        ("workdays after 2020-10-03 7", "2020-10-16 final"),
        ("workdays before 2020-10-12 7", "2020-09-25 final"),
        ("workdays before 2020-10-12 6 --clear-days", "2020-09-25 final"),
        (
            "workdays after 2026-12-30 9 --today 2026-11-20",
            "2027-01-13 provisional 2027-01-12..2027-01-14",
        ),
        ("workdays after 2019-04-26 3 --today 2019-03-21", "2019-05-02 final"),
        ("workdays after 2020-01-31 1 --today 2020-02-01 --city hangzhou", "2020-02-10 final"),
    ],
)
def test_one_day_is_printed_with_its_status(words: str, printed: str) -> None:
    answer = run(*words.split())
    assert (answer.exit_code, answer.stdout) == (0, printed + "\n")


def test_json_gives_the_bounds_and_the_days_skipped() -> None:
    answer = json.loads(run("workdays", "after", "2020-09-30", "1", "--json").stdout)
    assert answer["result"] == "2020-10-09"
    assert answer["status"] == "final"
    assert [row["date"] for row in answer["skipped"]] == [f"2020-10-0{n}" for n in range(1, 9)]
    assert answer["skipped"][0]["reason"] == "国庆节、中秋节"
    back = json.loads(run("workdays", "before", "2021-03-22", "1", "--json").stdout)
    assert [row["date"] for row in back["skipped"]] == ["2021-03-20", "2021-03-21"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("workdays after 2020-13-01 7", "does not exist in the calendar; correct the day"),
        ("workdays after 20200101 7", "write it as YYYY-MM-DD"),
        ("workdays after 2020-01-01 0", "greater than or equal to 1"),
        ("workdays after 2150-01-01 7", "1901 to 2099"),
        ("workdays after 2020-01-01", "Missing argument"),
        ("workdays apply nowhere.csv", "Name a file that exists"),
        ("nothing", "No such command"),
    ],
)
def test_wrong_usage_ends_with_code_2_and_says_what_to_do(words: str, says: str) -> None:
    answer = run(*words.split())
    assert answer.exit_code == 2
    assert says in answer.stderr


def apply(tmp_path: Path, text: str, *more: str) -> Result:
    file = tmp_path / "windows.csv"
    file.write_text(text, "utf-8")
    return run("workdays", "apply", str(file), *more)


def test_a_file_of_windows_comes_back_with_result_and_status(tmp_path: Path) -> None:
    rows = [
        "2020-09-25,7,working,after,false",
        "2020-10-12,7,working,before,",
        "2021-03-01,7,calendar,after,true",
        "2021-01-31,1,month,after,false",
        "2020-02-29,1,year,after,no",
        "2026-12-30,9,working,after,0",
    ]
    answer = apply(tmp_path, "\n".join([HEADER, *rows]), "--today", "2026-11-20")
    results = [
        "2020-10-12,final",
        "2020-09-25,final",
        "2021-03-08,final",
        "2021-03-01,final",
        "2021-03-01,final",
        "2027-01-13,provisional 2027-01-12..2027-01-14",
    ]
    expected = [f"{row},{result}" for row, result in zip(rows, results, strict=True)]
    assert answer.stdout.splitlines() == [f"{HEADER},result,status", *expected]
    assert answer.exit_code == 0


def test_bad_rows_say_what_is_wrong_and_the_rest_go_on(tmp_path: Path) -> None:
    rows = [
        "soon,7,working,after,false",
        "2020-09-25,seven,working,after,false",
        "2020-09-25,0,working,after,false",
        "2020-09-25,7,week,after,false",
        "2020-09-25,7,working,around,false",
        "2020-09-25,7,working,after,perhaps",
        "2020-09-25,7,working",
        "2020-09-25,99999999,month,after,false",
        "2020-09-25,99999,working,after,false",
        "2020-09-25,7,working,after,false",
    ]
    answer = apply(tmp_path, "\n".join([HEADER, *rows]), "--json")
    told = [row["status"] for row in json.loads(answer.stdout)["rows"]]
    assert answer.exit_code == 1
    assert told[-1] == "final"
    wanted = [
        "write it as YYYY-MM-DD",
        "give a whole number from 1 on",
        "give a whole number from 1 on",
        "use one of working, calendar, month, year",
        "use one of after, before",
        "use true or false",
        "the row has 3 cells, the header 5",
        "give a smaller number",
        "1901 to 2099",
    ]
    for status, part in zip(told[:-1], wanted, strict=True):
        assert status.startswith("error: ")
        assert part in status


def test_other_columns_and_a_byte_order_mark_are_kept_out_of_the_way(tmp_path: Path) -> None:
    text = f"\ufeffclass,{HEADER}\n电工,2020-09-25,7,working,after,false\n"
    answer = apply(tmp_path, text)
    assert answer.stdout.splitlines()[1] == "电工,2020-09-25,7,working,after,false,2020-10-12,final"


@pytest.mark.parametrize("header", ["", "anchor,n,unit", f"{HEADER},result", f"{HEADER},n"])
def test_a_wrong_header_is_refused_before_any_row(tmp_path: Path, header: str) -> None:
    answer = apply(tmp_path, f"{header}\n2020-09-25,7,working,after,false\n")
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert f"Begin the file with the line {HEADER}" in answer.stderr


def test_calendar_status_lists_every_notice_and_what_is_provisional() -> None:
    answer = run("calendar", "status", "--today", "2020-01-26")
    lines = answer.stdout.splitlines()
    assert "2020  国办发明电〔2019〕16号  published 2019-11-21, 34 days" in lines
    assert any("国办发明电〔2020〕1号" in row and "not published by then" in row for row in lines)
    assert lines[-1] == "Dates from 2020-12-25 on are provisional: 2021 is not published yet."


def test_calendar_status_in_json_names_number_publication_and_file() -> None:
    answer = json.loads(run("calendar", "status", "--json", "--today", "2026-11-20").stdout)
    assert answer["years"] == list(range(2018, 2027))
    assert answer["provisional_from"] == "2026-12-25"
    assert answer["waiting_for_year"] == 2027
    last = answer["notices"][-1]
    assert (last["number"], last["published"]) == ("国办发明电〔2025〕7号", "2025-11-04")
    assert last["file"] == "config/calendar/2026.yaml"


def test_calendar_check_tells_the_faults_of_a_folder(tmp_path: Path) -> None:
    assert run("calendar", "check", str(ROOT / "config" / "calendar")).exit_code == 0
    (tmp_path / "2027.yaml").write_text("year: 2027\n", "utf-8")
    answer = run("calendar", "check", str(tmp_path))
    assert answer.exit_code == 2
    assert "2027.yaml:1: notices is missing or no list" in answer.stderr


def test_faulty_files_of_the_bureau_end_every_count_with_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "calendar"
    own.mkdir(parents=True)
    (own / "2027.yaml").write_text("year: 2027\nnotices: []\n", "utf-8")
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    assert run("workdays", "after", "2020-09-25", "7").exit_code == 0
    (own / "2027.yaml").write_text("year: 2028\nnotices: []\n", "utf-8")
    answer = run("workdays", "after", "2020-09-25", "7")
    assert answer.exit_code == 3
    assert "make both agree" in answer.stderr


def test_help_lists_every_family_and_imports_none_of_the_heavy_libraries() -> None:
    """Run in a process of its own: what it imported is what a clerk waits for."""
    script = (
        "import sys\n"
        "from subsidy.cli import app\n"
        "try:\n    app(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print([m for m in ('prefect', 'sqlmodel', 'sqlalchemy', 'pydantic', 'ruamel.yaml',"
        " 'subsidy.commands.workdays') if m in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == "[]"
    for name, family in FAMILIES.items():
        assert name in ran.stdout
        assert family.help[:30] in ran.stdout


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_can_be_loaded_and_has_help(name: str) -> None:
    answer = run(name, "--help")
    assert answer.exit_code == 0
    assert "Usage:" in answer.stdout


def test_version_is_printed() -> None:
    assert run("--version").stdout.startswith("subsidy ")
