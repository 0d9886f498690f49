"""What a calendar that is not in use yet would move, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.calendar_change.counting import Change, Counting
from subsidy.actions.notices.posting import window_of_notice
from subsidy.records.tables import Area, Claim, NoticeLine, PublicNotice, TrainingClass
from subsidy.rules.deadlines import notice_period
from subsidy.rules.verdict import Finding

PORTION = 2000
LISTED = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A running deadline that moves: of which claim or class, from which day to which."""

    deadline_id: int
    area: str
    number: str
    """Of the claim; of the class for a window of the class itself."""
    class_number: str
    window: str
    due_before: date
    due_after: date
    told_before: date
    told_after: date
    final_before: bool
    final_after: bool


@dataclass(frozen=True, slots=True)
class ShortNotice:
    """A posted public notice whose printed last day would be too early by the new calendar."""

    number: str
    last_day: date
    """As printed; it stays."""
    needed: date


@dataclass(slots=True)
class Preview:
    """What one city's running deadlines would become."""

    city: str
    version_before: str
    version_after: str
    looked_at: int = 0
    moved: int = 0
    later: int = 0
    """Of these, the ones that end on a later day."""
    told_again: int = 0
    """Of these, the ones whose told day moves: their people get a message."""
    made_final: int = 0
    by: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(area, window) → how many move."""
    rows: list[Moved] = field(default_factory=list)
    """The first ones by id; `moved` is how many there are."""
    posted: int = 0
    """Public notices that are posted now; they keep their printed days."""
    too_short: list[ShortNotice] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts that are kept with the load."""
        return {
            "looked_at": self.looked_at,
            "moved": self.moved,
            "later": self.later,
            "told_again": self.told_again,
            "made_final": self.made_final,
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for --json."""
        return {
            "city": self.city,
            "version_before": self.version_before,
            "version_after": self.version_after,
            **self.counts(),
            "by": [
                {"area": area, "window": window, "moved": n}
                for (area, window), n in sorted(self.by.items())
            ],
            "rows": [{name: getattr(row, name) for name in Moved.__slots__} for row in self.rows],
            "notices_posted": self.posted,
            "notices_too_short": [
                {"number": n.number, "last_day": n.last_day, "needed": n.needed}
                for n in self.too_short
            ],
        }


def preview(session: Session, act: Act, *, before: str, listed: int = LISTED) -> Preview:
    """What the calendar of the act would move in its city; nothing is written.

    `before` is the version in use. At most `listed` deadlines are named, all are counted.
    """
    found = Preview(act.city, before, act.calendar.version)
    counting = Counting(session, act)
    names = _areas(session, act.city)
    after: int | None = 0
    while after is not None:
        rows = counting.batch(after=after, limit=PORTION)
        changes = [change for change in counting.changes(rows) if change.moves]
        found.looked_at += len(rows)
        _count(found, changes, names)
        room = listed - len(found.rows)
        if room > 0:
            found.rows += _named(session, changes[:room], names)
        after = rows[-1].id if len(rows) >= PORTION else None
    _posted(session, act, found)
    return found


def _count(found: Preview, changes: Sequence[Change], names: dict[int, str]) -> None:
    for change in changes:
        found.moved += 1
        found.later += change.to.due_on > change.row.due_on
        found.told_again += change.is_told
        found.made_final += change.to.final and not change.row.final
        found.by[names[change.row.area_id], change.row.window] += 1


def _areas(session: Session, city: str) -> dict[int, str]:
    query = select(Area.id, Area.name).where(Area.city == city)
    return {row[0] or 0: row[1] for row in session.exec(query).all()}


def _named(session: Session, changes: Sequence[Change], names: dict[int, str]) -> list[Moved]:
    wanted = {change.row.claim_id for change in changes if change.row.claim_id is not None}
    claims = {
        row[0]: (row[1], row[2])
        for row in session.exec(
            select(Claim.id, Claim.number, Claim.class_id).where(col(Claim.id).in_(wanted))
        ).all()
    }
    trainings = {training for _, training in claims.values()}
    trainings |= {change.row.class_id for change in changes}
    numbers = {
        row[0]: row[1]
        for row in session.exec(
            select(TrainingClass.id, TrainingClass.number).where(
                col(TrainingClass.id).in_([i for i in trainings if i is not None])
            )
        ).all()
    }
    moved = []
    for change in changes:
        row, to = change.row, change.to
        number, training = claims.get(row.claim_id, ("", row.class_id))
        of_class = numbers.get(training, "")
        moved.append(
            Moved(
                row.id,
                names[row.area_id],
                number or of_class,
                of_class,
                row.window,
                row.due_on,
                to.due_on,
                row.told_by,
                to.told_by,
                row.final,
                to.final,
            )
        )
    return moved


def _posted(session: Session, act: Act, found: Preview) -> None:
    """Count the posted notices, and name those that the new calendar would print longer."""
    listed = select(NoticeLine.notice_id).distinct()
    query = select(PublicNotice).where(
        PublicNotice.city == act.city,
        PublicNotice.state == "posted",
        col(PublicNotice.last_day) >= act.today,
        col(PublicNotice.id).in_(listed),
    )
    for notice in session.exec(query.order_by(col(PublicNotice.id))).all():
        found.posted += 1
        window = window_of_notice(session, act, notice)
        if isinstance(window, Finding) or notice.posted_on is None or notice.last_day is None:
            continue
        needed = notice_period(window, posted_on=notice.posted_on, calendar=act.calendar).last_day
        if needed > notice.last_day:
            found.too_short.append(ShortNotice(notice.number, notice.last_day, needed))
