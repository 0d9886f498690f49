"""Recorded exceptions of claims: overrides confirmed by a second person, and time limits extended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline, SubjectHistory, Ticket
from subsidy.rules.facts import Override

LATE_CODES = {"application": "E403"}
"""Window → code of the refusal that its extension or waiver passes."""


def overrides_of(session: Session, *, claim_ids: Sequence[int]) -> dict[int, list[Override]]:
    """Return claim id → exceptions that a decision has to respect."""
    found: dict[int, list[Override]] = defaultdict(list)
    if not claim_ids:
        return found
    for ticket, confirmed_by in session.exec(
        select(Ticket, SubjectHistory.actor)
        .join(SubjectHistory, col(SubjectHistory.subject_id) == Ticket.id)
        .where(
            col(Ticket.claim_id).in_(list(claim_ids)),
            Ticket.state == "overridden",
            SubjectHistory.machine == TICKET.name,
            SubjectHistory.event == "confirm_override",
            SubjectHistory.version == Ticket.version,
        )
        .order_by(col(Ticket.id))
    ).all():
        assert ticket.claim_id is not None
        found[ticket.claim_id].append(
            Override(
                code=ticket.code,
                reason=ticket.override_reason,
                decision=ticket.outcome,
                decided_by=ticket.override_by,
                confirmed_by=confirmed_by,
            )
        )
    _add_extensions(session, claim_ids, found)
    return found


def _add_extensions(
    session: Session, claim_ids: Sequence[int], found: dict[int, list[Override]]
) -> None:
    query = (
        select(Deadline, ClockEntry)
        .join(ClockEntry, col(ClockEntry.deadline_id) == Deadline.id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Deadline.claim_id)
        .where(
            col(Deadline.claim_id).in_(list(claim_ids)),
            col(Deadline.window).in_(list(LATE_CODES)),
            col(ClockEntry.entry).in_(("extended", "waived")),
            or_(
                col(ClockEntry.entry) == "waived", col(Deadline.due_on) >= ClaimProgress.applied_on
            ),
        )
        .order_by(col(ClockEntry.id))
    )
    newest = {deadline.id: (deadline, entry) for deadline, entry in session.exec(query).all()}
    for deadline, entry in newest.values():
        found[deadline.claim_id].append(
            Override(
                code=LATE_CODES[deadline.window],
                reason=entry.reason,
                decision=entry.clause,
                decided_by=entry.actor,
                confirmed_by=entry.second_person,
            )
        )
