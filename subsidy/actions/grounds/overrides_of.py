"""Recorded exceptions of claims: overrides by two persons, time limits extended, lapses undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.records.tables import (
    ClaimHistory,
    ClaimProgress,
    ClockEntry,
    Deadline,
    ReviewAct,
    SubjectHistory,
    Ticket,
)
from subsidy.rules.facts import Override

REOPEN_ASKED, REOPENED = "reopen_asked", "reopened"
"""Acts on record around a reopening: its asker, with the number of the decision, and its confirmer."""
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
    _add_reopenings(session, claim_ids, found)
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
        found[deadline.of_claim].append(
            Override(
                code=LATE_CODES[deadline.window],
                reason=entry.reason,
                decision=entry.clause,
                decided_by=entry.actor,
                confirmed_by=entry.second_person,
            )
        )


def _add_reopenings(
    session: Session, claim_ids: Sequence[int], found: dict[int, list[Override]]
) -> None:
    """A lapsed claim that a decision reopened is not refused as late once more."""
    asked = aliased(ReviewAct)
    query = (
        select(ReviewAct, asked)
        .join(
            ClaimHistory,
            (col(ClaimHistory.claim_id) == ReviewAct.claim_id)
            & (col(ClaimHistory.version) == ReviewAct.claim_version),
        )
        .join(
            asked,
            (col(asked.claim_id) == ReviewAct.claim_id)
            & (col(asked.claim_version) == ReviewAct.claim_version - 1),
        )
        .where(
            col(ReviewAct.claim_id).in_(list(claim_ids)),
            ReviewAct.act == REOPENED,
            asked.act == REOPEN_ASKED,
            ClaimHistory.source == "lapsed",
        )
        .order_by(col(ReviewAct.id), col(asked.id))
    )
    newest = {confirmed.claim_id: (confirmed, first) for confirmed, first in session.exec(query)}
    for confirmed, first in newest.values():
        decision, _, reason = first.note.partition("\n")
        found[confirmed.claim_id].append(
            Override(
                code=LATE_CODES["application"],
                reason=reason,
                decision=decision,
                decided_by=first.actor,
                confirmed_by=confirmed.actor,
            )
        )
