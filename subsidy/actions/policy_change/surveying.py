"""What moving claims to another pack would change for them, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.decisions import DECIDABLE, latest_decisions, preview
from subsidy.actions.policy_change.archive import MissingPack, pack_at
from subsidy.actions.policy_change.choosing import WHY, Candidate, Choice, candidates
from subsidy.records.tables import Deadline, WindowRule
from subsidy.rules.policy import Pack, Road, road_of
from subsidy.rules.verdict import Decision as Verdict

PORTION = 500
RUNNING = ("open", "stopped")


@dataclass(slots=True)
class Group:
    """Claims of one track, route, state and old version, and what changes for them."""

    track: str
    route: str
    state: str
    place: str
    """Where they come back to, for claims beside the road."""
    old_version: str
    new_version: str
    claims: int = 0
    next_stage: tuple[str, str] = ("", "")
    levels: tuple[int, int] = (0, 0)
    windows: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Windows of another length: name → old, new."""
    running: Counter[str] = field(default_factory=Counter)
    """Deadlines under way in those windows; they are counted anew, never earlier than told."""
    decided: int = 0
    """Claims that were reckoned under both packs."""
    amount_fen: tuple[int, int] = (0, 0)
    new_gaps: Counter[str] = field(default_factory=Counter)
    new_refusals: Counter[str] = field(default_factory=Counter)
    """Codes that arise under the new pack only, and for how many claims."""


@dataclass(slots=True)
class Plan:
    """What a migration would do."""

    city: str
    version: str
    groups: list[Group] = field(default_factory=list)
    staying: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    """(track, route, state, old version, why) → how many claims cannot move."""
    missing: set[str] = field(default_factory=set)
    """Old versions that the archive lacks: what stands in receipts is compared instead."""

    @property
    def claims(self) -> int:
        """How many claims would move."""
        return sum(group.claims for group in self.groups)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        names = ("track", "route", "state", "old_version", "why")
        return {
            "city": self.city,
            "to": self.version,
            "claims": self.claims,
            "groups": [
                {name: getattr(group, name) for name in Group.__slots__} for group in self.groups
            ],
            "staying": [
                {**dict(zip(names, key, strict=True)), "meaning": WHY[key[-1]], "claims": count}
                for key, count in sorted(self.staying.items())
            ],
            "compared_with_receipts": sorted(self.missing),
        }


def survey(session: Session, act: Act, choice: Choice) -> Plan:
    """Look at every claim that would move to the act's pack; nothing is written."""
    plan = Plan(act.city, act.pack.version)
    groups: dict[tuple[str, ...], Group] = {}
    for portion in _portions(session, act, choice):
        moving: dict[str, list[Candidate]] = {}
        for one in portion:
            if one.why:
                plan.staying[one.track, one.route, one.state, one.version, one.why] += 1
                continue
            moving.setdefault(one.version, []).append(one)
        for version, ones in moving.items():
            for one in ones:
                key = (one.track, one.route, one.state, one.place, version)
                if key not in groups:
                    groups[key] = _group(session, act, one)
                groups[key].claims += 1
            _count_running(session, ones, groups)
            _reckon(session, act, version, ones, groups, plan)
    plan.groups = [groups[key] for key in sorted(groups)]
    return plan


def _portions(session: Session, act: Act, choice: Choice) -> Iterator[list[Candidate]]:
    low = 0
    while found := candidates(session, act, choice, low=low, limit=PORTION):
        yield found
        low = found[-1].claim_id + 1


def _key(one: Candidate) -> tuple[str, ...]:
    return (one.track, one.route, one.state, one.place, one.version)


def _group(session: Session, act: Act, one: Candidate) -> Group:
    track = act.pack.tracks[one.track]
    road = road_of(track, one.route)
    old = {
        row.name: f"{row.n} {row.unit}"
        for row in session.exec(select(WindowRule).where(WindowRule.road_id == one.road_id)).all()
    }
    new = {w.name: f"{w.n} {w.unit}" for w in track.windows.values() if w.n is not None}
    changed = {
        name: (old.get(name, "unset"), new.get(name, "unset"))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }
    return Group(
        *(one.track, one.route, one.state, one.place),
        old_version=one.version,
        new_version=act.pack.version,
        next_stage=(one.next_stage, _next_stage(road, one)),
        levels=(one.levels, road.levels),
        windows=changed,
    )


def _next_stage(road: Road, one: Candidate) -> str:
    """The stage behind the claim's on the new road; a road need not begin in `listed`."""
    first = road.stages[0] if one.place == "listed" else one.next_stage
    return road.next_stage.get(one.place, first)


def _count_running(
    session: Session, ones: Sequence[Candidate], groups: dict[tuple[str, ...], Group]
) -> None:
    of = {one.claim_id: groups[_key(one)] for one in ones}
    query = select(Deadline.claim_id, Deadline.window).where(
        col(Deadline.claim_id).in_(list(of)), col(Deadline.status).in_(RUNNING)
    )
    for claim_id, window in session.exec(query).all():
        group = of[claim_id or 0]
        if window in group.windows:
            group.running[window] += 1


def _reckon(
    session: Session,
    act: Act,
    version: str,
    ones: Sequence[Candidate],
    groups: dict[tuple[str, ...], Group],
    plan: Plan,
) -> None:
    """Decide the claims that are applied for under both packs, on the same facts."""
    ids = [one.claim_id for one in ones if one.place in DECIDABLE]
    if not ids:
        return
    old = pack_at(session, act, version)
    before: dict[int, tuple[int, Verdict | None]]
    after = preview(session, act, claim_ids=ids)
    if isinstance(old, MissingPack):
        plan.missing.add(version)
        receipts = latest_decisions(session, claim_ids=ids)
        before = {i: (row.amount_fen or 0, None) for i, row in receipts.items()}
    else:
        told = preview(session, under(act, old), claim_ids=ids)
        before = {i: (v.amount_fen or 0, v) for i, v in told.items()}
    for one in ones:
        if one.claim_id not in after or one.claim_id not in before:
            continue
        group, verdict = groups[_key(one)], after[one.claim_id]
        amount, was = before[one.claim_id]
        group.decided += 1
        group.amount_fen = (
            group.amount_fen[0] + amount,
            group.amount_fen[1] + (verdict.amount_fen or 0),
        )
        group.new_gaps.update(_codes(verdict.gaps) - _codes(was.gaps if was else ()))
        group.new_refusals.update(_codes(verdict.refusals) - _codes(was.refusals if was else ()))


def _codes(findings: Sequence[Any]) -> set[str]:
    return {finding.code for finding in findings}


def under(act: Act, pack: Pack) -> Act:
    """The same act under another version of the city's pack."""
    packs = {**act.office.packs, act.city: pack}
    return replace(act, office=replace(act.office, packs=packs))
