"""Putting a claim onto another road: the same track and route under a newer version of the pack."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlmodel import Session

from states.claim import CLAIM, SIDE
from subsidy.records.moves.interactive import progress_of
from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import Moment, OtherChartError
from subsidy.records.moves.roads import order_of
from subsidy.records.tables import ClaimHistory, ClaimProgress, Road
from subsidy.records.tables.claims import ProgressColumns
from subsidy.records.tables.types import table_of

APPROVED = ("approved", "grant_publicised", "payable", "paying", "paid")


def switch_road(session: Session, *, claim_id: int, road: Road, event: str, moment: Moment) -> bool:
    """Bind an open claim to `road`; a row of history says so. False if it is on it already.

    The state stays; order, levels and what is left of them follow the new road, and the decision is
    no longer current. An approval that was given stands. Raises LookupError for an unknown claim.
    """
    row = progress_of(session, claim_id, lock=True)
    if row.road_id == road.id:
        return False
    if row.chart_version != CLAIM.version:
        raise OtherChartError(claim_id, found=row.chart_version, known=CLAIM.version)
    order = order_of(road)
    session.execute(
        insert(table_of(ClaimHistory)).values(
            claim_id=claim_id,
            version=row.version + 1,
            event=event,
            source=row.state,
            target=row.state,
            effective_on=moment.today,
            recorded_at=moment.recorded_at,
            actor=moment.actor,
            note=moment.note,
            batch=batch_of(session, moment),
        )
    )
    table = table_of(ClaimProgress)
    session.execute(
        update(table)
        .where(table.c.claim_id == claim_id)
        .values(
            road_id=road.id,
            version=row.version + 1,
            levels=road.levels,
            levels_left=_left(row, road),
            next_stage=order.after(place_of(row), row.next_stage),
            early_stage=order.early(place_of(row), row.early_stage),
            decision_current=0,
        )
    )
    session.expire_all()
    return True


def place_of(row: ProgressColumns) -> str:
    """Where on its road a claim stands, or will come back to from beside it."""
    return row.resume_to if row.state in SIDE and row.resume_to else row.state


def _left(row: ProgressColumns, road: Road) -> int:
    """Levels still to pass: none behind an approval, and before one at least the approval itself."""
    if place_of(row) in APPROVED:
        return row.levels_left
    return max(road.levels - row.levels_done, min(road.levels, 1))
