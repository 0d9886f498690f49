"""The deadlines of one batch of the sweep as plain rows, read through the index on the next day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select, text, update
from sqlmodel import Session

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.records.among import among
from subsidy.records.tables import Claim, ClaimProgress, Deadline, TrainingClass
from subsidy.records.tables.types import table_of

WANTED = "deadline.status IN ('open', 'missed') AND deadline.next_on < '9999-12-31'"
"""As the partial index ix_deadline_wanted has it, word for word: a bound value would not use it."""

d, c, p, k = (table_of(t) for t in (Deadline, Claim, ClaimProgress, TrainingClass))


class Next(NamedTuple):
    """A deadline that wants attention, and since which day."""

    id: int
    on: date


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline with what says whose it is. Without a claim it is a window of the class itself."""

    id: int
    claim_id: int | None
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
    next_on: date
    number: str
    track: str
    of_class: int | None
    """The class that the claim belongs to."""
    provider_id: int | None
    person_id: int | None
    standing: int | None
    """The claim's id while it is open."""
    road_id: int | None
    levels_done: int | None

    @property
    def group_class(self) -> int | None:
        """The class whose people share messages and the leader's ticket; None for a claim alone."""
        return self.class_id if self.class_id is not None else self.of_class

    @property
    def is_orphan(self) -> bool:
        """Whether its claim has ended: its clock runs for nobody."""
        return self.claim_id is not None and self.standing is None


_OF_DEADLINE = (
    *("id", "claim_id", "class_id", "area_id", "rule_id", "window", "anchor_on", "due_on"),
    *("told_by", "lapses_after", "final", "calendar_version", "status", "escalated", "next_on"),
)


def _select() -> Select[Any]:
    of_either = (func.coalesce(c.c[name], k.c[name]) for name in ("number", "track"))
    return select(
        *(d.c[name] for name in _OF_DEADLINE),
        *of_either,
        *(c.c.class_id, func.coalesce(c.c.provider_id, k.c.provider_id), c.c.person_id),
        *(p.c.claim_id, p.c.road_id, p.c.levels_done),
    ).select_from(
        d.outerjoin(c, c.c.id == d.c.claim_id)
        .outerjoin(p, p.c.claim_id == d.c.claim_id)
        .outerjoin(k, k.c.id == d.c.class_id)
    )


def next_wanted(session: Session, *, city: str, limit: int, through: date = FAR) -> list[Next]:
    """Id and day of the deadlines that want attention next, at most `limit`, the earliest first.

    Answered by the index alone; `through` is inclusive.
    """
    query = (
        select(d.c.id, d.c.next_on)
        .where(text(WANTED), d.c.city == city, d.c.next_on <= through)
        .order_by(d.c.next_on, d.c.id)
        .limit(limit)
    )
    return [Next(*row) for row in session.connection().execute(query)]


def locked_batch(session: Session, act: Act, *, limit: int) -> tuple[list[Due], bool]:
    """At most `limit` deadlines that are due by today, their claims locked; and whether it was full.

    The claims are locked in id order, as every move does, and the deadlines read behind the locks.
    """
    found = [
        each.id for each in next_wanted(session, city=act.city, limit=limit, through=act.today)
    ]
    if not found:
        return [], False
    _lock_claims(session, found)
    query = _select().where(among(session, d.c.id, found), text(WANTED), d.c.next_on <= act.today)
    rows = [Due(*row) for row in session.connection().execute(query.order_by(d.c.id))]
    return rows, len(found) >= limit


def due_rows(session: Session, deadline_ids: Iterable[int]) -> list[Due]:
    """These deadlines, as they are now."""
    query = _select().where(among(session, d.c.id, deadline_ids)).order_by(d.c.id)
    return [Due(*row) for row in session.connection().execute(query)]


def _lock_claims(session: Session, deadline_ids: Sequence[int]) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return  # SQLite's writer is alone
    mine = select(d.c.claim_id).where(among(session, d.c.id, deadline_ids))
    query = select(p.c.claim_id).where(p.c.claim_id.in_(mine)).order_by(p.c.claim_id)
    session.connection().execute(query.with_for_update()).all()


def close_orphans(session: Session, rows: Iterable[Due]) -> list[Due]:
    """Close the clocks of claims that have ended, and escalate none; return the others."""
    orphans = [row.id for row in rows if row.is_orphan]
    if orphans:
        over = case((d.c.status == "open", "closed"), else_=d.c.status)
        mine = among(session, d.c.id, orphans)
        session.connection().execute(update(d).where(mine).values(status=over, next_on=FAR))
    return [row for row in rows if not row.is_orphan]
