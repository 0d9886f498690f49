"""Steps from the certificate to approval, each by the right person on a day of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions import claims, reviews
from subsidy.actions.acting import Outcome
from subsidy.actions.registers import record_answers
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Decision, Outbox, ReviewAct, Ticket
from subsidy.records.tables.claims import ProgressColumns
from tests import builders
from tests.builders import CLERK, LEADER, act, done, people, rows_of, taken

APPLIED = date(2020, 11, 9)
REVIEWED = date(2020, 11, 12)
APPROVED = date(2020, 11, 16)
LAST_DAY = date(2020, 12, 4)
"""Last lawful day of application: 30 working days after the training ended on 23 October."""
ONE_DAY_LATE = date(2020, 12, 7)
TEN_DAYS_FEN = 100_000
CLEAN = {
    "real_name": "found",
    "pension": "not_found",
    "death": "not_found",
    "certificate": "found",
    "upgrade_subsidy": "not_found",
}
"""Answers of the registers that leave nothing to ask."""


def answer(
    session: Session, class_id: int, *, heads: int = 3, first: int = 0, **answers: str
) -> None:
    """Take in what the registers say about the first `heads` people."""
    clerk = act(APPLIED, actor=CLERK)
    for register, said in (CLEAN | answers).items():
        extract = {
            "register": register,
            "answer": said,
            "source": "省数据共享",
            "asked_on": APPLIED.isoformat(),
        }
        rows = rows_of(people(heads, first=first), **extract)
        taken(record_answers(session, clerk, class_id=class_id, rows=rows))


def certified(
    session: Session, number: str = "XS2020-001", *, heads: int = 3, first: int = 0, **how: str
) -> int:
    """A class whose certificates are registered; returns its id."""
    class_id = builders.class_of(session, number, heads=heads, first=first, **how)
    builders.drive(session, class_id, to="certified", heads=heads, first=first)
    return class_id


def apply(
    session: Session, class_id: int, *, on: date = APPLIED, only: Sequence[int] = ()
) -> Outcome:
    """Apply with the commitment signed on the same day."""
    return claims.apply_for_class(
        session, act(on), class_id=class_id, claim_ids=only, commitment_on=on
    )


def applied(session: Session, *, heads: int = 1, first: int = 0, **how: str) -> list[int]:
    """Claims that are applied for with nothing left to ask; returns their ids."""
    class_id = certified(session, heads=heads, first=first, **how)
    answer(session, class_id, heads=heads, first=first)
    done(apply(session, class_id))
    return [row.claim_id for row in builders.claims(session, class_id)]


def reviewed(session: Session, *, district: str = builders.XIAOSHAN) -> int:
    """One claim that the district's clerk has passed; returns its id."""
    (claim_id,) = applied(session, district=district)
    done(reviews.review(session, act(REVIEWED, actor=CLERK), claim_id=claim_id))
    return claim_id


def approved(session: Session, *, district: str = builders.XIAOSHAN) -> int:
    """One claim that the leader has approved; returns its id."""
    claim_id = reviewed(session, district=district)
    done(reviews.approve(session, act(APPROVED, actor=LEADER), claim_id=claim_id))
    return claim_id


def at(session: Session, claim_id: int) -> ProgressColumns:
    """Where the claim stands now."""
    return progress_of(session, claim_id)


def open_tickets(session: Session, claim_id: int) -> set[str]:
    """Codes of the claim's open tickets."""
    query = select(Ticket.code).where(
        Ticket.claim_id == claim_id,
        col(Ticket.state).in_(("opened", "assigned", "override_asked")),
    )
    return set(session.exec(query).all())


def ticket_of(session: Session, claim_id: int, code: str) -> Ticket:
    """The claim's newest ticket of a code."""
    query = select(Ticket).where(Ticket.claim_id == claim_id, Ticket.code == code)
    found = session.exec(query.order_by(col(Ticket.id).desc())).first()
    assert found is not None, f"no ticket {code}"
    return found


def acts_on(session: Session, claim_id: int) -> list[tuple[str, int, str]]:
    """Acts of review on record: what, at which level, by whom."""
    query = select(ReviewAct).where(ReviewAct.claim_id == claim_id).order_by(col(ReviewAct.id))
    return [(row.act, row.level, row.actor) for row in session.exec(query).all()]


def receipts(session: Session, claim_id: int) -> list[Decision]:
    """Receipts of the claim's decisions, the oldest first."""
    query = select(Decision).where(Decision.claim_id == claim_id).order_by(col(Decision.id))
    return list(session.exec(query).all())


def letters(session: Session, claim_id: int) -> list[str]:
    """Messages that wait to be sent about the claim."""
    query = select(Outbox.template).where(Outbox.subject == "claim", Outbox.subject_id == claim_id)
    return list(session.exec(query.order_by(col(Outbox.id))).all())
