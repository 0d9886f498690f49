"""The deadlines of one batch of the sweep as plain rows, read through the index on the next day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import Integer, Select, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Session

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.records.among import among
from subsidy.records.tables import Claim, ClaimProgress, Deadline, TrainingClass
from subsidy.records.tables.deadlines import WANTED
from subsidy.records.tables.types import table_of

d, c, p, k = (table_of(t) for t in (Deadline, Claim, ClaimProgress, TrainingClass))


class Next(NamedTuple):
    """A deadline that wants attention, and since which day."""

    id: int
    on: date


class Due(NamedTuple):
    """Deadlines of one class, or of a claim alone, that are alike in all that the sweep looks at."""

    ids: list[int]
    """Ascending."""
    claim_ids: list[int]
    """Of the claims, one for each id in the same order; empty for a window of the class itself."""
    class_id: int | None
    """The class whose own window this is."""
    area_id: int
    rule_id: int
    window: str
    anchor_on: date
    due_on: date
    told_by: date
    lapses_after: date
    final: bool
    calendar_version: str
    status: str
    escalated: int
    number: str
    """Of the class's own window the class's, else of one of the claims."""
    track: str
    of_class: int | None
    """The class that the claims belong to."""
    provider_id: int | None
    person_id: int | None
    open_claims: int
    road_id: int | None
    levels_done: int | None

    @property
    def id(self) -> int:
        """The first of them, which stands for all in messages and facts."""
        return self.ids[0]

    @property
    def group_class(self) -> int | None:
        """The class whose people share messages and the leader's ticket; None for a claim alone."""
        return self.class_id if self.class_id is not None else self.of_class

    @property
    def is_orphan(self) -> bool:
        """Whether the claims have ended: their clocks run for nobody."""
        return bool(self.claim_ids) and not self.open_claims


_ALIKE = (
    *("class_id", "rule_id", "window", "anchor_on", "due_on", "told_by", "lapses_after"),
    *("final", "calendar_version", "status", "escalated"),
)
"""Columns in which the deadlines of one row agree."""


def _select(session: Session) -> Select[Any]:
    alone = case((c.c.class_id.is_(None), c.c.id), else_=0)
    alike = {name: d.c[name] for name in _ALIKE}
    either = {n: func.min(func.coalesce(c.c[n], k.c[n])) for n in ("number", "track")}
    found: dict[str, Any] = {
        **alike,
        **either,
        "pairs": _pairs(session),
        "area_id": func.min(d.c.area_id),
        "of_class": c.c.class_id,
        "provider_id": func.min(func.coalesce(c.c.provider_id, k.c.provider_id)),
        "person_id": func.min(c.c.person_id),
        "open_claims": func.count(p.c.claim_id),
        "road_id": p.c.road_id,
        "levels_done": p.c.levels_done,
    }
    return (
        select(*(found[name].label(name) for name in ("pairs", *Due._fields[2:])))
        .select_from(
            d.outerjoin(c, c.c.id == d.c.claim_id)
            .outerjoin(p, p.c.claim_id == d.c.claim_id)
            .outerjoin(k, k.c.id == d.c.class_id)
        )
        .group_by(*alike.values(), c.c.class_id, alone, p.c.road_id, p.c.levels_done)
        .order_by(func.min(d.c.id))
    )


def _pairs(session: Session) -> Any:
    """(deadline, claim) of all rows of a group."""
    if session.get_bind().dialect.name == "postgresql":
        return func.array_agg(array([d.c.id, d.c.claim_id]))
    return func.json_group_array(func.json_array(d.c.id, d.c.claim_id))


def _grouped(session: Session, query: Select[Any]) -> list[Due]:
    found = []
    for pairs, *values in session.connection().execute(query).all():
        both = sorted(json.loads(pairs) if isinstance(pairs, str) else pairs)
        claims = [] if both[0][1] is None else [claim for _, claim in both]
        found.append(Due([number for number, _ in both], claims, *values))
    return found


def next_wanted(session: Session, *, city: str, limit: int, through: date = FAR) -> Sequence[Next]:
    """Id and day of the deadlines that want attention next, at most `limit`, the earliest first.

    Answered by the index alone; `through` is inclusive.
    """
    asked = {"city": city, "through": through, "most": limit}
    found = session.connection().execute(_NEXT, asked).all()
    return cast(Sequence[Next], found)  # rows answer to the same names


_NEXT = (
    select(d.c.id, d.c.next_on.label("on"))
    .where(text(WANTED), d.c.city == bindparam("city"), d.c.next_on <= bindparam("through"))
    .order_by(d.c.next_on, d.c.id)
    .limit(bindparam("most", type_=Integer))
)
"""Made once: the sweep and whoever looks ahead ask it again and again."""


def locked_batch(session: Session, act: Act, *, limit: int) -> tuple[list[Due], bool]:
    """At most `limit` deadlines that are due by today, their claims locked; and whether it was full.

    The claims are locked in id order, as every move does, and the deadlines read behind the locks.
    """
    asked = {"city": act.city, "through": act.today, "most": limit}
    found = session.connection().execute(_NEXT, asked).scalars().all()
    if not found:
        return [], False
    _lock_claims(session, found)
    return wanted_rows(session, act, found), len(found) >= limit


def wanted_rows(session: Session, act: Act, deadline_ids: Iterable[int]) -> list[Due]:
    """Those of these deadlines that want attention by today, as they are now."""
    mine = among(session, d.c.id, deadline_ids)
    query = _select(session).where(mine, text(WANTED), d.c.next_on <= act.today)
    return _grouped(session, query)


def due_rows(session: Session, deadline_ids: Iterable[int]) -> list[Due]:
    """These deadlines, as they are now."""
    return _grouped(session, _select(session).where(among(session, d.c.id, deadline_ids)))


def _lock_claims(session: Session, deadline_ids: Sequence[int]) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return  # SQLite's writer is alone
    mine = select(d.c.claim_id).where(among(session, d.c.id, deadline_ids))
    query = select(p.c.claim_id).where(p.c.claim_id.in_(mine)).order_by(p.c.claim_id)
    session.connection().execute(query.with_for_update()).all()


def close_orphans(session: Session, rows: Iterable[Due]) -> list[Due]:
    """Close the clocks of claims that have ended, and escalate none; return the others."""
    orphans = [number for row in rows if row.is_orphan for number in row.ids]
    if orphans:
        over = case((d.c.status == "open", "closed"), else_=d.c.status)
        mine = among(session, d.c.id, orphans)
        session.connection().execute(update(d).where(mine).values(status=over, next_on=FAR))
    return [row for row in rows if not row.is_orphan]
