"""Reminding by hand: one message for a class's window and day, once a day, kept in every clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.deadlines.duties import Desks
from subsidy.actions.deadlines.sweeping.rows import due_rows
from subsidy.actions.deadlines.telling import remind
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.records.tables import Claim, ClockEntry, Deadline
from subsidy.rules.verdict import NO_CLAUSE, Finding

REMINDED = "reminded"
"""Entry of a clock; the end is counted without it."""
REMINDERS = ("clerk",)
MOST_AT_ONCE = 1000
"""So many lines may be reminded of at once; more are done by narrowing the list."""
TOLD_TODAY, NOT_RUNNING, NOT_OURS, TOO_MANY = "E417", "E418", "E419", "E420"


@dataclass
class _Done:
    messages: int = 0
    deadlines: int = 0
    left: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


def remind_now(
    session: Session, act: Act, *, deadline_ids: Sequence[int], reason: str = ""
) -> Outcome:
    """Remind whoever must act in these deadlines, and note it in their clocks.

    A deadline of a class stands for all its trainees with the same window and day: they are told of
    in one message. Nobody is told twice of the same on one day; what was told already, is over, or
    lies in another area stays in `left` with its code. Refused where nothing at all was sent.
    """
    wanted = list(dict.fromkeys(deadline_ids))
    faults = _may(session, act, wanted)
    if faults:
        return Outcome.refused(*faults)
    done = _Done()
    seen: set[int] = set()
    desks = Desks(session, act)
    for deadline_id in wanted:
        if deadline_id in seen:
            continue
        group = _group_of(session, act, deadline_id)
        ids = [row.id or 0 for row in group]
        seen |= {*ids, deadline_id}
        code = _why_not(session, act, deadline_id, group)
        sent = 0 if code else remind(session, act, desks, due_rows(session, ids))
        if not sent:
            done.left.append((deadline_id, (code or TOLD_TODAY,)))
            continue
        _enter(session, act, group, reason.strip())
        done.messages += sent
        done.deadlines += len(group)
    return _outcome(act, done)


def _may(session: Session, act: Act, wanted: Sequence[int]) -> list[Finding]:
    """Whether the actor may remind at all; the areas are asked for each deadline."""
    if not wanted:
        return [missing(act, "要催办的期限")]
    if len(wanted) > MOST_AT_ONCE:
        return [_finding(act, TOO_MANY, count=len(wanted), most=MOST_AT_ONCE)]
    area = next(iter(act.areas or ()), 0)
    return outside_of(session, act, area_id=area, roles=REMINDERS)


def _group_of(session: Session, act: Act, deadline_id: int) -> list[Deadline]:
    """The deadline with those of its class that share window, day and status; empty if none is ours."""
    query = _ours(act).where(Deadline.id == deadline_id)
    found = session.exec(query).first()
    if found is None:
        return []
    row, class_id = found
    if class_id is None:
        return [row]
    query = _ours(act).where(
        Claim.class_id == class_id,
        Deadline.window == row.window,
        Deadline.told_by == row.told_by,
        Deadline.status == row.status,
        Deadline.area_id == row.area_id,
    )
    return [each for each, _ in session.exec(query.order_by(col(Deadline.id))).all()]


def _ours(act: Act) -> Any:
    """Deadlines of the city and the actor's areas, with the class of their claim."""
    query = (
        select(Deadline, col(Claim.class_id))
        .outerjoin(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Deadline.city == act.city)
    )
    return query if act.areas is None else query.where(col(Deadline.area_id).in_(act.areas))


def _why_not(session: Session, act: Act, deadline_id: int, group: Sequence[Deadline]) -> str:
    if not group:
        return NOT_OURS
    row = group[0]
    if row.status != "open" or row.told_by < act.today:
        return NOT_RUNNING
    told = select(ClockEntry.id).where(
        ClockEntry.deadline_id == deadline_id,
        ClockEntry.entry == REMINDED,
        ClockEntry.on == act.today,
    )
    return TOLD_TODAY if session.exec(told).first() is not None else ""


def _enter(session: Session, act: Act, group: Iterable[Deadline], reason: str) -> None:
    entries = [
        {
            "city": row.city,
            "deadline_id": row.id,
            "entry": REMINDED,
            "on": act.today,
            "due_before": row.due_on,
            "due_after": row.due_on,
            "actor": act.actor,
            "second_person": "",
            "clause": "",
            "reason": reason,
        }
        for row in group
    ]
    session.execute(insert(ClockEntry), entries)


def _outcome(act: Act, done: _Done) -> Outcome:
    if not done.messages:
        codes = sorted({code for _, why in done.left for code in why})
        findings = [_finding(act, code, day=act.today, count=len(done.left)) for code in codes]
        return Outcome(False, findings=findings, left=done.left)
    moved = {"messages": done.messages, "deadlines": done.deadlines}
    return Outcome(True, moved=moved, left=done.left)


def _finding(act: Act, code: str, **facts: int | date) -> Finding:
    return act.pack.book.finding(code, effect="refuse", source=NO_CLAUSE, facts=facts)
