"""Ticket rows: one open ticket a code and subject, and `blocks` of the claim always the true count."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.records.moves import move_subject
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import (
    Claim,
    ClaimClosed,
    ClaimProgress,
    SubjectHistory,
    Ticket,
    TrainingClass,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.verdict import FactValue
from subsidy.rules.workdays import working_days_after

TicketFacts = Mapping[str, FactValue | list[dict[str, FactValue]]]
"""Dates, counts and codes; `items` where one ticket stands for several findings of its code."""
MENDED = "mended"
"""Outcome of a ticket that closed by itself, because its reason went away."""
WITHDRAWN, REJECTED = "撤回", "不予补贴"
"""Outcomes of tickets whose claim ended: nobody judged what they were about."""
NOT_JUDGED = (MENDED, WITHDRAWN, REJECTED)


def open_ticket(
    session: Session,
    act: Act,
    *,
    code: str,
    claim_id: int | None = None,
    class_id: int | None = None,
    area_id: int | None = None,
    facts: TicketFacts,
    blocks: bool | None = None,
    clause: str = "",
    due_on: date | None = None,
) -> int:
    """Open a ticket and return its id; an open one of the same code and subject is returned.

    The subject is a claim, a class or (with `area_id` only) an office. `blocks` is True for claims
    and False otherwise unless given; the due date comes from the exception book in working days
    where `due_on` does not say it.
    `facts` hold no personal data. Raises KeyError for a code that the book does not have and
    LookupError for an unknown subject.
    """
    known = act.pack.book[code]
    office, of_class = _subject(session, claim_id, class_id, area_id)
    stops = claim_id is not None if blocks is None else blocks
    row = session.exec(
        select_rows(Ticket).where(
            Ticket.city == act.city,
            Ticket.code == code,
            col(Ticket.claim_id) == claim_id if claim_id else col(Ticket.claim_id).is_(None),
            True if claim_id else col(Ticket.class_id) == class_id,
            True if claim_id or class_id else Ticket.area_id == office,
            col(Ticket.state).in_(TICKET_OPEN),
        )
    ).first()
    text = as_text(facts)
    if row is None:
        row = Ticket(
            city=act.city,
            area_id=office,
            queue=known.queue,
            code=code,
            claim_id=claim_id,
            class_id=of_class,
            blocks=stops,
            opened_on=act.today,
            due_on=due_on or due_of(act, days=known.limit_days),
            facts=text,
            clause=clause,
            opened_at=act.recorded_at,
        )
    else:
        row.facts = text
        row.clause = clause or row.clause
        row.blocks = row.blocks or stops
    session.add(row)
    session.flush()
    if claim_id is not None:
        count_blocks(session, [claim_id])
    assert row.id is not None
    return row.id


def close_when_mended(
    session: Session,
    act: Act,
    *,
    claim_id: int | None = None,
    class_id: int | None = None,
    codes: Collection[str],
) -> list[int]:
    """Resolve the subject's open tickets of these codes, because their reason went away.

    Returns the ids closed. With `class_id` only tickets of the class itself are meant.
    """
    if claim_id is not None:
        mine: ColumnElement[bool] = col(Ticket.claim_id) == claim_id
    else:
        mine = (col(Ticket.class_id) == class_id) & col(Ticket.claim_id).is_(None)
    found = session.exec(
        select_rows(Ticket)
        .where(mine, col(Ticket.code).in_(list(codes)), col(Ticket.state).in_(TICKET_OPEN))
        .order_by(col(Ticket.id))
    ).all()
    return [close_row(session, act, row, event="resolve", outcome=MENDED) for row in found]


def close_row(session: Session, act: Act, row: Ticket, *, event: str, outcome: str) -> int:
    """Move one open ticket to its end and count the claim's blocks again. Returns the ticket's id."""
    row.closed_on = act.today
    row.outcome = outcome
    move_subject(session, chart=TICKET, row=row, event=event, moment=act.moment(outcome))
    if row.claim_id is not None:
        count_blocks(session, [row.claim_id])
    assert row.id is not None
    return row.id


def close_all(session: Session, act: Act, *, claim_ids: Sequence[int], outcome: str) -> list[int]:
    """Close every open ticket of claims that ended. Returns the ids closed."""
    found = session.exec(
        select_rows(Ticket)
        .where(col(Ticket.claim_id).in_(list(claim_ids)), col(Ticket.state).in_(TICKET_OPEN))
        .order_by(col(Ticket.id))
    ).all()
    return [close_row(session, act, row, event="resolve", outcome=outcome) for row in found]


def count_blocks(session: Session, claim_ids: Sequence[int]) -> None:
    """Set `blocks` of the claims to the number of their open tickets that block."""
    for model in (ClaimProgress, ClaimClosed):
        table = table_of(model)
        blocking = (
            select(func.count())
            .select_from(Ticket)
            .where(
                col(Ticket.claim_id) == table.c.claim_id,
                col(Ticket.blocks).is_(True),
                col(Ticket.state).in_(TICKET_OPEN),
            )
            .scalar_subquery()
        )
        session.execute(
            update(table).where(table.c.claim_id.in_(claim_ids)).values(blocks=blocking)
        )
        for claim_id in claim_ids:
            held = session.identity_map.get(identity_key(model, claim_id))
            if held is not None:
                session.expire(held, ["blocks"])


def open_codes(session: Session, *, claim_id: int) -> set[str]:
    """Codes of the claim's open tickets."""
    return set(
        session.exec(
            select_rows(Ticket.code).where(
                Ticket.claim_id == claim_id, col(Ticket.state).in_(TICKET_OPEN)
            )
        ).all()
    )


def event_actor(session: Session, *, ticket_id: int, event: str) -> str:
    """Who last did `event` to the ticket; empty if nobody did."""
    found = session.exec(
        select_rows(SubjectHistory.actor)
        .where(
            SubjectHistory.machine == TICKET.name,
            SubjectHistory.subject_id == ticket_id,
            SubjectHistory.event == event,
        )
        .order_by(col(SubjectHistory.version).desc())
    ).first()
    return found or ""


def as_text(facts: TicketFacts) -> str:
    """Facts as the ticket keeps them: JSON with sorted keys, dates as ISO text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, default=_plain)


def due_of(act: Act, *, days: int) -> date:
    """The last day to deal with a ticket opened today."""
    return working_days_after(act.calendar, anchor=act.today, days=days).on


def _subject(
    session: Session, claim_id: int | None, class_id: int | None, area_id: int | None
) -> tuple[int, int | None]:
    """Area of the subject, and its class."""
    if claim_id is not None:
        claim = session.get(Claim, claim_id)
        if claim is None:
            raise LookupError(f"no claim has the id {claim_id}")
        return claim.area_id, claim.class_id
    if class_id is not None:
        training = session.get(TrainingClass, class_id)
        if training is None:
            raise LookupError(f"no class has the id {class_id}")
        return training.area_id, class_id
    if area_id is None:
        raise LookupError("a ticket needs a claim, a class or an area as its subject")
    return area_id, None


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"facts of a ticket hold text, numbers and dates, not {type(value).__name__}")
