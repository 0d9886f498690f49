"""A console over a city whose classes stand at every part of the road, and people who log in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from subsidy.actions.access.accounts import create_account, grant_role
from subsidy.actions.access.permissions import Permissions, load_permissions
from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from subsidy.console.pages import Pages
from subsidy.console.throttle import Throttle
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.tables import Setting
from subsidy.settings import Settings, load_settings
from tests import builders
from tests.console.browsing import TestClient

PASSWORD = "rather-long-1"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Cheap hashes: the tests log in hundreds of times."""
TODAY = date(2020, 11, 9)
ROLES = (
    "clerk", "section_head", "leader", "provider", "industry",
    "assessor", "finance", "auditor", "engineer",
)  # fmt: skip
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Person:
    """Somebody at a browser: the client, and the word that their forms carry."""

    client: TestClient
    csrf: str

    def get(self, path: str) -> str:
        """A page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer.text

    def post(self, path: str, **fields: object) -> tuple[int, str]:
        """(status, page) after sending a form with the right word; redirects are not followed."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=False)
        return answer.status_code, answer.text


def settings_of(home: Path, database_url: str) -> Settings:
    """Settings of a demo home."""
    return load_settings(
        flags={"home": home, "demo": True, "database_url": database_url}, environ={}
    )


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file: one class per part of the road, accounts of every role, the business date."""
    path = tmp_path_factory.mktemp("console") / "played.db"
    database = Database(f"sqlite:///{path}")
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        certified = builders.class_of(session, "XS2020-001", heads=3)
        builders.drive(session, certified, to="certified")
        filed = builders.class_of(session, "XS2020-002", heads=2, first=10)
        builders.drive(session, filed, to="filed", heads=2, first=10)
        builders.class_of(session, "XS2020-003", heads=2, first=20)
    with database.transaction() as session:
        session.add(Setting(name="business_date:hangzhou", value=TODAY.isoformat()))
        make_people(database, session)
    database.dispose()
    return path


def make_people(database: Database, session: object) -> None:
    """One account per role in Xiaoshan, a second clerk, and one of another district."""
    table = load_permissions(builders.CONFIG / "permissions.yaml")
    xiaoshan = builders.area(session)  # type: ignore[arg-type]
    city = builders.area(session, builders.CITY)  # type: ignore[arg-type]
    elsewhere = builders.area(session, builders.SHANGCHENG)  # type: ignore[arg-type]
    places = dict.fromkeys(ROLES, xiaoshan) | {"engineer": city}
    people = [(role, role, places[role]) for role in ROLES]
    people += [("clerk2", "clerk", xiaoshan), ("stranger", "clerk", elsewhere)]
    people += [("city.head", "section_head", city), ("finance2", "finance", xiaoshan)]
    for login, role, area in people:
        made = create_account(
            session,  # type: ignore[arg-type]
            login=login,
            display_name=f"{login} 某某",
            password=PASSWORD,
            now=datetime(2020, 7, 1, tzinfo=UTC),
            provider_id=1 if role == "provider" else None,
            hasher=QUICK,
        )
        assert made.done
        assert made.account_id is not None
        given = grant_role(
            session,  # type: ignore[arg-type]
            table,
            account_id=made.account_id,
            role=role,
            area_id=area,
        )
        assert given.done, given


@pytest.fixture
def permissions() -> Permissions:
    """The shipped table."""
    return load_permissions(builders.CONFIG / "permissions.yaml")


@cache
def pages() -> Pages:
    """Templates, compiled once a process."""
    return Pages()


def desk_over(path: Path, home: Path) -> Desk:
    """The desk of a console over a database file, with a home of its own."""
    url = f"sqlite:///{path}"
    return Desk(
        settings=settings_of(home, url),
        database=Database(url),
        office=builders.office(),
        permissions=load_permissions(builders.CONFIG / "permissions.yaml"),
        pages=pages(),
        secret=builders.keys().session,
        throttle=Throttle(),
        hasher=QUICK,
        signer=SealSigner(builders.keys()),
    )


@pytest.fixture
def desk(played: Path, tmp_path: Path) -> Iterator[Desk]:
    """The desk of a console over a copy of the played city."""
    copy = tmp_path / "subsidy.db"
    shutil.copyfile(played, copy)
    opened = desk_over(copy, tmp_path / "home")
    yield opened
    opened.database.dispose()


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    """The console."""
    return create_app(desk=desk)


@pytest.fixture
def visitor(app: FastAPI) -> Person:
    """Somebody without a log-in, with the word of the forms they were given."""
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True)
    return Person(client, word_of(client.get("/login").text))


@pytest.fixture
def log_in(app: FastAPI) -> Callable[[str], Person]:
    """Log somebody in by their login."""
    return partial(logged_in, app)


def logged_in(app: FastAPI, login: str) -> Person:
    """Somebody at a browser who is logged in."""
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True)
    word = word_of(client.get("/login").text)
    answer = client.post(
        "/login",
        data={"csrf": word, "login": login, "password": PASSWORD},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text[:300]
    return Person(client, word_of(client.get("/", follow_redirects=True).text))


def word_of(html: str) -> str:
    """The hidden word of the first form of a page."""
    found = CSRF.search(html)
    assert found, html[:300]
    return found.group(1)


def with_clock(desk: Desk, moment: datetime) -> Desk:
    """The same desk at another moment."""
    return replace(desk, clock=lambda: moment)
