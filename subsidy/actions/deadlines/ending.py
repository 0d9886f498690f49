"""What follows the last day of a window: the status, tickets, a word to the leader, a lapse.

What follows is the rule's `at_end`. A ticket only reminds the office unless the rule says `block`. A right
lapses only where a clause gives the window and its end is final; it lapses on the day after the last
lawful one, however late the sweep comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import insert
from sqlmodel import Session, col, select

from states.chart import FAR
from states.ticket import TICKET
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.deadlines.duties import (
    LEADER_CODE,
    NOT_YET,
    Desks,
    Running,
    code_of,
    means_of,
)
from subsidy.actions.grounds.ticket_rows import as_text, count_blocks, due_of, open_ticket
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import ClaimProgress, Ticket
from subsidy.rules.verdict import FactValue

ONE_DAY = timedelta(1)
OURS = "deadline_id"
"""Fact that marks a ticket as opened by the end of a window, not by a decision."""
BLANK = {
    "state": TICKET.initial,
    "version": 0,
    "owner": "",
    "override_by": "",
    "override_reason": "",
    "outcome": "",
}
"""Columns of a ticket that nobody has worked yet: many are written at once, past the ORM."""


@dataclass
class Ended:
    """What the ends of a batch of deadlines led to."""

    missed: int = 0
    lapsed: int = 0
    tickets: int = 0
    stayed: list[Running] = field(default_factory=list)
    """Those whose claim goes on, though late."""


def end(session: Session, act: Act, desks: Desks, rows: Sequence[Running]) -> Ended:
    """Deal with deadlines whose last day is over; their claims' rows are locked by the caller."""
    done = Ended()
    lapsing = [one for one in rows if one.row.lapses_after < act.today]
    for one in rows:
        one.row.status = "missed"
        one.row.closed_on = one.row.due_on + ONE_DAY
        one.row.next_on = FAR
    session.flush()
    done.missed = len(rows)
    done.tickets = _tickets(session, act, desks, rows)
    done.tickets += _for_the_leader(session, act, rows)
    claims = [one.row.of_claim for one in rows]  # read before a bulk move expires the rows
    done.lapsed = lapse(session, act, lapsing)
    open_now = _open_claims(session, claims) if lapsing else set(claims)
    done.stayed = [one for one, claim_id in zip(rows, claims, strict=True) if claim_id in open_now]
    return done


def lapse(session: Session, act: Act, rows: Iterable[Running]) -> int:
    """Let the claims lapse on the day after their last lawful one; return how many did.

    A claim that stands where the chart knows no lapse (its class is not assessed yet) stays.
    """
    groups: dict[tuple[date, int], list[Running]] = {}
    for one in rows:
        groups.setdefault((one.row.lapses_after, one.row.rule_id), []).append(one)
    count = 0
    for (last, _), group in sorted(groups.items(), key=lambda item: item[0]):
        one = group[0]
        means = means_of(act, track=one.claim.track, window=one.row.window)
        note = f"{means}截止{last}（{one.rule.clause}）"
        ids = [each.row.of_claim for each in group]
        count += lapse_after(session, act, last=last, scope=Scope.claims(ids), note=note, lock=True)
    return count


def lapse_after(
    session: Session,
    act: Act,
    *,
    last: date,
    scope: Scope,
    note: str = "",
    lock: bool = False,
    window_batch: int = 0,
) -> int:
    """Move `lapse` for the claims of a scope whose last lawful day was `last`.

    It takes effect the day after; for a claim that was moved later than that, today: a history
    never runs backwards.
    """
    on = last + ONE_DAY
    since = col(ClaimProgress.since)
    this = (*scope.conditions, col(ClaimProgress.lapses_after) == last)
    moment = act.moment(note, window_batch=window_batch)
    rules = PackRules(session, act)
    moved = 0
    for day, condition in ((on, since <= on), (act.today, since > on)):
        done = move_all(
            session,
            event="lapse",
            scope=Scope((*this, condition)),
            moment=replace(moment, today=day),
            rules=rules,
            lock=lock,
        )
        moved += sum(done.values())
    return moved


def _tickets(session: Session, act: Act, desks: Desks, rows: Sequence[Running]) -> int:
    """Open one ticket for each claim whose rule asks for it; return how many are new."""
    wanted: dict[str, list[Running]] = {}
    for one in rows:
        if "ticket" in one.rule.at_end.split():
            wanted.setdefault(code_of(one.row.window), []).append(one)
    return sum(_open_all(session, act, desks, code, group) for code, group in wanted.items())


def _open_all(session: Session, act: Act, desks: Desks, code: str, rows: Sequence[Running]) -> int:
    known = act.pack.book[code]
    held = _open_of(session, code, [one.row.of_claim for one in rows])
    due = due_of(act, days=known.limit_days)
    blocking: list[int] = []
    new: dict[int, dict[str, object]] = {}
    for one in rows:
        claim_id = one.row.of_claim
        blocks = "block" in one.rule.at_end.split()
        facts = as_text(facts_of(act, one))
        ticket = held.get(claim_id)
        if ticket is None:
            new[claim_id] = {
                "city": act.city,
                "area_id": desks.office(one),
                "queue": known.queue,
                "code": code,
                "claim_id": claim_id,
                "class_id": one.claim.class_id,
                "blocks": blocks,
                "opened_on": act.today,
                "due_on": due,
                "facts": facts,
                "clause": one.rule.clause or one.rule.assumed,
                "opened_at": act.recorded_at,
                **BLANK,
            }
        elif is_ours(ticket):
            ticket.facts = facts
            ticket.blocks = ticket.blocks or blocks
            session.add(ticket)
        if blocks:
            blocking.append(claim_id)
    session.flush()
    if new:
        session.execute(insert(Ticket), list(new.values()))
    if blocking:
        count_blocks(session, blocking)
    return len(new)


def _open_of(session: Session, code: str, claim_ids: Sequence[int]) -> dict[int, Ticket]:
    query = select(Ticket).where(
        col(Ticket.claim_id).in_(list(claim_ids)),
        Ticket.code == code,
        col(Ticket.state).in_(TICKET_OPEN),
    )
    return {t.claim_id: t for t in session.exec(query).all() if t.claim_id is not None}


def facts_of(act: Act, one: Running) -> dict[str, FactValue]:
    """Facts of a ticket about the end of a window: what its code's sentence names."""
    window = one.row.window
    facts: dict[str, FactValue] = {
        OURS: one.row.id or 0,
        "window": window,
        "step": means_of(act, track=one.claim.track, window=window),
        "due": one.row.due_on,
    }
    if window == "certificate_registration":
        facts |= {"issued": one.row.anchor_on, "registered": NOT_YET[window]}
    if window == "application":
        facts["applied"] = NOT_YET[window]
    return facts


def is_ours(ticket: Ticket) -> bool:
    """Whether the end of a window opened the ticket, and no decision has taken it over."""
    facts: Mapping[str, object] = json.loads(ticket.facts)
    return OURS in facts


def _for_the_leader(session: Session, act: Act, rows: Sequence[Running]) -> int:
    """One ticket for the leader for each class and window, not one for each trainee."""
    groups: dict[tuple[int | None, int, str, date], list[Running]] = {}
    for one in rows:
        if "leader" in one.rule.at_end.split():
            alone = one.row.of_claim if one.claim.class_id is None else 0
            key = (one.claim.class_id, alone, one.row.window, one.row.due_on)
            groups.setdefault(key, []).append(one)
    before = _leader_tickets(session, act)
    opened = set()
    for (class_id, _, _, _), group in groups.items():
        one = group[0]
        opened.add(
            open_ticket(
                session,
                act,
                code=LEADER_CODE,
                claim_id=None if class_id is not None else one.row.of_claim,
                class_id=class_id,
                facts={**facts_of(act, one), "count": len(group)},
                blocks=False,
                clause=one.rule.clause or one.rule.assumed,
            )
        )
    return len(opened - before)


def _leader_tickets(session: Session, act: Act) -> set[int]:
    query = select(Ticket.id).where(
        Ticket.city == act.city,
        Ticket.code == LEADER_CODE,
        col(Ticket.state).in_(TICKET_OPEN),
    )
    return {found for found in session.exec(query).all() if found is not None}


def _open_claims(session: Session, claim_ids: Sequence[int]) -> set[int]:
    query = select(ClaimProgress.claim_id).where(col(ClaimProgress.claim_id).in_(list(claim_ids)))
    return set(session.exec(query).all())
