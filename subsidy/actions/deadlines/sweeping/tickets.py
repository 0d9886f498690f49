"""Tickets for the ends of many windows at once: one statement for all that have their words in common.

One open ticket a code and claim (or, for the leader, a code and class): an open one is told the newer
facts instead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, func, insert, literal, null, or_, select, update
from sqlmodel import Session

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.actions.grounds.ticket_rows import as_text
from subsidy.records.among import among
from subsidy.records.moves.bulk import rows as rows_of
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Claim, Deadline, Ticket
from subsidy.records.tables.types import UTCDateTime, table_of
from subsidy.rules.verdict import FactValue

OURS = "deadline_id"
"""Fact that marks a ticket as opened by the end of a window, not by a decision."""
d, c, t = table_of(Deadline), table_of(Claim), table_of(Ticket)
CLASS_OF = func.coalesce(c.c.class_id, d.c.class_id)


class Shape(NamedTuple):
    """What the tickets of a group have in common; the facts stand around the deadline's id."""

    code: str
    queue: str
    area_id: int
    """Of the office whose queue it is; 0 for the deadline's own area."""
    due_on: date
    blocks: bool
    clause: str
    facts_before: str
    facts_after: str


def facts_around_id(facts: dict[str, FactValue]) -> tuple[str, str]:
    """The JSON text of a ticket's facts, cut where the deadline's id goes."""
    before, after = as_text({**facts, OURS: 0}).split(f'"{OURS}": 0', 1)
    return f'{before}"{OURS}": ', after


def open_all(
    session: Session, act: Act, wanted: Sequence[tuple[Due, Shape]], *, of_class: bool = False
) -> int:
    """Open a ticket of each shape for its deadline's claim, or `of_class` for the class as one.

    Return how many are new. Where one of the code is open already it stays the only one; if the end
    of a window opened it, it holds the newer facts.
    """
    groups: dict[tuple[bool, Shape], dict[int, int]] = {}
    for one, shape in wanted:
        if not one.claim_ids or (of_class and one.of_class is not None):
            groups.setdefault((True, shape), {})[one.group_class or 0] = one.id
        else:
            groups.setdefault((False, shape), {}).update(zip(one.claim_ids, one.ids, strict=True))
    new = 0
    for (classes, shape), subjects in groups.items():
        held = _held(session, shape, subjects, classes=classes)
        again = [number for subject, number in subjects.items() if subject in held]
        if again:
            _refresh(session, shape, again, classes=classes)
        fresh = [number for subject, number in subjects.items() if subject not in held]
        if fresh:
            new += _insert(session, act, shape, fresh, classes=classes)
    return new


def _held(
    session: Session, shape: Shape, subjects: Collection[int], *, classes: bool
) -> set[int | None]:
    """Claims or classes with an open ticket of the code.

    Asked by itself and not inside the INSERT: a database that was never told how many tickets there
    are would read all of them for each row.
    """
    subject = t.c.class_id if classes else t.c.claim_id
    query = select(subject).where(
        among(session, subject, subjects), t.c.code == shape.code, t.c.state.in_(TICKET_OPEN)
    )
    if classes:
        query = query.where(t.c.claim_id.is_(None))
    return set(session.connection().execute(query).scalars())


def _insert(session: Session, act: Act, shape: Shape, ids: Sequence[int], *, classes: bool) -> int:
    row: dict[str, Any] = {
        "city": d.c.city,
        "area_id": literal(shape.area_id) if shape.area_id else d.c.area_id,
        **{name: literal(getattr(shape, name)) for name in ("queue", "code", "due_on", "clause")},
        "claim_id": null() if classes else d.c.claim_id,
        "class_id": CLASS_OF,
        "blocks": literal(shape.blocks),
        "opened_on": literal(act.today),
        "facts": _facts(shape),
        "state": literal(TICKET.initial),
        "version": literal(0),
        **{name: literal("") for name in ("owner", "override_by", "override_reason", "outcome")},
        "opened_at": literal(act.recorded_at, type_=UTCDateTime()),
    }
    found = (
        select(*row.values())
        .select_from(d.outerjoin(c, c.c.id == d.c.claim_id))
        .where(among(session, d.c.id, ids))
        .order_by(d.c.id)
    )
    return rows_of(session, insert(t).from_select(list(row), found))


def _refresh(session: Session, shape: Shape, ids: Sequence[int], *, classes: bool) -> None:
    """Tickets that a window opened before hold the newest end; those of a decision stay as they are."""
    mine = (
        select(d.c.claim_id, CLASS_OF.label("class_id"), _facts(shape).label("facts"))
        .select_from(d.outerjoin(c, c.c.id == d.c.claim_id))
        .where(among(session, d.c.id, ids))
        .subquery("mine")
    )
    of_class = t.c.claim_id.is_(None) & (t.c.class_id == mine.c.class_id)
    session.connection().execute(
        update(t)
        .where(
            of_class if classes else t.c.claim_id == mine.c.claim_id,
            t.c.code == shape.code,
            t.c.state.in_(TICKET_OPEN),
            t.c.facts.contains(f'"{OURS}": '),
        )
        .values(facts=mine.c.facts, blocks=or_(t.c.blocks, literal(shape.blocks)))
    )


def _facts(shape: Shape) -> ColumnElement[str]:
    return literal(shape.facts_before) + d.c.id.cast(String) + literal(shape.facts_after)
