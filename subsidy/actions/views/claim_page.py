"""One claim with everything about it: its road, money, reasons, papers, messages and history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from states.claim import ENDS, SIDE
from subsidy.actions.views.places import actor_names
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimHistory,
    Decision,
    LedgerEntry,
    Outbox,
    Person,
    Provider,
    ReviewAct,
    Road,
    TrainingClass,
)
from subsidy.records.tables.claims import ProgressColumns


@dataclass(frozen=True)
class Head:
    """What a claim is, and where it stands."""

    id: int
    number: str
    track: str
    kind: str
    period: str
    fund: str
    created_on: date
    area_id: int
    area: str
    route: str
    provider_id: int | None
    provider: str
    class_id: int | None
    class_number: str
    class_title: str
    person_id: int | None
    person: str
    person_masked_id: str
    state: str
    version: int
    since: date
    resume_to: str
    levels: int
    levels_done: int
    blocks: int
    gaps: int
    decision_current: bool
    may_pay: bool
    planned_fen: int
    reserved_fen: int
    amount_fen: int
    approved_fen: int
    ended: bool


@dataclass(frozen=True)
class Stop:
    """One stage of the claim's own road. `standing` is passed, here or ahead."""

    state: str
    standing: str
    reached_on: date | None
    actor: str


@dataclass(frozen=True)
class Move:
    """One row of the history."""

    version: int
    event: str
    source: str
    target: str
    effective_on: date
    recorded_at: datetime
    actor: str
    note: str


@dataclass(frozen=True)
class Receipt:
    """The newest decision on eligibility and amount: findings and trace as they were written."""

    id: int
    decided_on: date
    decided_at: datetime
    payable: bool
    amount_fen: int | None
    payee: str
    status: str
    findings: list[Mapping[str, Any]]
    trace: list[Mapping[str, Any]]
    pack_version: str
    calendar_version: str
    code_version: str


@dataclass(frozen=True)
class Transfer:
    """One ledger row."""

    debit: str
    credit: str
    amount_fen: int
    effective_on: date
    fund: str


@dataclass(frozen=True)
class Reviewed:
    """One act of review."""

    level: int
    act: str
    actor: str
    acted_on: date
    note: str


@dataclass(frozen=True)
class Told:
    """One message about the claim."""

    id: int
    template: str
    to_kind: str
    status: str
    effective_on: date
    sent_at: datetime | None
    channel: str
    address: str
    error: str


@dataclass(frozen=True)
class ClaimView:
    """Everything but the clocks, the tickets and the deeds, which have modules of their own."""

    head: Head
    road: list[Stop]
    moves: list[Move]
    receipt: Receipt | None
    transfers: list[Transfer]
    reviews: list[Reviewed]
    messages: list[Told]


def claim_id_of(session: Session, *, city: str, number: str) -> int | None:
    """The claim with this number."""
    return session.exec(select(Claim.id).where(Claim.city == city, Claim.number == number)).first()


def claim_view(session: Session, *, city: str, claim_id: int) -> ClaimView | None:
    """The claim of one city; None if there is none."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.city != city:
        return None
    progress = progress_of(session, claim_id)
    road = session.get_one(Road, progress.road_id)
    history = session.exec(
        select(ClaimHistory)
        .where(ClaimHistory.claim_id == claim_id)
        .order_by(col(ClaimHistory.version))
    ).all()
    reviews = session.exec(
        select(ReviewAct).where(ReviewAct.claim_id == claim_id).order_by(col(ReviewAct.id))
    ).all()
    names = actor_names(session, {h.actor for h in history} | {r.actor for r in reviews})
    return ClaimView(
        head=_head(session, claim, progress, road),
        road=_road(road, progress, history, names),
        moves=[_move(h, names) for h in reversed(history)],
        receipt=_receipt(session, claim_id),
        transfers=_transfers(session, claim_id),
        reviews=[
            Reviewed(r.level, r.act, names.get(r.actor, r.actor), r.acted_on, r.note)
            for r in reviews
        ],
        messages=_messages(session, claim_id),
    )


def _head(session: Session, claim: Claim, at: ProgressColumns, road: Road) -> Head:
    area = session.get(Area, claim.area_id)
    provider = session.get(Provider, claim.provider_id) if claim.provider_id else None
    training = session.get(TrainingClass, claim.class_id) if claim.class_id else None
    person = session.get(Person, claim.person_id) if claim.person_id else None
    return Head(
        id=at.claim_id,
        number=claim.number,
        track=claim.track,
        kind=claim.kind,
        period=claim.period,
        fund=claim.fund,
        created_on=claim.created_on,
        area_id=claim.area_id,
        area=area.name if area else "",
        route=road.route,
        provider_id=claim.provider_id,
        provider=provider.name if provider else "",
        class_id=claim.class_id,
        class_number=training.number if training else "",
        class_title=training.title if training else "",
        person_id=claim.person_id,
        person=person.masked_name if person else "",
        person_masked_id=person.masked_id if person else "",
        state=at.state,
        version=at.version,
        since=at.since,
        resume_to=at.resume_to if at.state in SIDE else "",
        levels=at.levels,
        levels_done=at.levels_done,
        blocks=at.blocks,
        gaps=at.gaps,
        decision_current=bool(at.decision_current),
        may_pay=bool(at.may_pay),
        planned_fen=at.planned_fen,
        reserved_fen=at.reserved_fen,
        amount_fen=at.amount_fen,
        approved_fen=at.approved_fen,
        ended=at.state in ENDS,
    )


def _road(
    road: Road, at: ProgressColumns, history: Sequence[ClaimHistory], names: Mapping[str, str]
) -> list[Stop]:
    """The stages of the claim's own road, each with the last time it was reached."""
    stages = road.stages.split()
    reached: dict[str, ClaimHistory] = {}
    for move in history:
        if move.target in stages and move.target != move.source:
            reached[move.target] = move
    standing = at.state if at.state in stages else at.resume_to
    here = stages.index(standing) if standing in stages else len(reached) - 1
    if not history and stages and here < 0 and at.state != "listed":
        here = 0
    stops = []
    for place, stage in enumerate(stages):
        row = reached.get(stage)
        known = row if place <= here else None
        word = "passed" if place < here else "here" if place == here else "ahead"
        if word == "passed" and known is None and place > 0 and stage not in reached:
            word = "skipped"
        stops.append(
            Stop(
                stage,
                word,
                known.effective_on if known else None,
                names.get(known.actor, known.actor) if known else "",
            )
        )
    return stops


def _move(row: ClaimHistory, names: Mapping[str, str]) -> Move:
    return Move(
        row.version,
        row.event,
        row.source,
        row.target,
        row.effective_on,
        row.recorded_at,
        names.get(row.actor, row.actor),
        row.note,
    )


def _receipt(session: Session, claim_id: int) -> Receipt | None:
    row = session.exec(
        select(Decision).where(Decision.claim_id == claim_id).order_by(col(Decision.id).desc())
    ).first()
    if row is None:
        return None
    result = json.loads(row.result)
    found = [
        item for kind in ("refusals", "gaps", "holds", "warnings") for item in result.get(kind, [])
    ]
    return Receipt(
        row.id or 0,
        row.decided_on,
        row.decided_at,
        row.payable,
        row.amount_fen,
        row.payee,
        str(result.get("status", "")),
        found,
        list(result.get("trace", [])),
        row.pack_version,
        row.calendar_version,
        row.code_version,
    )


def _transfers(session: Session, claim_id: int) -> list[Transfer]:
    rows = session.exec(
        select(LedgerEntry).where(LedgerEntry.claim_id == claim_id).order_by(col(LedgerEntry.id))
    ).all()
    return [Transfer(r.debit, r.credit, r.amount_fen, r.effective_on, r.fund) for r in rows]


def _messages(session: Session, claim_id: int) -> list[Told]:
    rows = session.exec(
        select(Outbox)
        .where(Outbox.subject == "claim", Outbox.subject_id == claim_id)
        .order_by(col(Outbox.id).desc())
    ).all()
    return [
        Told(
            r.id or 0,
            r.template,
            r.to_kind,
            r.status,
            r.effective_on,
            r.sent_at,
            r.channel,
            r.address_masked,
            r.error,
        )
        for r in rows
    ]
