"""Areas, the business date, and who is behind an actor's mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.records.tables import Account, Area, Setting

BUSINESS_DATE = "business_date:"
"""Name of the setting that holds the demo's day, before the city's id."""


@dataclass(frozen=True)
class AreaName:
    """An area as choices show it."""

    id: int
    code: str
    name: str
    is_city: bool


def business_date(session: Session, *, city: str) -> date | None:
    """The day that was set for the city; None where none is."""
    row = session.get(Setting, f"{BUSINESS_DATE}{city}")
    return date.fromisoformat(row.value) if row is not None and row.value else None


def areas_of(session: Session, *, city: str) -> tuple[AreaName, ...]:
    """Every area of a city, its own bureau first."""
    rows = session.exec(
        select(Area).where(Area.city == city).order_by(col(Area.is_city).desc(), col(Area.id))
    ).all()
    return tuple(AreaName(row.id or 0, row.code, row.name, row.is_city) for row in rows)


def actor_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Mark of an actor → name: `user:7` → the account's name; flows keep their own."""
    ids = {int(a.partition(":")[2]) for a in actors if a.startswith("user:")}
    found = dict(
        session.exec(select(Account.id, Account.display_name).where(col(Account.id).in_(ids))).all()
    )
    return {
        a: found.get(int(a.partition(":")[2]), a) if a.startswith("user:") else a for a in actors
    }
