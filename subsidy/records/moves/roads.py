"""The order of stages of each road, from the `road` table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from states.claim import ROAD
from subsidy.records.tables import Road

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


def order_of(road: Road) -> Order:
    """Read one row: `listed enrolled …` and `assessed>applied`."""
    stages = road.stages.split()
    early = dict(pair.split(">", 1) for pair in road.early.split())
    following = dict(zip(stages, [*stages[1:], "end"], strict=True))
    return Order(next_of=following, early_of=early)


def orders(session: Session) -> dict[int, Order]:
    """Return every road's order, by id; kept on the session, since roads never change."""
    held: dict[int, Order] | None = session.info.get("road_orders")
    if held is None:
        held = {r.id: order_of(r) for r in session.exec(select(Road)).all() if r.id is not None}
        session.info["road_orders"] = held
    return held


def order_for(session: Session, road_id: int) -> Order:
    """Return one road's order, reading again if the road is new. Raises KeyError if unknown."""
    known = orders(session)
    if road_id not in known:
        session.info.pop("road_orders", None)
        known = orders(session)
    return known[road_id]
