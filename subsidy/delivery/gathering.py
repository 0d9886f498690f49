"""Which messages go out together: at most one letter a person, matter and day.

Decisions go on their day, in full, and take along what waits about the same matter. Reminders give way:
those of one addressee become one digest a day, and what was told today is told again tomorrow at the
earliest, unless that would be too late. In quiet hours people are written to only when it could not wait.
Nothing here knows the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from subsidy.actions.messages import Recipient
from subsidy.delivery.building import Built

Form = Literal["single", "digest", "letter"]
QUIET, TOLD, NOT_YET = "quiet_hours", "told_today", "next_try"
"""Why a letter waits: people sleep, its matter was told today, its next try is not due."""
WITH_DIGEST = ("provider", "office")
"""Whoever has many matters at once; a trainee is told of each alone."""
ONE_DAY = timedelta(days=1)
Matter = tuple[str, int, str, int]
"""Kind and id of the addressee, subject and its id."""


@dataclass(frozen=True)
class Day:
    """What the day looks like to those who wait."""

    today: date
    now: datetime
    opens: date | None = None
    """The day on which the quiet hours that rule now end; None outside them."""
    told: frozenset[Matter] = frozenset()
    """Matters of which the addressee was told today, or is being told."""
    reminded: frozenset[tuple[str, int]] = frozenset()
    """Addressees who had their reminders of today."""


@dataclass(frozen=True)
class Letter:
    """Messages that go out as one, to the same first receiver."""

    parts: tuple[Built, ...]
    name: str
    held: str = ""
    """Why it waits; empty: it goes."""

    @property
    def form(self) -> Form:
        """How it is written."""
        return form_of(self.parts)

    @property
    def receivers(self) -> tuple[Recipient, ...]:
        """Everybody who gets it or a part of it, the first receiver first."""
        found = {(r.kind, r.address): r for part in self.parts for r in part.receivers}
        return tuple(found.values())

    def parts_for(self, receiver: Recipient) -> tuple[Built, ...]:
        """What is meant for one receiver."""
        return tuple(part for part in self.parts if receiver in part.receivers)


def form_of(parts: Sequence[Built]) -> Form:
    """Alone, as lines of a digest, or in full one below the other."""
    if len(parts) == 1:
        return "single"
    if parts[0].row.to_kind in WITH_DIGEST and all(part.folds for part in parts):
        return "digest"
    return "letter"


def gather(built: Iterable[Built], day: Day) -> list[Letter]:
    """Put waiting messages into letters, each said to go or to wait, in the order of their rows.

    What was fixed as one letter by an earlier try stays that letter.
    """
    fixed: dict[str, list[Built]] = defaultdict(list)
    fresh: list[Built] = []
    for one in sorted(built, key=lambda b: b.number):
        if one.row.letter:
            fixed[one.row.letter].append(one)
        else:
            fresh.append(one)
    letters = [_again(name, parts, day) for name, parts in fixed.items()]
    letters += _fresh(fresh, day)
    return sorted(letters, key=lambda letter: letter.parts[0].number)


def _again(name: str, parts: Sequence[Built], day: Day) -> Letter:
    """A letter that was tried before: as it was, when its next try is due."""
    letter = Letter(tuple(parts), name)
    if not all(is_due(part, day.now) for part in parts):
        return replace(letter, held=NOT_YET)
    return _in_its_hours(letter, day)


def is_due(one: Built, now: datetime) -> bool:
    """Tries lie 1, 3, 7, 15 … minutes behind the making of the message."""
    row = one.row
    return row.attempts == 0 or row.created_at + timedelta(minutes=2**row.attempts - 1) <= now


def _fresh(rows: Sequence[Built], day: Day) -> Iterator[Letter]:
    matters: dict[tuple[object, ...], list[Built]] = defaultdict(list)
    for one in rows:
        matters[*_first(one), one.row.subject, one.row.subject_id].append(one)
    lines: dict[tuple[object, ...], list[Built]] = defaultdict(list)
    for key, group in matters.items():
        if not all(one.folds for one in group):
            yield _in_its_hours(_letter(group), day)
            continue
        for one in group:
            if _was_told(one, day):
                yield replace(_letter([one]), held=TOLD)
            else:
                lines[key[:2] if one.row.to_kind in WITH_DIGEST else key].append(one)
    for group in lines.values():
        yield from _digests(group, day)


def _digests(group: Sequence[Built], day: Day) -> Iterator[Letter]:
    """The reminders of one addressee: in quiet hours only those that cannot wait."""
    for reason in ("", QUIET):
        part = [one for one in group if _in_its_hours(_letter([one]), day).held == reason]
        if part:
            yield replace(_letter(part), held=reason)


def _letter(parts: Sequence[Built]) -> Letter:
    return Letter(tuple(parts), str(parts[0].number))


def _first(one: Built) -> tuple[object, object]:
    """The first receiver; a row that reaches nobody is alone."""
    if not one.receivers:
        return "nobody", one.number
    return one.receivers[0].kind, one.receivers[0].address


def _was_told(one: Built, day: Day) -> bool:
    """Whether a reminder waits for tomorrow. Mail of the office never does."""
    if one.kind != "reminder" or not _can_wait(one, day.today, until=day.today + ONE_DAY):
        return False
    row = one.row
    matter = (row.to_kind, row.to_id, row.subject, row.subject_id)
    return matter in day.told or (row.to_kind, row.to_id) in day.reminded


def _in_its_hours(letter: Letter, day: Day) -> Letter:
    """The letter, held if people would be woken by something that can wait."""
    if day.opens is None or all(to.kind == "office" for to in letter.receivers):
        return letter
    if all(_can_wait(one, day.today, until=day.opens) for one in letter.parts):
        return replace(letter, held=QUIET)
    return letter


def _can_wait(one: Built, today: date, *, until: date) -> bool:
    """Whether the day that the message speaks of is not over before it would go out; past ones wait."""
    return one.due_on is None or not today <= one.due_on < until
