"""The demo's log-ins, made from `config/demo_accounts.yaml` and from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML
from sqlmodel import Session, col, select

from subsidy.actions.access.accounts import create_account, grant_role
from subsidy.actions.access.passwords import COSTLY
from subsidy.actions.access.permissions import Permissions
from subsidy.actions.acting import area_named
from subsidy.records.tables import Account, Provider


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoAccount(_Strict):
    login: str
    name: str
    role: str
    area: str
    provider: bool = False


class DemoFile(_Strict):
    password: str
    city: str
    accounts: list[DemoAccount]


@dataclass(frozen=True)
class DemoLogin:
    """A log-in as the log-in page lists it."""

    login: str
    name: str
    role: str
    password: str


def read_demo_accounts(path: Path) -> DemoFile:
    """Read the file. Raises pydantic's ValidationError, which names the key, for a faulty one."""
    return DemoFile.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def make_demo_accounts(
    session: Session,
    permissions: Permissions,
    *,
    path: Path,
    now: datetime,
    hasher: PasswordHasher = COSTLY,
) -> list[str]:
    """Make the log-ins that are missing; returns them. Those without an area or provider wait."""
    told = read_demo_accounts(path)
    made: list[str] = []
    for each in told.accounts:
        area = area_named(session, city=told.city, code=each.area)
        if area is None or area.id is None:
            continue
        provider_id = _first_provider(session, area.id) if each.provider else None
        if each.provider and provider_id is None:
            continue
        change = create_account(
            session,
            login=each.login,
            display_name=each.name,
            password=told.password,
            now=now,
            provider_id=provider_id,
            hasher=hasher,
        )
        if change.done and change.account_id is not None:
            grant_role(
                session,
                permissions,
                account_id=change.account_id,
                role=each.role,
                area_id=area.id,
            )
            made.append(each.login)
    return made


def demo_logins(session: Session, *, path: Path) -> list[DemoLogin]:
    """Those of the file that exist, for the log-in page of the demo."""
    told = read_demo_accounts(path)
    there = set(
        session.exec(
            select(Account.login).where(col(Account.login).in_([a.login for a in told.accounts]))
        ).all()
    )
    return [
        DemoLogin(each.login, each.name, each.role, told.password)
        for each in told.accounts
        if each.login in there
    ]


def _first_provider(session: Session, area_id: int) -> int | None:
    return session.exec(
        select(Provider.id).where(Provider.area_id == area_id).order_by(col(Provider.id))
    ).first()
