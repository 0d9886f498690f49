"""Classes whose claims wait for an application, and days around the end of their window."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.calendar_change import recount_round
from subsidy.actions.classes import complete_class
from subsidy.actions.deadlines import Watched, watch
from subsidy.records.tables import Claim, ClockEntry, Deadline, Outbox, Ticket
from tests import builders

SWEEP = "flow:watch-deadlines"
LAST_DAY = date(2020, 12, 4)
"""Thirty working days behind 23 October 2020."""
NOTICE_OF_2021 = date(2020, 11, 25)
"""The day on which the holidays of 2021 were published."""


def sweep(session: Session, on: date, *, limit: int = 500) -> Watched:
    """One round of counting anew and one batch of the sweep on a business day, as the flow does them."""
    act = builders.act(on, actor=SWEEP)
    counted = recount_round(session, act, limit=limit)
    seen = watch(session, act, limit=limit)
    return replace(
        seen, recounted=seen.recounted + counted.recounted, moved=seen.moved + counted.moved
    )


def assessed_class(session: Session, number: str = "XS2020-001", *, heads: int = 3) -> int:
    """A class of October 2020 whose claims stand at `assessed`: the application is awaited."""
    first = 0 if number == "XS2020-001" else 100
    class_id = builders.class_of(session, number, heads=heads, first=first)
    builders.drive(session, class_id, to="assessed", heads=heads, first=first)
    return class_id


def november_class(session: Session, *, ends: date = date(2020, 11, 20)) -> int:
    """A class that ends on a day of November and is completed on the next Monday."""
    lessons = tuple(
        date(2020, 11, day) for day in range(9, 21) if date(2020, 11, day).weekday() < 5
    )
    class_id = builders.planned_class(
        session, "XS2020-011", starts_on=lessons[0], ends_on=ends, lesson_days=lessons
    )
    rows = builders.roster(builders.people(2))
    builders.taken(builders.enrol(session, builders.act("enrolled"), class_id=class_id, rows=rows))
    builders.drive(session, class_id, to="filed", heads=2)
    builders.done(complete_class(session, builders.act(date(2020, 11, 23)), class_id=class_id))
    return class_id


def deadlines(session: Session, class_id: int, window: str = "application") -> list[Deadline]:
    """The deadlines of one window of a class, as they are now."""
    query = (
        select(Deadline)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Claim.class_id == class_id, Deadline.window == window)
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query).all())


def messages(session: Session, template: str) -> list[Outbox]:
    """Messages of one template, oldest first."""
    query = select(Outbox).where(Outbox.template == template).order_by(col(Outbox.id))
    return list(session.exec(query).all())


def tickets(session: Session, code: str) -> list[Ticket]:
    """Tickets of one code, oldest first."""
    return list(session.exec(select(Ticket).where(Ticket.code == code).order_by(col(Ticket.id))))


def entries(session: Session, deadline_id: int | None) -> list[ClockEntry]:
    """Entries of one clock, oldest first."""
    query = select(ClockEntry).where(ClockEntry.deadline_id == deadline_id)
    return list(session.exec(query.order_by(col(ClockEntry.id))).all())


def put_class_windows_aside(session: Session) -> None:
    """Close the windows of the classes themselves, where only those of claims are looked at."""
    for row in session.exec(select(Deadline).where(col(Deadline.class_id).is_not(None))).all():
        row.status = "closed"
        session.add(row)
    session.flush()
