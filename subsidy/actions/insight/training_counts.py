"""How much training a city has done: person-times, certificates and persons by district and year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, extract, or_
from sqlmodel import Session, col, func, select

from states.chart import FAR
from states.claim import ROAD
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Area,
    CatalogueItem,
    Certificate,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Enrolment,
    Road,
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

    A claim of a class, unit or programme counts its heads: the lines of its application, else the
    roster of its class. Awards, equipment and the like are no training: their road knows no
    `completed`, and they have no last day of training.
    """
    persons = func.count(func.distinct(Claim.entitlement_id))
    lines = func.count(func.distinct(ApplicationLine.id))
    roster = func.count(func.distinct(Enrolment.id))
    found: Counter[tuple[str, str, int | None]] = Counter()
    for table in (ClaimProgress, ClaimClosed):
        alone = col(Claim.person_id).is_not(None)
        of_lines = (
            _grouped(table, city, lines, col(Claim.person_id).is_(None))
            .join(ApplicationLine, col(ApplicationLine.claim_id) == Claim.id)
            .where(col(ApplicationLine.dropped_on).is_(None))
        )
        of_roster = (
            _grouped(table, city, roster, col(Claim.person_id).is_(None))
            .join(Enrolment, col(Enrolment.class_id) == Claim.class_id)
            .where(col(Claim.application_id).is_(None), col(Enrolment.dropped_on).is_(None))
        )
        for query in (_grouped(table, city, persons, alone), of_lines, of_roster):
            for tally in _tallies(session, query):
                found[tally.area, tally.department, tally.year] += tally.number
    return [Tally(*key, number) for key, number in found.items()]


def without_people(session: Session, *, city: str) -> int:
    """Claims of a class or unit behind whose training no list of people is on file."""
    number = 0
    lines = select(ApplicationLine.id).where(ApplicationLine.claim_id == col(Claim.id))
    roster = select(Enrolment.id).where(
        col(Enrolment.class_id) == col(Claim.class_id), col(Claim.application_id).is_(None)
    )
    for table in (ClaimProgress, ClaimClosed):
        query = (
            select(func.count())
            .select_from(table)
            .join(Claim, col(Claim.id) == table.claim_id)
            .join(Road, col(Road.id) == Claim.road_id)
            .where(*_trained(table, city), col(Claim.person_id).is_(None))
            .where(~lines.exists(), ~roster.exists())
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
        person = func.coalesce(Claim.person_id, ApplicationLine.person_id)
        query = (
            select(person)
            .select_from(Claim)
            .join(table, col(Claim.id) == table.claim_id)
            .join(Road, col(Road.id) == Claim.road_id)
            .outerjoin(ApplicationLine, col(ApplicationLine.claim_id) == Claim.id)
            .where(
                *_trained(table, city),
                col(Claim.track).in_(tracks),
                year >= first_year,
                year <= last_year,
            )
            .distinct()
        )
        found |= {each for each in session.exec(query).all() if each is not None}
    return len(found)


def _trained(table: Any, city: str) -> Iterator[Any]:
    yield Claim.city == city
    yield Claim.kind == "main"
    aside = and_(table.state.in_(ASIDE), table.resume_to.in_(TRAINED))
    yield or_(table.state.in_(TRAINED), aside)
    yield or_(col(Road.stages).contains("completed"), table.training_ends < FAR)


def _grouped(table: Any, city: str, counted: Any, *which: Any) -> Any:
    """A count by area, department and year of the end of training."""
    keys = (col(Area.code), col(CatalogueItem.department), extract("year", table.training_ends))
    item = func.coalesce(TrainingClass.item_id, Application.item_id)
    return (
        select(*keys, counted)
        .select_from(table)
        .join(Claim, col(Claim.id) == table.claim_id)
        .join(Road, col(Road.id) == Claim.road_id)
        .join(Area, col(Area.id) == table.area_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Application, col(Application.id) == Claim.application_id)
        .outerjoin(CatalogueItem, col(CatalogueItem.id) == item)
        .where(*_trained(table, city), *which)
        .group_by(*keys)
    )


def _tallies(session: Session, query: Any) -> list[Tally]:
    return [
        Tally(area, department or "", None if int(year) == FAR.year else int(year), int(number))
        for area, department, year, number in session.execute(query).all()
    ]
