"""Which open claims a change of the pack is for, and which of them cannot follow it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.moves.switching import place_of
from subsidy.records.tables import Claim, ClaimProgress, Deadline, Road
from subsidy.rules.policy import Pack, road_of

NO_ROAD = "no_such_road"
NOT_ON_ROAD = "state_not_on_road"
MONEY_MOVES = "money_on_the_way"
STOPPED = "stopped_clock_without_window"
NOTICE = "notice_falls_away"
WHY = {
    NO_ROAD: "the new pack has no such track or route",
    NOT_ON_ROAD: "its state is no stage of the new road",
    MONEY_MOVES: "money was ordered for it under the old pack",
    STOPPED: "its clock is stopped in a window that the new pack leaves unset",
    NOTICE: "it was promised a public notice, which the new road leaves out",
}
"""Why a claim stays on the version it began with."""
ON_THE_WAY = ("paying", "bank_returned", "recovering")
FAILED = "failed"
NOTICES = frozenset(("grant_publicised", "result_publicised"))


@dataclass(frozen=True)
class Choice:
    """Which claims: all of the city that are open and on another version, or fewer."""

    track: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One open claim that is on another version than the one wanted."""

    claim_id: int
    number: str
    track: str
    route: str
    state: str
    place: str
    """Where on its road it stands, or will come back to."""
    next_stage: str
    levels: int
    road_id: int
    version: str
    why: str
    """Why it stays, one of `WHY`; empty: it can move."""


def candidates(
    session: Session,
    act: Act,
    choice: Choice,
    *,
    low: int = 0,
    high: int | None = None,
    limit: int | None = None,
) -> list[Candidate]:
    """Claims numbered low ≤ id < high that are to follow the act's pack, in id order."""
    query = (
        select(ClaimProgress, Claim, Road)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .join(Road, col(Road.id) == ClaimProgress.road_id)
        .where(
            Claim.city == act.city,
            Road.pack_version != act.pack.version,
            col(ClaimProgress.claim_id) >= low,
        )
        .order_by(col(ClaimProgress.claim_id))
        .limit(limit)
    )
    if high is not None:
        query = query.where(col(ClaimProgress.claim_id) < high)
    if choice.track:
        query = query.where(Claim.track == choice.track)
    if choice.numbers:
        query = query.where(col(Claim.number).in_(choice.numbers))
    rows = session.exec(query).all()
    stopped = _stopped(session, [row.claim_id for row, _, _ in rows])
    return [
        Candidate(
            claim_id=row.claim_id,
            number=claim.number,
            track=road.track,
            route=road.route,
            state=row.state,
            place=place_of(row),
            next_stage=row.next_stage,
            levels=row.levels,
            road_id=row.road_id,
            version=road.pack_version,
            why=_why_it_stays(act.pack, row, road, stopped.get(row.claim_id, ())),
        )
        for row, claim, road in rows
    ]


def _why_it_stays(pack: Pack, row: ClaimProgress, old: Road, stopped: Collection[str]) -> str:
    track = pack.tracks.get(old.track)
    if track is None or old.route not in pack.spec.routing.routes:
        return NO_ROAD
    if row.state in ON_THE_WAY:
        return MONEY_MOVES
    stages, place = road_of(track, old.route).stages, place_of(row)
    wanted = row.next_stage if place == FAILED else place  # a resit still leads to the same stage
    if wanted not in ("listed", *stages):  # every claim begins in `listed`, on whatever road
        return NOT_ON_ROAD
    if (NOTICES & set(old.stages.split())) - set(stages):
        return NOTICE
    windows = track.windows
    if any(name not in windows or windows[name].n is None for name in stopped):
        return STOPPED
    return ""


def _stopped(session: Session, claim_ids: Sequence[int]) -> dict[int, set[str]]:
    """Windows whose clocks are stopped, by claim."""
    found: dict[int, set[str]] = {}
    query = select(Deadline.claim_id, Deadline.window).where(
        col(Deadline.claim_id).in_(list(claim_ids)), Deadline.status == "stopped"
    )
    for claim_id, window in session.exec(query).all():
        found.setdefault(claim_id or 0, set()).add(window)
    return found
