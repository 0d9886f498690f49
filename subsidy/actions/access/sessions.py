"""Sessions of the console: a random token in the cookie, only its hash in the database."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from subsidy.actions.access.accounts import Held, held_roles
from subsidy.records.tables import Account, LoginSession

IDLE_FOR = timedelta(hours=2)
"""A session that nobody used for this long is over."""
AT_MOST = timedelta(hours=12)
"""A session ends after a working day, used or not."""
TOUCH_EVERY = timedelta(minutes=5)
"""The last use is written down no more often than this: pages do not write on every request."""


@dataclass(frozen=True)
class Opened:
    """A new session: what goes into the cookie, and the word that every form carries."""

    token: str
    csrf: str


@dataclass(frozen=True)
class Present:
    """Who is logged in behind a token."""

    account_id: int
    login: str
    display_name: str
    provider_id: int | None
    csrf: str
    held: tuple[Held, ...]
    stale: bool
    """The last use was written long ago: the edge calls `touch`."""


def open_session(
    session: Session, *, account_id: int, now: datetime, replaces: str | None = None
) -> Opened:
    """Start a session with a token nobody has seen; the one the visitor came with ends (rotation)."""
    if replaces:
        close_session(session, token=replaces)
    session.execute(
        delete(LoginSession).where(
            or_(
                col(LoginSession.seen_at) < now - IDLE_FOR,
                col(LoginSession.created_at) < now - AT_MOST,
            )
        )
    )
    opened = Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(24))
    session.add(
        LoginSession(
            token_hash=_hash(opened.token),
            account_id=account_id,
            created_at=now,
            seen_at=now,
            csrf=opened.csrf,
        )
    )
    return opened


def present(session: Session, *, token: str, now: datetime) -> Present | None:
    """Who is behind the token; None if the session is unknown or over, or the account is closed."""
    found = session.exec(
        select(LoginSession, Account)
        .join(Account, col(Account.id) == LoginSession.account_id)
        .where(LoginSession.token_hash == _hash(token))
    ).first()
    if found is None:
        return None
    row, account = found
    if not account.active or now - row.seen_at > IDLE_FOR or now - row.created_at > AT_MOST:
        return None
    assert account.id is not None
    return Present(
        account.id,
        account.login,
        account.display_name,
        account.provider_id,
        row.csrf,
        held_roles(session, account_id=account.id),
        now - row.seen_at > TOUCH_EVERY,
    )


def touch(session: Session, *, token: str, now: datetime) -> None:
    """Write down that the session was used."""
    session.execute(
        update(LoginSession).where(col(LoginSession.token_hash) == _hash(token)).values(seen_at=now)
    )


def close_session(session: Session, *, token: str) -> None:
    """End one session."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
