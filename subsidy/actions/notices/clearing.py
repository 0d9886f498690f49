"""Claims whose notice is over go on, on the working day after its last day (R6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from states.claim_guards import NO_NOTICE
from subsidy.actions.acting import Act, PackRules
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import ClaimProgress, Ticket
from subsidy.rules.workdays import working_days_after

P = ClaimProgress


def after_notice(
    event: str, source: str, target: str, session: Session, act: Act, scope: Scope, batch: int
) -> dict[str, int]:
    """Notices that are over: their claims go on from the working day after the last day (R6).

    That is also the day it takes effect on if the sweep comes late, except for claims that moved, or
    were freed of a ticket, after it: those go on from the next working day on which it runs.
    """
    last_day = col(P.notice_last_day)
    standing = (*scope.conditions, col(P.state) == source, last_day > NO_NOTICE)
    query = select(last_day).where(*standing, last_day < act.today)
    moved = 0
    for last in sorted(set(session.exec(query.distinct()).all())):
        opens = working_days_after(act.calendar, anchor=last, days=1).on
        if opens > act.today:
            continue
        this = (*standing, last_day == last)
        in_time = (col(P.since) <= opens, ~_freed_after(opens))
        moved += _move(session, act, Scope((*this, *in_time)), batch, event, on=opens)
        if act.calendar.is_working(act.today):
            moved += _move(session, act, Scope(this), batch, event, on=act.today)
    return {target: moved} if moved else {}


def _move(session: Session, act: Act, scope: Scope, batch: int, event: str, *, on: date) -> int:
    moment = replace(act.moment(window_batch=batch), today=on)
    done = move_all(session, event=event, scope=scope, moment=moment, rules=PackRules(session, act))
    return sum(done.values())


def _freed_after(day: date) -> ColumnElement[bool]:
    """A ticket that blocked the claim was closed later than `day`."""
    ticket = aliased(Ticket)
    return exists().where(
        col(ticket.claim_id) == P.claim_id,
        col(ticket.blocks).is_(True),
        col(ticket.closed_on) > day,
    )
