"""What hangs on a public notice: the versions of its list, its objections, where else it was put up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from subsidy.actions.views.places import actor_names
from subsidy.records.tables import Claim, NoticePlace, Objection, PublicNotice


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
    settle_by: date | None

    def is_late(self, today: date) -> bool:
        """Whether it was decided, or still is not, after the day by which it was to be."""
        return self.settle_by is not None and (self.decided_on or today) > self.settle_by


@dataclass(frozen=True)
class VersionRow:
    """One version of a list: as first posted, or as a correction put it up."""

    id: int
    number: str
    list_version: int
    state: str
    posted_on: date | None


@dataclass(frozen=True)
class PlaceRow:
    """Where else a notice was put up."""

    place: str
    url: str
    put_up_on: date
    file_name: str
    file_hash: str
    entered_by: str
    entered_at: datetime


def versions_of(session: Session, *, notice_id: int) -> list[VersionRow]:
    """Every version of the list that this notice shows, the first one first."""
    first = session.get_one(PublicNotice, notice_id)
    while first.corrects_id is not None:
        first = session.get_one(PublicNotice, first.corrects_id)
    found: list[VersionRow] = []
    row: PublicNotice | None = first
    while row is not None:
        found.append(
            VersionRow(row.id or 0, row.number, row.list_version, row.state, row.posted_on)
        )
        row = session.exec(select(PublicNotice).where(PublicNotice.corrects_id == row.id)).first()
    return found


def places_of(session: Session, *, notice_id: int) -> list[PlaceRow]:
    """Where else the notice was put up, in the order of entry."""
    rows = session.exec(
        select(NoticePlace).where(NoticePlace.notice_id == notice_id).order_by(col(NoticePlace.id))
    ).all()
    names = actor_names(session, {row.entered_by for row in rows})
    return [
        PlaceRow(
            row.place,
            row.url,
            row.put_up_on,
            row.file_name,
            row.file_hash,
            names.get(row.entered_by, row.entered_by),
            row.entered_at,
        )
        for row in rows
    ]


def objections_of(session: Session, *, notice_id: int) -> list[ObjectionRow]:
    """Objections to a notice and to the versions of its list before it, open ones first."""
    upto = [v.id for v in versions_of(session, notice_id=notice_id)]
    upto = upto[: upto.index(notice_id) + 1]
    rows = session.exec(
        select(Objection, Claim.number)
        .join(Claim, col(Claim.id) == Objection.claim_id)
        .where(col(Objection.notice_id).in_(upto))
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
            o.settle_by,
        )
        for o, number in rows
    ]
