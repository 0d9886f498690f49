"""A chart that changes while claims are under way, for the one revision that ships with it.

    def upgrade():
        for table, states in NEW_STATES.items():
            allow_states(op.get_bind(), table, states)
        move_claims(op.get_bind(), CHANGE, at=datetime.now(UTC), today=...)

The revision writes the states down as they are on the day it is made: a later chart is a later revision.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Connection,
    MetaData,
    Table,
    Update,
    and_,
    case,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlmodel import Session

from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import Moment
from subsidy.records.moves.roads import orders
from subsidy.records.tables import ClaimClosed, ClaimHistory, ClaimProgress
from subsidy.records.tables.types import BIG_KEY, Instant, table_of

MIGRATED = "migrated"


class ChartChangeError(ValueError):
    """The change does not say where every claim goes; nothing was changed. Complete `goes_to`."""


@dataclass(frozen=True)
class ChartChange:
    """From one version of the claim chart to the next: where claims in each old state go."""

    old: int
    new: int
    goes_to: Mapping[str, str]
    """Every state of the old chart, and the state of the new one (mostly the same)."""
    states: frozenset[str]
    """Every state of the new chart."""
    note: str
    actor: str


def allow_states(connection: Connection, table: str, states: Collection[str]) -> None:
    """Let the column `state` of a table hold these values; every other CHECK of it stays."""
    name = f"ck_{table}_state"
    listed = ", ".join(f"'{state}'" for state in states)
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(
            text(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (state IN ({listed}))")
        )
        return
    # SQLite cannot change a CHECK: the table is made anew, with every CHECK named by hand (whether
    # reflection brings them along depends on its version). The end of a migration makes the triggers.
    found = Table(table, MetaData(), autoload_with=connection)
    found.constraints -= {c for c in found.constraints if isinstance(c, CheckConstraint)}
    for check in inspect(connection).get_check_constraints(table):
        sql = f"state IN ({listed})" if check["name"] == name else check["sqltext"]
        found.append_constraint(CheckConstraint(sql, name=check["name"]))
    with op.batch_alter_table(table, copy_from=found, recreate="always"):
        pass


def move_claims(
    connection: Connection, change: ChartChange, *, at: datetime, today: date
) -> dict[str, int]:
    """Put every claim under the new chart; return new state → how many open claims.

    Every open claim gets a `migrated` row of history; a closed one only where its state changes.
    Raises ChartChangeError when a claim is in a state that the change does not name.
    """
    with Session(connection) as session:
        _refuse_incomplete(session, change)
        moment = Moment(today, at, change.actor, change.note)
        counts: dict[str, int] = {}
        for source, target in change.goes_to.items():
            for place in (ClaimProgress, ClaimClosed):
                count = _move(session, change, moment, place, source, target)
                if place is ClaimProgress and count:
                    counts[target] = counts.get(target, 0) + count
        _come_back_elsewhere(session, change)
        _follow_roads(session, change)
        session.commit()  # of the session only: the revision's transaction goes on
    return counts


def _refuse_incomplete(session: Session, change: ChartChange) -> None:
    unknown = set(change.goes_to.values()) - change.states
    if unknown:
        raise ChartChangeError(f"no states of the new chart: {', '.join(sorted(unknown))}")
    for place in (ClaimProgress, ClaimClosed):
        table = table_of(place).c
        for column in (table.state, table.resume_to):
            found = set(session.execute(select(column).distinct()).scalars()) - {""}
            lost = found - set(change.goes_to)
            if lost:
                raise ChartChangeError(
                    f"{table_of(place).name}: where do claims in {', '.join(sorted(lost))} go?"
                )


def _move(
    session: Session,
    change: ChartChange,
    moment: Moment,
    place: type[ClaimProgress] | type[ClaimClosed],
    source: str,
    target: str,
) -> int:
    table = table_of(place)
    here = and_(table.c.state == source, table.c.chart_version == change.old)
    told = place is ClaimProgress or source != target
    if told:
        _write_history(session, moment, table, here, source, target)
    values = {"state": target, "chart_version": change.new}
    if told:
        values["version"] = table.c.version + 1
    return _run(session, update(table).where(here).values(**values))


def _write_history(
    session: Session, moment: Moment, table: Table, here: object, source: str, target: str
) -> None:
    query = select(
        table.c.claim_id,
        table.c.version + 1,
        literal(MIGRATED),
        literal(source),
        literal(target),
        literal(moment.today),
        literal(moment.recorded_at, type_=Instant()),
        literal(moment.actor),
        literal(moment.note),
        literal(batch_of(session, moment), type_=BIG_KEY),
    ).where(here)  # type: ignore[arg-type]
    names = "claim_id version event source target effective_on recorded_at actor note batch"
    session.execute(insert(table_of(ClaimHistory)).from_select(names.split(), query))


def _come_back_elsewhere(session: Session, change: ChartChange) -> None:
    """Claims beside the road and ended ones come back to where their state went."""
    changed = {s: t for s, t in change.goes_to.items() if s != t}
    for place in (ClaimProgress, ClaimClosed) if changed else ():
        column = table_of(place).c.resume_to
        _run(
            session,
            update(table_of(place))
            .where(column.in_(list(changed)))
            .values(resume_to=case(changed, value=column)),
        )


def _follow_roads(session: Session, change: ChartChange) -> None:
    """Claims whose state changed go on from there, where their road knows the new state."""
    table = table_of(ClaimProgress)
    changed = {target for source, target in change.goes_to.items() if source != target}
    for road_id, order in orders(session).items():
        for state in sorted(changed & set(order.next_of)):
            here = and_(table.c.road_id == road_id, table.c.state == state)
            _run(session, update(table).where(here).values(next_stage=order.next_of[state]))


def _run(session: Session, statement: Update) -> int:
    options = {"preserve_rowcount": True}
    return session.connection().execute(statement, execution_options=options).rowcount
