"""Public notices: lists for the office and for the public, one notice with its lines, objections."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions.views.places import actor_names
from subsidy.records.tables import Area, Claim, ClaimProgress, NoticeLine, Objection, PublicNotice

PUBLIC_STATES = ("posted", "closed")
PAGE = 50


@dataclass(frozen=True)
class NoticeRow:
    """One notice; `last_day` is inclusive."""

    id: int
    number: str
    kind: str
    area_id: int
    area: str
    office: str
    contact: str
    state: str
    posted_on: date | None
    first_day: date | None
    last_day: date | None
    opens_on: date | None
    clause: str
    assumed: str
    list_hash: str
    lines: int
    total_fen: int


@dataclass(frozen=True)
class LineRow:
    """One line as it is shown to the public: masked."""

    claim_id: int
    position: int
    name: str
    masked_id: str
    title: str
    level: str
    amount_fen: int
    payee: str
    status: str
    last_day: date
    claim_number: str


@dataclass(frozen=True)
class ObjectionRow:
    """One objection without its words, which are sealed."""

    id: int
    receipt: str
    claim_id: int
    claim_number: str
    received_on: date
    received_at: datetime
    channel: str
    outcome: str
    reasons: str
    decided_by: str
    decided_on: date | None


def notice_page(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None = None,
    public: bool = False,
    after: int | None = None,
) -> tuple[list[NoticeRow], int | None]:
    """Notices newest first, and the key of the next page; `public` shows only what is posted."""
    query = select(PublicNotice, Area.name).join(Area, col(Area.id) == PublicNotice.area_id)
    query = query.where(PublicNotice.city == city)
    if areas is not None:
        query = query.where(col(PublicNotice.area_id).in_(areas))
    if public:
        query = query.where(col(PublicNotice.state).in_(PUBLIC_STATES))
    if after is not None:
        query = query.where(col(PublicNotice.id) < after)
    found = session.exec(query.order_by(col(PublicNotice.id).desc()).limit(PAGE + 1)).all()
    sums = _sums(session, [notice.id or 0 for notice, _ in found])
    rows = [_row(notice, area, sums) for notice, area in found[:PAGE]]
    return rows, rows[-1].id if len(found) > PAGE else None


def notice_of(
    session: Session, *, city: str, notice_id: int, public: bool = False
) -> NoticeRow | None:
    """One notice; with `public` only one that is posted."""
    found = session.exec(
        select(PublicNotice, Area.name)
        .join(Area, col(Area.id) == PublicNotice.area_id)
        .where(PublicNotice.id == notice_id, PublicNotice.city == city)
    ).first()
    if found is None or (public and found[0].state not in PUBLIC_STATES):
        return None
    return _row(found[0], found[1], _sums(session, [notice_id]))


def lines_of(session: Session, *, notice_id: int, removed: bool = True) -> list[LineRow]:
    """Lines of a notice in order; without `removed` those that were taken off are left out."""
    rows = session.exec(
        select(NoticeLine, Claim.number)
        .join(Claim, col(Claim.id) == NoticeLine.claim_id)
        .where(NoticeLine.notice_id == notice_id)
        .order_by(col(NoticeLine.position))
    ).all()
    return [
        LineRow(
            line.claim_id,
            line.position,
            line.masked_name,
            line.masked_id,
            line.title,
            line.level,
            line.amount_fen,
            line.payee,
            line.status,
            line.last_day,
            number,
        )
        for line, number in rows
        if removed or line.status != "removed"
    ]


def objections_of(session: Session, *, notice_id: int) -> list[ObjectionRow]:
    """Objections to a notice, open ones first."""
    rows = session.exec(
        select(Objection, Claim.number)
        .join(Claim, col(Claim.id) == Objection.claim_id)
        .where(Objection.notice_id == notice_id)
        .order_by(Objection.outcome, col(Objection.id))
    ).all()
    names = actor_names(session, {o.decided_by for o, _ in rows if o.decided_by})
    return [
        ObjectionRow(
            o.id or 0,
            o.receipt,
            o.claim_id,
            number,
            o.received_on,
            o.received_at,
            o.channel,
            o.outcome,
            o.reasons,
            names.get(o.decided_by, o.decided_by),
            o.decided_on,
        )
        for o, number in rows
    ]


def waiting_for_notice(
    session: Session, *, city: str, areas: Collection[int]
) -> list[tuple[int, str, int]]:
    """(area, track, claims) that are approved and stand on no notice yet."""
    rows = session.exec(
        select(Claim.area_id, Claim.track, func.count())
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .where(
            Claim.city == city,
            col(Claim.area_id).in_(areas),
            ClaimProgress.state == "approved",
            ClaimProgress.next_stage == "grant_publicised",
        )
        .group_by(col(Claim.area_id), Claim.track)
    ).all()
    return [(area, track, number) for area, track, number in rows]


def _sums(session: Session, ids: list[int]) -> dict[int, tuple[int, int]]:
    rows = session.exec(
        select(NoticeLine.notice_id, func.count(), func.sum(NoticeLine.amount_fen))
        .where(col(NoticeLine.notice_id).in_(ids), NoticeLine.status != "removed")
        .group_by(col(NoticeLine.notice_id))
    ).all()
    return {notice: (number, int(total or 0)) for notice, number, total in rows}


def _row(notice: PublicNotice, area: str, sums: dict[int, tuple[int, int]]) -> NoticeRow:
    lines, total = sums.get(notice.id or 0, (0, 0))
    return NoticeRow(
        notice.id or 0,
        notice.number,
        notice.kind,
        notice.area_id,
        area,
        notice.office,
        notice.contact,
        notice.state,
        notice.posted_on,
        notice.first_day,
        notice.last_day,
        notice.opens_on,
        notice.clause,
        notice.assumed,
        notice.list_hash,
        lines,
        total,
    )
