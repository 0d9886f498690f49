"""How much training a city has done: person-times, certificates and persons by district and year."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, extract, or_
from sqlmodel import Session, col, func, select

from states.chart import FAR
from states.claim import ROAD
from subsidy.records.tables import (
    Area,
    CatalogueItem,
    Certificate,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Enrolment,
    TrainingClass,
)

TRAINED = (*ROAD[ROAD.index("completed") :], "failed", "counted", "bank_returned", "recovering")
"""States behind the end of the training. Who failed the assessment was trained all the same; a claim
that was refused, lapsed, withdrawn or recovered is no subsidised training and does not count."""
ASIDE = ("correcting", "held", "objected")
"""States beside the road: they count where they come back to a state of `TRAINED`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one area, department and year. `year` is None where no end of training is known."""

    area: str
    department: str
    year: int | None
    number: int


def person_times(session: Session, *, city: str) -> list[Tally]:
    """Completed trainings by the year in which they ended: one a person and entitlement a year.

    A claim of a whole class counts the people on its roster.
    """
    found: list[Tally] = []
    for table in (ClaimProgress, ClaimClosed):
        found += _tallies(session, _of_persons(table, city))
        found += _tallies(session, _of_classes(table, city))
    return found


def without_people(session: Session, *, city: str) -> int:
    """Claims of a class or unit behind whose training no roster is on file: nobody can be counted."""
    number = 0
    for table in (ClaimProgress, ClaimClosed):
        roster = select(Enrolment.id).where(col(Enrolment.class_id) == col(Claim.class_id))
        query = (
            select(func.count())
            .select_from(table)
            .join(Claim, col(Claim.id) == table.claim_id)
            .where(*_trained(table, city), col(Claim.person_id).is_(None), ~roster.exists())
        )
        number += int(session.exec(query).one())
    return number


def certificates(session: Session, *, city: str) -> list[Tally]:
    """Registered certificates by the year of issue."""
    issued: Any = col(Certificate.issued_on)
    keys = (col(Area.code), col(CatalogueItem.department), extract("year", issued))
    query = (
        select(*keys, func.count())
        .select_from(Certificate)
        .join(Enrolment, col(Enrolment.id) == Certificate.enrolment_id)
        .join(TrainingClass, col(TrainingClass.id) == Enrolment.class_id)
        .join(CatalogueItem, col(CatalogueItem.id) == TrainingClass.item_id)
        .join(Area, col(Area.id) == TrainingClass.area_id)
        .where(Certificate.city == city, col(Certificate.registered_on).is_not(None))
        .group_by(*keys)
    )
    return _tallies(session, query)


def persons(
    session: Session, *, city: str, tracks: Collection[str], first_year: int, last_year: int
) -> int:
    """Different people trained in some tracks within whole years."""
    found: set[int] = set()
    for table in (ClaimProgress, ClaimClosed):
        year = extract("year", col(table.training_ends))
        query = (
            select(Claim.person_id)
            .join(table, col(Claim.id) == table.claim_id)
            .where(
                *_trained(table, city),
                col(Claim.track).in_(tracks),
                year >= first_year,
                year <= last_year,
            )
            .distinct()
        )
        found |= {person for person in session.exec(query).all() if person is not None}
    return len(found)


def _trained(table: Any, city: str) -> Iterator[Any]:
    yield Claim.city == city
    yield Claim.kind == "main"
    aside = and_(table.state.in_(ASIDE), table.resume_to.in_(TRAINED))
    yield or_(table.state.in_(TRAINED), aside)


def _of_persons(table: Any, city: str) -> Any:
    keys = (col(Area.code), col(CatalogueItem.department), extract("year", table.training_ends))
    return (
        select(*keys, func.count(func.distinct(Claim.entitlement_id)))
        .select_from(table)
        .join(Claim, col(Claim.id) == table.claim_id)
        .join(Area, col(Area.id) == table.area_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(CatalogueItem, col(CatalogueItem.id) == TrainingClass.item_id)
        .where(*_trained(table, city), col(Claim.person_id).is_not(None))
        .group_by(*keys)
    )


def _of_classes(table: Any, city: str) -> Any:
    keys = (col(Area.code), col(CatalogueItem.department), extract("year", table.training_ends))
    return (
        select(*keys, func.count(func.distinct(Enrolment.id)))
        .select_from(table)
        .join(Claim, col(Claim.id) == table.claim_id)
        .join(Area, col(Area.id) == table.area_id)
        .join(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .join(CatalogueItem, col(CatalogueItem.id) == TrainingClass.item_id)
        .join(Enrolment, col(Enrolment.class_id) == TrainingClass.id)
        .where(
            *_trained(table, city),
            col(Claim.person_id).is_(None),
            col(Enrolment.dropped_on).is_(None),
        )
        .group_by(*keys)
    )


def _tallies(session: Session, query: Any) -> list[Tally]:
    return [
        Tally(area, department or "", None if int(year) == FAR.year else int(year), int(number))
        for area, department, year, number in session.execute(query).all()
    ]
