"""The interactive path: one claim, one event, reasons when it is refused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from states.chart import Blocked, Column, Const, Edge, Given, Plus, Source, Value
from states.claim import CLAIM, CLOSED
from subsidy.records.moves.interactive_effects import TICKET_OPEN, Step, run_effects
from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import (
    DueRules,
    Moment,
    Moved,
    NotMoved,
    OtherChartError,
    RowsMovedUnderneathError,
)
from subsidy.records.moves.roads import order_for
from subsidy.records.tables import Claim, ClaimClosed, ClaimHistory, ClaimProgress, Deadline
from subsidy.records.tables.claims import ProgressColumns
from subsidy.records.tables.types import table_of

__all__ = ["TICKET_OPEN", "move", "progress_of"]

_PLACES: tuple[type[ProgressColumns], ...] = (ClaimProgress, ClaimClosed)
_claim = table_of(Claim).c
# Statements are built once: building them anew would cost as much as running them.
_FIND = {
    place: columns_of(
        table_of(place),
        *(_claim.city, _claim.fund, _claim.provider_id, _claim.person_id, _claim.class_id),
        _claim.area_id.label("claim_area_id"),
    )
    .join(table_of(Claim), _claim.id == table_of(place).c.claim_id)
    .where(table_of(place).c.claim_id == bindparam("claim_id"))
    for place in _PLACES
}
_FIND_AND_LOCK = {
    place: query.with_for_update(of=table_of(place)) for place, query in _FIND.items()
}
_HERE = {
    place: (
        table_of(place).c.claim_id == bindparam("the_claim"),
        table_of(place).c.version == bindparam("the_version"),
    )
    for place in _PLACES
}
_UPDATE = {place: update(table_of(place)).where(*_HERE[place]) for place in _PLACES}
_DELETE = {place: delete(table_of(place)).where(*_HERE[place]) for place in _PLACES}
_INSERT = {place: insert(table_of(place)) for place in _PLACES}
_INSERT_HISTORY = insert(table_of(ClaimHistory))
_COLUMNS = tuple(table_of(ClaimProgress).columns.keys())


def progress_of(session: Session, claim_id: int, *, lock: bool = False) -> ProgressColumns:
    """Return where a claim stands, open or closed. Raises LookupError if there is no such claim."""
    for table in _PLACES:
        query = select(table).where(col(table.claim_id) == claim_id)
        query = query.execution_options(populate_existing=True)
        row = session.exec(query.with_for_update() if lock else query).first()
        if row is not None:
            return row
    raise LookupError(f"no claim has the number {claim_id}")


def move(
    session: Session, *, claim_id: int, event: str, moment: Moment, rules: DueRules
) -> Moved | NotMoved:
    """Move one claim by `event`, with every effect; nothing is committed.

    Returns what was done, or every guard that stood in the way. Raises LookupError for an unknown
    claim, OtherChartError for one that a newer chart rules, and KeyError when an edge needs a value
    that `moment.given` lacks.
    """
    session.flush()
    place, row = _locked(session, claim_id)
    edge = CLAIM.choose(row, event, moment)
    if isinstance(edge, Blocked):
        return NotMoved(claim_id, event, edge.source, edge.guards)
    version = row.version + 1
    changed = _new_values(session, row, edge, moment)
    _write_history(session, claim_id, edge, moment, version)
    step = Step(session, row, edge, moment, version, changed)
    changed |= run_effects(step, rules)
    goes_to = _write_row(session, place, row, changed)
    _forget_stale(session, claim_id, goes_to)
    return Moved(claim_id, event, edge.source, edge.target, version)


def _locked(session: Session, claim_id: int) -> tuple[type[ProgressColumns], Any]:
    """Where the claim stands, and its row with what the effects need of its identity."""
    connection = session.connection()
    find = _FIND_AND_LOCK if connection.dialect.name == "postgresql" else _FIND
    for place in _PLACES:
        row = connection.execute(find[place], {"claim_id": claim_id}).first()
        if row is not None:
            if row.chart_version != CLAIM.version:
                raise OtherChartError(claim_id, found=row.chart_version, known=CLAIM.version)
            return place, row
    raise LookupError(f"no claim has the number {claim_id}")


def _value(value: Value, row: Any, moment: Moment, column: str) -> object:
    match value:
        case Const(v):
            return v
        case Plus(step):
            return getattr(row, column) + step
        case Column(name):
            return getattr(row, name)
        case Source():
            return row.state
        case Given(name):
            return moment.given[name]


def _new_values(session: Session, row: Any, edge: Edge, moment: Moment) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: _value(value, row, moment, name) for name, value in edge.effects.sets.items()
    }
    order = order_for(session, row.road_id)
    return changed | {
        "state": edge.target,
        "version": row.version + 1,
        "since": moment.today,
        "next_stage": order.after(edge.target, row.next_stage),
        "early_stage": order.early(edge.target, row.early_stage),
    }


def _write_history(
    session: Session, claim_id: int, edge: Edge, moment: Moment, version: int
) -> None:
    batch = batch_of(session, moment)
    session.connection().execute(
        _INSERT_HISTORY,
        {
            "claim_id": claim_id,
            "version": version,
            "event": edge.event,
            "source": edge.source,
            "target": edge.target,
            "effective_on": moment.today,
            "recorded_at": moment.recorded_at,
            "actor": moment.actor,
            "note": moment.note,
            "batch": batch,
        },
    )


def _write_row(
    session: Session, place: type[ProgressColumns], row: Any, changed: dict[str, Any]
) -> type[ProgressColumns]:
    """Write the new values where the claim stands, or carry it to the other table, and say which."""
    goes_to = ClaimClosed if changed["state"] in CLOSED else ClaimProgress
    here = {"the_claim": row.claim_id, "the_version": row.version}
    connection = session.connection()
    if goes_to is place:
        written = connection.execute(_UPDATE[place], changed | here).rowcount
    else:
        before = {name: getattr(row, name) for name in _COLUMNS}
        connection.execute(_INSERT[goes_to], before | changed)
        written = connection.execute(_DELETE[place], here).rowcount
    if written != 1:
        raise RowsMovedUnderneathError(
            f"claim {row.claim_id} was moved by somebody else meanwhile; do the act again"
        )
    return goes_to


def _forget_stale(session: Session, claim_id: int, place: type[ProgressColumns]) -> None:
    """Rows that the session holds as objects are read again when they are next looked at."""
    for held in list(session.identity_map.values()):
        if not isinstance(held, ProgressColumns | Deadline) or held.claim_id != claim_id:
            continue
        if isinstance(held, place | Deadline):
            session.expire(held)
        else:
            session.expunge(held)
