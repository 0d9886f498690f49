"""The bulk path: one event for every claim in a scope whose guards hold, in set-based SQL.

For each edge of the event: history, ledger, messages, deadlines and tickets are written by INSERT …
SELECT over the rows about to move, then the rows move, guarded by `state = :source` once more. All
statements of one call must see the same rows: on SQLite the transaction holds the write lock; on
PostgreSQL the caller runs in REPEATABLE READ (windows) or the rows are locked first (`lock=True`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    CursorResult,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlmodel import Session, col

from states.chart import Column, Const, Edge, Given, Guard, Plus, Source, Value
from states.claim import CLAIM, CLOSED
from subsidy.records.moves import bulk_effects
from subsidy.records.moves.moment import DueRules, Moment
from subsidy.records.moves.roads import ROAD_STATES, Order, orders
from subsidy.records.tables import ClaimClosed, ClaimHistory, ClaimProgress
from subsidy.records.tables.types import Instant, table_of

Table = type[ClaimProgress] | type[ClaimClosed]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which claims an event is for: SQL conditions on the moving row (and on nothing else)."""

    conditions: tuple[ColumnElement[bool], ...] = ()

    @classmethod
    def window(cls, low: int, high: int) -> Scope:
        """Claims numbered low ≤ id < high."""
        return cls((col(ClaimProgress.claim_id) >= low, col(ClaimProgress.claim_id) < high))

    @classmethod
    def claims(cls, claim_ids: Sequence[int]) -> Scope:
        """These claims."""
        return cls((col(ClaimProgress.claim_id).in_(list(claim_ids)),))


class RowsMovedUnderneathError(RuntimeError):
    """Rows changed between two statements of one bulk move; run the window again in a new transaction."""


def move_all(
    session: Session,
    *,
    event: str,
    scope: Scope,
    moment: Moment,
    rules: DueRules,
    lock: bool = False,
) -> dict[str, int]:
    """Move every open claim in `scope` that `event` may move; return target state → how many.

    Closed claims are not touched (late returns and reopening are single acts). Nothing is committed.
    Raises RowsMovedUnderneathError when another transaction interfered, which is a reason to retry.
    """
    session.flush()
    if lock and session.get_bind().dialect.name == "postgresql":
        session.execute(
            select(col(ClaimProgress.claim_id))
            .where(*scope.conditions)
            .order_by(col(ClaimProgress.claim_id))
            .with_for_update()
        )
    moved: dict[str, int] = {}
    for edge, excluded, again in _in_safe_order(event):
        where = _where(edge, excluded, scope, moment)
        if again:
            where = and_(where, not_(_moved_already(moment)))
        count = _move_edge(session, edge, where, moment, rules)
        if count:
            moved[edge.target] = moved.get(edge.target, 0) + count
    if moved:
        session.expire_all()
    return moved


def _in_safe_order(event: str) -> list[tuple[Edge, list[Edge], bool]]:
    """Edges with those they exclude; `again`: an earlier edge leads into this one's source.

    Sorted so that a state is left before another edge fills it, wherever the chart allows.
    """
    by_source: dict[str, list[Edge]] = {}
    for edge in CLAIM.edges_of(event):
        if edge.source not in CLOSED:
            by_source.setdefault(edge.source, []).append(edge)
    ordered: list[tuple[Edge, list[Edge]]] = []
    waiting = [(e, group[:i]) for group in by_source.values() for i, e in enumerate(group)]
    while waiting:
        sources = [e.source for e, _ in waiting]
        free = next(
            (w for w in waiting if all(s != w[0].target or s == w[0].source for s in sources)),
            waiting[0],
        )
        waiting.remove(free)
        ordered.append(free)
    filled: set[str] = set()
    result = []
    for edge, excluded in ordered:
        result.append((edge, excluded, edge.source in filled))
        filled.add(edge.target)
    return result


def _sql(guard: Guard, moment: Moment) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = guard.test(ClaimProgress, moment)
    return condition if guard.expected else not_(condition)


def _where(
    edge: Edge, excluded: Sequence[Edge], scope: Scope, moment: Moment
) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        col(ClaimProgress.state) == edge.source,
        *scope.conditions,
        *(_sql(g, moment) for g in edge.guards),
    ]
    for earlier in excluded:
        tests = [_sql(g, moment) for g in earlier.guards]
        conditions.append(not_(and_(true(), *tests)))
    return and_(*conditions)


def _moved_already(moment: Moment) -> ColumnElement[bool]:
    return exists().where(
        col(ClaimHistory.claim_id) == ClaimProgress.claim_id,
        col(ClaimHistory.version) == ClaimProgress.version,
        col(ClaimHistory.recorded_at) == moment.recorded_at,
        col(ClaimHistory.batch) == moment.batch,
    )


def _move_edge(
    session: Session, edge: Edge, where: ColumnElement[bool], moment: Moment, rules: DueRules
) -> int:
    written = rows(session, _history(edge, where, moment))
    if written == 0:
        return 0
    changed = _new_values(edge, moment, orders(session))
    bulk_effects.post(session, edge, where, moment)
    bulk_effects.tell(session, edge, where, moment)
    bulk_effects.clocks(session, edge, where, moment, rules)
    if bulk_effects.open_windows(session, edge, where, moment, rules):
        changed["lapses_after"] = bulk_effects.lapse_of_new_windows(edge)
    changed |= bulk_effects.open_tickets(session, edge, where, moment, rules)
    moved = _write(session, edge, where, changed)
    if moved != written:
        raise RowsMovedUnderneathError(
            f"{edge.event}: {written} history rows but {moved} claims; run the window again"
        )
    return moved


def _history(edge: Edge, where: ColumnElement[bool], moment: Moment) -> Insert:
    p = ClaimProgress
    recorded = literal(moment.recorded_at, type_=Instant())
    source = select(
        col(p.claim_id),
        col(p.version) + 1,
        literal(edge.event),
        literal(edge.source),
        literal(edge.target),
        literal(moment.today),
        recorded,
        literal(moment.actor),
        literal(moment.note),
        literal(moment.batch),
    ).where(where)
    names = "claim_id version event source target effective_on recorded_at actor note batch"
    return insert(table_of(ClaimHistory)).from_select(names.split(), source)


def _new_values(edge: Edge, moment: Moment, roads: dict[int, Order]) -> dict[str, Any]:
    p = ClaimProgress
    changed = {name: _value(value, edge, moment, name) for name, value in edge.effects.sets.items()}
    changed |= {"state": edge.target, "version": col(p.version) + 1, "since": moment.today}
    if edge.target in ROAD_STATES and roads:
        following = {
            i: o.next_of[edge.target] for i, o in roads.items() if edge.target in o.next_of
        }
        early = {i: e for i, o in roads.items() if (e := o.early(edge.target, ""))}
        road = col(p.road_id)
        if following:
            changed["next_stage"] = case(following, value=road, else_=col(p.next_stage))
        changed["early_stage"] = case(early, value=road, else_="") if early else ""
    return changed


def _value(value: Value, edge: Edge, moment: Moment, column: str) -> Any:
    match value:
        case Const(v):
            return v
        case Plus(step):
            return getattr(ClaimProgress, column) + step
        case Column(name):
            return getattr(ClaimProgress, name)
        case Source():
            return edge.source
        case Given(name):
            return moment.given[name]


def _write(
    session: Session, edge: Edge, where: ColumnElement[bool], changed: dict[str, Any]
) -> int:
    """Change the rows; those that end leave for the table of closed claims. Return how many."""
    if edge.target not in CLOSED:
        return rows(session, update(table_of(ClaimProgress)).where(where).values(**changed))
    names = [c.name for c in table_of(ClaimProgress).columns]
    source = select(*(_as_column(changed, name) for name in names)).where(where)
    session.execute(insert(table_of(ClaimClosed)).from_select(names, source))
    return rows(session, delete(table_of(ClaimProgress)).where(where))


def _as_column(changed: dict[str, Any], name: str) -> Any:
    """The new value of a column as an expression of a SELECT, typed as the column is."""
    present = getattr(ClaimProgress, name)
    if name not in changed:
        return present
    value = changed[name]
    return value if isinstance(value, ClauseElement) else literal(value, type_=present.type)


def rows(session: Session, statement: Insert | Update | Delete) -> int:
    """Run a statement and return how many rows it touched."""
    result = session.execute(statement.execution_options(preserve_rowcount=True))
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def count_in(session: Session, scope: Scope) -> int:
    """How many open claims a scope holds."""
    query = select(func.count()).select_from(ClaimProgress).where(*scope.conditions)
    return int(session.execute(query).scalar_one())
