"""The list of deadlines: one line for a class's trainees that share window and day, or each alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select, tuple_, union_all
from sqlmodel import Session, col

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import APPLICANTS, OFFICE, PROVIDER, TRAINEE, means_of
from subsidy.actions.deadlines.reminding import REMINDED
from subsidy.actions.views.deadlines.wanted import DeadlineFilter, parts_of
from subsidy.records.among import among
from subsidy.records.tables import (
    Area,
    Claim,
    ClockEntry,
    Deadline,
    Person,
    Provider,
    TrainingClass,
    WindowRule,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.workdays import working_days_between

PAGE = 50
CHUNK = 2_000
SHOWN: dict[str, Any] = {
    **{
        name: col(getattr(Deadline, name))
        for name in (
            "id",
            "claim_id",
            "area_id",
            "window",
            "status",
            "told_by",
            "due_on",
            "final",
        )
    },
    "own_class": col(Deadline.class_id),
    "clause": col(WindowRule.clause),
    "assumed": col(WindowRule.assumed),
    "claim_number": col(Claim.number),
    "track": col(Claim.track),
    "provider_id": col(Claim.provider_id),
    "person_id": col(Claim.person_id),
    "class_id": col(TrainingClass.id),
    "class_number": col(TrainingClass.number),
    "class_title": col(TrainingClass.title),
    "class_track": col(TrainingClass.track),
    "area": col(Area.name),
    "provider": col(Provider.name),
    "person": col(Person.masked_name),
}
"""Columns behind a line; whole rows would be slow for a long export."""
Key = tuple[int, date, int]
"""(area or 0, day told, id of the first deadline) of a line: where a page ends."""


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One line: a deadline, or those of a class's claims with the same window, day and status."""

    id: int
    """The deadline, or the first one of the group."""
    count: int
    claim_id: int | None
    """Of a single deadline that belongs to a claim."""
    claim_number: str
    class_id: int | None
    class_number: str
    class_title: str
    of_class: bool
    """A window of the class itself."""
    person: str
    """Of a single claim, masked."""
    provider: str
    area_id: int
    area: str
    track: str
    window: str
    means: str
    status: str
    who: str
    """Who must act: provider, trainee or office."""
    due_on: date
    told_by: date
    final: bool
    working_days_left: int
    """Up to the day told; below 0 where it has passed."""
    clause: str
    assumed: str
    reminded_on: date | None
    """Last day on which somebody reminded by hand."""


@dataclass(frozen=True)
class DeadlinePage:
    """One page; `next_after` is the key to go on behind, None on the last page."""

    lines: list[DeadlineLine]
    next_after: Key | None
    lines_in_all: int
    deadlines_in_all: int


def deadline_page(
    session: Session,
    act: Act,
    *,
    wanted: DeadlineFilter,
    areas: Collection[int] | None,
    after: Key | None = None,
    size: int | None = PAGE,
) -> DeadlinePage:
    """Lines sorted by day told, or by area and day; `areas` None means every one of the city.

    The counts are of the whole filter, taken in the same statement as the lines. `size` None gives
    every line.
    """
    lines = _grouped(act, wanted, areas)
    in_all = select(func.count(), func.coalesce(func.sum(lines.c.n), 0)).select_from(lines)
    totals = in_all.with_only_columns(
        func.count().label("lines_in_all"),
        func.coalesce(func.sum(lines.c.n), 0).label("deadlines_in_all"),
    ).subquery()
    place = (lines.c.area_id if wanted.sort == "area" else literal(0)).label("place")
    key = (place, lines.c.told_by, lines.c.first_id)
    query = select(lines, place, totals).select_from(totals.outerjoin(lines, literal(True)))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(part) for part in after)))
    query = query.order_by(*key)
    found = session.execute(query if size is None else query.limit(size + 1)).all()
    shown = [row for row in found[:size] if row.first_id is not None]
    more = size is not None and len(found) > size
    last = shown[-1] if more else None
    return DeadlinePage(
        lines=_lines(session, act, shown),
        next_after=(last.place, last.told_by, last.first_id) if last else None,
        lines_in_all=found[0].lines_in_all if found else 0,
        deadlines_in_all=found[0].deadlines_in_all if found else 0,
    )


def first_ids(
    session: Session,
    act: Act,
    *,
    wanted: DeadlineFilter,
    areas: Collection[int] | None,
    most: int,
) -> list[int]:
    """The first `most` lines of a filter by the id of their first deadline, the soonest first."""
    lines = _grouped(act, wanted, areas)
    query = select(lines.c.first_id).order_by(lines.c.told_by, lines.c.first_id).limit(most)
    return list(session.execute(query).scalars())


def _grouped(act: Act, wanted: DeadlineFilter, areas: Collection[int] | None) -> CTE:
    parts = [_rows(wanted).where(*part) for part in parts_of(act, wanted, areas)]
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("rows")
    alone = case((rows.c.class_of.is_(None), rows.c.claim_id), else_=0)
    same = [
        rows.c.area_id,
        rows.c.class_of,
        alone,
        rows.c.own_class,
        rows.c.window,
        rows.c.told_by,
        rows.c.status,
    ]
    if wanted.each:
        same = [*same, rows.c.id]
    query = select(
        func.count().label("n"),
        func.min(rows.c.id).label("first_id"),
        rows.c.told_by.label("told_by"),
        rows.c.area_id.label("area_id"),
    ).group_by(*same)
    return query.cte("lines").prefix_with("MATERIALIZED")


def _rows(wanted: DeadlineFilter) -> Select[Any]:
    """Deadlines with what tells the groups apart; claims, and classes where asked for, joined outer."""
    d, c, k = table_of(Deadline), table_of(Claim), table_of(TrainingClass)
    rows = (
        select(
            d.c.id,
            d.c.area_id,
            d.c.claim_id,
            d.c.window,
            d.c.told_by,
            d.c.status,
            d.c.class_id.is_not(None).label("own_class"),
            func.coalesce(d.c.class_id, c.c.class_id).label("class_of"),
        )
        .select_from(d)
        .outerjoin(c, c.c.id == d.c.claim_id)
    )
    return rows.outerjoin(k, k.c.id == d.c.class_id) if wanted.track else rows


def _lines(session: Session, act: Act, found: Sequence[Any]) -> list[DeadlineLine]:
    """The lines of a page with everything that is shown, read for these alone."""
    ids = [row.first_id for row in found]
    of_class = func.coalesce(Deadline.class_id, Claim.class_id)
    unit = func.coalesce(Claim.provider_id, TrainingClass.provider_id)
    query = (
        select(*(column.label(name) for name, column in SHOWN.items()))
        .select_from(Deadline)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(Area, col(Area.id) == Deadline.area_id)
        .outerjoin(Claim, col(Claim.id) == Deadline.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == of_class)
        .outerjoin(Provider, col(Provider.id) == unit)
        .outerjoin(Person, col(Person.id) == Claim.person_id)
    )
    rows: dict[int, Any] = {}
    for at in range(0, len(ids), CHUNK):
        chunk = query.where(among(session, col(Deadline.id), ids[at : at + CHUNK]))
        rows |= {row.id: row for row in session.execute(chunk).all()}
    reminded = _reminded(session, ids)
    said = _Said(act)
    return [_line(said, each, rows[each.first_id], reminded.get(each.first_id)) for each in found]


class _Said:
    """What many lines say alike, counted once."""

    def __init__(self, act: Act) -> None:
        self.days_left = cache(partial(_days_left, act))
        self.means = cache(partial(means_of, act))


def _line(said: _Said, group: Any, row: Any, reminded_on: date | None) -> DeadlineLine:
    alone = group.n == 1
    track = row.track or row.class_track
    return DeadlineLine(
        id=row.id,
        count=group.n,
        claim_id=row.claim_id if alone else None,
        claim_number=(row.claim_number or "") if alone else "",
        class_id=row.class_id,
        class_number=row.class_number or "",
        class_title=row.class_title or "",
        of_class=row.own_class is not None,
        person=(row.person or "") if alone else "",
        provider=row.provider or "",
        area_id=row.area_id,
        area=row.area,
        track=track,
        window=row.window,
        means=said.means(track=track, window=row.window),
        status=row.status,
        who=_who(row),
        due_on=row.due_on,
        told_by=row.told_by,
        final=row.final,
        working_days_left=said.days_left(row.told_by),
        clause=row.clause,
        assumed=row.assumed,
        reminded_on=reminded_on,
    )


def _who(row: Any) -> str:
    """As `Desks.addressee` says it."""
    if row.window not in APPLICANTS:
        return OFFICE
    if row.claim_id is None or row.provider_id is not None:
        return PROVIDER
    return TRAINEE if row.person_id is not None else OFFICE


def _days_left(act: Act, told_by: date) -> int:
    if told_by >= act.today:
        return working_days_between(act.calendar, after=act.today, through=told_by)
    return -max(working_days_between(act.calendar, after=told_by, through=act.today), 1)


def _reminded(session: Session, ids: Sequence[int]) -> dict[int, date]:
    found: dict[int, date] = {}
    for at in range(0, len(ids), CHUNK):
        query = (
            select(col(ClockEntry.deadline_id), func.max(col(ClockEntry.on)))
            .where(
                among(session, col(ClockEntry.deadline_id), ids[at : at + CHUNK]),
                col(ClockEntry.entry) == REMINDED,
            )
            .group_by(col(ClockEntry.deadline_id))
        )
        found |= {row[0]: row[1] for row in session.execute(query).all()}
    return found
