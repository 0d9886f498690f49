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
from subsidy.actions.deadlines.sweeping.escalating import undone_of
from subsidy.actions.deadlines.sweeping.rows import Due, due_rows
from subsidy.actions.deadlines.telling import remind, tell_missed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.records.among import among
from subsidy.records.tables import Claim, ClockEntry, Deadline
from subsidy.rules.verdict import NO_CLAUSE, Finding

REMINDED = "reminded"
"""Entry of a clock; the end is counted without it."""
REMINDERS = ("clerk",)
MOST_AT_ONCE = 1000
"""So many lines may be reminded of at once; more are done by narrowing the list."""
LATE = "missed"
TOLD_TODAY, NOT_RUNNING, NOT_OURS, TOO_MANY = "E417", "E418", "E419", "E420"


@dataclass
class _Done:
    messages: int = 0
    reminded: list[Deadline] = field(default_factory=list)
    left: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


def remind_now(
    session: Session, act: Act, *, deadline_ids: Sequence[int], reason: str = ""
) -> Outcome:
    """Remind whoever must act in these deadlines, late ones too, and note it in their clocks.

    A deadline of a class stands for all its trainees with the same window and day: they are told of
    in one message. Nobody is told twice of the same on one day; what was told already, is done, or
    lies in another area stays in `left` with its code. Refused where nothing at all was sent.
    """
    wanted = list(dict.fromkeys(deadline_ids))
    faults = _may(session, act, wanted)
    if faults:
        return Outcome.refused(*faults)
    found = _Found(session, act, wanted)
    desks = Desks(session, act)
    done = _Done()
    seen: set[int] = set()
    for deadline_id in wanted:
        if deadline_id in seen:
            continue
        group = found.group(deadline_id)
        seen |= {deadline_id, *(row.id or 0 for row in group)}
        code = found.why_not(deadline_id, group)
        sent = 0 if code else _tell(session, act, desks, group, found.due(group))
        if sent:
            done.messages += sent
            done.reminded += group
        else:
            done.left.append((deadline_id, (code or TOLD_TODAY,)))
    _enter(session, act, done.reminded, reason.strip())
    return _outcome(act, done)


def _tell(
    session: Session, act: Act, desks: Desks, group: Sequence[Deadline], due: Sequence[Due]
) -> int:
    """Remind of what runs; of what is late say once more what follows."""
    if group[0].status != LATE:
        return remind(session, act, desks, due)
    return tell_missed(session, act, desks, due, again=True)


class _Found:
    """What was asked for and what goes with it, read in one go however many lines there are."""

    def __init__(self, session: Session, act: Act, wanted: Sequence[int]) -> None:
        self._today = act.today
        asked = _ours(act).where(among(session, col(Deadline.id), wanted))
        self._asked = {row.id: (row, class_id) for row, class_id in session.exec(asked).all()}
        classes = {class_id for _, class_id in self._asked.values() if class_id is not None}
        self._mates = _mates(session, act, classes)
        told = select(ClockEntry.deadline_id).where(
            among(session, col(ClockEntry.deadline_id), wanted),
            ClockEntry.entry == REMINDED,
            ClockEntry.on == act.today,
        )
        self._told = set(session.exec(told).all())
        groups = [self.group(each or 0) for each in self._asked]
        heads = {row.id or 0: group[0].id or 0 for group in groups for row in group}
        self._due: dict[int, list[Due]] = {}
        rows = [row for row in due_rows(session, heads) if not row.is_orphan]
        self._undone = undone_of(session, [row for row in rows if row.status == LATE])
        for due in rows:
            self._due.setdefault(heads[due.id], []).append(due)

    def group(self, deadline_id: int) -> list[Deadline]:
        """It and those of its class that share window, day and status; empty if it is not ours."""
        row, class_id = self._asked.get(deadline_id, (None, None))
        if row is None:
            return []
        return self._mates.get(_alike(row, class_id), [row])

    def due(self, group: Sequence[Deadline]) -> list[Due]:
        """The same as the sweep tells of them."""
        return self._due[group[0].id or 0]

    def why_not(self, deadline_id: int, group: Sequence[Deadline]) -> str:
        """Code of the reason why nobody is reminded of it; empty where somebody is."""
        if not group:
            return NOT_OURS
        runs = group[0].status == "open" and group[0].told_by >= self._today
        if not runs and self._undone.isdisjoint(row.id or 0 for row in group):
            return NOT_RUNNING
        return TOLD_TODAY if deadline_id in self._told else ""


def _mates(session: Session, act: Act, classes: Iterable[int]) -> dict[Any, list[Deadline]]:
    """Running and late deadlines of the claims of these classes, by what they are told of together."""
    found: dict[Any, list[Deadline]] = {}
    query = _ours(act).where(
        among(session, col(Claim.class_id), classes),
        col(Deadline.status).in_(("open", LATE)),
    )
    for row, class_id in session.exec(query.order_by(col(Deadline.id))).all():
        found.setdefault(_alike(row, class_id), []).append(row)
    return found


def _alike(row: Deadline, class_id: int | None) -> tuple[object, ...]:
    alone = row.id if class_id is None else None
    return class_id, alone, row.window, row.told_by, row.status, row.area_id


def _ours(act: Act) -> Any:
    """Deadlines of the city and the actor's areas, with the class of their claim."""
    query = (
        select(Deadline, col(Claim.class_id))
        .outerjoin(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Deadline.city == act.city)
    )
    return query if act.areas is None else query.where(col(Deadline.area_id).in_(act.areas))


def _may(session: Session, act: Act, wanted: Sequence[int]) -> list[Finding]:
    """Whether the actor may remind at all; the areas are asked for each deadline."""
    if not wanted:
        return [missing(act, "要催办的期限")]
    if len(wanted) > MOST_AT_ONCE:
        return [_finding(act, TOO_MANY, count=len(wanted), most=MOST_AT_ONCE)]
    area = next(iter(act.areas or ()), 0)
    return outside_of(session, act, area_id=area, roles=REMINDERS)


def _enter(session: Session, act: Act, rows: Iterable[Deadline], reason: str) -> None:
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
        for row in rows
    ]
    if entries:
        session.execute(insert(ClockEntry), entries)


def _outcome(act: Act, done: _Done) -> Outcome:
    if not done.messages:
        codes = sorted({code for _, why in done.left for code in why})
        findings = [_finding(act, code, day=act.today, count=len(done.left)) for code in codes]
        return Outcome(False, findings=findings, left=done.left)
    moved = {"messages": done.messages, "deadlines": len(done.reminded)}
    return Outcome(True, moved=moved, left=done.left)


def _finding(act: Act, code: str, **facts: int | date) -> Finding:
    return act.pack.book.finding(code, effect="refuse", source=NO_CLAUSE, facts=facts)
