"""`subsidy application`, `voucher`, `allowance`: subsidies without a class, without a browser."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.papers.sample_people import sample_unit
from subsidy.records.database import Database
from subsidy.records.tables import (
    Account,
    Application,
    Claim,
    Grant,
    ImportedFile,
    Instrument,
    Person,
)
from tests import builders

PASSWORD = "correct horse battery"
UNIT = sample_unit(1).credit_code
TRACK, NUMBER = "special_operations", "S2020-001"
KIND = "特种作业操作证"


@pytest.fixture
def database(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The city with a project of special operations, on 18 November 2020."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-11-18")
    (home / "subsidy.db").write_bytes(template.read_bytes())
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database behind every test of this file."""
    path = tmp_path_factory.mktemp("applications") / "subsidy.db"
    made = Database(f"sqlite:///{path}")
    builders.make_schema(made)
    with made.transaction() as session:
        builders.set_up(session)
        builders.listed_project(
            session, "T-001", track=TRACK, certificate_kind="special_operation", level=""
        )
        for login, role in (("qian", "industry"), ("sun", "industry"), ("zhou", "provider")):
            _account(session, login, role)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return path


def _account(session: Session, login: str, role: str) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    account = Account(
        login=login,
        display_name=login,
        password_hash=hasher.hash(PASSWORD),
        created_at=datetime(2020, 7, 1, tzinfo=UTC),
    )
    session.add(account)
    session.flush()
    area_id = builders.area(session)
    session.add(Grant(account_id=account.id or 0, role=role, city="hangzhou", area_id=area_id))


def table(folder: Path, name: str, headers: str, *rows: str) -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headers.split(","), *(row.split(",") for row in rows)])
    return path


def persons(folder: Path, *, trade: str = "") -> Path:
    rows = [
        f"{one.name},{one.id_number},{one.phone},失业人员,2020-06-30,当地户籍,{trade}"
        for one in builders.people(2)
    ]
    return table(
        folder,
        "人员.csv",
        "姓名,证件号码,手机号,人员类别,类别证明日期,与本地的联系,职业（工种）或代码",
        *rows,
    )


def run(*words: str, login: bool = False) -> Result:
    return CliRunner().invoke(app, list(words), input=f"{PASSWORD}\n" if login else None)


def lodge(*more: str, track: str = TRACK, login: bool = False) -> Result:
    return run(
        "application", "lodge", *more, "--track", track, "--area", "hz-xiaoshan",
        "--number", NUMBER, login=login,
    )  # fmt: skip


def lodged(folder: Path, *more: str) -> Result:
    return lodge(
        str(persons(folder)), "--unit", UNIT, "--project", "T-001",
        "--starts", "2020-10-12", "--ends", "2020-10-23", "--committed", "2020-11-18",
        "--set", "actual_cost_fen=58000", "--set", "papers=培训费用票据", *more,
    )  # fmt: skip


def shown() -> dict[str, object]:
    result = run("application", "show", NUMBER, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def test_a_list_is_lodged_checked_and_shown_with_what_is_missing(
    database: Database, tmp_path: Path
) -> None:
    first = lodged(tmp_path, "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["taken"] == 2
    assert (tmp_path / "人员-校验结果.csv").exists()
    told = shown()
    assert "行业主管部门初审" in told["missing"]  # type: ignore[operator]
    assert len(told["claims"]) == 2  # type: ignore[arg-type]
    again = lodged(tmp_path, "--json")
    assert json.loads(again.stdout)["unchanged"] == 2
    checked = run("application", "first-check", NUMBER, "--as", "qian", login=True)
    assert checked.exit_code == 0, checked.output
    told = shown()
    assert told["missing"] == []
    text = run("application", "show", NUMBER).stdout
    assert "580.00元" in text
    assert not any(one.id_number in text for one in builders.people(2))
    assert NUMBER in run("application", "list", "--track", TRACK).stdout


def test_certificates_registers_and_drop_outs_come_as_lists(
    database: Database, tmp_path: Path
) -> None:
    lodged(tmp_path)
    one, two = builders.people(2)
    papers = table(
        tmp_path, "证书.csv", "姓名,证件号码,证书编号,发证日期,证书类别,发证机关层级",
        *(
            f"{p.name},{p.id_number},TZ{at:08d},2020-10-30,{KIND},省级"
            for at, p in enumerate(builders.people(2))
        ),
    )  # fmt: skip
    result = run("application", "certificates", NUMBER, str(papers), "--json")
    assert result.exit_code == 0, result.output
    answers = table(
        tmp_path, "核查.csv", "姓名,证件号码,核查项目,核查结果,数据来源,核查日期",
        f"{one.name},{one.id_number},实名核验,一致,省公安厅,2020-11-17",
    )  # fmt: skip
    assert run("application", "registers", NUMBER, str(answers)).exit_code == 0
    left = table(
        tmp_path, "退出.csv", "姓名,证件号码,退出日期", f"{two.name},{two.id_number},2020-10-14"
    )
    assert run("application", "drop-out", NUMBER, str(left)).exit_code == 0
    people = shown()["persons"]
    assert [p["dropped_on"] for p in people] == [None, "2020-10-14"]  # type: ignore[attr-defined]
    assert people[0]["certificate_tail"] == "0000"  # type: ignore[index]


def test_whoever_lodged_a_list_may_not_check_it(database: Database, tmp_path: Path) -> None:
    words = ("--unit", UNIT, "--project", "T-001", "--starts", "2020-10-12", "--ends", "2020-10-23")
    entries = ("--set", "actual_cost_fen=58000")
    done = lodge(str(persons(tmp_path)), *words, *entries, "--as", "qian", login=True)
    assert done.exit_code == 0, done.output
    same = run("application", "first-check", NUMBER, "--as", "qian", login=True)
    assert same.exit_code == 1
    assert "初审" in same.output
    assert run("application", "first-check", NUMBER, "--as", "sun", login=True).exit_code == 0


def test_a_dry_run_writes_verdicts_and_nothing_else(database: Database, tmp_path: Path) -> None:
    result = lodged(tmp_path, "--dry-run")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "人员-校验结果.csv").exists()
    with database.reading() as session:
        for kept in (Application, Claim, Person, ImportedFile):
            assert session.exec(select(kept)).all() == []


def test_an_occupation_that_nobody_knows_keeps_its_row_out(
    database: Database, tmp_path: Path
) -> None:
    result = lodge(str(persons(tmp_path, trade="宇航员")), "--unit", UNIT, "--project", "T-001")
    assert result.exit_code == 1, result.output
    assert "E541" in (tmp_path / "人员-校验结果.csv").read_text(encoding="utf-8-sig")
    with database.reading() as session:
        assert session.exec(select(Claim)).all() == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--unit", "0"), "credit code"),
        (("--project", "NONE"), "no project NONE"),
        (("--set", "colour=red"), "KEY=VALUE"),
        (("--set", "actual_cost_fen=many"), "actual_cost_fen"),
        (("--set", "papers=nothing"), "fee_receipt"),
        ((), "list of persons"),
    ],
)
def test_what_cannot_be_used_is_wrong_usage_and_says_what_to_give(
    database: Database, words: tuple[str, ...], says: str
) -> None:
    result = lodge(*words)
    assert result.exit_code == 2, result.output
    assert says in result.output


def test_an_unknown_track_application_or_file_is_wrong_usage(
    database: Database, tmp_path: Path
) -> None:
    assert "special_operations" in lodge(track="pass_certificate").output
    assert run("application", "show", "NONE").exit_code == 2
    lodged(tmp_path)
    empty = tmp_path / "空.csv"
    empty.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    assert run("application", "results", NUMBER, str(empty)).exit_code == 2
    assert run("application", "finish", NUMBER, "--ends", "2021-01-01").exit_code == 1


def test_somebody_who_acts_for_a_unit_reaches_only_what_is_its_own(
    database: Database, tmp_path: Path
) -> None:
    lodged(tmp_path)
    assert run("application", "show", NUMBER, "--as", "zhou", login=True).exit_code == 2
    other = lodge(str(persons(tmp_path)), "--unit", UNIT, "--as", "zhou", login=True)
    assert other.exit_code == 2
    listed = run("application", "list", "--json", "--as", "zhou", login=True)
    assert json.loads(listed.stdout.splitlines()[-1])["applications"] == []


def test_entries_and_papers_are_filled_in_later(database: Database, tmp_path: Path) -> None:
    lodge(
        str(persons(tmp_path)), "--unit", UNIT, "--project", "T-001", "--starts", "2020-10-12",
        "--ends", "2020-10-23", "--set", "actual_cost_fen=58000",
    )  # fmt: skip
    assert "培训费用票据" in shown()["missing"]  # type: ignore[operator]
    result = run("application", "supply", NUMBER, "papers=fee_receipt", "--json")
    assert result.exit_code == 0, result.output
    assert "培训费用票据" not in shown()["missing"]  # type: ignore[operator]
    assert run("application", "supply", NUMBER, "papers=x", "--claim", "1").exit_code == 2


def test_a_claim_of_a_class_is_lodged_without_a_list_and_applied_for(database: Database) -> None:
    result = lodge(
        "--unit", UNIT, "--starts", "2020-10-12", "--ends", "2020-10-23",
        "--set", "actual_cost_fen=1000000", track="sector_own",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert run("application", "finish", NUMBER, "--ends", "2020-10-23").exit_code == 0
    applied = run("application", "apply", NUMBER, "--committed", "2020-11-18", "--json")
    assert applied.exit_code == 0, applied.output
    assert json.loads(applied.stdout)["moved"] == {"applied": 1}


def test_vouchers_of_a_track_without_them_are_refused(database: Database, tmp_path: Path) -> None:
    one = builders.people(1)[0]
    path = table(
        tmp_path, "券.csv", "姓名,证件号码,券编号,种类", f"{one.name},{one.id_number},Q-1,培训券"
    )
    result = run("voucher", "issue", str(path), "--track", TRACK, "--area", "hz-xiaoshan")
    assert result.exit_code == 2, result.output
    assert "E221" in result.output
    assert json.loads(run("voucher", "list", "--json").stdout) == {"vouchers": []}
    with database.reading() as session:
        assert session.exec(select(Instrument)).all() == []
        assert session.exec(select(Person)).all() == []


def test_allowances_need_a_class_that_is_known(database: Database) -> None:
    result = run("allowance", "NONE", "--track", "living_allowance")
    assert result.exit_code == 2
    assert "NONE" in result.output
