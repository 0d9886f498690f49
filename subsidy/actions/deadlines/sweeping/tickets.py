"""Tickets for the ends of many windows at once: a few statements, however many claims.

One open ticket a code and claim (or, for the leader, a code and class): an open one is told the newer
facts instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    String,
    Values,
    column,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
    values,
)
from sqlmodel import Session

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.actions.grounds.ticket_rows import as_text
from subsidy.records.among import marked
from subsidy.records.moves.bulk import rows as rows_of
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Claim, Deadline, Ticket
from subsidy.records.tables.types import UTCDateTime, table_of
from subsidy.rules.verdict import FactValue

OURS = "deadline_id"
"""Fact that marks a ticket as opened by the end of a window, not by a decision."""
CHUNK = 400
"""Shapes of one statement: SQLite takes some 30,000 bound values."""
d, c, t = table_of(Deadline), table_of(Claim), table_of(Ticket)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the tickets of a group have in common; the facts stand around the deadline's id."""

    code: str
    queue: str
    area_id: int
    due_on: date
    blocks: int
    clause: str
    facts_before: str
    facts_after: str


_COLUMNS: dict[str, Any] = {
    "mark": Integer,
    "code": String,
    "queue": String,
    "area_id": BigInteger,
    "due_on": Date,
    "blocks": Integer,
    "clause": String,
    "facts_before": String,
    "facts_after": String,
}


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
    whole = {_subject(one, of_class): (one, shape) for one, shape in wanted}
    new = 0
    for classes in (False, True):
        part = [each for (is_class, _), each in whole.items() if is_class == classes]
        shapes = list(dict.fromkeys(shape for _, shape in part))
        for start in range(0, len(shapes), CHUNK):
            marks = {shape: mark for mark, shape in enumerate(shapes[start : start + CHUNK])}
            pairs = [(one.id, marks[shape]) for one, shape in part if shape in marks]
            opened = _insert(session, act, marks, pairs, classes=classes)
            if opened < len(pairs):
                _refresh(session, marks, pairs, classes=classes)
            new += opened
    return new


def _subject(one: Due, of_class: bool) -> tuple[bool, int | None]:
    """Whether the ticket is about a class, and the id of the class or claim."""
    classes = one.claim_id is None or (of_class and one.of_class is not None)
    return classes, one.group_class if classes else one.claim_id


def _table(shapes: dict[Shape, int]) -> Values:
    columns = [column(name, kind) for name, kind in _COLUMNS.items()]
    return values(*columns, name="shape").data([(m, *astuple(s)) for s, m in shapes.items()])


def _insert(
    session: Session,
    act: Act,
    shapes: dict[Shape, int],
    pairs: Sequence[tuple[int, int]],
    *,
    classes: bool,
) -> int:
    shape, mark = _table(shapes).cte("shape"), marked(session, pairs)
    already = select(literal(1)).where(
        _same_subject(classes=classes), t.c.code == shape.c.code, t.c.state.in_(TICKET_OPEN)
    )
    row: dict[str, Any] = {
        "city": d.c.city,
        **{name: shape.c[name] for name in ("area_id", "queue", "code", "due_on", "clause")},
        "claim_id": null() if classes else d.c.claim_id,
        "class_id": func.coalesce(c.c.class_id, d.c.class_id),
        "blocks": shape.c.blocks == 1,
        "opened_on": literal(act.today),
        "facts": _facts(shape),
        "state": literal(TICKET.initial),
        "version": literal(0),
        **{name: literal("") for name in ("owner", "override_by", "override_reason", "outcome")},
        "opened_at": literal(act.recorded_at, type_=UTCDateTime()),
    }
    found = (
        select(*row.values())
        .select_from(
            mark.join(shape, shape.c.mark == mark.c.mark)
            .join(d, d.c.id == mark.c.id)
            .outerjoin(c, c.c.id == d.c.claim_id)
        )
        .where(~already.correlate(d, c, shape).exists())
        .order_by(d.c.id)
    )
    return rows_of(session, insert(t).from_select(list(row), found))


def _refresh(
    session: Session, shapes: dict[Shape, int], pairs: Sequence[tuple[int, int]], *, classes: bool
) -> None:
    """Tickets that a window opened before hold the newest end; those of a decision stay as they are."""
    shape, mark = _table(shapes).cte("shape"), marked(session, pairs)
    mine = (
        select(d.c.claim_id, func.coalesce(c.c.class_id, d.c.class_id).label("class_id"))
        .add_columns(_facts(shape).label("facts"), shape.c.code, shape.c.blocks)
        .select_from(
            mark.join(shape, shape.c.mark == mark.c.mark)
            .join(d, d.c.id == mark.c.id)
            .outerjoin(c, c.c.id == d.c.claim_id)
        )
        .subquery("mine")
    )
    same = t.c.claim_id.is_(None) & (t.c.class_id == mine.c.class_id)
    session.execute(
        update(t)
        .where(
            same if classes else t.c.claim_id == mine.c.claim_id,
            t.c.code == mine.c.code,
            t.c.state.in_(TICKET_OPEN),
            t.c.facts.contains(f'"{OURS}": '),
        )
        .values(facts=mine.c.facts, blocks=or_(t.c.blocks, mine.c.blocks == 1)),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()


def _same_subject(*, classes: bool) -> ColumnElement[bool]:
    if not classes:
        return t.c.claim_id == d.c.claim_id
    return t.c.claim_id.is_(None) & (t.c.class_id == func.coalesce(c.c.class_id, d.c.class_id))


def _facts(shape: Any) -> ColumnElement[str]:
    number: ColumnElement[str] = shape.c.facts_before.concat(d.c.id.cast(String))
    return number.concat(shape.c.facts_after)
