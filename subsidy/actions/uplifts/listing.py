"""Requests for the higher rate as they are listed: by area, by unit, by class."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from subsidy.actions.views.places import actor_names
from subsidy.records.tables import Area, Provider, TrainingClass, UpliftApproval

MOST = 200
"""Newest first; older ones are found through their class."""


@dataclass(frozen=True)
class UpliftRow:
    """One request with what became of it."""

    id: int
    state: str
    unit_id: int
    unit: str
    area_id: int
    area: str
    class_id: int | None
    class_number: str
    track: str
    starts_on: date
    applied_on: date
    percent_asked: int
    percent_approved: int
    ground: str
    asked_by: str
    approved_on: date | None
    decision_number: str
    decided_by: str
    reason: str


def uplifts(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None = None,
    class_id: int | None = None,
    unit_id: int | None = None,
    state: str = "",
) -> list[UpliftRow]:
    """Requests of the city, the newest first; `areas`: insured there, or for a class held there."""
    query = _requests(city, areas).order_by(col(UpliftApproval.id).desc()).limit(MOST)
    if class_id is not None:
        query = query.where(UpliftApproval.class_id == class_id)
    if unit_id is not None:
        query = query.where(UpliftApproval.unit_id == unit_id)
    if state:
        query = query.where(UpliftApproval.state == state)
    return _told(session, session.exec(query).all())


def uplift_row(
    session: Session, *, city: str, uplift_id: int, areas: Collection[int] | None = None
) -> UpliftRow | None:
    """One request of the city, if it lies within `areas`."""
    query = _requests(city, areas).where(UpliftApproval.id == uplift_id)
    return next(iter(_told(session, session.exec(query).all())), None)


def _requests(city: str, areas: Collection[int] | None) -> Any:
    query = (
        select(UpliftApproval, Provider.name, Area.name, TrainingClass.number)
        .join(Provider, col(Provider.id) == UpliftApproval.unit_id)
        .join(Area, col(Area.id) == UpliftApproval.area_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == UpliftApproval.class_id)
        .where(UpliftApproval.city == city)
    )
    if areas is None:
        return query
    near = col(UpliftApproval.area_id).in_(areas)
    return query.where(or_(near, col(TrainingClass.area_id).in_(areas)))


def _told(session: Session, rows: Sequence[Any]) -> list[UpliftRow]:
    names = actor_names(session, [n for row, *_ in rows for n in (row.asked_by, row.decided_by)])
    return [_row(row, unit, area, number, names) for row, unit, area, number in rows]


def _row(
    row: UpliftApproval, unit: str, area: str, number: str | None, names: Mapping[str, str]
) -> UpliftRow:
    return UpliftRow(
        id=row.id or 0,
        state=row.state,
        unit_id=row.unit_id,
        unit=unit,
        area_id=row.area_id,
        area=area,
        class_id=row.class_id,
        class_number=number or "",
        track=row.track,
        starts_on=row.starts_on,
        applied_on=row.applied_on,
        percent_asked=row.percent_asked,
        percent_approved=row.percent_approved,
        ground=row.ground,
        asked_by=names.get(row.asked_by, row.asked_by),
        approved_on=row.approved_on,
        decision_number=row.decision_number,
        decided_by=names.get(row.decided_by, row.decided_by),
        reason=row.reason,
    )
