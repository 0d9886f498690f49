"""Objections to single lines of a notice: received with a number, looked into, decided with reasons.

The objector's words and contact are sealed. One objection stops one claim, never the list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.grounds.outbox_rows import tell_objector
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person
from subsidy.actions.grounds.ticket_rows import close_row, due_of, open_ticket
from subsidy.actions.notices.lists import OBJECTED, REMOVED, SHOWN
from subsidy.actions.notices.receipts import seal_objection, words_of
from subsidy.records.moves import Moved, NotMoved, move
from subsidy.records.moves.interactive import TICKET_OPEN, progress_of
from subsidy.records.tables import (
    Claim,
    NoticeLine,
    Objection,
    PublicNotice,
    ReviewAct,
    Ticket,
)
from subsidy.rules.verdict import NO_CLAUSE, Finding

Ending = Literal["upheld", "review", "refused"]
EVENTS: dict[str, str] = {
    "upheld": "uphold_objection",
    "review": "return_to_review",
    "refused": "refuse_objection",
}
LONGEST_WORDS = 2000
CODES = ("E701", "E702")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an objection that was handed in; `receipt` lets the objector ask about it."""

    done: bool
    receipt: str = ""
    objection_id: int | None = None
    settle_by: date | None = None
    """Until when it is to be decided."""
    findings: tuple[Finding, ...] = ()
    note: str = ""


def file_objection(
    session: Session,
    act: Act,
    *,
    notice_id: int,
    claim_id: int,
    words: str,
    contact: str = "",
    channel: Literal["page", "counter"] = "page",
) -> Received:
    """Receive an objection to one line, from the first to the last day of that line (inclusive).

    The claim waits (`objected`), a ticket with its own time limit opens; the rest of the list goes
    on. The same words about the same claim on one day are one objection.
    """
    line = _line(session, act, notice_id, claim_id)
    text = words.strip()
    faults: list[Finding] = []
    if not text or len(text) > LONGEST_WORDS:
        faults.append(missing(act, f"异议内容（{LONGEST_WORDS}字以内）"))
    if line is None or line.last_day < act.today:
        faults.append(act.pack.book.finding("E705", effect="refuse", source=NO_CLAUSE))
    if faults or line is None:
        return Received(False, findings=tuple(faults))
    standing = progress_of(session, claim_id, lock=True)
    earlier = _open_objections(session, claim_id)
    for each in earlier:
        if each.received_on == act.today and words_of(act, each) == text:
            return Received(True, each.receipt, each.id, each.settle_by, note="此前已受理")
    # A claim that is held already waits; the ticket of the objection keeps it from being released.
    if standing.state not in ("objected", "held"):
        moved = _move(session, act, claim_id, "object_to")
        if isinstance(moved, NotMoved):
            outside = act.pack.book.finding("E705", effect="refuse", source=NO_CLAUSE)
            return Received(False, findings=(outside,))
    settle_by = _settle_by(session, act, standing.road_id)
    row = seal_objection(
        act, line, words=text, contact=contact.strip(), channel=channel, settle_by=settle_by
    )
    session.add(row)
    line.status = OBJECTED
    session.flush()
    receipts = "、".join([*(each.receipt for each in earlier), row.receipt])
    open_ticket(
        session, act, code="E701", claim_id=claim_id, facts={"receipt": receipts}, due_on=settle_by
    )
    tell_objector(session, act, row, template="objection_received")
    return Received(True, row.receipt, row.id, settle_by)


def decide_objection(
    session: Session, act: Act, *, objection_id: int, outcome: Ending, reasons: str
) -> Outcome:
    """Decide: upheld (the claim is rejected, with a letter), review (back to review), or refused.

    The decider is not the person who approved the claim. Upheld and review settle every objection
    to the claim; a refused one lets the claim go on once no other objection is open.
    """
    row = _locked(session, objection_id)
    if row.outcome:
        return _decided_before(act, row, outcome)
    claim = session.get_one(Claim, row.claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=("section_head",))
    if not reasons.strip():
        faults.append(missing(act, "处理理由"))
    if act.actor in _approvers(session, row.claim_id):
        faults.append(same_person(act, step="异议处理", earlier="审批"))
    if faults:
        return Outcome.refused(*faults, subject_id=objection_id)
    standing = progress_of(session, row.claim_id, lock=True)
    others = [o for o in _open_objections(session, row.claim_id) if o.id != row.id]
    if outcome == "refused" and others:
        _settle(session, act, row, outcome, reasons)
        return Outcome(True, objection_id, note=f"还有{len(others)}件异议未作结论")
    moved = _decide(session, act, row.claim_id, standing.state, outcome)
    if isinstance(moved, Finding):
        return Outcome.refused(moved, subject_id=objection_id)
    for one in (row, *others):
        _settle(session, act, one, outcome, reasons)
    _mark_lines(session, row.claim_id, SHOWN if outcome == "refused" else REMOVED)
    _close_tickets(session, act, row.claim_id, outcome)
    _note(session, act, row, outcome, standing.version)
    went = {moved.target: 1} if isinstance(moved, Moved) else {}
    return Outcome(True, objection_id, moved=went)


def _decide(
    session: Session, act: Act, claim_id: int, state: str, outcome: Ending
) -> Moved | Finding | None:
    """Move the claim as decided. A held one is rejected, or waits on; to review it goes once freed."""
    if state == "objected":
        moved = _move(session, act, claim_id, EVENTS[outcome])
    elif state == "held" and outcome == "upheld":
        moved = _move(session, act, claim_id, "reject")
    elif state == "held" and outcome == "review":
        return act.pack.book.finding("E707", effect="refuse", source=NO_CLAUSE)
    else:
        return None
    return not_possible(act, moved) if isinstance(moved, NotMoved) else moved


def _move(session: Session, act: Act, claim_id: int, event: str) -> Moved | NotMoved:
    rules = PackRules(session, act)
    return move(session, claim_id=claim_id, event=event, moment=act.moment(), rules=rules)


def _settle_by(session: Session, act: Act, road_id: int) -> date:
    """The end of the pack's `objection` window from today, else the book's time limit of the ticket."""
    window = PackRules(session, act).window(road_id=road_id, window="objection", anchor=act.today)
    return (
        window.due_on if window is not None else due_of(act, days=act.pack.book["E701"].limit_days)
    )


def _line(session: Session, act: Act, notice_id: int, claim_id: int) -> NoticeLine | None:
    """The line as it stands in public now: of this notice, or of the one that corrected it."""
    asked = session.get(PublicNotice, notice_id)
    if asked is None or asked.city != act.city:
        return None
    return session.exec(
        select_rows(NoticeLine)
        .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
        .where(
            NoticeLine.claim_id == claim_id,
            NoticeLine.status != REMOVED,
            PublicNotice.kind == asked.kind,
            PublicNotice.state == "posted",
        )
        .order_by(col(NoticeLine.id).desc())
    ).first()


def _locked(session: Session, objection_id: int) -> Objection:
    row = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"no objection has the id {objection_id}")
    return row


def _open_objections(session: Session, claim_id: int) -> list[Objection]:
    return list(
        session.exec(
            select_rows(Objection)
            .where(Objection.claim_id == claim_id, Objection.outcome == "")
            .order_by(col(Objection.id))
        ).all()
    )


def _approvers(session: Session, claim_id: int) -> set[str]:
    found = session.exec(
        select_rows(ReviewAct.actor).where(
            ReviewAct.claim_id == claim_id, ReviewAct.act == "approved"
        )
    )
    return set(found.all())


def _decided_before(act: Act, row: Objection, outcome: str) -> Outcome:
    if row.outcome == outcome:
        return Outcome(True, row.id, note="此前已作出同样结论")
    fault = act.pack.book.finding("E706", effect="refuse", source=NO_CLAUSE)
    return Outcome.refused(fault, subject_id=row.id)


def _settle(session: Session, act: Act, row: Objection, outcome: str, reasons: str) -> None:
    row.outcome = outcome
    row.reasons = reasons
    row.decided_by = act.actor
    row.decided_on = act.today
    tell_objector(session, act, row, template="objection_decided")


def _mark_lines(session: Session, claim_id: int, status: str) -> None:
    lines = session.exec(
        select_rows(NoticeLine).where(
            NoticeLine.claim_id == claim_id, NoticeLine.status == OBJECTED
        )
    )
    for line in lines.all():
        line.status = status
    session.flush()


def _close_tickets(session: Session, act: Act, claim_id: int, outcome: str) -> None:
    rows = session.exec(
        select_rows(Ticket).where(
            Ticket.claim_id == claim_id,
            col(Ticket.code).in_(CODES),
            col(Ticket.state).in_(TICKET_OPEN),
        )
    )
    for ticket in rows.all():
        close_row(session, act, ticket, event="resolve", outcome=outcome)


def _note(session: Session, act: Act, row: Objection, outcome: str, version: int) -> None:
    session.add(
        ReviewAct(
            city=row.city,
            claim_id=row.claim_id,
            level=0,
            act=f"objection_{outcome}",
            actor=act.actor,
            acted_on=act.today,
            note=json.dumps({"objection": row.receipt}),
            claim_version=version,
        )
    )
    session.flush()
