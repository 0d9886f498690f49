"""Whose turn it is to deliver for a city: one run at a time, whoever started it.

A run that dies without a word gives its turn up after some minutes; its letters are fixed in the outbox
and go out under the same names.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from subsidy.records.database import Database
from subsidy.records.tables import Setting
from subsidy.records.tables.types import table_of

Clock = Callable[[], datetime]
LASTS = timedelta(minutes=5)
"""How long a turn lasts without a sign of life."""
RENEWED_AFTER = timedelta(minutes=1)


@dataclass
class Turn:
    """The right to deliver, as long as it is renewed. Counts by the machine's clock, not by business days."""

    database: Database
    name: str
    clock: Clock
    word: str
    renewed: datetime

    def renew(self) -> bool:
        """Say that the run is alive; False if another one has taken over since."""
        now = self.clock()
        if now - self.renewed < RENEWED_AFTER:
            return True
        old, self.word = self.word, _word(now)
        self.renewed = now
        return _swap(self.database, self.name, self.word, old=old)

    def give_back(self) -> None:
        """Let the next run begin at once."""
        _swap(self.database, self.name, "", old=self.word)


@contextmanager
def turn_of(database: Database, *, city: str, clock: Clock) -> Iterator[Turn | None]:
    """Take the city's turn and give it back at the end; None while another run has it."""
    now = clock()
    name, word = f"delivering:{city}", _word(now)
    if not _take(database, name, word, now):
        yield None
        return
    turn = Turn(database, name, clock, word, now)
    try:
        yield turn
    finally:
        turn.give_back()


def _word(now: datetime) -> str:
    """Until when, and whose: sorts by time."""
    return f"{(now + LASTS).isoformat(timespec='microseconds')} {secrets.token_hex(8)}"


def _take(database: Database, name: str, word: str, now: datetime) -> bool:
    table = table_of(Setting)
    over = table.c.value < now.isoformat(timespec="microseconds")
    with database.transaction() as session:
        found = session.execute(
            update(table)
            .where(table.c.name == name, over)
            .values(value=word)
            .returning(table.c.name)
        ).first()
        if found is not None:
            return True
        if session.get(Setting, name) is not None:
            return False
    try:
        with database.transaction() as session:
            session.add(Setting(name=name, value=word))
    except IntegrityError:  # another run was first
        return False
    return True


def _swap(database: Database, name: str, word: str, *, old: str) -> bool:
    table = table_of(Setting)
    with database.transaction() as session:
        found = session.execute(
            update(table)
            .where(table.c.name == name, table.c.value == old)
            .values(value=word)
            .returning(table.c.name)
        ).first()
    return found is not None
