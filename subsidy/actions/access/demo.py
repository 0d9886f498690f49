"""The demo's log-ins: those of the played story that exist, for the log-in page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from sqlmodel import Session, col, select

from subsidy.records.tables import Account

DEMO_PASSWORD = "demo-2020-autumn"
"""Of every account of the story. Its people are generated; outside a demo home none of them exists."""


@dataclass(frozen=True)
class DemoLogin:
    """A log-in as the log-in page lists it."""

    login: str
    name: str
    role: str
    password: str


def demo_logins(session: Session, *, story: Path) -> list[DemoLogin]:
    """The story's accounts that were made, in its order."""
    told = YAML(typ="safe").load(story.read_text(encoding="utf-8"))["accounts"]
    there = set(
        session.exec(
            select(Account.login).where(col(Account.login).in_([a["login"] for a in told]))
        ).all()
    )
    return [
        DemoLogin(each["login"], each["name"], each["role"], DEMO_PASSWORD)
        for each in told
        if each["login"] in there
    ]
