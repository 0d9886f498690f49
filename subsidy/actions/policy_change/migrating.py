"""Moving open claims from the version of the pack they began with to another one, window by window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, sync_roads, window_of
from subsidy.actions.deadlines.duties import Running
from subsidy.actions.deadlines.recounting import rebase
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.actions.policy_change.choosing import Candidate, Choice, candidates
from subsidy.actions.policy_change.surveying import RUNNING
from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.moves.switching import switch_road
from subsidy.records.seals import Signer
from subsidy.records.tables import ClaimProgress, Deadline, Road, WindowRule
from subsidy.rules.verdict import Finding

MIGRATED = "migrated"
DECIDERS = ("section_head",)
WINDOW = 500
"""Claims in one transaction: each is looked at by itself, and the console wants the write lock too."""


def may_migrate(session: Session, act: Act, *, reason: str) -> list[Finding]:
    """Why the actor may not move claims: no reason, no such role, not the whole city."""
    area = city_area(session, act.city)
    assert area.id is not None
    faults = outside_of(session, act, area_id=area.id, roles=DECIDERS)
    return faults if reason.strip() else [*faults, missing(act, "变更适用政策版本的理由")]


def migrate(
    database: Database,
    act: Act,
    signer: Signer,
    choice: Choice,
    *,
    reason: str,
    size: int = WINDOW,
) -> dict[str, int]:
    """Move every chosen claim that can move to the act's pack; return state → how many.

    Each window of claims is one sealed transaction. A run that was killed is simply run again: claims
    that moved are not chosen any more. Ask `may_migrate` first.
    """

    def apply(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        now = replace(act, recorded_at=at)
        chosen = candidates(session, now, choice, low=low, high=high)
        return move_to_pack(session, now, chosen, reason=reason, batch=batch)

    run = f"policy {act.city} {act.pack.version} {act.recorded_at.isoformat()}"
    totals = windows.each(
        database, run=run, apply=apply, signer=signer, size=size, now=lambda: act.recorded_at
    )
    return totals.moved


def move_to_pack(
    session: Session, act: Act, chosen: Sequence[Candidate], *, reason: str, batch: int = 0
) -> dict[str, int]:
    """Move those of the claims that can move; return state → how many. Decisions are asked for anew."""
    roads = sync_roads(session, act)
    moved: Counter[str] = Counter()
    ids: dict[str, list[int]] = {}
    for one in chosen:
        if one.why:
            continue
        road = session.get_one(Road, roads[one.track, one.route])
        note = f"{one.version} -> {act.pack.version}：{reason.strip()}"
        moment = act.moment(note, window_batch=batch)
        if switch_road(session, claim_id=one.claim_id, road=road, event=MIGRATED, moment=moment):
            moved[one.state] += 1
            ids.setdefault(note, []).append(one.claim_id)
    for note, claim_ids in ids.items():
        rebase(session, act, _paired(session, claim_ids), reason=f"适用政策版本变更 {note}")
    return dict(moved)


def _paired(session: Session, claim_ids: Sequence[int]) -> list[Running]:
    """Running deadlines of the claims, each with the rule of the road its claim is on now.

    One whose window the new road does not have keeps its rule and its end. So does one that would
    begin to end the claim: nobody was told that it could.
    """
    rows = session.exec(
        select(Deadline, WindowRule, ClaimProgress)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Deadline.claim_id)
        .where(col(Deadline.claim_id).in_(list(claim_ids)), col(Deadline.status).in_(RUNNING))
    ).all()
    roads = {progress.road_id for *_, progress in rows}
    rules = {
        (rule.road_id, rule.name): rule
        for rule in session.exec(
            select(WindowRule).where(col(WindowRule.road_id).in_(sorted(roads)))
        ).all()
    }
    found = []
    for row, old, progress in rows:
        new = rules.get((progress.road_id, row.window))
        if new is None or (window_of(new).may_lapse and not window_of(old).may_lapse):
            continue
        found.append(Running(row, new))
    return found
