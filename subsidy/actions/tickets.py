"""Working the exception queues: take a ticket, resolve it, reject its claim, or ask for an override."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from states.ticket import TICKET
from subsidy.actions import reviews
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.decisions import codes_of, decide_claims, forget, latest_decisions
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person, still_stands
from subsidy.actions.grounds.ticket_rows import (
    close_row,
    close_when_mended,
    open_ticket,
)
from subsidy.actions.training import catch_up
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.tables import Ticket
from subsidy.rules.verdict import Finding

__all__ = [
    "ask_override",
    "assign",
    "close_when_mended",
    "confirm_override",
    "open_ticket",
    "refuse_override",
    "reject",
    "resolve",
]

LIMITS = "limits"
"""Queue of limits that hold in principle (原则上): passed by a recorded exception, never by hand."""


def assign(session: Session, act: Act, *, ticket_id: int, owner: str = "") -> Outcome:
    """Give the ticket to `owner` (`user:<id>`), or to the actor."""
    row = _ticket(session, ticket_id)
    faults = _not_mine(session, act, row)
    if faults:
        return Outcome.refused(*faults, subject_id=ticket_id)
    owner = owner or act.actor
    if row.owner == owner and row.state == "assigned":
        return Outcome(True, ticket_id, note="已由本人处理")
    return _moved(session, act, row, "assign", note=owner, owner=owner)


def resolve(session: Session, act: Act, *, ticket_id: int, outcome: str) -> Outcome:
    """Close the ticket with what was found. A refusal by clause or a gap cannot be talked away."""
    row = _ticket(session, ticket_id)
    if row.state in TICKET.ends:
        return Outcome(True, ticket_id, note="此前已办结")
    faults = _not_mine(session, act, row)
    if not outcome.strip():
        faults.append(missing(act, "处理结果"))
    if _by_clause(session, row):
        faults.append(still_stands(act, code=row.code))
    if faults:
        return Outcome.refused(*faults, subject_id=ticket_id)
    close_row(session, act, row, event="resolve", outcome=outcome)
    return _carry_on(session, act, row)


def reject(
    session: Session, act: Act, *, ticket_id: int, reasons: Sequence[str], clause: str = ""
) -> Outcome:
    """Decide the ticket by not paying its claim, with a letter; all tickets of the claim close.

    The rules of `reviews.reject` hold: who decides at the claim's level, and a clause.
    """
    row = _ticket(session, ticket_id)
    if row.state in TICKET.ends:
        return Outcome(True, ticket_id, note="此前已办结")
    faults = _not_mine(session, act, row)
    if row.claim_id is None:
        faults.append(missing(act, "可以不予补贴的申领"))
    if faults or row.claim_id is None:
        return Outcome.refused(*faults, subject_id=ticket_id)
    done = reviews.reject(session, act, claim_id=row.claim_id, reasons=reasons, clause=clause)
    return replace(done, subject_id=ticket_id)


def ask_override(session: Session, act: Act, *, ticket_id: int, reason: str) -> Outcome:
    """Ask that the claim passes in spite of the finding; a second person has to confirm."""
    row = _ticket(session, ticket_id)
    faults = _not_mine(session, act, row)
    if not reason.strip():
        faults.append(missing(act, "特批理由"))
    if not act.pack.book.may_override(row.code):
        faults.append(still_stands(act, code=row.code))
    if faults:
        return Outcome.refused(*faults, subject_id=ticket_id)
    return _moved(
        session,
        act,
        row,
        "ask_override",
        note=reason,
        override_by=act.actor,
        override_reason=reason,
    )


def confirm_override(session: Session, act: Act, *, ticket_id: int, decision: str) -> Outcome:
    """Confirm as the second person, under the number of the written decision."""
    row = _ticket(session, ticket_id)
    faults = _second_person(session, act, row)
    if not decision.strip():
        faults.append(missing(act, "决定文号"))
    if row.state != "override_asked":
        faults.append(not_possible(act, _stuck(row, "confirm_override"), machine="ticket"))
    if faults:
        return Outcome.refused(*faults, subject_id=ticket_id)
    close_row(session, act, row, event="confirm_override", outcome=decision)
    return _carry_on(session, act, row)


def refuse_override(session: Session, act: Act, *, ticket_id: int, reason: str) -> Outcome:
    """Turn the override down; the ticket is open again."""
    row = _ticket(session, ticket_id)
    faults = _second_person(session, act, row)
    if not reason.strip():
        faults.append(missing(act, "不同意的理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=ticket_id)
    return _moved(session, act, row, "refuse_override", note=reason)


def _by_clause(session: Session, row: Ticket) -> bool:
    """Whether the ticket stands for a refusal or a gap, which only an override or new facts lift."""
    if row.claim_id is None:
        return False
    if row.queue == LIMITS:
        return True
    last = latest_decisions(session, claim_ids=[row.claim_id]).get(row.claim_id)
    return row.code in codes_of(last, effects=("refuse", "gap"))


def _carry_on(session: Session, act: Act, row: Ticket) -> Outcome:
    """With the ticket closed the claim is decided anew and catches up on what its class did."""
    assert row.id is not None
    if row.claim_id is None:
        return Outcome(True, row.id)
    forget(session, claim_ids=[row.claim_id])
    decide_claims(session, act, claim_ids=[row.claim_id])
    caught = catch_up(session, act, claim_id=row.claim_id)
    return Outcome(True, row.id, moved=caught.moved, left=caught.left)


def _ticket(session: Session, ticket_id: int) -> Ticket:
    row = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"no ticket has the id {ticket_id}")
    return row


def _not_mine(session: Session, act: Act, row: Ticket) -> list[Finding]:
    """Reasons why the actor may not work this ticket: role of its code, area of its subject."""
    return outside_of(
        session, act, area_id=row.area_id, roles=(act.pack.book[row.code].owner_role,)
    )


def _second_person(session: Session, act: Act, row: Ticket) -> list[Finding]:
    faults = outside_of(session, act, area_id=row.area_id, roles=("section_head",))
    if row.override_by == act.actor:
        faults.append(same_person(act, step="确认特批", earlier="申请特批"))
    return faults


def _moved(
    session: Session, act: Act, row: Ticket, event: str, *, note: str, **changed: str
) -> Outcome:
    if (row.state, event) not in TICKET.edges:
        return Outcome.refused(
            not_possible(act, _stuck(row, event), machine="ticket"), subject_id=row.id
        )
    for name, value in changed.items():
        setattr(row, name, value)
    move_subject(session, chart=TICKET, row=row, event=event, moment=act.moment(note))
    return Outcome(True, row.id)


def _stuck(row: Ticket, event: str) -> NotMoved:
    assert row.id is not None
    return NotMoved(row.id, event, row.state, ())
