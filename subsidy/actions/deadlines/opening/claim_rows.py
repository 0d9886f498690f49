"""Windows of claims that open with a fact and not with a move: a certificate entered, a list handed in.

Windows that a move opens stand in the chart (`states/claim_effects.py`); these begin on days that the
moves of an application do not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.deadlines.recounting import set_lapses
from subsidy.records.moves import OpenWindow
from subsidy.records.tables import ClaimProgress, Deadline
from subsidy.rules.policy import Track

RUNNING = ("open", "stopped")
CERTIFICATE = "certificate_issued"
FROM_CERTIFICATE = ("application", "allowance_period")
"""Windows that a pack may count from the certificate; others open with the moves."""


def open_claim_windows(
    session: Session, act: Act, claim_ids: Sequence[int], window: str, *, anchor: date
) -> int:
    """Open a window of these open claims from `anchor`; return how many are new.

    A claim in which it runs already, or whose road has no such window, is left as it is.
    """
    rules = PackRules(session, act)
    new, lapsing = [], []
    for row in _without(session, claim_ids, window):
        found = rules.window(road_id=row.road_id, window=window, anchor=anchor)
        if found is None:
            continue
        new.append(deadline_of(act, row, window, anchor=anchor, found=found))
        if found.lapses_after != FAR:
            lapsing.append(row.claim_id)
    if new:
        session.execute(insert(Deadline), new)
        set_lapses(session, lapsing)
    return len(new)


def deadline_of(
    act: Act, row: ClaimProgress, window: str, *, anchor: date, found: OpenWindow
) -> dict[str, Any]:
    """The values of a deadline that begins to run today."""
    return {
        "city": act.city,
        "area_id": row.area_id,
        "claim_id": row.claim_id,
        "rule_id": found.rule_id,
        "window": window,
        "anchor_on": anchor,
        "due_on": found.due_on,
        "told_by": found.told_by,
        "lapses_after": found.lapses_after,
        "next_on": found.next_on,
        "final": found.final,
        "calendar_version": found.calendar_version,
        "status": "open",
        "escalated": 0,
        "opened_version": row.version,
        "opened_on": act.today,
    }


def open_from_certificate(
    session: Session, act: Act, claim_ids: Sequence[int], track: Track, *, issued_on: date
) -> None:
    """Open what the pack counts from the certificate: applying for it, or drawing an allowance."""
    for name in FROM_CERTIFICATE:
        if name in track.windows and track.windows[name].anchor == CERTIFICATE:
            open_claim_windows(session, act, claim_ids, name, anchor=issued_on)


def _without(session: Session, claim_ids: Sequence[int], window: str) -> Sequence[ClaimProgress]:
    """Open claims among these in which the window does not run, in id order."""
    running = (
        select(Deadline.id)
        .where(
            Deadline.claim_id == ClaimProgress.claim_id,
            Deadline.window == window,
            col(Deadline.status).in_(RUNNING),
        )
        .correlate(ClaimProgress)
    )
    return session.exec(
        select(ClaimProgress)
        .where(col(ClaimProgress.claim_id).in_(list(claim_ids)), ~running.exists())
        .order_by(col(ClaimProgress.claim_id))
    ).all()
