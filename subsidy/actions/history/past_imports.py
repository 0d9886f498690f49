"""The lists that were taken in, for the people who ask where a payment comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from subsidy.actions.history.importing import KIND, SUBJECT
from subsidy.actions.views.places import actor_names
from subsidy.records.tables import ImportedFile, PastSubsidy

LISTED = 100


@dataclass(frozen=True)
class Kept:
    """What one list brought (payments that were known before are not among it)."""

    payments: int = 0
    people: int = 0
    first_paid_on: date | None = None
    last_paid_on: date | None = None


@dataclass(frozen=True)
class PastImport:
    """One list: who took it in, when, how many rows, and what stands of it in the records."""

    id: int
    at: datetime
    actor: str
    taken_back: bool
    rows_good: int
    rows_bad: int
    places: str
    kept: Kept


def past_imports(session: Session, *, city: str) -> list[PastImport]:
    """The city's lists, the newest first."""
    kept, places = _kept(session, city), _places(session, city)
    files = session.exec(
        select(ImportedFile)
        .where(ImportedFile.city == city, ImportedFile.kind == KIND)
        .order_by(col(ImportedFile.id).desc())
        .limit(LISTED)
    ).all()
    names = actor_names(session, [f.actor for f in files])
    return [
        PastImport(
            id=f.id or 0,
            at=f.at,
            taken_back=f.subject != SUBJECT,
            actor=names.get(f.actor, f.actor),
            rows_good=f.rows_good,
            rows_bad=f.rows_bad,
            places="、".join(places.get(f.sha256, ())),
            kept=kept.get(f.sha256, Kept()) if f.subject == SUBJECT else Kept(),
        )
        for f in files
    ]


def _kept(session: Session, city: str) -> dict[str, Kept]:
    """What stands of each file in the records."""
    p = PastSubsidy
    query = select(
        p.file_sha256,  # type: ignore[call-overload]
        func.count(),
        func.count(func.distinct(p.person_id)),
        func.min(p.paid_on),
        func.max(p.paid_on),
    )
    query = query.where(p.city == city, col(p.taken_back_on).is_(None)).group_by(p.file_sha256)
    found = session.exec(query).all()
    return {sha256: Kept(*figures) for sha256, *figures in found}


def _places(session: Session, city: str) -> dict[str, list[str]]:
    """Who paid, by file."""
    p = PastSubsidy
    query = select(p.file_sha256, p.paying_place).where(p.city == city).distinct()
    places: dict[str, list[str]] = {}
    for sha256, place in session.exec(query.order_by(col(p.paying_place))).all():
        places.setdefault(sha256, []).append(place)
    return places
