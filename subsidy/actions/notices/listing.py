"""Notices for reading: what is on show, to staff and to the public. Everything here is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act
from subsidy.actions.notices.lists import OBJECTED, lines_of
from subsidy.records.tables import NoticeLine, PublicNotice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice as lists show it; the days are inclusive."""

    notice_id: int
    number: str
    kind: str
    state: str
    area_id: int
    office: str
    contact: str
    posted_on: date | None
    first_day: date | None
    last_day: date | None
    opens_on: date | None
    clause: str
    assumed: str
    list_hash: str
    lines: int
    objected: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as the public reads it; amount in fen."""

    position: int
    claim_id: int
    masked_name: str
    masked_id: str
    title: str
    level: str
    amount_fen: int
    payee: str
    last_day: date
    status: str


_OF_THE_ROW = (
    *("number", "kind", "state", "area_id", "office", "contact", "posted_on", "first_day"),
    *("last_day", "opens_on", "clause", "assumed", "list_hash"),
)


def notices(session: Session, act: Act, *, state: str | None = None) -> list[NoticeView]:
    """The city's notices, the newest first; for the public ask for state `posted`."""
    query = select_rows(PublicNotice).where(PublicNotice.city == act.city)
    if state is not None:
        query = query.where(PublicNotice.state == state)
    rows = session.exec(query.order_by(col(PublicNotice.id).desc())).all()
    counts = _counts(session, [row.id for row in rows if row.id is not None])
    found = []
    for row in rows:
        lines, objected, total = counts.get(row.id or 0, (0, 0, 0))
        found.append(
            NoticeView(
                notice_id=row.id or 0,
                lines=lines,
                objected=objected,
                total_fen=total,
                **{name: getattr(row, name) for name in _OF_THE_ROW},
            )
        )
    return found


def notice_list(session: Session, *, notice_id: int) -> list[LineView]:
    """The lines of a notice that are shown or under objection, in their order."""
    return [
        LineView(**{name: getattr(line, name) for name in LineView.__slots__})
        for line in lines_of(session, notice_id=notice_id)
    ]


def _counts(session: Session, notice_ids: list[int]) -> dict[int, tuple[int, int, int]]:
    found: dict[int, tuple[int, int, int]] = {}
    rows = session.exec(
        select_rows(
            NoticeLine.notice_id, NoticeLine.status, func.count(), func.sum(NoticeLine.amount_fen)
        )
        .where(col(NoticeLine.notice_id).in_(notice_ids), NoticeLine.status != "removed")
        .group_by(col(NoticeLine.notice_id), col(NoticeLine.status))
    )
    for notice_id, status, count, total in rows.all():
        lines, objected, fen = found.get(notice_id, (0, 0, 0))
        more = count if status == OBJECTED else 0
        found[notice_id] = (lines + count, objected + more, fen + int(total))
    return found
