"""A city with classes whose deadlines run, messages about them, and a way out that remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, Office, sync_roads
from subsidy.actions.grounds.outbox_rows import put
from subsidy.clock import SHANGHAI
from subsidy.delivery import deliver_waiting
from subsidy.records.database import Database
from subsidy.records.tables import Deadline, DeliveryTry, Outbox, TrainingClass, WindowRule
from subsidy.rules.packs.contacts import QuietHours
from subsidy.rules.workdays import working_days_between
from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Receipt,
    TemporaryFailureError,
)
from tests import builders

TODAY = date(2020, 11, 3)
"""A Tuesday."""
DUE = date(2020, 11, 6)
SWEEP = "flow:watch-deadlines"


@dataclass
class Wire:
    """A way out that remembers, and fails as it is told."""

    sent: list[Envelope] = field(default_factory=list)
    refuses: bool = False
    puts_off: bool = False
    after: Callable[[], None] = lambda: None
    """Called behind each letter that went out."""

    def send(self, envelope: Envelope) -> Receipt:
        if self.puts_off:
            raise TemporaryFailureError("the mail server does not answer")
        if self.refuses:
            raise PermanentFailureError("the mail server refused the recipient (550)")
        self.sent.append(envelope)
        self.after()
        return Receipt("wire", envelope.key)

    @property
    def subjects(self) -> list[str]:
        """Subject lines in the order of sending."""
        return [envelope.subject for envelope in self.sent]


def at(hour: int, minute: int = 0, second: int = 0, *, on: date = TODAY) -> datetime:
    """A moment in Shanghai."""
    return datetime(on.year, on.month, on.day, hour, minute, second, tzinfo=SHANGHAI)


def deliver(
    database: Database, wire: Wire, now: datetime | None = None, **more: Any
) -> dict[str, int]:
    """One run at a moment; the business day is its day in Shanghai."""
    moment = now or at(10)
    given = {"office": builders.office(), "public_url": "https://s.example.org", **more}
    return deliver_waiting(
        database, sender=wire, city=builders.CITY, now=moment,
        today=moment.astimezone(SHANGHAI).date(), **given,
    )  # fmt: skip


def office_with(quiet: QuietHours | None = None, *, lines: int | None = None) -> Office:
    """The office with other hours, or shorter digests, than the shipped ones."""
    office = builders.office()
    ours = office.contacts[builders.CITY]
    ours = replace(ours, quiet_hours=quiet or ours.quiet_hours, digest_lines=lines or 30)
    return replace(office, contacts={**office.contacts, builders.CITY: ours})


def act(on: date = TODAY) -> Act:
    """The sweep's act on a day."""
    return builders.act(on, actor=SWEEP)


def classes(session: Session, count: int, *, due: date = DUE) -> list[int]:
    """Planned classes of provider 1, each with a running deadline for its filing."""
    sync_roads(session, act())
    rule = session.exec(select(WindowRule).where(WindowRule.name == "filing_before_start")).first()
    assert rule is not None
    first = session.get_one(TrainingClass, builders.planned_class(session, "XS2020-001"))
    session.exec(delete(Deadline).where(col(Deadline.class_id) == first.id))  # days of our own
    known = first.model_dump(exclude={"id", "number"})
    ids = []
    for number in range(1, count + 1):
        row = first
        if number > 1:
            row = TrainingClass(**known, number=f"XS2020-{number:03}")
            session.add(row)
            session.flush()
        ids.append(row.id or 0)
        day = due + timedelta(number % 3)
        session.add(
            Deadline(
                city=builders.CITY, area_id=row.area_id, class_id=row.id, rule_id=rule.id or 0,
                window=rule.name, anchor_on=TODAY, due_on=day, told_by=day, lapses_after=FAR,
                next_on=FAR, opened_version=0, opened_on=TODAY,
            )
        )  # fmt: skip
    session.flush()
    return ids


def deadline(session: Session, class_id: int) -> Deadline:
    """The running deadline of a class."""
    return session.exec(select(Deadline).where(Deadline.class_id == class_id)).one()


def remind(session: Session, class_id: int, *, on: date = TODAY, **changed: Any) -> None:
    """Put the reminder of a class's deadline into the outbox, as the sweep does."""
    found, row = deadline(session, class_id), session.get_one(TrainingClass, class_id)
    left = working_days_between(act(on).calendar, after=on, through=found.told_by)
    values = {
        "number": row.number,
        "matter": f"开班备案期限（{row.title}）",
        "due_on": found.told_by,
        "working_days_left": left,
        "final": True,
        "clause": "三（三）2",
        "document": "hz-2020-43",
        "deadline_id": found.id,
    }
    about = {"subject": "class", "subject_id": class_id, "to_kind": "provider", "to_id": 1}
    occasion = f"deadline:{found.window}:{found.told_by}:{on}"
    put(session, act(on), template="deadline_reminder", occasion=occasion,
        **{**about, **values, **changed})  # fmt: skip


def decide(session: Session, class_id: int, *, on: date = TODAY) -> None:
    """Put a decision about a class into the outbox: its filing is refused."""
    put(
        session, act(on), subject="class", subject_id=class_id, template="class_filing_refused",
        occasion=f"refused:{on}", to_kind="provider", to_id=1,
        reasons=[{"message": "授课计划与项目不符"}],
    )  # fmt: skip


def change(session: Session, class_id: int, *, on: date = TODAY) -> None:
    """Put another decision about a class into the outbox."""
    put(
        session, act(on), subject="class", subject_id=class_id, template="class_change_decided",
        occasion=f"change:{on}", to_kind="provider", to_id=1, change="更换教师", approved=True,
    )  # fmt: skip


def escalate(session: Session, class_id: int, *, step: int, area: str = builders.XIAOSHAN) -> None:
    """Put a matter before the section head (1) or the leader."""
    put(
        session, act(), subject="class", subject_id=class_id, template="deadline_escalated",
        occasion=f"undone:{step}", to_kind="office", to_id=builders.area(session, area),
        number=f"XS-{class_id}", matter="补贴审核期限", due_on=date(2020, 10, 20),
        working_days_over=10, step=step, count=3, clause="五（二）", document="",
    )  # fmt: skip


def rows(database: Database, status: str | None = None) -> list[Outbox]:
    """Messages in their order."""
    query = select(Outbox).order_by(col(Outbox.id))
    with database.reading() as session:
        found = session.exec(query if status is None else query.where(Outbox.status == status))
        return list(found.all())


def tries(database: Database) -> list[tuple[int, str]]:
    """(message, result) of every try."""
    with database.reading() as session:
        found = session.exec(select(DeliveryTry).order_by(col(DeliveryTry.id))).all()
        return [(one.outbox_id, one.result) for one in found]
