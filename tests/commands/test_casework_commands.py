"""`subsidy claim`, `subsidy tickets` and `subsidy deadlines`: a clerk's day without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from subsidy.actions.claims import apply_for_class
from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import Account, Claim, Deadline, Grant
from tests import builders

PASSWORD = "correct horse battery"
"""Of every account of these tests."""


@pytest.fixture
def database(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A class whose claims wait for their application on 27 November 2020, with two people."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-11-27")
    (home / "subsidy.db").write_bytes(template.read_bytes())
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database behind every test of this file."""
    path = tmp_path_factory.mktemp("casework") / "subsidy.db"
    made = Database(f"sqlite:///{path}")
    builders.make_schema(made)
    with made.transaction() as session:
        builders.set_up(session)
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="assessed")
        for login, role in (("li", "clerk"), ("wang", "section_head")):
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


def run(*words: str, login: bool = False) -> Result:
    return CliRunner().invoke(app, list(words), input=f"{PASSWORD}\n" if login else None)


def read(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def number_of(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(Claim.number).order_by(Claim.id)).first() or ""  # type: ignore[arg-type]


def deadline_of(database: Database) -> int:
    with database.reading() as session:
        applying = select(Deadline.id).where(Deadline.window == "application")
        return session.exec(applying.order_by(Deadline.id)).first() or 0  # type: ignore[arg-type]


def test_what_is_due_within_five_working_days_is_listed_with_its_clause(
    database: Database,
) -> None:
    listed = run("deadlines", "--due-within", "5")
    assert listed.exit_code == 0, listed.output
    assert listed.stdout.count("2020-12-04") == 1
    assert "XS2020-001 3人" in listed.stdout
    assert "三（三）2（2）③" in listed.stdout
    assert read("deadlines", "--due-within", "4")["deadlines"] == []
    told = read("deadlines", "--due-within", "5")
    assert (told["lines_in_all"], told["deadlines_in_all"]) == (1, 3)
    assert len(read("deadlines", "--each")["deadlines"]) == 3  # type: ignore[arg-type]


def test_a_list_of_deadlines_can_be_for_one_district(database: Database) -> None:
    assert read("deadlines", "--district", "hz-xiaoshan")["deadlines_in_all"] == 3
    assert read("deadlines", "--district", "hz-shangcheng")["deadlines"] == []
    assert run("deadlines", "--district", "hz-nowhere").exit_code == 2


def test_a_claim_shows_its_road_its_clock_and_no_full_name(database: Database) -> None:
    shown = run("claim", "show", number_of(database))
    assert shown.exit_code == 0, shown.output
    assert "已考核" in shown.stdout
    assert "已用25个工作日（共30个）" in shown.stdout
    assert builders.people(1)[0].name not in shown.stdout
    assert builders.people(1)[0].id_number not in shown.stdout


def test_the_history_of_a_claim_names_every_move(database: Database) -> None:
    told = read("claim", "history", number_of(database))
    moves = told["moves"]
    assert isinstance(moves, list)
    assert [m["target"] for m in moves] == ["enrolled", "filed", "completed", "assessed"]


def test_a_decision_is_explained_step_by_step_with_its_clauses(database: Database) -> None:
    before = run("claim", "explain", number_of(database))
    assert "尚未判定" in before.stdout
    with database.transaction() as session:
        act = builders.act(builders.date(2020, 11, 27))
        apply_for_class(session, act, class_id=1, commitment_on=act.today)
    after = run("claim", "explain", number_of(database))
    assert after.exit_code == 0, after.output
    assert "E509" in after.stdout
    assert "杭人社发〔2020〕43号" in after.stdout or "hz-2020-43" in after.stdout


def test_an_unknown_claim_ends_with_code_two(database: Database) -> None:
    assert run("claim", "show", "HZ-NOWHERE").exit_code == 2


def test_time_is_extended_at_the_command_line_by_two_log_ins(database: Database) -> None:
    which = str(deadline_of(database))
    grounds = ("--until", "2020-12-18", "--reason", "材料滞留", "--clause", "延〔2020〕8号")
    asked = run("deadlines", "ask-extension", which, "--as", "li", *grounds, login=True)
    assert asked.exit_code == 0, asked.output
    own = run("deadlines", "extend", which, "--as", "li", login=True)
    assert own.exit_code == 1
    granted = run("deadlines", "extend", which, "--as", "wang", login=True)
    assert granted.exit_code == 0, granted.output
    with database.reading() as session:
        assert session.get_one(Deadline, int(which)).due_on.isoformat() == "2020-12-18"


def test_the_sweep_by_hand_opens_tickets_that_a_person_works(database: Database) -> None:
    counts = read("deadlines", "watch", "--as-of", "2020-12-05")
    assert (counts["lapsed"], counts["tickets"]) == (3, 3)
    rows = read("tickets", "list", "--queue", "late")["tickets"]
    assert isinstance(rows, list)
    assert [row["code"] for row in rows] == ["E403"] * 3
    ticket = str(rows[0]["id"])
    assert "延期" in run("tickets", "show", ticket).stdout
    assert run("tickets", "assign", ticket, "--as", "wang", login=True).exit_code == 0
    refused = run("tickets", "resolve", ticket, "--as", "li", "--outcome", "核对无误", login=True)
    assert refused.exit_code == 1
    assert "E1208" in refused.stderr
    closed = run("tickets", "resolve", ticket, "--as", "wang", "--outcome", "核对无误", login=True)
    assert closed.exit_code == 0, closed.output
    assert len(read("tickets", "list", "--queue", "late")["tickets"]) == 2  # type: ignore[arg-type]


def test_a_deed_on_a_ticket_needs_a_log_in_and_the_right_password(database: Database) -> None:
    assert run("tickets", "resolve", "1", "--outcome", "核对无误").exit_code == 2
    wrong = CliRunner().invoke(
        app, ["tickets", "assign", "1", "--as", "wang"], input="not the password\n"
    )
    assert wrong.exit_code == 2
