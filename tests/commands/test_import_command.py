"""`subsidy import`: a list goes in, the same list with verdicts comes out beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import Claim, ImportedFile, PastSubsidy, Person
from tests import builders

HEADERS = ["姓名", "证件号码", "手机号", "人员类别", "类别证明日期", "与本地的联系"]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A home of its own with the city of the builders and one planned class, in September 2020."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-09-14")
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    builders.make_schema(made)
    with made.transaction() as session:
        builders.set_up(session)
        builders.planned_class(session)
    yield made
    made.dispose()


def roster(folder: Path, *, spoil: bool = False) -> Path:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for at, one in enumerate(builders.people(3)):
        number = one.id_number[:-2] + "00" if spoil and at == 1 else one.id_number
        writer.writerow([one.name, number, one.phone, "失业人员", "2020-06-30", "本地户籍"])
    path = folder / "名册.csv"
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["import", *words, "--class", "XS2020-001"])


def test_a_good_roster_is_taken_in_and_a_second_time_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = roster(tmp_path)
    first = run("roster", str(path), "--json")
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert (told["rows"], told["taken"], told["moved"]) == (3, 3, {"enrolled": 3})
    again = run("roster", str(path))
    assert again.exit_code == 0
    assert "该文件此前已导入" in again.stdout
    with database.reading() as session:
        assert len(session.exec(select(Claim)).all()) == 3


def test_a_bad_row_comes_back_beside_the_input_and_the_code_says_so(
    database: Database, tmp_path: Path
) -> None:
    path = roster(tmp_path, spoil=True)
    result = run("roster", str(path))
    assert result.exit_code == 1
    copy = (tmp_path / "名册-校验结果.csv").read_bytes().decode("utf-8-sig")
    lines = copy.splitlines()
    assert "不通过" in lines[2]
    assert "E101" in lines[2]
    assert "通过" in lines[1]
    assert "不通过" not in lines[1]


def test_a_dry_run_judges_every_row_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    result = run("roster", str(roster(tmp_path)), "--dry-run", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["taken"] == 3
    assert (tmp_path / "名册-校验结果.csv").exists()
    with database.reading() as session:
        assert session.exec(select(Claim)).all() == []
        assert session.exec(select(ImportedFile)).all() == []


def test_a_list_for_a_class_in_another_state_is_wrong_usage(
    database: Database, tmp_path: Path
) -> None:
    result = run("attendance", str(attendance(tmp_path)))
    assert result.exit_code == 2
    assert "E1105" in result.output


def attendance(folder: Path) -> Path:
    lines = ["姓名,证件号码,出勤日期"]
    lines += [f"{p.name},{p.id_number},2020-10-12" for p in builders.people(3)]
    path = folder / "考勤.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_an_unknown_class_and_a_file_without_headers_are_wrong_usage(
    database: Database, tmp_path: Path
) -> None:
    words = ["import", "roster", str(roster(tmp_path)), "--class", "NONE"]
    unknown = CliRunner().invoke(app, words)
    assert unknown.exit_code == 2
    assert "NONE" in unknown.output
    empty = tmp_path / "空.csv"
    empty.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    assert run("roster", str(empty)).exit_code == 2


def test_no_personal_number_is_printed(database: Database, tmp_path: Path) -> None:
    result = run("roster", str(roster(tmp_path, spoil=True)))
    assert not any(one.id_number in result.output for one in builders.people(3))


PAST = (
    "姓名,证件号码,补贴种类,职业代码,职业代码版本,等级,培训结束日期,拨付日期,补贴金额（元）,拨付地"
)


def older_payments(folder: Path, *, spoil: bool = False) -> Path:
    one, two = builders.people(2, first=50)
    code = "9-99-99-99" if spoil else "4-01-02-02"
    lines = [
        PAST,
        f"{one.name},{one.id_number},职业培训补贴,4-01-02-02,2015版,五级,2018-05-18,2018-07-02,800,慈溪市",
        f"{two.name},{two.id_number},培训补贴,{code},2015,初级工,2018-05-18,2018-07-02,¥800.00,慈溪市",
    ]
    path = folder / "历史.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run_history(*words: str) -> Result:
    return CliRunner().invoke(app, ["import", "history", *words, "--city", "hangzhou"])


def test_older_payments_are_taken_in_for_a_city_and_a_second_time_change_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = older_payments(tmp_path)
    first = run_history(str(path), "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["taken"] == 2
    again = run_history(str(path))
    assert "该文件此前已导入" in again.stdout
    with database.reading() as session:
        rows = session.exec(select(PastSubsidy)).all()
        assert {(r.occupation, r.level, r.amount_fen, r.year) for r in rows} == {
            ("e-commerce-specialist", "5", 80_000, 2018)
        }


def test_an_older_payment_with_an_unknown_occupation_comes_back_marked(
    database: Database, tmp_path: Path
) -> None:
    result = run_history(str(older_payments(tmp_path, spoil=True)))
    assert result.exit_code == 1, result.output
    copy = (tmp_path / "历史-校验结果.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert "不通过" not in copy[1]
    assert "不通过" in copy[2]
    assert "E541" in copy[2]
    assert not any(one.id_number in result.output for one in builders.people(2, first=50))


def test_a_dry_run_of_older_payments_writes_nothing_but_the_verdicts(
    database: Database, tmp_path: Path
) -> None:
    result = run_history(str(older_payments(tmp_path)), "--dry-run", "--json")
    assert json.loads(result.stdout)["taken"] == 2
    assert (tmp_path / "历史-校验结果.csv").exists()
    with database.reading() as session:
        for table in (PastSubsidy, ImportedFile, Person):
            assert session.exec(select(table)).all() == []


def test_older_payments_need_a_city_that_has_rules(database: Database, tmp_path: Path) -> None:
    words = ["import", "history", str(older_payments(tmp_path))]
    assert CliRunner().invoke(app, words).exit_code == 2
    assert CliRunner().invoke(app, [*words, "--city", "nowhere"]).exit_code == 2
