"""Projects of the catalogue: what is listed, and what waits for the city's opinion."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date

from sqlmodel import Session, col, select

from subsidy.records.tables import Area, CatalogueItem


@dataclass(frozen=True)
class ProjectRow:
    """One project; money in fen."""

    id: int
    code: str
    title: str
    area_id: int
    area: str
    track: str
    occupation: str
    level: str
    training_mode: str
    assessment_mode: str
    certificate_name: str
    planned_heads: int
    days: int
    fee_fen: int
    rate_fen: int
    survey_note: str
    procurement_record: str
    department: str
    state: str
    opinion: str
    listed_on: date | None
    ends_on: date | None
    course: str
    certificate_kind: str
    annex_entries: str
    approved_on: date | None
    approved_by: str
    standard_by: str
    standard_record: str
    city_filed_on: date | None
    city_filed_record: str


OF_ITEM = tuple(field.name for field in fields(ProjectRow) if field.name not in ("id", "area"))


def projects(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None = None,
    listed_on: date | None = None,
) -> list[ProjectRow]:
    """Projects of the city (of some areas); with `listed_on` only those in the catalogue that day."""
    query = (
        select(CatalogueItem, Area.name)
        .join(Area, col(Area.id) == CatalogueItem.area_id)
        .where(CatalogueItem.city == city)
        .order_by(col(CatalogueItem.code))
    )
    if areas is not None:
        query = query.where(col(CatalogueItem.area_id).in_(areas))
    rows = [_row(item, area) for item, area in session.exec(query).all()]
    if listed_on is None:
        return rows
    return [r for r in rows if r.state == "published" and _listed(r, listed_on)]


def project(session: Session, *, city: str, item_id: int) -> ProjectRow | None:
    """One project of the city."""
    found = session.exec(
        select(CatalogueItem, Area.name)
        .join(Area, col(Area.id) == CatalogueItem.area_id)
        .where(CatalogueItem.id == item_id, CatalogueItem.city == city)
    ).first()
    return _row(*found) if found else None


def _listed(row: ProjectRow, on: date) -> bool:
    return (row.listed_on or on) <= on and (row.ends_on is None or on < row.ends_on)


def _row(item: CatalogueItem, area: str) -> ProjectRow:
    told = {name: getattr(item, name) for name in OF_ITEM}
    return ProjectRow(id=item.id or 0, area=area, **told)
