"""The list of claims: filters, keyset pages, rows for export. The same filter is behind every count."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from states.claim import CLOSED
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Deadline,
    Person,
    Provider,
    Ticket,
    TrainingClass,
)

PAGE = 50
EXPORT_CHUNK = 2_000


@dataclass(frozen=True, kw_only=True)
class ClaimFilter:
    """What the list is narrowed to. Days inclusive. `ended` shows claims that have ended instead."""

    state: str = ""
    track: str = ""
    area_id: int | None = None
    provider_id: int | None = None
    class_id: int | None = None
    number: str = ""
    """First places of the claim's or the class's number."""
    overdue: bool = False
    due_from: date | None = None
    due_to: date | None = None
    queue: str = ""
    ended: bool = False

    @property
    def table(self) -> type[ClaimProgress | ClaimClosed]:
        """Which table the claims stand in."""
        return ClaimClosed if self.ended or self.state in CLOSED else ClaimProgress


@dataclass(frozen=True)
class ClaimRow:
    """One claim as lists and exports show it; people masked."""

    id: int
    number: str
    state: str
    track: str
    kind: str
    area: str
    provider: str
    class_number: str
    class_title: str
    person: str
    since: date
    amount_fen: int
    planned_fen: int
    levels_done: int
    levels: int
    blocks: int
    next_due: date | None


@dataclass(frozen=True)
class ClaimPage:
    """One page; `next_after` is the key to go on behind, None on the last page."""

    rows: list[ClaimRow]
    next_after: int | None


def claim_page(
    session: Session,
    *,
    city: str,
    areas: Collection[int],
    wanted: ClaimFilter,
    today: date,
    after: int | None = None,
    size: int = PAGE,
) -> ClaimPage:
    """Claims newest first; `after` is the id that the page before ended with."""
    query = _query(city, areas, wanted, today)
    if after is not None:
        query = query.where(col(Claim.id) < after)
    found = session.execute(query.order_by(col(Claim.id).desc()).limit(size + 1)).all()
    rows = _rows(session, found[:size])
    return ClaimPage(rows, rows[-1].id if len(found) > size else None)


def claims_for_export(
    session: Session, *, city: str, areas: Collection[int], wanted: ClaimFilter, today: date
) -> Iterator[ClaimRow]:
    """Every claim of the filter, read in pieces so that a long list does not fill the memory."""
    after: int | None = None
    while True:
        page = claim_page(
            session,
            city=city,
            areas=areas,
            wanted=wanted,
            today=today,
            after=after,
            size=EXPORT_CHUNK,
        )
        yield from page.rows
        if page.next_after is None:
            return
        after = page.next_after


def claim_count(
    session: Session,
    *,
    city: str,
    areas: Collection[int],
    wanted: ClaimFilter,
    today: date,
    most: int = 10_000,
) -> int:
    """How many the filter finds, counted up to `most` so that a wide one stays quick."""
    inner = _query(city, areas, wanted, today).with_only_columns(col(Claim.id)).limit(most)
    return int(session.execute(select(func.count()).select_from(inner.subquery())).scalar_one())


def _query(city: str, areas: Collection[int], wanted: ClaimFilter, today: date) -> Any:
    at = wanted.table
    query = (
        select(Claim, at, Area.name, Provider.name, TrainingClass, Person.masked_name)  # type: ignore[call-overload]
        .join(at, col(at.claim_id) == Claim.id)
        .join(Area, col(Area.id) == Claim.area_id)
        .outerjoin(Provider, col(Provider.id) == Claim.provider_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Person, col(Person.id) == Claim.person_id)
        .where(Claim.city == city, col(Claim.area_id).in_(areas))
    )
    same: tuple[tuple[Any, object], ...] = (
        (at.state, wanted.state),
        (Claim.track, wanted.track),
        (Claim.area_id, wanted.area_id),
        (Claim.provider_id, wanted.provider_id),
        (Claim.class_id, wanted.class_id),
    )
    for column, value in same:
        if value:
            query = query.where(column == value)
    if wanted.number:
        start = wanted.number.replace("%", "").replace("_", "") + "%"
        query = query.where(col(Claim.number).like(start) | col(TrainingClass.number).like(start))
    for condition in _conditions(wanted, today):
        query = query.where(condition)
    return query


def _conditions(wanted: ClaimFilter, today: date) -> Iterator[Any]:
    mine = col(Deadline.claim_id) == Claim.id
    if wanted.overdue:
        yield exists().where(
            mine, col(Deadline.status).in_(("open", "missed")), col(Deadline.due_on) < today
        )
    if wanted.due_from or wanted.due_to:
        low, high = wanted.due_from or date.min, wanted.due_to or date.max
        yield exists().where(
            mine,
            col(Deadline.status) == "open",
            col(Deadline.due_on) >= low,
            col(Deadline.due_on) <= high,
        )
    if wanted.queue:
        yield exists().where(
            col(Ticket.claim_id) == Claim.id,
            col(Ticket.queue) == wanted.queue,
            col(Ticket.state).in_(TICKET_OPEN),
        )


def _rows(session: Session, found: Any) -> list[ClaimRow]:
    ids = [claim.id for claim, *_ in found]
    due = dict(
        session.execute(
            select(Deadline.claim_id, func.min(Deadline.due_on))
            .where(col(Deadline.claim_id).in_(ids), col(Deadline.status).in_(("open", "missed")))
            .group_by(col(Deadline.claim_id))
        ).all()
    )
    return [
        ClaimRow(
            id=claim.id,
            number=claim.number,
            state=at.state,
            track=claim.track,
            kind=claim.kind,
            area=area,
            provider=provider or "",
            class_number=training.number if training else "",
            class_title=training.title if training else "",
            person=person or "",
            since=at.since,
            amount_fen=at.amount_fen,
            planned_fen=at.planned_fen,
            levels_done=at.levels_done,
            levels=at.levels,
            blocks=at.blocks,
            next_due=due.get(claim.id),
        )
        for claim, at, area, provider, training, person in found
    ]
