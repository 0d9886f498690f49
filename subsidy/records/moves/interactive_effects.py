"""What one move of one claim writes besides history and its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.sql.dml import Update
from sqlmodel import Session

from states.chart import FAR, Edge
from subsidy.records.moves.clocks import resume_clocks, stop_clocks
from subsidy.records.moves.moment import DueRules, Moment
from subsidy.records.tables import ClaimProgress, Deadline, LedgerEntry, Outbox, Ticket
from subsidy.records.tables.types import table_of

TICKET_OPEN = ("opened", "assigned", "override_asked")


@dataclass(frozen=True, slots=True)
class Step:
    """One move under way, with the new values of the row so far."""

    session: Session
    row: Any
    """The claim's row as it was, with city, fund and receivers of its identity."""
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


_INSERT = {model: insert(table_of(model)) for model in (LedgerEntry, Outbox, Deadline, Ticket)}


def _insert(step: Step, model: type[Any], **values: Any) -> None:
    step.session.connection().execute(_INSERT[model], values)


@lru_cache
def _closing(windows: tuple[str, ...]) -> Update:
    """The statement that closes these windows of one claim; `*` closes every open one."""
    d = table_of(Deadline)
    close = update(d).where(
        d.c.claim_id == bindparam("the_claim"), d.c.status.in_(("open", "stopped"))
    )
    if "*" not in windows:
        close = close.where(d.c.window.in_(windows))
    return close.values(status="met", closed_on=bindparam("today"))


def _post(step: Step) -> None:
    for post in step.edge.effects.posts:
        amount = getattr(step.row, post.amount)
        if amount > 0:
            _insert(
                step,
                LedgerEntry,
                city=step.row.city,
                fund=step.row.fund,
                area_id=step.row.claim_area_id,
                claim_id=step.row.claim_id,
                claim_version=step.version,
                debit=post.debit,
                credit=post.credit,
                amount_fen=amount,
                effective_on=step.moment.today,
                recorded_at=step.moment.recorded_at,
            )


def _tell(step: Step) -> None:
    row = step.row
    receivers = {
        "provider": row.provider_id,
        "trainee": row.person_id,
        "office": row.claim_area_id,
    }
    for tell in step.edge.effects.tells:
        to_id = receivers[tell.to]
        if to_id is not None:
            _insert(
                step,
                Outbox,
                city=row.city,
                subject="claim",
                subject_id=row.claim_id,
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
                letter="",
            )


def _clocks(step: Step, rules: DueRules) -> None:
    effects = step.edge.effects
    if effects.closes:
        values = {"the_claim": step.row.claim_id, "today": step.moment.today}
        step.session.connection().execute(_closing(effects.closes), values)
    if effects.stops:
        mine = table_of(Deadline).c.claim_id == step.row.claim_id
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
            city=step.row.city,
            area_id=step.row.claim_area_id,
            claim_id=step.row.claim_id,
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
            escalated=0,
            opened_version=step.version,
            opened_on=step.moment.today,
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
            table.c.claim_id == step.row.claim_id,
            table.c.code == wanted.code,
            table.c.state.in_(TICKET_OPEN),
        )
        if step.session.connection().execute(same.limit(1)).first() is not None:
            continue
        _insert(
            step,
            Ticket,
            city=step.row.city,
            area_id=step.row.claim_area_id,
            queue=wanted.queue,
            code=wanted.code,
            claim_id=step.row.claim_id,
            class_id=step.row.class_id,
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
