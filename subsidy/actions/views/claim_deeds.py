"""What the caller may do with a claim now, and why a deed that the state knows is closed to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from states.chart import Blocked
from states.claim import CLAIM
from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import ABOVE
from subsidy.actions.grounds.refusals import guard_words
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ReviewAct, Road
from subsidy.records.tables.claims import ProgressColumns

AT_LEVEL = ("review", "approve")
REDECIDABLE = (
    *("applied", "reviewed", "approved", "grant_publicised", "payable"),
    *("correcting", "held", "objected"),
)


@dataclass(frozen=True)
class Kind:
    """One deed: its name, the events that do it, the permission it stands behind, what it asks for."""

    name: str
    events: tuple[str, ...]
    door: str
    asks: tuple[str, ...] = ()
    """Fields of its form: note, reason, faults, decision."""


KINDS: tuple[Kind, ...] = (
    Kind("approve", ("approve",), "claims.approve", ("note",)),
    Kind("review", ("review",), "claims.review", ("note",)),
    Kind("send_back", ("send_back",), "claims.send_back", ("faults",)),
    Kind("send_down", ("send_down",), "claims.send_down", ("reason",)),
    Kind("resubmit", ("resubmit",), "claims.resubmit", ("note",)),
    Kind("hold", ("hold",), "claims.hold", ("reason",)),
    Kind("release", ("release",), "claims.hold", ("reason",)),
    Kind("reject", ("reject",), "claims.reject", ("reason",)),
    Kind("withdraw", ("withdraw",), "claims.withdraw", ("reason",)),
    Kind("reopen", ("reopen",), "claims.reopen", ("reason", "decision")),
)


@dataclass(frozen=True)
class DeedView:
    """One deed as the claim's page offers it. `why` is empty where it is open."""

    name: str
    asks: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether the caller may do it now."""
        return not self.why


@dataclass(frozen=True)
class LevelView:
    """The level of review that a claim waits for."""

    number: int
    name: str
    office: str
    role: str


def deeds_of(
    session: Session, act: Act, *, claim_id: int, may: Callable[[str], bool]
) -> list[DeedView]:
    """The deeds that the claim's state knows; `may` answers for a permission in the claim's area."""
    row = progress_of(session, claim_id)
    level = level_of(session, act, claim_id=claim_id)
    found = []
    for kind in KINDS:
        events = [e for e in kind.events if (row.state, e) in CLAIM.edges]
        if events and not (kind.name in AT_LEVEL and kind.name != _next(row)):
            found.append(_view(session, act, row, kind, events[0], level, may))
    if row.state in REDECIDABLE:
        why = () if may("claims.decide") else ("没有此项权限",)
        found.append(DeedView("decide", (), why))
    return found


def level_of(session: Session, act: Act, *, claim_id: int) -> LevelView | None:
    """The level that an applied claim waits for, as the pack names it."""
    row = progress_of(session, claim_id)
    claim = session.get_one(Claim, claim_id)
    road = session.get_one(Road, row.road_id)
    track = act.pack.tracks.get(claim.track)
    levels = (track.levels(road.route) if track else None) or ()
    if row.state not in ("applied", "reviewed") or row.levels_done >= len(levels):
        return None
    level = levels[row.levels_done]
    return LevelView(row.levels_done + 1, level.name, level.office, level.role)


def _next(row: ProgressColumns) -> str:
    """Which of the two ends this level: another follows, or approval is what remains."""
    return "review" if row.levels_left > 1 else "approve"


def _view(
    session: Session,
    act: Act,
    row: ProgressColumns,
    kind: Kind,
    event: str,
    level: LevelView | None,
    may: Callable[[str], bool],
) -> DeedView:
    why: list[str] = []
    if not may(kind.door):
        why.append("没有此项权限")
    elif kind.name in AT_LEVEL and level is not None:
        if level.role not in act.roles and not set(ABOVE.get(level.role, ())) & act.roles:
            why.append(f"本级为“{level.name}”，由其他岗位办理")
        if row.levels_done and _decided(session, act, row):
            why.append("上一级由本人办理，本级须换人办理")
    chosen = CLAIM.choose(row, event, act.moment())
    if isinstance(chosen, Blocked):
        why += [guard_words(name) for name in chosen.guards if not name.startswith("resumes_at_")]
        if all(name.startswith("resumes_at_") for name in chosen.guards):
            why.append("没有可返回的环节")
    return DeedView(kind.name, kind.asks, tuple(dict.fromkeys(why)))


def _decided(session: Session, act: Act, row: ProgressColumns) -> bool:
    """Whether the caller decided the level before this one."""
    last = session.exec(
        select(ReviewAct.actor)
        .where(
            ReviewAct.claim_id == row.claim_id,
            col(ReviewAct.act).in_(("reviewed", "approved")),
            ReviewAct.level == row.levels_done,
        )
        .order_by(col(ReviewAct.id).desc())
    ).first()
    return last == act.actor
