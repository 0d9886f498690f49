"""The archive of packs: what each version said, kept once, for receipts and claims that name it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from subsidy.records.tables import PackVersion
from subsidy.records.tables.types import table_of


def keep(session: Session, *, city: str, version: str, content: str, at: datetime) -> None:
    """Keep what a version says, unless it is kept; of two sessions at once either may."""
    known = select(PackVersion.version).where(
        PackVersion.city == city, PackVersion.version == version
    )
    if session.exec(known).first() is not None:
        return
    is_sqlite = session.connection().dialect.name == "sqlite"
    insert = (sqlite if is_sqlite else postgresql).insert(table_of(PackVersion))
    row = {"city": city, "version": version, "content": content, "first_seen_at": at}
    session.connection().execute(insert.values(row).on_conflict_do_nothing())


def content_of(session: Session, *, city: str, version: str) -> str | None:
    """What a version said; None where it was never kept."""
    row = session.get(PackVersion, (city, version))
    return row.content if row is not None else None


def versions_of(session: Session, *, city: str) -> list[tuple[str, datetime]]:
    """(version, first seen) of every kept version of a city, the newest first."""
    query = (
        select(PackVersion.version, PackVersion.first_seen_at)
        .where(PackVersion.city == city)
        .order_by(col(PackVersion.first_seen_at).desc(), col(PackVersion.version))
    )
    return [(version, seen) for version, seen in session.exec(query).all()]
