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
from sqlmodel import Session, col

from states.chart import FAR, Edge
from subsidy.records.moves.clocks import resume_clocks, stop_clocks
from subsidy.records.moves.interactive_effects import TICKET_OPEN
from subsidy.records.moves.moment import DueRules, Moment, OpenWindow
from subsidy.records.tables import Claim, ClaimProgress, Deadline, LedgerEntry, Outbox, Ticket
from subsidy.records.tables.types import Instant, UTCDateTime, table_of

P = ClaimProgress
PLAN_CHUNK = 500
"""Distinct (road, anchor) pairs joined at once; keeps well below the limit of bound values."""


def post(session: Session, edge: Edge, where: ColumnElement[bool], moment: Moment) -> None:
    """Write one ledger transfer for each claim and post whose amount is above zero."""
    names = (
        "city fund area_id claim_id claim_version debit credit amount_fen effective_on recorded_at"
    )
    for one in edge.effects.posts:
        amount = getattr(P, one.amount)
        source = (
            select(
                col(Claim.city),
                col(Claim.fund),
                col(Claim.area_id),
                col(P.claim_id),
                col(P.version) + 1,
                literal(one.debit),
                literal(one.credit),
                amount,
                literal(moment.today),
                literal(moment.recorded_at, type_=Instant()),
            )
            .join(Claim, col(Claim.id) == P.claim_id)
            .where(where, amount > 0)
            .order_by(col(P.claim_id))
        )
        session.connection().execute(
            insert(table_of(LedgerEntry)).from_select(names.split(), source)
        )


def tell(session: Session, edge: Edge, where: ColumnElement[bool], moment: Moment) -> None:
    """Put one message for each claim and receiver into the outbox."""
    names = (
        "city subject subject_id template occasion to_kind to_id values effective_on created_at "
        "status attempts channel address_masked error"
    )
    receivers: dict[str, Any] = {
        "provider": col(Claim.provider_id),
        "trainee": col(Claim.person_id),
        "office": col(Claim.area_id),
    }
    for one in edge.effects.tells:
        to_id = receivers[one.to]
        occasion = literal("v") + (col(P.version) + 1).cast(String)
        source = (
            select(
                col(Claim.city),
                literal("claim"),
                col(P.claim_id),
                literal(one.template),
                occasion,
                literal(one.to),
                to_id,
                literal("{}"),
                literal(moment.today),
                literal(moment.recorded_at, type_=UTCDateTime()),
                literal("waiting"),
                literal(0),
                literal(""),
                literal(""),
                literal(""),
            )
            .join(Claim, col(Claim.id) == P.claim_id)
            .where(where, to_id.is_not(None))
            .order_by(col(P.claim_id))
        )
        session.connection().execute(insert(table_of(Outbox)).from_select(names.split(), source))


def clocks(
    session: Session, edge: Edge, where: ColumnElement[bool], moment: Moment, rules: DueRules
) -> None:
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
    session: Session,
    edge: Edge,
    where: ColumnElement[bool],
    moment: Moment,
    rules: DueRules,
    changed: Mapping[str, Any],
) -> dict[str, Any]:
    """Open the deadlines of the edge; return the new day of lapse where one of them can end a claim."""
    lapsing = False
    for window, anchor_column in edge.effects.opens:
        anchor = _anchor(moment, anchor_column, changed)
        plan = _plan(session, where, window, anchor, rules)
        for start in range(0, len(plan), PLAN_CHUNK):
            _insert_deadlines(session, where, window, anchor, plan[start : start + PLAN_CHUNK])
        lapsing = lapsing or any(found.lapses_after != FAR for _, _, found in plan)
    return {"lapses_after": _earliest_lapse(edge, changed)} if lapsing else {}


Plan = list[tuple[int, date, OpenWindow]]


def _anchor(moment: Moment, name: str, changed: Mapping[str, Any]) -> Any:
    """The day a window starts from: the effective day, or a column as this move leaves it."""
    value = moment.today if name == "today" else changed.get(name, getattr(P, name))
    return literal(value, type_=Date()) if isinstance(value, date) else value


def _plan(
    session: Session, where: ColumnElement[bool], window: str, anchor: Any, rules: DueRules
) -> Plan:
    pairs = (
        session.connection()
        .execute(select(col(P.road_id), anchor).where(where, anchor != FAR).distinct())
        .all()
    )
    plan: Plan = []
    for road_id, on in sorted(tuple(p) for p in pairs):
        found = rules.window(road_id=road_id, window=window, anchor=on)
        if found is not None:
            plan.append((road_id, on, found))
    return plan


def _insert_deadlines(
    session: Session, where: ColumnElement[bool], window: str, anchor: Any, plan: Plan
) -> None:
    due = (
        values(
            column("road_id", Integer),
            column("anchor_on", Date),
            column("rule_id", Integer),
            column("due_on", Date),
            column("told_by", Date),
            column("lapses_after", Date),
            column("next_on", Date),
            column("final", Integer),
            column("calendar_version", String),
            name="due",
        )
        .data(
            [
                (
                    road_id,
                    on,
                    w.rule_id,
                    w.due_on,
                    w.told_by,
                    w.lapses_after,
                    w.next_on,
                    int(w.final),
                    w.calendar_version,
                )
                for road_id, on, w in plan
            ]
        )
        .cte("due")
    )
    d = due.c
    names = (
        "city area_id claim_id rule_id window anchor_on due_on told_by lapses_after next_on final "
        "calendar_version status opened_version"
    )
    source = (
        select(
            col(Claim.city),
            col(Claim.area_id),
            col(P.claim_id),
            d.rule_id,
            literal(window),
            d.anchor_on,
            d.due_on,
            d.told_by,
            d.lapses_after,
            d.next_on,
            d.final == 1,
            d.calendar_version,
            literal("open"),
            col(P.version) + 1,
        )
        .join(Claim, col(Claim.id) == P.claim_id)
        .join(due, (d.road_id == P.road_id) & (d.anchor_on == anchor))
        .where(where)
        .order_by(col(P.claim_id))
    )
    session.connection().execute(insert(table_of(Deadline)).from_select(names.split(), source))


def _earliest_lapse(edge: Edge, changed: Mapping[str, Any]) -> Any:
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
    session: Session,
    edge: Edge,
    where: ColumnElement[bool],
    moment: Moment,
    rules: DueRules,
    changed: Mapping[str, Any],
) -> dict[str, Any]:
    """Open the edge's tickets where none of the code is open; return the new value of `blocks`."""
    if not edge.effects.tickets:
        return {}
    newest = session.connection().execute(select(func.max(col(Ticket.id)))).scalar() or 0
    names = (
        "city area_id queue code claim_id class_id blocks opened_on due_on facts clause state "
        "version owner override_by override_reason outcome opened_at"
    )
    blocking: list[str] = []
    for code in edge.effects.tickets:
        wanted = rules.ticket(code=code, today=moment.today)
        already = exists().where(
            col(Ticket.claim_id) == P.claim_id,
            col(Ticket.code) == wanted.code,
            col(Ticket.state).in_(TICKET_OPEN),
        )
        source = (
            select(
                col(Claim.city),
                col(Claim.area_id),
                literal(wanted.queue),
                literal(wanted.code),
                col(P.claim_id),
                col(Claim.class_id),
                literal(wanted.blocks),
                literal(moment.today),
                literal(wanted.due_on),
                literal("{}"),
                literal(wanted.clause),
                literal("opened"),
                literal(0),
                literal(""),
                literal(""),
                literal(""),
                literal(""),
                literal(moment.recorded_at, type_=UTCDateTime()),
            )
            .join(Claim, col(Claim.id) == P.claim_id)
            .where(where, ~already)
            .order_by(col(P.claim_id))
        )
        session.connection().execute(insert(table_of(Ticket)).from_select(names.split(), source))
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
