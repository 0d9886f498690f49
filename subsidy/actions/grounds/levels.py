"""At whose desk a claim lies, who may decide there, and what keeps it from moving on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from states.chart import Blocked
from states.claim import AT_REVIEW, CLAIM, SIDE, UNAPPLIED
from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import not_possible, same_person, still_stands
from subsidy.actions.grounds.ticket_rows import open_codes
from subsidy.records.moves import NotMoved
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ClaimProgress, ReviewAct, Road
from subsidy.records.tables.claims import ProgressColumns
from subsidy.rules.policy import Level
from subsidy.rules.verdict import Finding

PASSED = ("reviewed", "approved")
"""Acts that pass a level."""
UNDER_REVIEW = ("applied", "reviewed")
DESK = ("clerk",)
"""Roles at a desk; section heads and leaders stand above them."""


def waits_for_level(state: str, next_stage: str) -> bool:
    """Whether a claim that stands in `state` waits for a level of review, applied for or not."""
    return state in UNDER_REVIEW or next_stage in UNAPPLIED.get(state, ())


def passing_event(row: ProgressColumns) -> str:
    """How the level that the claim waits for is passed: `review`, or `approve` at the last one."""
    further = row.levels_left > 1 and (row.state, "review") in CLAIM.edges
    return "review" if further else "approve"


def unapplied(*, aside: bool = False) -> ColumnElement[bool]:
    """In SQL: the first level comes next for a claim that nobody applies for.

    `aside`: it stood there when it left the road.
    """
    at = col(ClaimProgress.resume_to if aside else ClaimProgress.state)
    following = col(ClaimProgress.next_stage)
    return or_(*(and_(at == state, following.in_(after)) for state, after in UNAPPLIED.items()))


def in_the_way(session: Session, act: Act, claim_id: int, event: str) -> list[Finding]:
    """Why the claim cannot take `event` now: guards, the tickets behind them, nothing to approve."""
    row = progress_of(session, claim_id)
    chosen = CLAIM.choose(row, event, act.moment())
    guards = chosen.guards if isinstance(chosen, Blocked) else ()
    if event == "approve" and not row.amount_fen and _pays(session, row):
        guards = (*guards, "something_is_due")
    elif not isinstance(chosen, Blocked):
        return []
    standing = open_codes(session, claim_id=claim_id) if "nothing_blocks_it" in guards else ()
    why = [still_stands(act, code=code) for code in sorted(standing)]
    return [not_possible(act, NotMoved(claim_id, event, row.state, guards)), *why]


def _pays(session: Session, row: ProgressColumns) -> bool:
    return "payable" in session.get_one(Road, row.road_id).stages.split()


def level_of(session: Session, act: Act, row: ProgressColumns) -> Level | None:
    """The level at whose desk the claim lies: the one it waits for, after approval the last one.

    None where it does not wait for review yet and where the pack leaves the levels open.
    """
    place = row.resume_to if row.state in SIDE else row.state
    road = session.get_one(Road, row.road_id)
    levels = act.pack.tracks[road.track].levels(road.route) or ()
    if not (place in AT_REVIEW or waits_for_level(place, row.next_stage)) or not levels:
        return None
    return levels[min(row.levels_done, len(levels) - 1)]


def office_of(session: Session, claim: Claim, level: Level) -> int:
    """The area whose office decides a level."""
    if level.office != "city":
        return claim.area_id
    area = city_area(session, claim.city).id
    assert area is not None
    return area


def level_faults(session: Session, act: Act, claim: Claim, row: ProgressColumns) -> list[Finding]:
    """Reasons why the actor may not decide at the claim's level: role, office, the level before."""
    faults = desk_faults(session, act, claim, row)
    level = level_of(session, act, row)
    if level is None or not waits_for_level(row.state, row.next_stage):
        return faults
    assert claim.id is not None
    before = last_pass(session, claim.id, level=row.levels_done)
    if before is not None and before.actor == act.actor:
        faults.append(same_person(act, step=level.name, earlier="上一级审核"))
    return faults


def desk_faults(session: Session, act: Act, claim: Claim, row: ProgressColumns) -> list[Finding]:
    """Reasons why the claim does not lie at the actor's desk."""
    level = level_of(session, act, row)
    if level is None:
        return outside_of(session, act, area_id=claim.area_id, roles=DESK)
    return outside_of(session, act, area_id=office_of(session, claim, level), roles=(level.role,))


def last_pass(session: Session, claim_id: int, *, level: int) -> ReviewAct | None:
    """Who passed a level last: a claim that was sent down is passed there once more."""
    return session.exec(
        select(ReviewAct)
        .where(
            ReviewAct.claim_id == claim_id,
            ReviewAct.level == level,
            col(ReviewAct.act).in_(PASSED),
        )
        .order_by(col(ReviewAct.id).desc())
        .limit(1)
    ).first()
