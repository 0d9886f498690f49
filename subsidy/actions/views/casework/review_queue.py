"""The review desk: claims that wait for a level that the caller decides, with what stands in the way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlmodel import Session, col, select

from states.chart import Blocked
from states.claim import CLAIM
from subsidy.actions.acting import Act
from subsidy.actions.grounds.levels import UNDER_REVIEW, passing_event, unapplied
from subsidy.actions.grounds.permits import ABOVE, city_area
from subsidy.actions.grounds.refusals import guard_words
from subsidy.records.tables import Area, Claim, ClaimProgress, Deadline, Person, Road, TrainingClass
from subsidy.rules.policy import Level

PAGE = 100


@dataclass(frozen=True)
class WaitingRow:
    """One claim that waits for the caller's level. `why` names what keeps it from passing now."""

    claim_id: int
    number: str
    area_id: int
    area: str
    state: str
    level: str
    event: str
    """review, or approve where this is the last level."""
    person: str
    class_id: int | None
    class_number: str
    class_title: str
    amount_fen: int
    since: date
    due_on: date | None
    why: tuple[str, ...]


def waiting_for_me(
    session: Session,
    act: Act,
    *,
    areas: Collection[int],
    class_id: int | None = None,
    after: int | None = None,
) -> tuple[list[WaitingRow], int | None, int]:
    """Claims at a level of the caller, oldest first: rows, the key of the next page, how many in all."""
    mine, levels = _mine(session, act, areas)
    query = (
        select(Claim, ClaimProgress, Area.name, Person.masked_name, TrainingClass)  # type: ignore[call-overload]
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .join(Area, col(Area.id) == Claim.area_id)
        .outerjoin(Person, col(Person.id) == Claim.person_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .where(
            Claim.city == act.city,
            _up_for_review(act),
            mine,
        )
    )
    if class_id is not None:
        query = query.where(Claim.class_id == class_id)
    count = session.exec(select(func.count()).select_from(query.subquery())).one()
    if after is not None:
        query = query.where(col(Claim.id) > after)
    found = session.exec(query.order_by(col(Claim.id)).limit(PAGE + 1)).all()
    due = _due(session, [claim.id for claim, *_ in found])
    rows = [
        _row(act, levels, claim, at, area, person, training, due)
        for claim, at, area, person, training in found[:PAGE]
    ]
    return rows, rows[-1].claim_id if len(found) > PAGE else None, count


def area_of_claims(session: Session, *, city: str, claim_ids: Collection[int]) -> dict[int, int]:
    """Claim → its area, for the claims of the city among `claim_ids`."""
    rows = session.exec(
        select(Claim.id, Claim.area_id).where(
            Claim.city == city, col(Claim.id).in_(list(claim_ids))
        )
    ).all()
    return {claim: area for claim, area in rows if claim is not None}


def numbers_of_claims(session: Session, *, claim_ids: Collection[int]) -> dict[int, str]:
    """Claim → its number."""
    rows = session.exec(
        select(Claim.id, Claim.number).where(col(Claim.id).in_(list(claim_ids)))
    ).all()
    return {claim: number for claim, number in rows if claim is not None}


def _mine(
    session: Session, act: Act, areas: Collection[int]
) -> tuple[ColumnElement[bool], dict[tuple[int, int], Level]]:
    """The condition that a claim waits for a level of the caller, and (road, levels done) → level."""
    city = city_area(session, act.city).id
    conditions: list[ColumnElement[bool]] = []
    levels: dict[tuple[int, int], Level] = {}
    for road in session.exec(select(Road).where(Road.city == act.city)).all():
        track = act.pack.tracks.get(road.track)
        for done, level in enumerate((track.levels(road.route) if track else None) or ()):
            able = {level.role, *ABOVE.get(level.role, ())}
            if not able & act.roles or (level.office == "city" and city not in areas):
                continue
            levels[road.id or 0, done] = level
            conditions.append(
                and_(
                    col(ClaimProgress.road_id) == road.id,
                    col(ClaimProgress.levels_done) == done,
                    true() if level.office == "city" else col(Claim.area_id).in_(areas),
                )
            )
    return or_(false(), *conditions), levels


def _up_for_review(act: Act) -> ColumnElement[bool]:
    """Under review, or next for it with no notice of results still running."""
    over = or_(
        col(ClaimProgress.state) != "result_publicised",
        col(ClaimProgress.notice_last_day) < act.today,
    )
    return or_(col(ClaimProgress.state).in_(UNDER_REVIEW), and_(unapplied(), over))


def _row(
    act: Act,
    levels: dict[tuple[int, int], Level],
    claim: Claim,
    at: ClaimProgress,
    area: str,
    person: str | None,
    training: TrainingClass | None,
    due: dict[int, date],
) -> WaitingRow:
    event = passing_event(at)
    chosen = CLAIM.choose(at, event, act.moment())
    why = chosen.guards if isinstance(chosen, Blocked) else ()
    assert claim.id is not None
    return WaitingRow(
        claim.id,
        claim.number,
        claim.area_id,
        area,
        at.state,
        levels[at.road_id, at.levels_done].name,
        event,
        person or "",
        claim.class_id,
        training.number if training else "",
        training.title if training else "",
        at.amount_fen,
        at.since,
        due.get(claim.id),
        tuple(guard_words(name) for name in why if name != "decision_is_current"),
    )


def _due(session: Session, ids: Collection[int]) -> dict[int, date]:
    rows = session.exec(
        select(Deadline.claim_id, func.min(Deadline.due_on))
        .where(col(Deadline.claim_id).in_(ids), Deadline.status == "open")
        .group_by(col(Deadline.claim_id))
    ).all()
    return {claim_id or 0: due for claim_id, due in rows}
