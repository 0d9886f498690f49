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

from sqlalchemy import select
from sqlmodel import Session, col

from states.chart import FAR
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.deadlines.duties import LEADER_CODE, NOT_YET, Desks, code_of, means_of
from subsidy.actions.deadlines.sweeping.marking import Mark, mark_all
from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.actions.deadlines.sweeping.tickets import OURS, Shape, facts_around_id, open_all
from subsidy.actions.deadlines.telling import in_groups
from subsidy.actions.grounds.ticket_rows import count_blocks, due_of
from subsidy.records.among import among
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import ClaimProgress, Ticket
from subsidy.rules.deadlines import Window
from subsidy.rules.verdict import FactValue
from subsidy.rules.workdays import working_days_after

ONE_DAY = timedelta(1)


@dataclass
class Ended:
    """What the ends of a batch of deadlines led to."""

    missed: int = 0
    lapsed: int = 0
    tickets: int = 0
    stayed: list[Due] = field(default_factory=list)
    """Those whose claim goes on, though late."""


def end(session: Session, act: Act, desks: Desks, rows: Sequence[Due]) -> Ended:
    """Deal with deadlines whose last day is over; their claims' rows are locked by the caller."""
    if not rows:
        return Ended()
    marks = {key: _missed(act, desks, *key) for key in {(r.rule_id, r.due_on) for r in rows}}
    mark_all(session, [(one, marks[one.rule_id, one.due_on]) for one in rows])
    tickets = _tickets(session, act, desks, rows) + _for_the_leader(session, act, desks, rows)
    lapsing = [one for one in rows if one.lapses_after < act.today]
    lapsed = lapse(session, act, desks, lapsing)
    gone = _closed(session, lapsing) if lapsed else set()
    stayed = [one for one in rows if not one.claim_ids or not gone.issuperset(one.claim_ids)]
    return Ended(sum(len(one.ids) for one in rows), lapsed, tickets, stayed)


def _missed(act: Act, desks: Desks, rule_id: int, due_on: date) -> Mark:
    following = next_escalation(act, desks.window(rule_id), due_on=due_on, taken=0)
    return Mark("missed", following, escalated=0, closed_on=due_on + ONE_DAY)


def next_escalation(act: Act, window: Window, *, due_on: date, taken: int) -> date:
    """The day behind today of the next step that an undone matter takes upwards; FAR without one."""
    if taken >= len(window.escalate_at):
        return FAR
    step = working_days_after(act.calendar, anchor=due_on, days=window.escalate_at[taken])
    return max(step.on, act.today + ONE_DAY)


def lapse(session: Session, act: Act, desks: Desks, rows: Iterable[Due]) -> int:
    """Let the claims lapse on the day after their last lawful one; return how many did.

    A claim that stands where the chart knows no lapse (its class is not assessed yet) stays.
    """
    groups: dict[tuple[date, int, str], list[int]] = {}
    for one in rows:
        key = (one.lapses_after, one.rule_id, one.track)
        groups.setdefault(key, []).extend(one.claim_ids)
    count = 0
    for (last, rule_id, track), ids in sorted(groups.items()):
        rule = desks.rule(rule_id)
        note = f"{means_of(act, track=track, window=rule.name)}截止{last}（{rule.clause}）"
        scope = Scope((among(session, col(ClaimProgress.claim_id), ids),))
        count += lapse_after(session, act, last=last, scope=scope, note=note, lock=True)
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


def _tickets(session: Session, act: Act, desks: Desks, rows: Sequence[Due]) -> int:
    """Open one ticket for each claim whose rule asks for it; return how many are new."""
    shapes: dict[tuple[int, date, date, str, int], Shape] = {}
    wanted: list[tuple[Due, Shape]] = []
    blocking: list[int] = []
    for one in rows:
        if not desks.ends_with(one.rule_id, "ticket"):
            continue
        office = desks.office(one)
        office = 0 if office == one.area_id else office
        key = (one.rule_id, one.anchor_on, one.due_on, one.track, office)
        if key not in shapes:
            shapes[key] = _shape(act, desks, one, code=code_of(one.window), office=office)
        shape = shapes[key]
        wanted.append((one, shape))
        if shape.blocks:
            blocking += one.claim_ids
    new = open_all(session, act, wanted)
    if blocking:
        count_blocks(session, blocking)
    return new


def _for_the_leader(session: Session, act: Act, desks: Desks, rows: Sequence[Due]) -> int:
    """One ticket for the leader for each class and window, not one for each trainee."""
    late = [one for one in rows if desks.ends_with(one.rule_id, "leader")]
    wanted = []
    for group in in_groups(session, desks, late, status=("missed",)):
        one, count = group.one, {"count": group.count}
        shape = _shape(act, desks, one, code=LEADER_CODE, office=0, more=count)
        wanted.append((one, shape._replace(blocks=False)))
    return open_all(session, act, wanted, of_class=True)


def _shape(
    act: Act,
    desks: Desks,
    one: Due,
    *,
    code: str,
    office: int,
    more: Mapping[str, FactValue] | None = None,
) -> Shape:
    known = act.pack.book[code]
    window = desks.window(one.rule_id)
    before, after = facts_around_id({**facts_of(act, one), **(more or {})})
    return Shape(
        code=code,
        queue=known.queue,
        area_id=office,
        due_on=due_of(act, days=known.limit_days),
        blocks="block" in window.at_end,
        clause=window.clause or window.assumed or "",
        facts_before=before,
        facts_after=after,
    )


def facts_of(act: Act, one: Due) -> dict[str, FactValue]:
    """Facts of a ticket about the end of a window: what its code's sentence names."""
    window = one.window
    facts: dict[str, FactValue] = {
        "window": window,
        "step": means_of(act, track=one.track, window=window),
        "due": one.due_on,
    }
    if window == "certificate_registration":
        facts |= {"issued": one.anchor_on, "registered": NOT_YET[window]}
    if window == "application":
        facts["applied"] = NOT_YET[window]
    return facts


def is_ours(ticket: Ticket) -> bool:
    """Whether the end of a window opened the ticket, and no decision has taken it over."""
    facts: Mapping[str, object] = json.loads(ticket.facts)
    return OURS in facts


def _closed(session: Session, rows: Iterable[Due]) -> set[int]:
    """Claims of these deadlines that are open no more."""
    claims = {claim_id for one in rows for claim_id in one.claim_ids}
    query = select(ClaimProgress.claim_id).where(  # type: ignore[call-overload]
        among(session, col(ClaimProgress.claim_id), claims)
    )
    return claims - set(session.execute(query).scalars())
