"""`subsidy recovery`: a payment ordered back, agreed in parts and received, without a browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import Account, Claim, Grant
from tests import builders
from tests.actions import payday

PASSWORD = "correct horse battery"
WHY = ("--cause", "mistake", "--reason", "重复计入", "--decision", "萧人社追〔2020〕1号")
HALVES = ("--part", "2020-12-15=500.00", "--part", "2021-01-08=500")


@pytest.fixture
def number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Number of a paid claim, with a leader and somebody of finance at hand."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-12-01")
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    builders.make_schema(made)
    with made.transaction() as session:
        payday.city(session)
        [claim_id] = payday.ready(session, 1)
        payday.answered(session, payday.sent(session), {1: "paid"})
        for login, role in (("zhao", "leader"), ("qian", "finance")):
            _account(session, login, role)
        found = session.get_one(Claim, claim_id).number
    made.dispose()
    return found


def _account(session: Session, login: str, role: str) -> None:
    account = Account(
        login=login,
        display_name=login,
        password_hash=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
        created_at=datetime(2020, 7, 1, tzinfo=UTC),
    )
    session.add(account)
    session.flush()
    area_id = payday.area(session)
    session.add(Grant(account_id=account.id or 0, role=role, city="hangzhou", area_id=area_id))


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["recovery", *words], input=f"{PASSWORD}\n")


def parts(number: str) -> list[dict[str, object]]:
    told: dict[str, list[dict[str, object]]] = json.loads(run("show", number, "--json").stdout)
    return told["instalments"]


@pytest.mark.slow
def test_a_payment_is_ordered_back_agreed_in_two_parts_and_received(number: str) -> None:
    assert run("order", number, *WHY, "--as", "qian").exit_code == 1
    assert run("order", number, *WHY, "--as", "zhao").exit_code == 0
    assert run("plan", number, *WHY, *HALVES, "--as", "qian").exit_code == 0
    assert [(p["position"], p["due_on"], p["status"]) for p in parts(number)] == [
        (1, "2020-12-15", "planned"),
        (2, "2021-01-08", "planned"),
    ]
    came = ("received", number, "--on", "2020-12-01", "--amount", "500.00", "--as", "qian")
    assert run(*came, "--position", "1").exit_code == 0
    last = run(*came, "--position", "2", "--json")
    assert json.loads(last.stdout.splitlines()[-1])["moved"] == {"recovered": 1}
    assert "到账" in run("show", number).stdout


@pytest.mark.slow
def test_a_plan_that_does_not_add_up_says_what_is_to_be_recovered(number: str) -> None:
    assert run("order", number, *WHY, "--as", "zhao").exit_code == 0
    refused = run("plan", number, *WHY, *HALVES[:2], "--as", "qian")
    assert refused.exit_code == 1
    assert "合计500.00元，应追回1000.00元" in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "{}", *WHY, "--part", "2020-12-15", "--as", "qian"),
        ("plan", "{}", *WHY, "--part", "15.12.2020=5", "--as", "qian"),
        ("plan", "{}", *WHY, "--part", "2020-12-15=5.005", "--as", "qian"),
        ("show", "SQ999999"),
    ],
)
def test_what_cannot_be_read_ends_with_code_two(number: str, words: tuple[str, ...]) -> None:
    assert run(*(word.format(number) for word in words)).exit_code == 2
