"""What waits in the outbox, and what its addressees were told today."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.clock import SHANGHAI
from subsidy.delivery.gathering import Day, Matter
from subsidy.papers.messages import MESSAGES
from subsidy.records.tables import DeliveryTry, Outbox

MOST_OF_ONE = 2_000
"""Most messages of the same addressees that are gathered at once."""
REMINDERS = tuple(name for name, message in MESSAGES.items() if message.kind == "reminder")


def next_rows(
    session: Session, act: Act, *, fresh: bool, after: int, most: int
) -> Sequence[Outbox]:
    """Rows in their order, by the partial index over what waits: never tried, or tried before."""
    tried = col(Outbox.attempts) == 0 if fresh else col(Outbox.attempts) > 0
    query = select(Outbox).where(*_waits(act), tried, col(Outbox.id) > after)
    return session.exec(query.order_by(col(Outbox.id)).limit(most)).all()


def together_with(session: Session, act: Act, rows: Iterable[Outbox]) -> Sequence[Outbox]:
    """These rows with everything else that waits for the same addressees or belongs to their letters.

    Mail of the office is read as a whole: several areas may share a mailbox.
    """
    seeds = list(rows)
    whose: dict[str, set[int]] = {}
    for row in seeds:
        whose.setdefault(row.to_kind, set()).add(row.to_id)
    same: list[ColumnElement[bool]] = [
        col(Outbox.to_kind) == kind
        if kind == "office"
        else and_(col(Outbox.to_kind) == kind, col(Outbox.to_id).in_(ids))
        for kind, ids in whose.items()
    ]
    if names := {row.letter for row in seeds if row.letter}:
        same.append(col(Outbox.letter).in_(names))
    query = select(Outbox).where(*_waits(act), or_(*same)).order_by(col(Outbox.id))
    found = {row.id: row for row in [*seeds, *session.exec(query.limit(MOST_OF_ONE)).all()]}
    return [found[number] for number in sorted(found, key=lambda n: n or 0)]


def day_of(session: Session, act: Act, rows: Iterable[Outbox], *, hours: bool) -> Day:
    """The day for the addressees of these rows; `hours`: whether quiet hours are kept."""
    about = {(row.to_kind, row.to_id) for row in rows}
    told = [
        row
        for kind in {kind for kind, _ in about}
        for row in _told(session, act, kind, {number for k, number in about if k == kind})
    ]
    return Day(
        today=act.today,
        now=act.recorded_at,
        opens=quiet_until(act) if hours else None,
        told=frozenset(_matter(row) for row in told),
        reminded=frozenset((r.to_kind, r.to_id) for r in told if r.template in REMINDERS),
    )


def quiet_until(act: Act) -> date | None:
    """The day on which the city's quiet hours of now end; None outside them."""
    contacts = act.office.contacts.get(act.city)
    if contacts is None or contacts.quiet_hours is None:
        return None
    local: datetime = act.recorded_at.astimezone(SHANGHAI)
    opens = contacts.quiet_hours.open_from(local, works=act.calendar.is_working)
    return opens.date() if opens > local else None


def asleep(rows: Sequence[Outbox], day: Day) -> Sequence[Outbox]:
    """Rows that the quiet hours hold for certain, so that nobody builds them all night long.

    What the row itself does not rule out is left to be built and looked at: its day may be near.
    """
    if day.opens is None:
        return []
    awake = {_matter(row) for row in rows if row.to_kind == "office" or _may_hurry(row, day)}
    return [row for row in rows if _matter(row) not in awake]


def _may_hurry(row: Outbox, day: Day) -> bool:
    """Whether the message may speak of a day that is over when the quiet hours end."""
    wanted = {"due_on", "reply_by"} & set(MESSAGES[row.template].model_fields)
    given = json.loads(row.values or "{}")
    said = [str(given[name]) for name in wanted if given.get(name)]
    if len(said) < len(wanted):
        return True
    until = day.opens.isoformat() if day.opens else ""
    return any(day.today.isoformat() <= text < until for text in said)


def failed_tries(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Row → how often it was given up: a letter that is sent anew after that has a new name."""
    rows = session.exec(
        select(DeliveryTry.outbox_id, func.count())
        .where(col(DeliveryTry.outbox_id).in_(ids), DeliveryTry.result == "failed")
        .group_by(col(DeliveryTry.outbox_id))
    ).all()
    return dict(rows)


def _told(session: Session, act: Act, kind: str, ids: Collection[int]) -> Sequence[Outbox]:
    """What was sent today to these addressees, or is on its way to them as a fixed letter."""
    return session.exec(
        select(Outbox).where(
            col(Outbox.letter) != "",
            Outbox.to_kind == kind,
            col(Outbox.to_id).in_(ids),
            Outbox.city == act.city,
            or_(
                and_(col(Outbox.status) == "sent", col(Outbox.sent_on) == act.today),
                col(Outbox.status) == "waiting",
            ),
        )
    ).all()


def _matter(row: Outbox) -> Matter:
    return row.to_kind, row.to_id, row.subject, row.subject_id


def _waits(act: Act) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Outbox.status) == "waiting",
        col(Outbox.city) == act.city,
        col(Outbox.effective_on) <= act.today,
    )
