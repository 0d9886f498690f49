"""Decisions that another calendar could alter: they are taken again by the next run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlmodel import Session, col

from subsidy.actions.acting import Act
from subsidy.records.among import among
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Claim, ClaimProgress, Decision, Ticket
from subsidy.records.tables.types import table_of
from subsidy.rules.calendars.checks import OPEN_FROM_DAY_OF_DECEMBER

NOT_FINAL = "E1001"
"""Code of the ticket of a claim that waits until its window is final."""


def forget_moved(session: Session, claim_ids: Iterable[int | None]) -> None:
    """The deadlines of these claims moved: their decisions are no longer current."""
    ids = sorted({claim_id for claim_id in claim_ids if claim_id is not None})
    p = table_of(ClaimProgress)
    mine = (among(session, p.c.claim_id, ids), p.c.decision_current == 1)
    session.connection().execute(update(p).where(*mine).values(decision_current=0))


def forget_by_calendar(session: Session, act: Act, *, seen: Sequence[str]) -> None:
    """Forget the city's decisions that could turn out otherwise than with the notices `seen` before.

    A decision counts between days that lay before it, so one that was taken before the first day that
    changes stands; so does one with this version of the calendar. Claims that wait for a final date
    are always decided again.
    """
    p = table_of(ClaimProgress)
    waits = exists().where(
        col(Ticket.claim_id) == p.c.claim_id,
        col(Ticket.code) == NOT_FINAL,
        col(Ticket.state).in_(TICKET_OPEN),
    )
    where: ColumnElement[bool] = waits
    first = first_changed_day(act, seen=seen)
    if first <= act.today:
        where = waits | _decided_otherwise(act, first)
    mine = select(col(Claim.id)).where(col(Claim.city) == act.city)
    session.connection().execute(
        update(p)
        .where(p.c.decision_current == 1, p.c.claim_id.in_(mine), where)
        .values(decision_current=0)
    )


def _decided_otherwise(act: Act, first: date) -> ColumnElement[bool]:
    p = table_of(ClaimProgress)
    every, newest = table_of(Decision).alias("every"), table_of(Decision).alias("newest")
    last = (
        select(func.max(every.c.id))
        .where(every.c.claim_id == p.c.claim_id)
        .correlate(p)
        .scalar_subquery()
    )
    return exists().where(
        newest.c.id == last,
        newest.c.calendar_version != act.calendar.version,
        newest.c.decided_on >= first,
    )


def first_changed_day(act: Act, *, seen: Sequence[str]) -> date:
    """The first day that may be another one than with the notices `seen`; date.min where unknown."""
    now = {notice.number: notice for notice in act.calendar.notices}
    new = [notice for number, notice in now.items() if number not in seen]
    if not new or not set(seen) <= now.keys():
        return date.min  # a notice was mended or taken away: any day may differ
    days = [row.on for notice in new for row in notice.days]
    days += [
        date(notice.year - 1, 12, OPEN_FROM_DAY_OF_DECEMBER)
        for notice in new
        if notice.arranges_the_year
    ]
    return min(days, default=date.min)
