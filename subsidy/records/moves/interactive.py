"""The interactive path: one claim, one event, reasons when it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from states.chart import FAR, Blocked, Column, Const, Edge, Given, Plus, Source, Value
from states.claim import CLAIM, CLOSED
from subsidy.records.moves.moment import DueRules, Moment, Moved, NotMoved
from subsidy.records.moves.roads import order_for
from subsidy.records.tables import (
    Claim,
    ClaimClosed,
    ClaimHistory,
    ClaimProgress,
    ClockEntry,
    Deadline,
    LedgerEntry,
    Outbox,
    Ticket,
)
from subsidy.records.tables.claims import ProgressColumns

TICKET_OPEN = ("opened", "assigned", "override_asked")


def progress_of(session: Session, claim_id: int, *, lock: bool = False) -> ProgressColumns:
    """Return where a claim stands, open or closed. Raises LookupError if there is no such claim."""
    for table in (ClaimProgress, ClaimClosed):
        query = select(table).where(col(table.claim_id) == claim_id)
        query = query.execution_options(populate_existing=True)
        row = session.exec(query.with_for_update() if lock else query).first()
        if row is not None:
            return row
    raise LookupError(f"no claim has the number {claim_id}")


def move(
    session: Session, *, claim_id: int, event: str, moment: Moment, rules: DueRules
) -> Moved | NotMoved:
    """Move one claim by `event`, with every effect; nothing is committed.

    Returns what was done, or every guard that stood in the way. Raises LookupError for an unknown
    claim and KeyError when an edge needs a value that `moment.given` lacks.
    """
    session.flush()
    row = progress_of(session, claim_id, lock=True)
    edge = CLAIM.choose(row, event, moment)
    if isinstance(edge, Blocked):
        return NotMoved(claim_id, event, edge.source, edge.guards)
    claim = session.get_one(Claim, claim_id)
    version = row.version + 1
    changed = _new_values(session, row, edge, moment)
    _write_history(session, row, edge, moment, version)
    _post(session, claim, row, edge, moment, version)
    _tell(session, claim, edge, moment, version)
    _clocks(session, claim, row, edge, moment, rules)
    changed |= _open_windows(session, claim, row, edge, moment, rules, version)
    opened = _open_tickets(session, claim, edge, moment, rules)
    if opened:
        changed["blocks"] = row.blocks + opened
    _write_row(session, row, changed)
    return Moved(claim_id, event, edge.source, edge.target, version)


def _value(value: Value, row: ProgressColumns, moment: Moment, column: str) -> object:
    match value:
        case Const(v):
            return v
        case Plus(step):
            return getattr(row, column) + step
        case Column(name):
            return getattr(row, name)
        case Source():
            return row.state
        case Given(name):
            return moment.given[name]


def _new_values(
    session: Session, row: ProgressColumns, edge: Edge, moment: Moment
) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: _value(value, row, moment, name) for name, value in edge.effects.sets.items()
    }
    order = order_for(session, row.road_id)
    changed |= {
        "state": edge.target,
        "version": row.version + 1,
        "since": moment.today,
        "next_stage": order.after(edge.target, row.next_stage),
        "early_stage": order.early(edge.target, row.early_stage),
    }
    return changed


def _write_history(
    session: Session, row: ProgressColumns, edge: Edge, moment: Moment, version: int
) -> None:
    session.execute(
        insert(ClaimHistory).values(
            claim_id=row.claim_id,
            version=version,
            event=edge.event,
            source=edge.source,
            target=edge.target,
            effective_on=moment.today,
            recorded_at=moment.recorded_at,
            actor=moment.actor,
            note=moment.note,
            batch=moment.batch,
        )
    )


def _post(
    session: Session,
    claim: Claim,
    row: ProgressColumns,
    edge: Edge,
    moment: Moment,
    version: int,
) -> None:
    for post in edge.effects.posts:
        amount = getattr(row, post.amount)
        if amount > 0:
            session.execute(
                insert(LedgerEntry).values(
                    city=claim.city,
                    fund=claim.fund,
                    area_id=claim.area_id,
                    claim_id=claim.id,
                    claim_version=version,
                    debit=post.debit,
                    credit=post.credit,
                    amount_fen=amount,
                    effective_on=moment.today,
                    recorded_at=moment.recorded_at,
                )
            )


def _tell(session: Session, claim: Claim, edge: Edge, moment: Moment, version: int) -> None:
    receivers = {
        "provider": claim.provider_id,
        "trainee": claim.person_id,
        "office": claim.area_id,
    }
    for tell in edge.effects.tells:
        to_id = receivers[tell.to]
        if to_id is not None:
            session.execute(
                insert(Outbox).values(
                    city=claim.city,
                    subject="claim",
                    subject_id=claim.id,
                    template=tell.template,
                    occasion=f"v{version}",
                    to_kind=tell.to,
                    to_id=to_id,
                    values="{}",
                    effective_on=moment.today,
                    created_at=moment.recorded_at,
                    status="waiting",
                    attempts=0,
                    channel="",
                    address_masked="",
                    error="",
                )
            )


def _clocks(
    session: Session,
    claim: Claim,
    row: ProgressColumns,
    edge: Edge,
    moment: Moment,
    rules: DueRules,
) -> None:
    effects = edge.effects
    mine = col(Deadline.claim_id) == row.claim_id
    if effects.closes:
        close = update(Deadline).where(mine, col(Deadline.status).in_(("open", "stopped")))
        if "*" not in effects.closes:
            close = close.where(col(Deadline.window).in_(effects.closes))
        session.execute(close.values(status="met", closed_on=moment.today))
    if effects.stops:
        stop_clocks(session, [row.claim_id], moment)
    if effects.resumes:
        resume_clocks(session, {row.claim_id: row.road_id}, moment, rules)


def stop_clocks(session: Session, claim_ids: list[int], moment: Moment) -> None:
    """Stop every open clock of the claims; the entry keeps the due date of before."""
    running = select(Deadline).where(
        col(Deadline.claim_id).in_(claim_ids), Deadline.status == "open"
    )
    for deadline in session.exec(running.order_by(col(Deadline.id))).all():
        deadline.status = "stopped"
        _enter(session, deadline, "stopped", deadline.due_on, moment)
    session.flush()


def resume_clocks(session: Session, roads: dict[int, int], moment: Moment, rules: DueRules) -> None:
    """Let stopped clocks of the claims (id → road id) run on, later by the working days stopped."""
    stopped = select(Deadline).where(
        col(Deadline.claim_id).in_(list(roads)), Deadline.status == "stopped"
    )
    for deadline in session.exec(stopped.order_by(col(Deadline.id))).all():
        last = session.exec(
            select(ClockEntry)
            .where(ClockEntry.deadline_id == deadline.id, ClockEntry.entry == "stopped")
            .order_by(col(ClockEntry.id).desc())
        ).first()
        before = deadline.due_on
        after = rules.resumed(
            road_id=roads[deadline.claim_id],
            window=deadline.window,
            due_on=before,
            stopped_on=last.on if last else moment.today,
            today=moment.today,
        )
        deadline.status = "open"
        if after is not None:
            deadline.due_on = after.due_on
            deadline.told_by = max(deadline.told_by, after.told_by)
            deadline.lapses_after = after.lapses_after
            deadline.next_on = after.next_on
            deadline.final = after.final
            deadline.calendar_version = after.calendar_version
        _enter(session, deadline, "resumed", before, moment)
    session.flush()


def _enter(
    session: Session, deadline: Deadline, entry: str, due_before: date, moment: Moment
) -> None:
    assert deadline.id is not None
    session.add(
        ClockEntry(
            city=deadline.city,
            deadline_id=deadline.id,
            entry=entry,
            on=moment.today,
            due_before=due_before,
            due_after=deadline.due_on,
            actor=moment.actor,
        )
    )


def _open_windows(
    session: Session,
    claim: Claim,
    row: ProgressColumns,
    edge: Edge,
    moment: Moment,
    rules: DueRules,
    version: int,
) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for window, anchor_column in edge.effects.opens:
        anchor = _anchor(row, edge, moment, anchor_column)
        if anchor == FAR:
            continue
        found = rules.window(road_id=row.road_id, window=window, anchor=anchor)
        if found is None:
            continue
        session.execute(
            insert(Deadline).values(
                city=claim.city,
                area_id=claim.area_id,
                claim_id=claim.id,
                rule_id=found.rule_id,
                window=window,
                anchor_on=anchor,
                due_on=found.due_on,
                told_by=found.told_by,
                lapses_after=found.lapses_after,
                next_on=found.next_on,
                final=found.final,
                calendar_version=found.calendar_version,
                status="open",
                opened_version=version,
            )
        )
        if found.lapses_after != FAR:
            changed["lapses_after"] = found.lapses_after
    return changed


def _anchor(row: ProgressColumns, edge: Edge, moment: Moment, column: str) -> date:
    if column == "today":
        return moment.today
    if column in edge.effects.sets:
        given = _value(edge.effects.sets[column], row, moment, column)
        assert isinstance(given, date)
        return given
    anchor: date = getattr(row, column)
    return anchor


def _open_tickets(
    session: Session, claim: Claim, edge: Edge, moment: Moment, rules: DueRules
) -> int:
    blocking = 0
    for code in edge.effects.tickets:
        wanted = rules.ticket(code=code, today=moment.today)
        already = session.exec(
            select(Ticket.id).where(
                Ticket.claim_id == claim.id,
                Ticket.code == wanted.code,
                col(Ticket.state).in_(TICKET_OPEN),
            )
        ).first()
        if already is not None:
            continue
        session.execute(
            insert(Ticket).values(
                city=claim.city,
                area_id=claim.area_id,
                queue=wanted.queue,
                code=wanted.code,
                claim_id=claim.id,
                class_id=claim.class_id,
                blocks=wanted.blocks,
                opened_on=moment.today,
                due_on=wanted.due_on,
                facts="{}",
                clause=wanted.clause,
                state="opened",
                version=0,
                owner="",
                override_by="",
                override_reason="",
                outcome="",
                opened_at=moment.recorded_at,
            )
        )
        blocking += wanted.blocks
    return blocking


def _write_row(session: Session, row: ProgressColumns, changed: dict[str, Any]) -> None:
    was_closed = isinstance(row, ClaimClosed)
    closes = changed["state"] in CLOSED
    table = ClaimClosed if was_closed else ClaimProgress
    if was_closed == closes:
        session.execute(update(table).where(col(table.claim_id) == row.claim_id).values(**changed))
    else:
        values = row.model_dump() | changed
        session.execute(insert(ClaimClosed if closes else ClaimProgress).values(**values))
        session.execute(delete(table).where(col(table.claim_id) == row.claim_id))
        session.expunge(row)
        return
    session.expire(row)
