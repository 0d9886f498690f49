"""The next year's holiday notice is not there yet: a reminder every day, then a ticket for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.outbox_rows import put
from subsidy.actions.grounds.permits import city_area
from subsidy.actions.grounds.ticket_rows import MENDED, close_row, open_ticket
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Ticket
from subsidy.rules.calendars.arriving.expected import Expected

INCIDENT = "E1003"
LETTER = "calendar_missing"


@dataclass(frozen=True, slots=True)
class Missing:
    """What was done about a notice that is missed."""

    told: int = 0
    opened: int = 0
    closed: int = 0

    def counts(self) -> dict[str, int]:
        """By the names that the report of the run uses."""
        return {"calendar_told": self.told, "calendar_missing": self.opened}


def watch_missing(session: Session, act: Act, expected: Expected) -> Missing:
    """Remind the office once a day while a notice is missed; open the incident when it is due.

    Where the notice is known the incident closes by itself. A second call of a day changes nothing.
    """
    year = expected.missing(act.calendar, today=act.today)
    closed = _close(session, act, still=year)
    if year is None:
        return Missing(closed=closed)
    office = city_area(session, act.city).id
    assert office is not None
    waits_from = act.calendar.provisional_from or date(year, 1, 1)
    told = put(
        session,
        act,
        subject="office",
        subject_id=office,
        template=LETTER,
        occasion=f"year:{year}:{act.today}",
        to_kind="office",
        to_id=office,
        year=year,
        provisional_from=waits_from,
    )
    opened = 0
    if expected.is_incident(year, today=act.today):
        before = _open(session, act)
        open_ticket(
            session,
            act,
            code=INCIDENT,
            area_id=office,
            facts={"year": year, "provisional_from": waits_from},
            clause=expected.assumed,
        )
        opened = int(not before)
    return Missing(int(told), opened, closed)


def _open(session: Session, act: Act) -> list[Ticket]:
    query = select(Ticket).where(
        Ticket.city == act.city, Ticket.code == INCIDENT, col(Ticket.state).in_(TICKET_OPEN)
    )
    return list(session.exec(query.order_by(col(Ticket.id))).all())


def _close(session: Session, act: Act, *, still: int | None) -> int:
    """Close the incident once the notice it asks for is known."""
    if still is not None:
        return 0
    found = _open(session, act)
    for ticket in found:
        close_row(session, act, ticket, event="resolve", outcome=MENDED)
    return len(found)
