"""Who hears that a notice moved the day they were told: one message a class, window and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.calendar_change.counting import Change
from subsidy.actions.deadlines.duties import Desks, Running
from subsidy.actions.deadlines.telling import tell_moved
from subsidy.records.tables import Claim, ClaimProgress, Deadline, WindowRule


def tell(session: Session, act: Act, changes: Sequence[Change]) -> int:
    """Put the messages into the outbox; return how many are new.

    Of the claims of a class one is looked at for all: they have the same addressee. Deadlines of a
    claim that has ended meanwhile are nobody's.
    """
    classes = _classes(session, changes)
    firsts: dict[tuple[int | None, int | None, str, date], Change] = {}
    for change in changes:
        row, training = change.row, classes.get(change.row.claim_id)
        alone = row.claim_id if training is None else None
        firsts.setdefault((training, alone, row.window, change.to.told_by), change)
    was = {change.row.id: change.row.told_by for change in firsts.values()}
    rows = _running(session, list(was))
    return tell_moved(session, act, Desks(session, act), [(r, was[r.row.id or 0]) for r in rows])


def _classes(session: Session, changes: Sequence[Change]) -> dict[int | None, int | None]:
    ids = {change.row.claim_id for change in changes if change.row.claim_id is not None}
    query = select(Claim.id, Claim.class_id).where(col(Claim.id).in_(ids))
    return {row[0]: row[1] for row in session.exec(query).all()}


def _running(session: Session, ids: Sequence[int]) -> list[Running]:
    query = (
        select(Deadline, WindowRule, Claim, ClaimProgress)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Deadline.claim_id)
        .where(col(Deadline.id).in_(ids))
        .order_by(col(Deadline.id))
    )
    return [Running(*row) for row in session.exec(query).all()]
