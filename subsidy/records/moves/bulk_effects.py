"""Effects of the bulk path, as INSERT … SELECT over the rows about to move.

Due dates are computed by the rules once per distinct (road, anchor) and joined as a small table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    column,
    exists,
    func,
    insert,
    literal,
    select,
    update,
    values,
)
from sqlmodel import Session, SQLModel, col

from states.chart import FAR, Edge
from subsidy.records.moves.clocks import resume_clocks, stop_clocks
from subsidy.records.moves.interactive_effects import TICKET_OPEN
from subsidy.records.moves.moment import DueRules, Moment, OpenTicket, OpenWindow
from subsidy.records.tables import Claim, ClaimProgress, Deadline, LedgerEntry, Outbox, Ticket
from subsidy.records.tables.types import Instant, UTCDateTime, table_of

P = ClaimProgress
PLAN_CHUNK = 500
"""Distinct (road, anchor) pairs joined at once; keeps well below the limit of bound values."""

Where = ColumnElement[bool]
Changed = Mapping[str, Any]
"""New values of the moving rows so far: plain values or SQL over the row as it was."""


def _write(
    session: Session, model: type[SQLModel], row: dict[str, Any], where: Where, due: Any = None
) -> None:
    """Insert one row, given as column → expression, for each claim about to move."""
    source = select(*row.values()).join(Claim, col(Claim.id) == P.claim_id)
    if due is not None:
        source = source.join(*due)
    source = source.where(where).order_by(col(P.claim_id))
    session.connection().execute(insert(table_of(model)).from_select(list(row), source))


def post(session: Session, edge: Edge, where: Where, moment: Moment) -> None:
    """Write one ledger transfer for each claim and post whose amount is above zero."""
    for one in edge.effects.posts:
        amount = getattr(P, one.amount)
        row = {
            "city": col(Claim.city),
            "fund": col(Claim.fund),
            "area_id": col(Claim.area_id),
            "claim_id": col(P.claim_id),
            "claim_version": col(P.version) + 1,
            "debit": literal(one.debit),
            "credit": literal(one.credit),
            "amount_fen": amount,
            "effective_on": literal(moment.today),
            "recorded_at": literal(moment.recorded_at, type_=Instant()),
        }
        _write(session, LedgerEntry, row, where & (amount > 0))


def tell(session: Session, edge: Edge, where: Where, moment: Moment) -> None:
    """Put one message for each claim and receiver into the outbox."""
    receivers: dict[str, Any] = {
        "provider": col(Claim.provider_id),
        "trainee": col(Claim.person_id),
        "office": col(Claim.area_id),
    }
    for one in edge.effects.tells:
        to_id = receivers[one.to]
        row = {
            "city": col(Claim.city),
            "subject": literal("claim"),
            "subject_id": col(P.claim_id),
            "template": literal(one.template),
            "occasion": literal("v") + (col(P.version) + 1).cast(String),
            "to_kind": literal(one.to),
            "to_id": to_id,
            "values": literal("{}"),
            "effective_on": literal(moment.today),
            "created_at": literal(moment.recorded_at, type_=UTCDateTime()),
            "status": literal("waiting"),
            "attempts": literal(0),
            "channel": literal(""),
            "address_masked": literal(""),
            "error": literal(""),
            "letter": literal(""),
        }
        _write(session, Outbox, row, where & to_id.is_not(None))


def clocks(session: Session, edge: Edge, where: Where, moment: Moment, rules: DueRules) -> None:
    """Close, stop or resume deadlines of the claims about to move."""
    effects = edge.effects
    if not (effects.closes or effects.stops or effects.resumes):
        return
    mine = col(Deadline.claim_id).in_(select(col(P.claim_id)).where(where))
    if effects.closes:
        close = update(table_of(Deadline)).where(
            mine, col(Deadline.status).in_(("open", "stopped"))
        )
        if "*" not in effects.closes:
            close = close.where(col(Deadline.window).in_(effects.closes))
        session.connection().execute(close.values(status="met", closed_on=moment.today))
    if effects.stops:
        stop_clocks(session, mine, moment)
    if effects.resumes:
        resume_clocks(session, where, moment, rules)


def open_windows(
    session: Session, edge: Edge, where: Where, moment: Moment, rules: DueRules, changed: Changed
) -> dict[str, Any]:
    """Open the deadlines of the edge; return the new day of lapse where one of them can end a claim."""
    lapsing = False
    for window, anchor_column in edge.effects.opens:
        anchor = _anchor(moment, anchor_column, changed)
        plan = _plan(session, where, window, anchor, rules)
        for start in range(0, len(plan), PLAN_CHUNK):
            part = plan[start : start + PLAN_CHUNK]
            _insert_deadlines(session, where, window, anchor, part, moment.today)
        lapsing = lapsing or any(found.lapses_after != FAR for _, _, found in plan)
    return {"lapses_after": _earliest_lapse(edge, changed)} if lapsing else {}


Plan = list[tuple[int, date, OpenWindow]]


def _anchor(moment: Moment, name: str, changed: Changed) -> Any:
    """The day a window starts from: the effective day, or a column as this move leaves it."""
    value = moment.today if name == "today" else changed.get(name, getattr(P, name))
    return literal(value, type_=Date()) if isinstance(value, date) else value


def _plan(session: Session, where: Where, window: str, anchor: Any, rules: DueRules) -> Plan:
    query = select(col(P.road_id), anchor).where(where, anchor != FAR).distinct()
    plan: Plan = []
    for road_id, on in sorted(tuple(pair) for pair in session.connection().execute(query)):
        found = rules.window(road_id=road_id, window=window, anchor=on)
        if found is not None:
            plan.append((road_id, on, found))
    return plan


def _insert_deadlines(
    session: Session, where: Where, window: str, anchor: Any, plan: Plan, today: date
) -> None:
    due = _due_table(plan)
    row = {
        "city": col(Claim.city),
        "area_id": col(Claim.area_id),
        "claim_id": col(P.claim_id),
        "window": literal(window),
        **{name: due.c[name] for name in _DUE if name not in ("road_id", "final")},
        "final": due.c.final == 1,
        "status": literal("open"),
        "escalated": literal(0),
        "opened_version": col(P.version) + 1,
        "opened_on": literal(today, type_=Date()),
    }
    fits = (due.c.road_id == P.road_id) & (due.c.anchor_on == anchor)
    _write(session, Deadline, row, where, due=(due, fits))


_DUE: dict[str, Any] = {
    "road_id": Integer,
    "anchor_on": Date,
    "rule_id": Integer,
    "due_on": Date,
    "told_by": Date,
    "lapses_after": Date,
    "next_on": Date,
    "final": Integer,
    "calendar_version": String,
}


def _due_table(plan: Plan) -> Any:
    """The plan as a table of the statement, one row for each road and anchor."""
    rows = [
        (
            *(road_id, on, w.rule_id, w.due_on, w.told_by, w.lapses_after, w.next_on),
            *(int(w.final), w.calendar_version),
        )
        for road_id, on, w in plan
    ]
    columns = [column(name, kind) for name, kind in _DUE.items()]
    return values(*columns, name="due").data(rows).cte("due")


def _earliest_lapse(edge: Edge, changed: Changed) -> Any:
    """The day after which the claim lapses, from the deadlines that this move has just opened."""
    opened = (
        select(func.min(col(Deadline.lapses_after)))
        .where(
            col(Deadline.claim_id) == P.claim_id,
            col(Deadline.window).in_([window for window, _ in edge.effects.opens]),
            col(Deadline.opened_version) == P.version + 1,
            col(Deadline.lapses_after) != FAR,
        )
        .scalar_subquery()
    )
    kept = changed.get("lapses_after", col(P.lapses_after))
    return func.coalesce(opened, literal(kept, type_=Date()) if isinstance(kept, date) else kept)


def open_tickets(
    session: Session, edge: Edge, where: Where, moment: Moment, rules: DueRules, changed: Changed
) -> dict[str, Any]:
    """Open the edge's tickets where none of the code is open; return the new value of `blocks`."""
    if not edge.effects.tickets:
        return {}
    newest = session.connection().execute(select(func.max(col(Ticket.id)))).scalar() or 0
    blocking: list[str] = []
    for code in edge.effects.tickets:
        wanted = rules.ticket(code=code, today=moment.today)
        already = exists().where(
            col(Ticket.claim_id) == P.claim_id,
            col(Ticket.code) == wanted.code,
            col(Ticket.state).in_(TICKET_OPEN),
        )
        _write(session, Ticket, _ticket_row(wanted, moment), where & ~already)
        if wanted.blocks:
            blocking.append(wanted.code)
    if not blocking:
        return {}
    opened = (
        select(func.count())
        .select_from(Ticket)
        .where(
            col(Ticket.claim_id) == P.claim_id,
            col(Ticket.code).in_(blocking),
            col(Ticket.id) > newest,
        )
        .scalar_subquery()
    )
    return {"blocks": changed.get("blocks", col(P.blocks)) + opened}


def _ticket_row(wanted: OpenTicket, moment: Moment) -> dict[str, Any]:
    return {
        "city": col(Claim.city),
        "area_id": col(Claim.area_id),
        "queue": literal(wanted.queue),
        "code": literal(wanted.code),
        "claim_id": col(P.claim_id),
        "class_id": col(Claim.class_id),
        "blocks": literal(wanted.blocks),
        "opened_on": literal(moment.today),
        "due_on": literal(wanted.due_on),
        "facts": literal("{}"),
        "clause": literal(wanted.clause),
        "state": literal("opened"),
        "version": literal(0),
        **{name: literal("") for name in ("owner", "override_by", "override_reason", "outcome")},
        "opened_at": literal(moment.recorded_at, type_=UTCDateTime()),
    }
