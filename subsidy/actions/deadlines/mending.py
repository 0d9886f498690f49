"""Tickets that the end of a window opened close by themselves once the work was done after all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from states.claim import CLAIM
from states.training_class import TRAINING_CLASS
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import CODES, LEADER_CODE, OFFICE_CODE
from subsidy.actions.deadlines.opening.class_rows import STEPS
from subsidy.actions.deadlines.sweeping.tickets import OURS
from subsidy.actions.grounds.ticket_rows import MENDED, close_row
from subsidy.records.among import among
from subsidy.records.tables import Claim, ClaimHistory, Deadline, SubjectHistory, Ticket

MISSING_CALENDAR = "E1001"
OUR_CODES = (*CODES.values(), OFFICE_CODE, LEADER_CODE, MISSING_CALENDAR)
IS_OPEN = "ticket.state IN ('opened', 'assigned', 'override_asked')"
"""As the partial index has it, word for word."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What one batch closed, and where the next one begins."""

    closed: int = 0
    last_id: int = 0
    more: bool = False


def close_mended_tickets(session: Session, act: Act, *, after: int = 0, limit: int = 500) -> Mended:
    """Look at `limit` open tickets of missed windows, by id behind `after`; close what was mended.

    A window is mended when the claim took a step that ends it, or more time was granted. A lapse
    mends nothing: somebody should still look at it.
    """
    found = session.exec(
        select(Ticket)
        .where(
            text(IS_OPEN),
            Ticket.city == act.city,
            col(Ticket.code).in_(OUR_CODES),
            col(Ticket.id) > after,
        )
        .order_by(col(Ticket.id))
        .limit(limit)
    ).all()
    closed = 0
    for ticket in found:
        if _is_mended(session, act, ticket):
            close_row(session, act, ticket, event="resolve", outcome=MENDED)
            closed += 1
    last = found[-1].id if found else after
    return Mended(closed, last or after, len(found) >= limit)


def is_outstanding(session: Session, row: Deadline) -> bool:
    """Whether the work that a missed deadline waited for has still not been done."""
    of = outstanding if row.claim_id is not None else outstanding_of_class
    return row.status == "missed" and bool(
        session.exec(select(Deadline.id).where(Deadline.id == row.id, *of(row.window))).first()
    )


def undone_claims(session: Session, deadlines: Iterable[tuple[int, str]]) -> set[int]:
    """Of missed deadlines of claims, (id, window), those whose work has still not been done."""
    windows: dict[str, list[int]] = {}
    for deadline_id, window in deadlines:
        windows.setdefault(window, []).append(deadline_id)
    found: set[int] = set()
    for window, ids in sorted(windows.items()):
        mine = (among(session, col(Deadline.id), ids), *outstanding(window))
        found |= {each or 0 for each in session.exec(select(Deadline.id).where(*mine)).all()}
    return found


def outstanding(window: str) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: a missed deadline of this window whose claim has taken no step that ends it."""
    done = aliased(ClaimHistory)
    ended = (
        select(done.claim_id)
        .where(
            done.claim_id == Deadline.claim_id,
            done.version > Deadline.opened_version,
            tuple_(col(done.event), col(done.source)).in_(closing_steps(window)),
        )
        .correlate(Deadline)
    )
    return (
        col(Deadline.status) == "missed",
        col(Deadline.window) == window,
        ~ended.exists(),
    )


def outstanding_of_class(window: str) -> tuple[ColumnElement[bool], ...]:
    """The same for a window of a class: it has taken no step that ends it."""
    done = aliased(SubjectHistory)
    ended = (
        select(done.subject_id)
        .where(
            done.machine == TRAINING_CLASS.name,
            done.subject_id == Deadline.class_id,
            done.version > Deadline.opened_version,
            col(done.event).in_(STEPS.get(window, ())),
        )
        .correlate(Deadline)
    )
    return (
        col(Deadline.status) == "missed",
        col(Deadline.window) == window,
        ~ended.exists(),
    )


@cache
def closing_steps(window: str) -> tuple[tuple[str, str], ...]:
    """(event, state it leaves) of every arrow of the chart that ends a window, lapses apart."""
    return tuple(
        sorted(
            {
                (edge.event, edge.source)
                for edge in CLAIM.all_edges()
                if edge.event != "lapse" and {window, "*"} & set(edge.effects.closes)
            }
        )
    )


def _is_mended(session: Session, act: Act, ticket: Ticket) -> bool:
    facts = json.loads(ticket.facts)
    if ticket.code == MISSING_CALENDAR:
        alone = ticket.claim_id is None and ticket.class_id is None
        return alone and not _waits_for_calendar(session, act, ticket)
    if OURS not in facts:
        return False  # a decision stands behind it, and closes it
    window = str(facts["window"])
    row = session.get(Deadline, int(facts[OURS])) if ticket.claim_id is None else None
    if row is not None and row.claim_id is None:
        return not is_outstanding(session, row)
    if ticket.claim_id is not None:
        mine: Sequence[ColumnElement[bool]] = (col(Deadline.id) == facts[OURS],)
        query = select(Deadline.id).where(*mine, *outstanding(window))
        return session.exec(query).first() is None
    query = (
        select(Deadline.id)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Claim.class_id == ticket.class_id, *outstanding(window))
    )
    return session.exec(query.limit(1)).first() is None


def _waits_for_calendar(session: Session, act: Act, ticket: Ticket) -> bool:
    waiting = select(Deadline.id).where(
        text("NOT deadline.final AND deadline.status IN ('open', 'stopped')"),
        Deadline.city == act.city,
        Deadline.area_id == ticket.area_id,
        Deadline.due_on < act.today,
    )
    return session.exec(waiting.limit(1)).first() is not None
