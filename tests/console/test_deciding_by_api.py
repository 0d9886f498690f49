"""Facts handed in by a program are decided as the command decides them, and leave no trace behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import event, text
from sqlmodel import SQLModel
from typer.testing import CliRunner

from subsidy.cli import app as command_line
from subsidy.console.desk import Desk
from subsidy.rules.decide import decision_schema
from subsidy.rules.facts import facts_schema
from tests.console.conftest import Person
from tests.rules.policy.test_cases import FOLDER, facts_of

CASES = (("hangzhou", "limits"), ("hangzhou", "uplift"), ("hangzhou", "timing"), ("cixi", "draft"))
KNOWS_WHO_ASKS = {"login_session", "account", "role_grant", "area", "setting"}
"""Tables behind the session check, the areas of the roles, and the business date."""


def ask(person: Person, facts: str, *, path: str = "/api/decide", word: str | None = None) -> Any:
    head = {"content-type": "application/json", "x-csrf-token": word or person.csrf}
    return person.client.post(path, content=facts, headers=head)


def cases() -> Iterator[tuple[str, date, str]]:
    for city, name in CASES:
        for case in YAML(typ="safe").load(Path(FOLDER / city / f"{name}.yaml"))[:4]:
            if case.get("settings", True):
                yield (case["name"], *facts_of(city, case))


@pytest.mark.parametrize(("today", "facts"), [pytest.param(d, f, id=n) for n, d, f in cases()])
def test_the_answer_is_the_commands_answer_byte_for_byte(
    log_in: Callable[[str], Person], today: date, facts: str
) -> None:
    answer = ask(log_in("clerk"), facts, path=f"/api/decide?today={today}")
    assert answer.status_code == 200, answer.text
    words = ["decide", "-", "--today", today.isoformat(), "--json"]
    told = CliRunner().invoke(command_line, words, input=facts)
    assert answer.text + "\n" == told.stdout


@pytest.fixture
def one() -> tuple[date, str]:
    _, today, facts = next(cases())
    return today, facts


def test_the_day_may_stand_beside_the_facts(
    log_in: Callable[[str], Person], one: tuple[date, str]
) -> None:
    today, facts = one
    person = log_in("provider")
    beside = json.dumps({**json.loads(facts), "today": today.isoformat()})
    assert ask(person, beside).text == ask(person, facts, path=f"/api/decide?today={today}").text
    other = ask(person, beside, path="/api/decide?today=2020-01-02")
    assert other.json()["errors"][0]["where"] == "today"


@contextmanager
def statements_of(desk: Desk) -> Iterator[list[str]]:
    found: list[str] = []

    def note(*args: Any) -> None:
        found.append(str(args[2]))

    event.listen(desk.database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", note)


def dump(desk: Desk) -> dict[str, list[Any]]:
    with desk.database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
            for name in SQLModel.metadata.tables
        }


def test_deciding_facts_reads_no_table_of_the_business_and_changes_no_row(
    desk: Desk, log_in: Callable[[str], Person], one: tuple[date, str]
) -> None:
    person = log_in("auditor")
    before = dump(desk)
    with statements_of(desk) as said:
        assert ask(person, one[1], path=f"/api/decide?today={one[0]}").status_code == 200
    assert dump(desk) == before
    business = set(SQLModel.metadata.tables) - KNOWS_WHO_ASKS
    words = [set(line.replace(",", " ").replace(".", " ").split()) for line in said]
    assert said
    assert not [line for line, used in zip(said, words, strict=True) if used & business]
    assert not [line for line in said if not line.lstrip().startswith(("SELECT", "BEGIN"))]


def test_wrong_facts_are_listed_with_place_and_remedy_and_never_repeated(
    log_in: Callable[[str], Person], one: tuple[date, str]
) -> None:
    wrong = json.loads(one[1])
    wrong["person"]["born_on"] = "330106199001011234"
    wrong["salary"] = 3000
    del wrong["track"]
    answer = ask(log_in("clerk"), json.dumps(wrong))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {e["where"] for e in answer.json()["errors"]} == {"person.born_on", "salary", "track"}
    assert all(e["what"] and e["remedy"] for e in answer.json()["errors"])
    assert "330106199001011234" not in answer.text


@pytest.mark.parametrize(
    ("change", "where", "remedy"),
    [({"city": "atlantis"}, "city", "hangzhou"), ({"track": "diving"}, "track", "certificate")],
)
def test_an_unknown_city_or_track_is_named_with_those_there_are(
    log_in: Callable[[str], Person],
    one: tuple[date, str],
    change: dict[str, str],
    where: str,
    remedy: str,
) -> None:
    answer = ask(log_in("clerk"), json.dumps({**json.loads(one[1]), **change}))
    fault = answer.json()["errors"][0]
    assert (answer.status_code, fault["where"]) == (422, where)
    assert remedy in fault["remedy"]


@pytest.mark.parametrize(
    "sent", ["", "nothing", "[]", "[" * 5000, '{"a": 1', "null", '"\\ud800"', "1e999"]
)
def test_what_is_no_object_of_facts_is_refused_in_words(
    log_in: Callable[[str], Person], sent: str
) -> None:
    answer = ask(log_in("clerk"), sent)
    assert answer.status_code in (415, 422), answer.text
    assert answer.json()["errors"]


def test_dates_at_the_ends_of_the_calendar_are_answered_too(
    log_in: Callable[[str], Person], one: tuple[date, str]
) -> None:
    person, facts = log_in("clerk"), json.loads(one[1])
    facts["certificate"] = {"kind": "pass", "issued_on": "9999-12-31"}
    for day in ("0001-01-01", "9999-12-31"):
        facts["training"] |= {"starts": day, "ends": day, "filed_on": day}
        facts["applied_on"] = facts["person"]["born_on"] = day
        for today in ("0001-01-01", "2020-12-01", "9999-12-31"):
            answer = ask(person, json.dumps(facts), path=f"/api/decide?today={today}")
            assert answer.status_code in (200, 422), answer.text


def test_a_program_needs_a_log_in_and_the_word_of_its_session(
    visitor: Person, log_in: Callable[[str], Person], one: tuple[date, str]
) -> None:
    assert ask(visitor, one[1]).status_code == 401
    assert ask(log_in("clerk"), one[1], word="forged").status_code == 409


def test_both_schemas_are_published(log_in: Callable[[str], Person]) -> None:
    found = json.loads(log_in("engineer").get("/api/decide/schema"))
    assert found == json.loads(json.dumps({"facts": facts_schema(), "decision": decision_schema()}))
