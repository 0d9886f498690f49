"""The last second of the last lawful day and the first one behind it, as the server's clock has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from subsidy.settings import load_settings
from tests import builders
from tests.console.browsing import TestClient
from tests.console.conftest import PASSWORD, Person, word_of

LAST_DAY = date(2020, 12, 4)
"""Thirty working days behind the end of the training on 23 October."""
LAST_SECOND = datetime(2020, 12, 4, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = LAST_SECOND + timedelta(seconds=1)


def provider_at(desk: Desk, moment: datetime) -> Person:
    """The unit at its browser at a moment, where no story sets the day."""
    settings = load_settings(
        flags={"home": desk.settings.home, "database_url": desk.settings.database_url}, environ={}
    )
    assert not settings.demo
    there = replace(desk, settings=settings, clock=lambda: moment)
    client = TestClient(create_app(desk=there), base_url="http://127.0.0.1")
    word = word_of(client.get("/login").text)
    answer = client.post(
        "/login",
        data={"csrf": word, "login": "provider", "password": PASSWORD},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    return Person(client, word_of(client.get("/own").text))


def claims(desk: Desk) -> list[tuple[str, date | None]]:
    """State and day of application of the claims of the first class."""
    with desk.database.reading() as session:
        return [(row.state, row.applied_on) for row in builders.claims(session, 1)]


def test_an_application_in_the_last_second_of_the_last_day_is_in_time(desk: Desk) -> None:
    unit = provider_at(desk, LAST_SECOND)
    status, html = unit.post("/own/classes/1/apply", commitment_on=LAST_DAY.isoformat())
    assert status == 200, html
    assert claims(desk) == [("applied", LAST_DAY)] * 3


def test_an_application_at_midnight_is_late_and_told_the_clause(desk: Desk) -> None:
    unit = provider_at(desk, MIDNIGHT)
    status, html = unit.post("/own/classes/1/apply", commitment_on=LAST_DAY.isoformat())
    assert status >= 400 or "E403" in html
    assert "三（三）2（2）③" in html
    assert {state for state, _ in claims(desk)} == {"certified"}


@pytest.mark.parametrize(
    ("moment", "shown"), [(LAST_SECOND, "2020-12-04"), (MIDNIGHT, "2020-12-05")]
)
def test_pages_show_the_day_of_shanghai(desk: Desk, moment: datetime, shown: str) -> None:
    assert shown in provider_at(desk, moment).get("/own")
