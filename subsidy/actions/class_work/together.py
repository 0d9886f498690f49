"""One class event for all claims of the class, in one transaction, and why some stayed behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.chart import Blocked
from states.claim import CLAIM, ROAD
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.grounds.ticket_rows import WITHDRAWN, close_all, open_codes
from subsidy.records.moves import Moment, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import Claim, ClaimProgress
from subsidy.records.tables.types import table_of

PLACE = {state: at for at, state in enumerate(ROAD)}
ENTERED = {edge.target for edge in CLAIM.edges_of("enter")}
CHUNK = 500


@dataclass(frozen=True)
class Together:
    """What a class event did: target state → how many; and those that stayed, with the reasons."""

    moved: Mapping[str, int] = field(default_factory=dict)
    left: Sequence[tuple[int, tuple[str, ...]]] = ()


def claims_of(session: Session, *, class_id: int) -> list[ClaimProgress]:
    """Where the open claims of a class stand, in id order."""
    query = (
        select(ClaimProgress)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(Claim.class_id == class_id)
        .order_by(col(ClaimProgress.claim_id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query).all())


def move_together(
    session: Session,
    act: Act,
    *,
    event: str,
    moment: Moment,
    rows: Collection[ClaimProgress],
    target: str = "",
) -> Together:
    """Move those of `rows` that `event` may move; one whose road begins at `target` enters it there.

    Claims that already stand at or behind `target`, or whose road begins behind it, are neither
    moved nor left.
    Reasons are the guards that failed, or the state that knows no such event, with the codes of
    the open tickets.
    """
    ready: dict[str, list[int]] = {}
    left: list[tuple[int, tuple[str, ...]]] = []
    for row in rows:
        if target and _is_past(row, target):
            continue
        taken = "enter" if _enters(row, target) else event
        chosen = CLAIM.choose(row, taken, moment)
        if isinstance(chosen, Blocked):
            left.append((row.claim_id, reasons_of(session, chosen, row.claim_id)))
        else:
            ready.setdefault(taken, []).append(row.claim_id)
    moved: dict[str, int] = {}
    rules = PackRules(session, act)
    parts = [
        (taken, ids[start : start + CHUNK])
        for taken, ids in ready.items()
        for start in range(0, len(ids), CHUNK)
    ]
    for taken, ids in parts:
        scope = Scope.claims(ids)
        done = move_all(session, event=taken, scope=scope, moment=moment, rules=rules, lock=True)
        for state, count in done.items():
            moved[state] = moved.get(state, 0) + count
    return Together(moved, tuple(left))


def _is_past(row: ClaimProgress, target: str) -> bool:
    """Whether the claim, or the beginning of its road, lies at or behind `target`."""
    if row.state == CLAIM.initial:
        return PLACE.get(row.next_stage, -1) > PLACE[target]
    return PLACE.get(row.state, -1) >= PLACE[target]


def _enters(row: ClaimProgress, target: str) -> bool:
    """Whether the claim waits for its road to begin, and it begins with `target`."""
    return row.state == CLAIM.initial and row.next_stage == target and target in ENTERED


def reasons_of(session: Session, blocked: Blocked, claim_id: int) -> tuple[str, ...]:
    """Why a claim stayed: guards or state, then the codes of its open tickets."""
    why = blocked.guards or (f"state:{blocked.source}",)
    return (*why, *sorted(open_codes(session, claim_id=claim_id)))


def change_facts(session: Session, claim_ids: Sequence[int], **values: Any) -> None:
    """Write facts of open claims; their decisions are no longer current."""
    table = table_of(ClaimProgress)
    values.setdefault("decision_current", 0)
    for start in range(0, len(claim_ids), CHUNK):
        ids = list(claim_ids[start : start + CHUNK])
        session.execute(update(table).where(table.c.claim_id.in_(ids)).values(**values))
    session.flush()
    for row in session.identity_map.values():
        if isinstance(row, ClaimProgress):
            session.expire(row)


def withdraw_together(
    session: Session, act: Act, *, rows: Collection[ClaimProgress], note: str
) -> Together:
    """Withdraw claims of a class; what people were to look at in them is settled by that."""
    ids = [row.claim_id for row in rows]
    done = move_together(session, act, event="withdraw", moment=act.moment(note), rows=rows)
    stayed = {claim_id for claim_id, _ in done.left}
    gone = [claim_id for claim_id in ids if claim_id not in stayed]
    for start in range(0, len(gone), CHUNK):
        chunk = gone[start : start + CHUNK]
        close_all(session, act, claim_ids=chunk, outcome=WITHDRAWN)
    return done
