"""Accounts: made by an administrator, given roles within areas, locked after failed log-ins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import delete
from sqlmodel import Session, col, select

from subsidy.actions.access.passwords import (
    COSTLY,
    LEAST_LENGTH,
    hash_of,
    matches,
    nobodys_hash,
    wants_new_hash,
)
from subsidy.actions.access.permissions import Permissions
from subsidy.records.tables import Account, Area, Grant, LoginSession, Provider

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True)
class Change:
    """What became of a change to an account: done, or why not, for Chinese and English readers."""

    done: bool
    account_id: int | None = None
    why_zh: str = ""
    why_en: str = ""


@dataclass(frozen=True)
class Held:
    """One role of an account within one area; `whole_city` where the area is the city's own."""

    grant_id: int
    role: str
    city: str
    area_id: int
    area_name: str
    whole_city: bool


@dataclass(frozen=True)
class AccountRow:
    """An account as lists show it."""

    id: int
    login: str
    display_name: str
    active: bool
    locked_until: datetime | None
    provider_id: int | None
    held: tuple[Held, ...]


def create_account(
    session: Session,
    *,
    login: str,
    display_name: str,
    password: str,
    now: datetime,
    provider_id: int | None = None,
    hasher: PasswordHasher = COSTLY,
) -> Change:
    """Make an account without any role. The same login again changes nothing and says so."""
    found = session.exec(select(Account).where(Account.login == login)).first()
    if found is not None:
        return Change(False, found.id, "该登录名已存在", "this login is taken")
    if not LOGIN.fullmatch(login):
        return Change(
            False,
            None,
            "登录名须以小写字母开头，由2至32位小写字母、数字和 . _ - 组成",
            "a login has 2 to 32 small letters, digits, dots or dashes and starts with a letter",
        )
    if len(password) < LEAST_LENGTH:
        return Change(
            False,
            None,
            f"密码至少{LEAST_LENGTH}位",
            f"a password has at least {LEAST_LENGTH} characters",
        )
    row = Account(
        login=login,
        display_name=display_name.strip() or login,
        password_hash=hash_of(password, hasher=hasher),
        provider_id=provider_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return Change(True, row.id)


def set_password(
    session: Session, *, account_id: int, password: str, hasher: PasswordHasher = COSTLY
) -> Change:
    """Give a new password, lift a lock and end every session of the account."""
    if len(password) < LEAST_LENGTH:
        return Change(False, account_id, f"密码至少{LEAST_LENGTH}位", "the password is too short")
    row = session.get_one(Account, account_id)
    row.password_hash = hash_of(password, hasher=hasher)
    row.failures, row.locked_until = 0, None
    session.add(row)
    _end_sessions(session, account_id)
    return Change(True, account_id)


def set_active(session: Session, *, account_id: int, active: bool) -> Change:
    """Close an account, which ends its sessions, or open it again."""
    row = session.get_one(Account, account_id)
    row.active = active
    session.add(row)
    if not active:
        _end_sessions(session, account_id)
    return Change(True, account_id)


def authenticate(
    session: Session, *, login: str, password: str, now: datetime, hasher: PasswordHasher = COSTLY
) -> Account | None:
    """The account behind login and password, or None; failures are counted and lock it for a while.

    None says nothing about which of the two was wrong. A locked account is refused even with the
    right password, and trying costs the same for names that nobody has.
    """
    row = session.exec(
        select(Account).where(Account.login == login.strip().lower()).with_for_update()
    ).first()
    if row is None or not row.active:
        matches(password, nobodys_hash(hasher), hasher=hasher)
        return None
    right = matches(password, row.password_hash, hasher=hasher)
    if row.locked_until is not None and row.locked_until > now:
        return None
    if not right:
        row.failures += 1
        if row.failures >= FAILURES_ALLOWED:
            row.failures, row.locked_until = 0, now + LOCKED_FOR
        session.add(row)
        return None
    row.failures, row.locked_until = 0, None
    if wants_new_hash(row.password_hash, hasher=hasher):
        row.password_hash = hasher.hash(password)
    session.add(row)
    return row


def grant_role(
    session: Session,
    permissions: Permissions,
    *,
    account_id: int,
    role: str,
    area_id: int,
) -> Change:
    """Give a role within an area; refused where it clashes with a role the account holds anywhere."""
    if role not in permissions.roles:
        raise KeyError(f"no role is called {role}")
    area = session.get_one(Area, area_id)
    rows = session.exec(select(Grant).where(Grant.account_id == account_id)).all()
    if any(row.role == role and row.area_id == area_id for row in rows):
        return Change(True, account_id, "已有该角色，未作改动", "already held, nothing changed")
    rule = permissions.clash(role, {row.role for row in rows})
    if rule is not None:
        return Change(False, account_id, rule.why_zh, rule.why_en)
    account = session.get_one(Account, account_id)
    if role == "provider" and account.provider_id is None:
        return Change(
            False, account_id, "账号未关联培训单位", "the account belongs to no training provider"
        )
    session.add(Grant(account_id=account_id, role=role, city=area.city, area_id=area_id))
    session.flush()
    return Change(True, account_id)


def revoke_role(session: Session, *, grant_id: int) -> Change:
    """Take a role away; it ends with the next request of the account."""
    row = session.get(Grant, grant_id)
    if row is None:
        return Change(True, None, "此前已撤销", "was taken away before")
    session.delete(row)
    session.flush()
    return Change(True, row.account_id)


def held_roles(session: Session, *, account_id: int) -> tuple[Held, ...]:
    """Every role of an account with its area."""
    rows = session.exec(
        select(Grant, Area)
        .join(Area, col(Area.id) == Grant.area_id)
        .where(Grant.account_id == account_id)
        .order_by(col(Grant.id))
    ).all()
    return tuple(
        Held(grant.id or 0, grant.role, grant.city, grant.area_id, area.name, area.is_city)
        for grant, area in rows
    )


def list_accounts(session: Session) -> list[AccountRow]:
    """Every account with its roles, by login."""
    rows = session.exec(select(Account).order_by(Account.login)).all()
    return [
        AccountRow(
            row.id or 0,
            row.login,
            row.display_name,
            row.active,
            row.locked_until,
            row.provider_id,
            held_roles(session, account_id=row.id or 0),
        )
        for row in rows
    ]


def provider_choices(session: Session, *, city: str) -> list[tuple[int, str]]:
    """(id, name) of the city's providers, for the form of a new account."""
    rows = session.exec(select(Provider).where(Provider.city == city).order_by(Provider.name)).all()
    return [(row.id or 0, row.name) for row in rows]


def _end_sessions(session: Session, account_id: int) -> None:
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account_id))
