"""`subsidy outbox`: what people were told, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import select
from typer.testing import CliRunner

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.records.database import Database
from subsidy.records.tables import Outbox, Provider
from tests import builders
from tests.delivery import post_office as post
from tests.platform.places import settings_in

DAY = post.TODAY.isoformat()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A demo home in which two decisions and a reminder wait."""
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", DAY)
    settings = settings_in(tmp_path, demo=True)
    load_or_create_keys(settings.keys_folder, database_in_use=False)
    database = Database(settings.database_url)
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        one, two = post.classes(session, 2)
        post.decide(session, one)
        post.change(session, one)
        post.remind(session, two)
    yield database
    database.dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["outbox", *arguments])


def test_the_list_the_text_and_the_tries_are_printed_with_masked_addresses(
    database: Database, tmp_path: Path
) -> None:
    before = run("show", "2")
    CliRunner().invoke(app, ["deliver"])

    listed = json.loads(run("list", "--status", "sent", "--json").stdout)["messages"]
    after = run("show", "2")

    assert before.exit_code == after.exit_code == 0, before.output + after.output
    assert "更换教师" in before.stdout
    assert [(row["id"], row["together"]) for row in listed] == [(3, 0), (2, 1), (1, 1)]
    assert {row["address"] for row in listed} == {"u***@example.org"}
    assert "sent  mail_folder  u***@example.org" in after.stdout
    assert "更换教师" in after.stdout
    assert "unit1@" not in before.output + after.output
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_failed_ones_are_sent_again_by_number_or_all_and_others_are_refused(
    database: Database,
) -> None:
    with database.transaction() as session:
        session.get_one(Provider, 1).mailbox = ""
    CliRunner().invoke(app, ["deliver"])
    with database.transaction() as session:
        session.get_one(Provider, 1).mailbox = "unit1@example.org"

    one, wrong, rest = run("resend", "1"), run("resend", "1", "99"), run("resend", "--failed")

    assert (one.exit_code, wrong.exit_code, rest.exit_code) == (0, 1, 0), wrong.output
    assert "E1110" in wrong.output
    assert "E1111" in wrong.output
    assert "2 条通知重新待发" in rest.stdout
    with database.reading() as session:
        assert set(session.exec(select(Outbox.status)).all()) == {"waiting"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["resend"], "--failed"),
        (["resend", "1", "--failed"], "--failed"),
        (["list", "--status", "gone"], "waiting, sent, failed, cancelled"),
        (["list", "--template", "hello"], "claim_refused"),
        (["show", "77"], "no message 77"),
    ],
)
def test_wrong_input_is_named_and_ends_with_code_two(
    database: Database, arguments: list[str], told: str
) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert told in result.stderr
