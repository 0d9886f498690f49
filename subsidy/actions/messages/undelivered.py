"""Messages that did not go out: a ticket for the engineer, and putting them back in the queue."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.permits import city_area
from subsidy.actions.grounds.ticket_rows import close_row, open_ticket
from subsidy.records.tables import Claim, DeliveryTry, Outbox, Ticket, TrainingClass
from subsidy.records.tables.types import table_of
from subsidy.rules.verdict import NO_CLAUSE, Finding

CODE, NOT_FAILED, NO_MESSAGE = "E1102", "E1110", "E1111"
ON_ITS_OWN = ("claim", "class")
"""Subjects whose undelivered messages have tickets of their own; the others share the city's."""
STATUS = {"waiting": "待发", "sent": "已发", "failed": "发送失败", "cancelled": "已取消"}


def report_failure(session: Session, act: Act, row: Outbox) -> int:
    """Open a technical ticket for a message that will never go out as it is; it blocks nothing."""
    claim = row.subject_id if row.subject == "claim" else None
    training = row.subject_id if row.subject == "class" else None
    if (claim and session.get(Claim, claim) is None) or (
        training and session.get(TrainingClass, training) is None
    ):
        claim = training = None
    return open_ticket(
        session,
        act,
        code=CODE,
        claim_id=claim,
        class_id=training,
        area_id=city_area(session, act.city).id,
        facts={"message": row.id or 0, "template": row.template},
        blocks=False,
    )


def report_outage(session: Session, act: Act) -> int | None:
    """Open one ticket of the city because nothing goes out, unless its office has one of the kind."""
    office = city_area(session, act.city).id
    standing = session.exec(
        select(Ticket.id).where(
            Ticket.city == act.city,
            Ticket.code == CODE,
            Ticket.area_id == office,
            col(Ticket.claim_id).is_(None),
            col(Ticket.class_id).is_(None),
            col(Ticket.state).not_in(TICKET.ends),
        )
    ).first()
    if standing is not None:
        return None
    facts = {"way_out": "closed"}
    return open_ticket(session, act, code=CODE, area_id=office, facts=facts, blocks=False)


def outage_is_over(session: Session, act: Act) -> int:
    """Close the city's ticket of an outage, because messages go out again; return how many."""
    found = session.exec(
        select(Ticket).where(
            Ticket.city == act.city,
            Ticket.code == CODE,
            col(Ticket.facts).contains("way_out"),
            col(Ticket.state).not_in(TICKET.ends),
        )
    ).all()
    for row in found:
        close_row(session, act, row, event="resolve", outcome="mended")
    return len(found)


def close_mended(session: Session, act: Act, rows: Sequence[Outbox]) -> int:
    """Close the tickets of messages that failed once and are settled now; return how many tickets.

    A ticket stays open while another message about its subject is still not out.
    """
    ids = [row.id for row in rows]
    failed = set(
        session.exec(
            select(DeliveryTry.outbox_id).where(
                col(DeliveryTry.outbox_id).in_(ids), DeliveryTry.result == "failed"
            )
        ).all()
    )
    subjects = {_subject(row) for row in rows if row.id in failed}
    return sum(_close(session, act, kind, number) for kind, number in sorted(subjects))


def _subject(row: Outbox) -> tuple[str, int]:
    """What the ticket of a message hangs on: its claim, its class, or else the city's office."""
    return (row.subject, row.subject_id) if row.subject in ON_ITS_OWN else ("office", 0)


def _close(session: Session, act: Act, kind: str, number: int) -> int:
    session.flush()
    still = select(Outbox.id).where(Outbox.city == act.city, col(Outbox.status) == "failed")
    query = select(Ticket).where(
        Ticket.city == act.city, Ticket.code == CODE, col(Ticket.state).not_in(TICKET.ends)
    )
    if kind == "office":
        still = still.where(col(Outbox.subject).not_in(ON_ITS_OWN))
        query = query.where(col(Ticket.claim_id).is_(None), col(Ticket.class_id).is_(None))
    else:
        still = still.where(Outbox.subject == kind, Outbox.subject_id == number)
        column = col(Ticket.claim_id) if kind == "claim" else col(Ticket.class_id)
        query = query.where(column == number)
        if kind == "class":
            query = query.where(col(Ticket.claim_id).is_(None))
    if session.exec(still.limit(1)).first() is not None:
        return 0
    found = session.exec(query).all()
    for row in found:
        close_row(session, act, row, event="resolve", outcome="mended")
    return len(found)


def resend(session: Session, act: Act, *, outbox_ids: Sequence[int]) -> Outcome:
    """Put failed messages back in the queue, to go to the address that is on record now.

    Refused with every one that did not fail (E1110) or is not there (E1111); then nothing is changed.
    """
    found = {
        row.id: row
        for row in session.exec(
            select(Outbox).where(Outbox.city == act.city, col(Outbox.id).in_(outbox_ids))
        ).all()
    }
    faults = []
    for number in sorted(set(outbox_ids)):
        row = found.get(number)
        if row is None:
            faults.append(_finding(act, NO_MESSAGE, number=number))
        elif row.status != "failed":
            faults.append(_finding(act, NOT_FAILED, number=number, status=STATUS[row.status]))
    if faults or not outbox_ids:
        return Outcome.refused(*faults)
    again = send_again(session, act, outbox_ids=sorted(set(outbox_ids)))
    return Outcome(True, moved={"waiting": again})


def send_again(session: Session, act: Act, *, outbox_ids: Sequence[int] | None = None) -> int:
    """Put failed messages of the city back in the queue (all, or these); return how many."""
    session.flush()
    table = table_of(Outbox)
    change = update(table).where(table.c.city == act.city, table.c.status == "failed")
    if outbox_ids is not None:
        change = change.where(table.c.id.in_(list(outbox_ids)))
    done = session.connection().execute(
        change.values(status="waiting", attempts=0, error="", letter="")
    )
    session.expire_all()
    return done.rowcount


def _finding(act: Act, code: str, **facts: str | int) -> Finding:
    return act.pack.book.finding(code, effect="refuse", source=NO_CLAUSE, facts=facts)
