"""Who may load a holiday notice, and the log of those that were loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.views.places import actor_names
from subsidy.records.tables import Area, CalendarLoad
from subsidy.rules.verdict import Finding
from subsidy.rules.workdays import Notice

LOADERS = ("section_head", "engineer")
SHOWN = 50


@dataclass(frozen=True, slots=True)
class LoadedNotice:
    """One entry of the log."""

    city: str
    """Empty for a national notice."""
    number: str
    title: str
    year: int
    published: date
    file: str
    sha256: str
    versions: Mapping[str, Sequence[str]]
    """City → calendar version before and after."""
    moved: Mapping[str, Mapping[str, int]]
    """City → counts of the deadlines that moved."""
    who: str
    on: date
    at: datetime


def open_cities(session: Session) -> tuple[str, ...]:
    """Cities that work in this database: those with a bureau of their own."""
    return tuple(session.exec(select(Area.city).where(Area.is_city).order_by(Area.city)).all())


def may_load(session: Session, act: Act) -> list[Finding]:
    """Why the actor may not load a notice: no such role, or not for the whole city."""
    area = city_area(session, act.city)
    assert area.id is not None
    return outside_of(session, act, area_id=area.id, roles=LOADERS)


def log_loads(
    session: Session,
    act: Act,
    notices: Sequence[Notice],
    *,
    file: str,
    sha256: str,
    versions: Mapping[str, Sequence[str]],
    moved: Mapping[str, Mapping[str, int]],
) -> None:
    """Put the notices that were just loaded on record, with what the preview said they move."""
    for notice in notices:
        session.add(
            CalendarLoad(
                city=notice.city or "",
                number=notice.number,
                title=notice.title,
                year=notice.year,
                published=notice.published,
                file=file,
                sha256=sha256,
                versions=json.dumps(versions, sort_keys=True),
                moved=json.dumps(moved, sort_keys=True),
                actor=act.actor,
                on=act.today,
                at=act.recorded_at,
            )
        )
    session.flush()


def loads(session: Session, *, limit: int = SHOWN) -> list[LoadedNotice]:
    """The notices that were loaded here, the last one first."""
    rows = session.exec(
        select(CalendarLoad).order_by(col(CalendarLoad.id).desc()).limit(limit)
    ).all()
    names = actor_names(session, {row.actor for row in rows})
    return [
        LoadedNotice(
            row.city,
            row.number,
            row.title,
            row.year,
            row.published,
            row.file,
            row.sha256,
            json.loads(row.versions),
            json.loads(row.moved),
            names.get(row.actor, row.actor),
            row.on,
            row.at,
        )
        for row in rows
    ]
