"""The exception queues: lists of tickets and one ticket with what the book says about its code."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.actions.views.places import actor_names
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Area, Claim, SubjectHistory, Ticket, TrainingClass
from subsidy.rules.workdays import working_days_between

PAGE = 50


@dataclass(frozen=True)
class TicketRow:
    """One ticket as lists show it."""

    id: int
    queue: str
    code: str
    title_zh: str
    title_en: str
    area_id: int
    area: str
    claim_id: int | None
    claim_number: str
    class_id: int | None
    class_number: str
    state: str
    blocks: bool
    opened_on: date
    due_on: date
    owner: str
    days_open: int
    """Working days since it was opened."""
    clause: str


@dataclass(frozen=True)
class TicketMove:
    """One row of a ticket's history."""

    event: str
    effective_on: date
    recorded_at: datetime
    actor: str
    note: str


@dataclass(frozen=True)
class TicketView:
    """A ticket with what its code asks for."""

    row: TicketRow
    facts: str
    todo_zh: str
    todo_en: str
    remedy_zh: str
    said_zh: tuple[str, ...]
    said_en: tuple[str, ...]
    """The sentence of the code, filled with what was found; empty where the facts do not fill it."""
    owner_role: str
    actions: tuple[str, ...]
    may_override: bool
    override_by: str
    override_by_actor: str
    override_reason: str
    outcome: str
    closed_on: date | None
    moves: tuple[TicketMove, ...]


def ticket_page(
    session: Session,
    act: Act,
    *,
    areas: Collection[int],
    queue: str = "",
    state: str = "",
    code: str = "",
    overdue: bool = False,
    mine: bool = False,
    after: int | None = None,
) -> tuple[list[TicketRow], int | None]:
    """Open tickets (or those in `state`), oldest first, and the key of the next page."""
    query = (
        select(Ticket, Area.name, Claim.number, TrainingClass.number)
        .join(Area, col(Area.id) == Ticket.area_id)
        .outerjoin(Claim, col(Claim.id) == Ticket.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Ticket.class_id)
        .where(Ticket.city == act.city, col(Ticket.area_id).in_(areas))
    )
    states = (state,) if state in TICKET.labels else TICKET_OPEN
    query = query.where(col(Ticket.state).in_(states))
    if queue:
        query = query.where(Ticket.queue == queue)
    if code:
        query = query.where(Ticket.code == code)
    if overdue:
        query = query.where(col(Ticket.due_on) < act.today)
    if mine:
        query = query.where(Ticket.owner == act.actor)
    if after is not None:
        query = query.where(col(Ticket.id) > after)
    found = session.exec(query.order_by(col(Ticket.id)).limit(PAGE + 1)).all()
    names = actor_names(session, {t.owner for t, *_ in found if t.owner})
    rows = [_row(act, names, *each) for each in found[:PAGE]]
    return rows, rows[-1].id if len(found) > PAGE else None


def tickets_of_claim(session: Session, act: Act, *, claim_id: int) -> list[TicketRow]:
    """Every ticket of a claim, open ones first."""
    return _of(session, act, col(Ticket.claim_id) == claim_id)


def tickets_of_class(session: Session, act: Act, *, class_id: int) -> list[TicketRow]:
    """Tickets of a class itself, open ones first."""
    return _of(session, act, (col(Ticket.class_id) == class_id) & col(Ticket.claim_id).is_(None))


def ticket_view(session: Session, act: Act, *, ticket_id: int) -> TicketView | None:
    """One ticket; None if the city has no such one."""
    found = session.exec(
        select(Ticket, Area.name, Claim.number, TrainingClass.number)
        .join(Area, col(Area.id) == Ticket.area_id)
        .outerjoin(Claim, col(Claim.id) == Ticket.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Ticket.class_id)
        .where(Ticket.id == ticket_id, Ticket.city == act.city)
    ).first()
    if found is None:
        return None
    ticket = found[0]
    history = session.exec(
        select(SubjectHistory)
        .where(SubjectHistory.machine == "ticket", SubjectHistory.subject_id == ticket_id)
        .order_by(col(SubjectHistory.version).desc())
    ).all()
    actors = {h.actor for h in history} | {ticket.owner, ticket.override_by} - {""}
    names = actor_names(session, actors)
    known = act.pack.book[ticket.code]
    return TicketView(
        row=_row(act, names, *found),
        facts=ticket.facts,
        todo_zh=known.todo_zh,
        todo_en=known.todo_en,
        remedy_zh=known.remedy_zh,
        said_zh=_said(known.message_zh, ticket),
        said_en=_said(known.message_en, ticket),
        owner_role=known.owner_role,
        actions=known.actions,
        may_override=act.pack.book.may_override(ticket.code),
        override_by=names.get(ticket.override_by, ticket.override_by),
        override_by_actor=ticket.override_by,
        override_reason=ticket.override_reason,
        outcome=ticket.outcome,
        closed_on=ticket.closed_on,
        moves=tuple(
            TicketMove(h.event, h.effective_on, h.recorded_at, names.get(h.actor, h.actor), h.note)
            for h in history
        ),
    )


def _said(text: str, ticket: Ticket) -> tuple[str, ...]:
    facts = json.loads(ticket.facts or "{}")
    items = facts.get("items") if isinstance(facts.get("items"), list) else [facts]
    said = []
    for each in items:
        with suppress(KeyError, IndexError, ValueError):
            said.append(text.format_map({"clause": ticket.clause, "document": "", **each}))
    return tuple(dict.fromkeys(said))


def _of(session: Session, act: Act, mine: ColumnElement[bool]) -> list[TicketRow]:
    found = session.exec(
        select(Ticket, Area.name, Claim.number, TrainingClass.number)
        .join(Area, col(Area.id) == Ticket.area_id)
        .outerjoin(Claim, col(Claim.id) == Ticket.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Ticket.class_id)
        .where(mine)
        .order_by(col(Ticket.id).desc())
    ).all()
    names = actor_names(session, {t.owner for t, *_ in found if t.owner})
    rows = [_row(act, names, *each) for each in found]
    return sorted(rows, key=lambda row: row.state not in TICKET_OPEN)


def _row(
    act: Act,
    names: dict[str, str],
    ticket: Ticket,
    area: str,
    claim_number: str | None,
    class_number: str | None,
) -> TicketRow:
    known = act.pack.book[ticket.code]
    until = ticket.closed_on or act.today
    return TicketRow(
        id=ticket.id or 0,
        queue=ticket.queue,
        code=ticket.code,
        title_zh=known.title_zh,
        title_en=known.title_en,
        area_id=ticket.area_id,
        area=area,
        claim_id=ticket.claim_id,
        claim_number=claim_number or "",
        class_id=ticket.class_id,
        class_number=class_number or "",
        state=ticket.state,
        blocks=ticket.blocks,
        opened_on=ticket.opened_on,
        due_on=ticket.due_on,
        owner=names.get(ticket.owner, ticket.owner),
        days_open=max(working_days_between(act.calendar, after=ticket.opened_on, through=until), 0),
        clause=ticket.clause,
    )
