"""`subsidy uplift`: a firm's request, asked and decided without a browser."""

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
from subsidy.papers.sample_people import sample_unit
from subsidy.records.database import Database
from subsidy.records.tables import Account, Grant
from tests import builders

PASSWORD = "correct horse battery"
ASK = ("ask", "--insured", "hz-xiaoshan", "--ground", "出口订单减少")
CLASS = ("--class", "XS2020-001")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A planned class, the unit's own account, another unit's, a clerk and a section head."""
    home = tmp_path / "home"
    home.mkdir()
    load_or_create_keys(home / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_HOME", str(home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", "2020-10-09")
    made = Database(f"sqlite:///{home / 'subsidy.db'}")
    builders.make_schema(made)
    with made.transaction() as session:
        builders.set_up(session)
        builders.planned_class(session)
        other = builders.provider(session, 2)
        for login, role, unit in (
            ("unit", "provider", 1),
            ("other", "provider", other),
            ("li", "clerk", None),
            ("wang", "section_head", None),
        ):
            _account(session, login, role, unit)
    made.dispose()
    return home


def _account(session: Session, login: str, role: str, unit: int | None) -> None:
    account = Account(
        login=login,
        display_name=login,
        password_hash=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
        created_at=datetime(2020, 7, 1, tzinfo=UTC),
        provider_id=unit,
    )
    session.add(account)
    session.flush()
    area_id = builders.area(session)
    session.add(Grant(account_id=account.id or 0, role=role, city="hangzhou", area_id=area_id))


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["uplift", *words], input=f"{PASSWORD}\n")


def listed() -> list[dict[str, object]]:
    told: dict[str, list[dict[str, object]]] = json.loads(run("list", "--json").stdout)
    return told["uplifts"]


def test_a_unit_asks_for_its_class_and_the_section_head_approves(home: Path) -> None:
    assert run(*ASK, *CLASS, "--as", "unit").exit_code == 0
    number = str(listed()[0]["id"])
    decision = ("decide", number, "--decision", "approve", "--number", "浮1号")
    assert run(*decision, "--as", "li").exit_code == 1
    assert run(*decision, "--as", "wang").exit_code == 0
    (row,) = listed()
    assert (row["state"], row["percent_approved"], row["decision_number"]) == (
        "approved",
        30,
        "浮1号",
    )
    taken_back = run("withdraw", number, "--reason", "企业已迁出", "--as", "wang")
    assert taken_back.exit_code == 0
    assert listed()[0]["state"] == "withdrawn"


def test_another_unit_does_not_ask_for_the_class(home: Path) -> None:
    result = run(*ASK, *CLASS, "--as", "other")
    assert result.exit_code == 1
    assert "E1208" in result.output


def test_a_firm_without_a_class_is_named_by_its_credit_code(home: Path) -> None:
    scope = ("--track", "level_assessment", "--starts", "2020-10-12")
    assert run(*ASK, *scope, "--unit", "nobody", "--as", "li").exit_code == 2
    unit = sample_unit(1).credit_code
    assert run(*ASK, *scope, "--unit", unit, "--as", "li").exit_code == 0
    assert run("decide", "99", "--decision", "refuse", "--as", "wang").exit_code == 2
    assert run("decide", "1", "--decision", "maybe", "--as", "wang").exit_code == 2
