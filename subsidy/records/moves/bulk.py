"""The bulk path: one event for every claim in a scope whose guards hold, in set-based SQL.

For each edge of the event: history, ledger, messages, deadlines and tickets are written by INSERT …
SELECT over the rows about to move, then the rows move, guarded by `state = :source` once more. All
statements of one call see the same rows: on SQLite the transaction holds the write lock, on PostgreSQL
the rows are locked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
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
from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import DueRules, Moment, OtherChartError, RowsMovedUnderneathError
from subsidy.records.moves.roads import ROAD_STATES, Order, orders
from subsidy.records.tables import ClaimClosed, ClaimHistory, ClaimProgress
from subsidy.records.tables.types import BIG_KEY, Instant, table_of

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
    On PostgreSQL the claims are locked first: in a window those that move, elsewhere (and with `lock`)
    the whole scope. Raises RowsMovedUnderneathError when another transaction interfered, which is a
    reason to retry, and OtherChartError when a newer chart rules a claim of the scope.
    """
    session.flush()
    one_snapshot = _lock_scope(session, scope, always=lock)
    _refuse_other_charts(session, scope)
    batch = batch_of(session, moment)
    moved: dict[str, int] = {}
    edges = _in_safe_order(event)
    standing = _states_in(session, scope) if len(edges) > 1 else {e.source for e, _, _ in edges}
    for edge, excluded, again in edges:
        if edge.source not in standing:
            continue
        where = _where(edge, excluded, scope, moment)
        if again:
            where = and_(where, not_(_moved_already(edge, moment, batch)))
        if one_snapshot:
            _lock_rows(session, where)
        count = _move_edge(session, edge, where, moment, batch, rules)
        if count:
            moved[edge.target] = moved.get(edge.target, 0) + count
    if moved:
        session.expire_all()
    return moved


def _lock_scope(session: Session, scope: Scope, *, always: bool) -> bool:
    """Keep other writers off the claims; return whether each edge has to lock its own rows.

    SQLite's write lock keeps everybody out. On PostgreSQL a window runs on one snapshot, in which the
    rows that move can be locked edge by edge; where each statement sees a new state of affairs, every
    row of the scope must stand still.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return False
    level = connection.get_execution_options().get("isolation_level")
    if not always and level in ("REPEATABLE READ", "SERIALIZABLE"):
        return True
    _lock_rows(session, and_(true(), *scope.conditions))
    return False


def _refuse_other_charts(session: Session, scope: Scope) -> None:
    query = select(col(ClaimProgress.claim_id), col(ClaimProgress.chart_version)).where(
        *scope.conditions, col(ClaimProgress.chart_version) != CLAIM.version
    )
    other = session.connection().execute(query.limit(1)).first()
    if other is not None:
        raise OtherChartError(other.claim_id, found=other.chart_version, known=CLAIM.version)


def _lock_rows(session: Session, where: ColumnElement[bool]) -> None:
    ids = select(col(ClaimProgress.claim_id)).where(where).order_by(col(ClaimProgress.claim_id))
    locked = ids.with_for_update().subquery()
    session.connection().execute(select(func.count()).select_from(locked))


def _states_in(session: Session, scope: Scope) -> set[str]:
    query = select(col(ClaimProgress.state)).where(*scope.conditions).distinct()
    return set(session.connection().execute(query).scalars())


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


def _moved_already(edge: Edge, moment: Moment, batch: int) -> ColumnElement[bool]:
    return exists().where(
        col(ClaimHistory.claim_id) == ClaimProgress.claim_id,
        col(ClaimHistory.version) == ClaimProgress.version,
        col(ClaimHistory.event) == edge.event,
        col(ClaimHistory.recorded_at) == moment.recorded_at,
        col(ClaimHistory.batch) == batch,
    )


def _move_edge(
    session: Session,
    edge: Edge,
    where: ColumnElement[bool],
    moment: Moment,
    batch: int,
    rules: DueRules,
) -> int:
    written = rows(session, _history(edge, where, moment, batch))
    if written == 0:
        return 0
    changed = _new_values(edge, moment, orders(session))
    bulk_effects.post(session, edge, where, moment)
    bulk_effects.tell(session, edge, where, moment)
    bulk_effects.clocks(session, edge, where, moment, rules)
    changed |= bulk_effects.open_windows(session, edge, where, moment, rules, changed)
    changed |= bulk_effects.open_tickets(session, edge, where, moment, rules, changed)
    moved = _write(session, edge, where, changed)
    if moved != written:
        raise RowsMovedUnderneathError(
            f"{edge.event}: {written} history rows but {moved} claims; run the window again"
        )
    return moved


def _history(edge: Edge, where: ColumnElement[bool], moment: Moment, batch: int) -> Insert:
    p = ClaimProgress
    recorded = literal(moment.recorded_at, type_=Instant())
    source = (
        select(
            col(p.claim_id),
            col(p.version) + 1,
            literal(edge.event),
            literal(edge.source),
            literal(edge.target),
            literal(moment.today),
            recorded,
            literal(moment.actor),
            literal(moment.note),
            literal(batch, type_=BIG_KEY),
        )
        .where(where)
        .order_by(col(p.claim_id))
    )
    names = "claim_id version event source target effective_on recorded_at actor note batch"
    return insert(table_of(ClaimHistory)).from_select(names.split(), source)


def _new_values(edge: Edge, moment: Moment, roads: dict[int, Order]) -> dict[str, Any]:
    p = ClaimProgress
    changed = {name: _value(value, edge, moment, name) for name, value in edge.effects.sets.items()}
    changed |= {"state": edge.target, "version": col(p.version) + 1, "since": moment.today}
    following = {i: o.next_of[edge.target] for i, o in roads.items() if edge.target in o.next_of}
    if following:
        changed["next_stage"] = _by_road(following, otherwise=col(p.next_stage))
    if edge.target in ROAD_STATES:
        early = {i: e for i, o in roads.items() if (e := o.early(edge.target, ""))}
        changed["early_stage"] = _by_road(early, otherwise="") if early else ""
    return changed


def _by_road(stages: dict[int, str], *, otherwise: Any) -> Any:
    """The stage of each claim's own road: one branch for each stage, however many roads there are."""
    whens = [
        (col(ClaimProgress.road_id).in_([i for i, s in stages.items() if s == stage]), stage)
        for stage in dict.fromkeys(stages.values())
    ]
    return case(*whens, else_=otherwise)


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
    session.connection().execute(insert(table_of(ClaimClosed)).from_select(names, source))
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
    options = {"preserve_rowcount": True}
    return session.connection().execute(statement, execution_options=options).rowcount
