"""What the caller may do with a claim now, and why a deed that the state knows is closed to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from states.chart import Blocked
from states.claim import CLAIM
from subsidy.actions.acting import Act
from subsidy.actions.decisions import is_decidable
from subsidy.actions.grounds.levels import (
    last_pass,
    level_of,
    office_of,
    passing_event,
    waits_for_level,
)
from subsidy.actions.grounds.overrides_of import REOPEN_ASKED
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import guard_words
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ReviewAct
from subsidy.records.tables.claims import ProgressColumns

AT_LEVEL = ("review", "approve", "send_back")
"""Deeds of whoever decides the level that the claim waits for."""


@dataclass(frozen=True)
class Kind:
    """One deed: its name, the event that does it, its permission, the fields that it asks for."""

    name: str
    event: str
    door: str
    asks: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("approve", "approve", "claims.approve", ("note",)),
    Kind("review", "review", "claims.review", ("note",)),
    Kind("send_back", "send_back", "claims.send_back", ("faults",)),
    Kind("send_down", "send_down", "claims.send_down", ("reason",)),
    Kind("resubmit", "resubmit", "claims.resubmit", ("note",)),
    Kind("hold", "hold", "claims.hold", ("reason",)),
    Kind("release", "release", "claims.hold", ("note",)),
    Kind("reject", "reject", "claims.reject", ("reasons", "clause")),
    Kind("withdraw", "withdraw", "claims.withdraw", ("reason",)),
    Kind("ask_reopen", "reopen", "claims.ask_reopen", ("decision", "reason")),
    Kind("reopen", "reopen", "claims.reopen"),
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
    claim = session.get_one(Claim, claim_id)
    found = [
        DeedView(kind.name, kind.asks, _why(session, act, claim, row, kind, may))
        for kind in KINDS
        if _fits(session, row, kind)
    ]
    if is_decidable(row):
        found.append(DeedView("decide", (), () if may("claims.decide") else ("没有此项权限",)))
    return found


def level_view(session: Session, act: Act, *, claim_id: int) -> LevelView | None:
    """The level that a claim under review waits for, as the pack names it."""
    row = progress_of(session, claim_id)
    if not waits_for_level(row.state, row.next_stage):
        return None
    level = level_of(session, act, row)
    if level is None:
        return None
    return LevelView(row.levels_done + 1, level.name, level.office, level.role)


def _fits(session: Session, row: ProgressColumns, kind: Kind) -> bool:
    """Whether the claim's state knows the deed at all."""
    if (row.state, kind.event) not in CLAIM.edges:
        return False
    if kind.name in AT_LEVEL and not waits_for_level(row.state, row.next_stage):
        return False
    if kind.name in ("review", "approve"):
        return kind.name == passing_event(row)
    if kind.event == "reopen":
        return (kind.name == "reopen") == (_reopen_asked_by(session, row) is not None)
    return True


def _why(
    session: Session,
    act: Act,
    claim: Claim,
    row: ProgressColumns,
    kind: Kind,
    may: Callable[[str], bool],
) -> tuple[str, ...]:
    """Every reason why the caller cannot do it now."""
    why: list[str] = []
    if not may(kind.door):
        why.append("没有此项权限")
    elif kind.name in AT_LEVEL:
        why += _not_my_level(session, act, claim, row)
    if kind.name == "reopen" and _reopen_asked_by(session, row) == act.actor:
        why.append("由本人申请，须由第二人确认")
    chosen = CLAIM.choose(row, kind.event, act.moment())
    if isinstance(chosen, Blocked):
        names = [name for name in chosen.guards if "resume" not in name]
        why += [guard_words(name) for name in names] or ["没有可返回的环节"]
    return tuple(dict.fromkeys(why))


def _not_my_level(session: Session, act: Act, claim: Claim, row: ProgressColumns) -> list[str]:
    level = level_of(session, act, row)
    if level is None or claim.id is None:
        return []
    why = []
    office = office_of(session, claim, level)
    if outside_of(session, act, area_id=office, roles=(level.role,)):
        why.append(f"本级为“{level.name}”，由其他岗位或上级办理")
    before = last_pass(session, claim.id, level=row.levels_done)
    if before is not None and before.level == row.levels_done and before.actor == act.actor:
        why.append("上一级由本人办理，本级须换人办理")
    return why


def _reopen_asked_by(session: Session, row: ProgressColumns) -> str | None:
    """Who asked to reopen the claim as it stands; None if nobody did."""
    asked = session.exec(
        select(ReviewAct)
        .where(ReviewAct.claim_id == row.claim_id, ReviewAct.act == REOPEN_ASKED)
        .order_by(col(ReviewAct.id).desc())
    ).first()
    return asked.actor if asked is not None and asked.claim_version == row.version else None
