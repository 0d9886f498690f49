"""Letters about public notices and the objections to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from subsidy.actions.messages.source import GroundsMissingError, Source, Values
from subsidy.records.tables import Claim, NoticeLine, Objection, PublicNotice, Ticket
from subsidy.rules.masking import hide
from subsidy.rules.workdays import working_days_after

TITLES = {"grant": "职业培训补贴拟拨付公示", "result": "职业培训考核结果公示"}
SETTLE_DAYS = 5
"""Working days for settling an objection where neither deadline nor ticket says it."""


def notice_posted(source: Source) -> Values:
    """The unit's own lines of a list: how many, how much, from when to when, and where it is shown."""
    notice = source.session.get(PublicNotice, source.row.subject_id)
    if notice is None or notice.first_day is None or notice.last_day is None:
        raise GroundsMissingError(f"notice {source.row.subject_id} is not posted")
    corrected = "（更正）" if notice.corrects_id is not None else ""
    return _office(source, notice) | {
        **_extent(source, notice),
        "notice_number": notice.number,
        "title": f"{TITLES[notice.kind]}{corrected}",
        "first_day": notice.first_day,
        "last_day": _last_day(source, notice) or notice.last_day,
        "where": f"{source.public_url}/public/notices/{notice.id}",
    }


def objection_received(source: Source) -> Values:
    """Receipt number, notice, and until when the objection is to be settled."""
    row, notice = _objection(source)
    return _office(source, notice) | {
        "objection_number": row.receipt,
        "notice_number": notice.number,
        "received_on": row.received_on,
        "settle_by": _settle_by(source, row),
    }


def objection_decided(source: Source) -> Values:
    """What was found, and how to contest it."""
    row, notice = _objection(source, decided=True)
    return _office(source, notice) | {
        "objection_number": row.receipt,
        "notice_number": notice.number,
        "decided_on": row.decided_on or source.on,
        "upheld": row.outcome == "upheld",
        "finding": _finding(row),
        "remedies": source.remedies(source.area(notice.area_id)),
    }


def _finding(row: Objection) -> str:
    """The reasons as they were given; where the claim is looked at again, that is said."""
    again = "相关申领退回重新审核。" if row.outcome == "review" else ""
    return f"{hide(row.reasons)}{'。' if again and not row.reasons.endswith('。') else ''}{again}"


def _office(source: Source, notice: PublicNotice) -> Values:
    office = source.office(source.area(notice.area_id))
    return {"office": office.name, "office_phone": office.phone}


def _extent(source: Source, notice: PublicNotice) -> Values:
    """Heads and sum of the lines that concern the receiver."""
    sums = (func.count(), func.coalesce(func.sum(NoticeLine.amount_fen), 0))
    heads, total = source.session.exec(_of_receiver(source, notice, *sums)).one()
    return {"heads": int(heads), "total_fen": int(total)}


def _last_day(source: Source, notice: PublicNotice) -> Any:
    """Until when the receiver's lines hang out: a correction may have begun some of them anew."""
    return source.session.exec(_of_receiver(source, notice, func.max(NoticeLine.last_day))).one()


def _of_receiver(source: Source, notice: PublicNotice, *columns: Any) -> Any:
    query: Any = (
        select(*columns)
        .select_from(NoticeLine)
        .join(Claim, col(Claim.id) == NoticeLine.claim_id)
        .where(NoticeLine.notice_id == notice.id, NoticeLine.status != "removed")
    )
    if source.row.to_kind == "provider":
        query = query.where(Claim.provider_id == source.row.to_id)
    elif source.row.to_kind == "trainee":
        query = query.where(Claim.person_id == source.row.to_id)
    return query


def _objection(source: Source, *, decided: bool = False) -> tuple[Objection, PublicNotice]:
    """The objection of the row, or of its claim: the one received or decided that day, else the last."""
    if source.row.subject == "objection":
        one = source.session.get(Objection, source.row.subject_id)
        found = [one] if one is not None else []
    else:
        query = select(Objection).where(Objection.claim_id == source.claim.id)
        found = list(source.session.exec(query.order_by(col(Objection.id).desc())).all())
    day = "decided_on" if decided else "received_on"
    found.sort(key=lambda row: getattr(row, day) != source.on)
    if not found or (decided and not found[0].outcome):
        raise GroundsMissingError(f"outbox row {source.row.id} speaks of no objection on record")
    return found[0], source.session.get_one(PublicNotice, found[0].notice_id)


def _settle_by(source: Source, row: Objection) -> Any:
    if row.settle_by is not None:
        return row.settle_by
    ticket = source.session.exec(
        select(Ticket)
        .where(
            Ticket.claim_id == row.claim_id,
            Ticket.code == "E701",
            Ticket.opened_on == row.received_on,
        )
        .order_by(col(Ticket.id).desc())
    ).first()
    if ticket is not None:
        return ticket.due_on
    return working_days_after(source.act.calendar, anchor=row.received_on, days=SETTLE_DAYS).on
