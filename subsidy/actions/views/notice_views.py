"""Public notices: lists for the office and for the public, one notice with its lines, objections."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from subsidy.records.tables import (
    Area,
    Claim,
    ClaimProgress,
    NoticeLine,
    PublicNotice,
)
from subsidy.records.tables.types import table_of

ON_SHOW, PAST = ("posted",), ("closed", "replaced")
PUBLIC_STATES = (*ON_SHOW, *PAST)
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
    track: str
    masking: str
    list_version: int
    lines: int
    objected: int
    total_fen: int
    runs_until: date | None
    """Last day of the line that runs longest: later than `last_day` after a correction."""


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
    corrected_on: date | None
    """The day of the correction that began its days anew."""
    claim_number: str


_OF_THE_ROW = (
    *("number", "kind", "area_id", "office", "contact", "state", "posted_on", "first_day"),
    *("last_day", "opens_on", "clause", "assumed", "list_hash", "track", "masking"),
    "list_version",
)


def notice_page(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None = None,
    states: Collection[str] | None = None,
    number: str = "",
    after: int | None = None,
) -> tuple[list[NoticeRow], int | None]:
    """Notices newest first, and the key of the next page; `number` is a part of the number looked for."""
    query = select(PublicNotice, Area.name).join(Area, col(Area.id) == PublicNotice.area_id)
    query = query.where(PublicNotice.city == city)
    if areas is not None:
        query = query.where(col(PublicNotice.area_id).in_(areas))
    if states is not None:
        query = query.where(col(PublicNotice.state).in_(states))
    if number:
        query = query.where(col(PublicNotice.number).contains(number, autoescape=True))
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
            line.corrected_on,
            number,
        )
        for line, number in rows
        if removed or line.status != "removed"
    ]


def waiting_for_notice(
    session: Session, *, city: str, areas: Collection[int]
) -> list[tuple[int, str, str, int]]:
    """(area, track, kind of notice, claims) that come next to a notice and stand on none yet."""
    place = (
        ("result", ("assessed", "certified"), "result_publicised"),
        ("grant", ("approved",), "grant_publicised"),
    )
    found: list[tuple[int, str, str, int]] = []
    for kind, states, stage in place:
        rows = session.exec(
            select(Claim.area_id, Claim.track, func.count())
            .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
            .where(
                Claim.city == city,
                col(Claim.area_id).in_(areas),
                col(ClaimProgress.state).in_(states),
                ClaimProgress.next_stage == stage,
            )
            .group_by(col(Claim.area_id), Claim.track)
        ).all()
        found += [(area, track, kind, number) for area, track, number in rows]
    return found


@dataclass(frozen=True)
class _Sums:
    lines: int = 0
    objected: int = 0
    total_fen: int = 0
    runs_until: date | None = None


def _sums(session: Session, ids: list[int]) -> dict[int, _Sums]:
    line = table_of(NoticeLine).c
    objected = func.sum(case((line.status == "objected", 1), else_=0))
    sums = (func.count(), objected, func.sum(line.amount_fen), func.max(line.last_day))
    rows = session.execute(
        select_columns(line.notice_id, *sums)
        .where(line.notice_id.in_(ids), line.status != "removed")
        .group_by(line.notice_id)
    )
    return {
        notice: _Sums(lines, int(open_), int(fen or 0), until)
        for notice, lines, open_, fen, until in rows
    }


def _row(notice: PublicNotice, area: str, sums: dict[int, _Sums]) -> NoticeRow:
    found = sums.get(notice.id or 0, _Sums())
    posted = notice.posted_on is not None
    return NoticeRow(
        id=notice.id or 0,
        area=area,
        lines=found.lines,
        objected=found.objected,
        total_fen=found.total_fen,
        runs_until=(found.runs_until or notice.last_day) if posted else None,
        **{name: getattr(notice, name) for name in _OF_THE_ROW},
    )
