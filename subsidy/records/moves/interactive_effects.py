"""What one move of one claim writes besides history and its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from states.chart import FAR, Edge
from subsidy.records.moves.clocks import resume_clocks, stop_clocks
from subsidy.records.moves.moment import DueRules, Moment
from subsidy.records.tables import ClaimProgress, Deadline, LedgerEntry, Outbox, Ticket
from subsidy.records.tables.types import table_of

TICKET_OPEN = ("opened", "assigned", "override_asked")


@dataclass(frozen=True, slots=True)
class Step:
    """One move under way: the claim's identity, its row before, and the new values so far."""

    session: Session
    claim: Any
    row: Any
    edge: Edge
    moment: Moment
    version: int
    changed: dict[str, Any]


def run_effects(step: Step, rules: DueRules) -> dict[str, Any]:
    """Write every effect of the edge; return further new values of the row."""
    _post(step)
    _tell(step)
    _clocks(step, rules)
    return _open_windows(step, rules) | _open_tickets(step, rules)


def _insert(step: Step, model: type[Any], **values: Any) -> None:
    step.session.connection().execute(insert(table_of(model)), values)


def _post(step: Step) -> None:
    for post in step.edge.effects.posts:
        amount = getattr(step.row, post.amount)
        if amount > 0:
            _insert(
                step,
                LedgerEntry,
                city=step.claim.city,
                fund=step.claim.fund,
                area_id=step.claim.area_id,
                claim_id=step.claim.id,
                claim_version=step.version,
                debit=post.debit,
                credit=post.credit,
                amount_fen=amount,
                effective_on=step.moment.today,
                recorded_at=step.moment.recorded_at,
            )


def _tell(step: Step) -> None:
    claim = step.claim
    receivers = {
        "provider": claim.provider_id,
        "trainee": claim.person_id,
        "office": claim.area_id,
    }
    for tell in step.edge.effects.tells:
        to_id = receivers[tell.to]
        if to_id is not None:
            _insert(
                step,
                Outbox,
                city=claim.city,
                subject="claim",
                subject_id=claim.id,
                template=tell.template,
                occasion=f"v{step.version}",
                to_kind=tell.to,
                to_id=to_id,
                values="{}",
                effective_on=step.moment.today,
                created_at=step.moment.recorded_at,
                status="waiting",
                attempts=0,
                channel="",
                address_masked="",
                error="",
            )


def _clocks(step: Step, rules: DueRules) -> None:
    effects, table = step.edge.effects, table_of(Deadline)
    mine = table.c.claim_id == step.row.claim_id
    if effects.closes:
        close = update(table).where(mine, table.c.status.in_(("open", "stopped")))
        if "*" not in effects.closes:
            close = close.where(table.c.window.in_(effects.closes))
        step.session.connection().execute(close.values(status="met", closed_on=step.moment.today))
    if effects.stops:
        stop_clocks(step.session, mine, step.moment)
    if effects.resumes:
        moving = table_of(ClaimProgress).c.claim_id == step.row.claim_id
        resume_clocks(step.session, moving, step.moment, rules)


def _open_windows(step: Step, rules: DueRules) -> dict[str, Any]:
    lapses: list[date] = []
    for window, anchor_column in step.edge.effects.opens:
        anchor = _anchor(step, anchor_column)
        if anchor == FAR:
            continue
        found = rules.window(road_id=step.row.road_id, window=window, anchor=anchor)
        if found is None:
            continue
        _insert(
            step,
            Deadline,
            city=step.claim.city,
            area_id=step.claim.area_id,
            claim_id=step.claim.id,
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
            opened_version=step.version,
            closed_on=None,
        )
        lapses.append(found.lapses_after)
    earliest = min(lapses, default=FAR)
    return {} if earliest == FAR else {"lapses_after": earliest}


def _anchor(step: Step, column: str) -> date:
    """The day a window starts from: the effective day, or a column as this move leaves it."""
    if column == "today":
        return step.moment.today
    anchor = step.changed[column] if column in step.changed else getattr(step.row, column)
    assert isinstance(anchor, date)
    return anchor


def _open_tickets(step: Step, rules: DueRules) -> dict[str, Any]:
    table = table_of(Ticket)
    blocking = 0
    for code in step.edge.effects.tickets:
        wanted = rules.ticket(code=code, today=step.moment.today)
        same = select(table.c.id).where(
            table.c.claim_id == step.claim.id,
            table.c.code == wanted.code,
            table.c.state.in_(TICKET_OPEN),
        )
        if step.session.connection().execute(same.limit(1)).first() is not None:
            continue
        _insert(
            step,
            Ticket,
            city=step.claim.city,
            area_id=step.claim.area_id,
            queue=wanted.queue,
            code=wanted.code,
            claim_id=step.claim.id,
            class_id=step.claim.class_id,
            blocks=wanted.blocks,
            opened_on=step.moment.today,
            due_on=wanted.due_on,
            facts="{}",
            clause=wanted.clause,
            state="opened",
            version=0,
            owner="",
            override_by="",
            override_reason="",
            outcome="",
            opened_at=step.moment.recorded_at,
        )
        blocking += wanted.blocks
    return {"blocks": step.changed.get("blocks", step.row.blocks) + blocking} if blocking else {}
