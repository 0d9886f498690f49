"""The order of stages of each road, from the `road` table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlmodel import Session

from states.claim import ROAD
from subsidy.records.tables import Road
from subsidy.records.tables.types import table_of

ROAD_STATES = frozenset(ROAD)


@dataclass(frozen=True, slots=True)
class Order:
    """Next stage of each stage of one road, and stages that may come early."""

    next_of: Mapping[str, str]
    early_of: Mapping[str, str]

    def after(self, state: str, present: str) -> str:
        """Return the stage that follows `state`; beside the road the present one stays."""
        return self.next_of.get(state, present)

    def early(self, state: str, present: str) -> str:
        """Return the stage that may come before the next one, or nothing."""
        return self.early_of.get(state, "") if state in ROAD_STATES else present


@lru_cache(maxsize=1024)
def _read(stages: str, early: str) -> Order:
    """Every claim begins in `listed`; on a road that starts elsewhere, its first stage comes next."""
    names = stages.split()
    following = {"listed": names[0]} | dict(zip(names, [*names[1:], "end"], strict=True))
    return Order(next_of=following, early_of=dict(p.split(">", 1) for p in early.split()))


def order_of(road: Road) -> Order:
    """Read one row: `listed enrolled …` and `assessed>applied`."""
    return _read(road.stages, road.early)


_road = table_of(Road).c
_ONE = select(_road.stages, _road.early).where(_road.id == bindparam("road_id"))
_ALL = select(_road.id, _road.stages, _road.early)


def orders(session: Session) -> dict[int, Order]:
    """Return every road's order, by id."""
    return {row.id: _read(row.stages, row.early) for row in session.connection().execute(_ALL)}


def order_for(session: Session, road_id: int) -> Order:
    """Return one road's order; kept on the session, since a road never changes.

    Raises KeyError if there is no such road.
    """
    held: dict[int, Order] = session.info.setdefault("road_orders", {})
    if road_id not in held:
        row = session.connection().execute(_ONE, {"road_id": road_id}).first()
        if row is None:
            raise KeyError(f"no road has the number {road_id}")
        held[road_id] = _read(row.stages, row.early)
    return held[road_id]
