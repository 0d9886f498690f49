"""Messages of a city, newest first: what went where and when. Addresses and names are masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, SQLModel, col, func, select

from subsidy.records.tables import (
    Area,
    Claim,
    Objection,
    Outbox,
    PaymentBatch,
    Person,
    Provider,
    PublicNotice,
    Ticket,
    TrainingClass,
)

PAGE = 50
STATUSES = ("waiting", "sent", "failed", "cancelled")
SUBJECTS: Mapping[str, type[SQLModel]] = {
    "claim": Claim,
    "class": TrainingClass,
    "notice": PublicNotice,
    "batch": PaymentBatch,
    "ticket": Ticket,
}
"""Subjects with an area of their own."""
NAMED: Mapping[str, str] = {
    "claim": "number",
    "class": "number",
    "notice": "number",
    "batch": "number",
    "objection": "receipt",
}
"""Subject → column of the number that people know it by."""


@dataclass(frozen=True)
class OutboxFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    status: str = ""
    template: str = ""
    day: date | None = None
    """The day it was written for, or the business day it was sent on."""
    provider: str = ""
    """A part of the unit's name, or its credit code."""
    number: str = ""
    """Number of a claim, or of a class with its claims."""
    before: int | None = None
    """Only rows with a lower id: the next page."""


@dataclass(frozen=True)
class OutboxRow:
    """One message as lists show it."""

    id: int
    template: str
    subject: str
    subject_id: int
    number: str
    to_kind: str
    to_name: str
    address: str
    status: str
    effective_on: date
    sent_at: datetime | None
    channel: str
    attempts: int
    error: str
    letter: str
    together: int
    """How many messages the same letter holds besides."""


def outbox_page(
    session: Session, *, city: str, areas: Collection[int], wanted: OutboxFilter
) -> tuple[list[OutboxRow], int | None]:
    """Messages about matters of these areas, and the key of the next page."""
    query = select(Outbox).where(Outbox.city == city, *_narrowed(session, city, wanted))
    if (scope := in_areas(session, city=city, areas=areas)) is not None:
        query = query.where(scope)
    if wanted.before is not None:
        query = query.where(col(Outbox.id) < wanted.before)
    found = session.exec(query.order_by(col(Outbox.id).desc()).limit(PAGE + 1)).all()
    rows = shown(session, found[:PAGE])
    return rows, rows[-1].id if len(found) > PAGE else None


def messages_of_class(session: Session, *, class_id: int, most: int = 8) -> list[OutboxRow]:
    """The newest messages about a class itself."""
    query = (
        select(Outbox)
        .where(Outbox.subject == "class", Outbox.subject_id == class_id)
        .order_by(col(Outbox.id).desc())
    )
    return shown(session, session.exec(query.limit(most)).all())


def in_areas(session: Session, *, city: str, areas: Collection[int]) -> ColumnElement[bool] | None:
    """SQL condition: the subject lies in one of the areas; None for somebody who sees the whole city."""
    every = session.exec(select(Area.id).where(Area.city == city)).all()
    if set(every) <= set(areas):
        return None
    each: list[ColumnElement[bool]] = [
        and_(
            col(Outbox.subject) == name,
            select(model.id)  # type: ignore[attr-defined]
            .where(
                model.id == Outbox.subject_id,  # type: ignore[attr-defined]
                model.area_id.in_(areas),  # type: ignore[attr-defined]
            )
            .exists(),
        )
        for name, model in SUBJECTS.items()
    ]
    of_objection = (
        select(Objection.id)
        .join(PublicNotice, col(PublicNotice.id) == Objection.notice_id)
        .where(Objection.id == Outbox.subject_id, col(PublicNotice.area_id).in_(areas))
    )
    each.append(and_(col(Outbox.subject) == "objection", of_objection.exists()))
    each.append(and_(col(Outbox.subject) == "office", col(Outbox.subject_id).in_(areas)))
    return or_(*each)


def shown(session: Session, rows: Sequence[Outbox]) -> list[OutboxRow]:
    """Rows with names and numbers, each kind read once."""
    numbers = _numbers(session, rows)
    names = _names(session, rows)
    together = _together(session, {row.letter for row in rows} - {""})
    return [
        OutboxRow(
            id=row.id or 0,
            template=row.template,
            subject=row.subject,
            subject_id=row.subject_id,
            number=numbers.get((row.subject, row.subject_id), ""),
            to_kind=row.to_kind,
            to_name=names.get((row.to_kind, row.to_id), ""),
            address=row.address_masked,
            status=row.status,
            effective_on=row.effective_on,
            sent_at=row.sent_at,
            channel=row.channel,
            attempts=row.attempts,
            error=row.error,
            letter=row.letter,
            together=max(together.get((row.city, row.letter), 1) - 1, 0),
        )
        for row in rows
    ]


def _narrowed(session: Session, city: str, wanted: OutboxFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        known = wanted.status in STATUSES
        found.append(col(Outbox.status) == wanted.status if known else false())
    if wanted.template:
        found.append(col(Outbox.template) == wanted.template)
    if wanted.day is not None:
        day = wanted.day
        found.append(or_(col(Outbox.effective_on) == day, col(Outbox.sent_on) == day))
    if wanted.provider:
        units = session.exec(
            select(Provider.id).where(
                Provider.city == city,
                or_(
                    col(Provider.name).contains(wanted.provider, autoescape=True),
                    col(Provider.credit_code) == wanted.provider,
                ),
            )
        ).all()
        found.append(and_(col(Outbox.to_kind) == "provider", col(Outbox.to_id).in_(units)))
    if wanted.number:
        found.append(_about(city, wanted.number))
    return found


def _about(city: str, number: str) -> ColumnElement[bool]:
    """Messages about a claim, or about a class and its claims."""
    classes = select(TrainingClass.id).where(
        TrainingClass.city == city, TrainingClass.number == number
    )
    claims = select(Claim.id).where(
        Claim.city == city,
        or_(col(Claim.number) == number, col(Claim.class_id).in_(classes)),
    )
    return or_(
        and_(col(Outbox.subject) == "class", col(Outbox.subject_id).in_(classes)),
        and_(col(Outbox.subject) == "claim", col(Outbox.subject_id).in_(claims)),
    )


def _numbers(session: Session, rows: Iterable[Outbox]) -> dict[tuple[str, int], str]:
    models: dict[str, Any] = {**SUBJECTS, "objection": Objection}
    found: dict[tuple[str, int], str] = {}
    wanted = _by_kind((row.subject, row.subject_id) for row in rows)
    for subject, column in NAMED.items():
        if ids := wanted.get(subject):
            model = models[subject]
            query = select(model.id, getattr(model, column)).where(model.id.in_(ids))
            found |= {(subject, key): number for key, number in session.exec(query).all()}
    return found


def _names(session: Session, rows: Iterable[Outbox]) -> dict[tuple[str, int], str]:
    """Units and offices by name, trainees masked; an objector has none."""
    found: dict[tuple[str, int], str] = {}
    wanted = _by_kind((row.to_kind, row.to_id) for row in rows)
    sources: tuple[tuple[str, Any, Any], ...] = (
        ("provider", Provider.id, Provider.name),
        ("trainee", Person.id, Person.masked_name),
        ("office", Area.id, Area.name),
    )
    for kind, key, name in sources:
        if ids := wanted.get(kind):
            query = select(key, name).where(key.in_(ids))
            found |= {(kind, number): text for number, text in session.exec(query).all()}
    return found


def _by_kind(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for kind, number in pairs:
        found.setdefault(kind, set()).add(number)
    return found


def _together(session: Session, letters: Collection[str]) -> dict[tuple[str, str], int]:
    """(city, letter) → how many messages it holds."""
    rows = session.exec(
        select(Outbox.city, Outbox.letter, func.count())
        .where(col(Outbox.letter).in_(letters), col(Outbox.letter) != "")
        .group_by(col(Outbox.city), col(Outbox.letter))
    ).all()
    return {(city, letter): count for city, letter, count in rows}
