"""Loading a holiday notice: checked, shown with all it moves, kept in the home, counted with at once.

The file and the log are written together or not at all. Counting follows round by round; where it is
stopped, the nightly run goes on with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from subsidy.actions.acting import Act, Office
from subsidy.actions.calendar_change import (
    RecountRound,
    log_loads,
    open_cities,
    recount_round,
)
from subsidy.actions.calendar_change.previewing import Preview, preview
from subsidy.calendars.store import Kept, keep, offered, one_at_a_time
from subsidy.office import business_day_in
from subsidy.records.database import Database
from subsidy.records.windows import SQLITE_YIELD_SECONDS
from subsidy.rules.calendars.arriving.offering import Offered
from subsidy.rules.workdays import CalendarBook
from subsidy.settings import Settings


@dataclass(frozen=True)
class Handed:
    """A file that somebody handed in, and by whom: the act says who, where and on which day."""

    name: str
    content: bytes
    act: Act
    as_of: date | None = None
    """One business date for every city, in the demo; None: each city has its own."""


@dataclass(frozen=True)
class Plan:
    """A notice that was checked, and what it moves in each city that it is for."""

    found: Offered
    acts: Mapping[str, Act]
    """City → the act that counts with the new calendar."""
    previews: Mapping[str, Preview]

    @cached_property
    def moved(self) -> int:
        """How many running deadlines move."""
        return sum(each.moved for each in self.previews.values())

    def not_yet_known(self) -> date | None:
        """The day from which the notice is known, where that is still to come somewhere."""
        first = self.found.known_from
        return first if first and any(first > act.today for act in self.acts.values()) else None

    def versions(self) -> dict[str, list[str]]:
        """City → version of its calendar before and after."""
        return {
            city: [each.version_before, each.version_after] for city, each in self.previews.items()
        }


class Loading:
    """Loads notices into one installation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Bind to the home and the database."""
        self._settings, self._database = settings, database

    def plan(self, handed: Handed, *, listed: int = 200) -> Plan:
        """Check the file and work out what it moves; nothing is written.

        At most `listed` deadlines of a city are named. Raises CalendarFileError with every fault.
        """
        office = handed.act.office
        found = offered(
            self._settings, handed.content, name=handed.name, cities=tuple(office.packs)
        )
        then = replace(office, calendars=CalendarBook(found.files))
        acts: dict[str, Act] = {}
        previews: dict[str, Preview] = {}
        with self._database.reading() as session:
            for city in self._cities(session_cities=open_cities(session), found=found, of=office):
                today = handed.as_of or business_day_in(session, self._settings, city=city)
                act = replace(handed.act, office=then, city=city, today=today)
                before = office.calendars.seen_on(today, city=city).version
                acts[city] = act
                if found.new:
                    previews[city] = preview(session, act, before=before, listed=listed)
        return Plan(found, acts, previews)

    @staticmethod
    def _cities(*, session_cities: tuple[str, ...], found: Offered, of: Office) -> list[str]:
        """The cities that the notice is for: its own, or every one that works here."""
        here = [city for city in of.packs if city in session_cities]
        return here if found.city is None else [city for city in here if city == found.city]

    def load(self, handed: Handed) -> Plan:
        """Keep the notice in the home and put it on record; nothing is written where none is new.

        Call `rounds` afterwards. Raises CalendarFileError with every fault, as `plan` does.
        """
        with one_at_a_time(self._settings):
            plan = self.plan(handed, listed=0)
            if not plan.found.new:
                return plan
            self._keep(handed, plan)
        return plan

    def _keep(self, handed: Handed, plan: Plan) -> None:
        """Log and file together: a log that cannot be committed takes the file back."""
        kept: Kept | None = None
        try:
            with self._database.transaction() as session:
                log_loads(
                    session,
                    handed.act,
                    plan.found.new,
                    file=handed.name,
                    sha256=plan.found.sha256,
                    versions=plan.versions(),
                    moved={city: each.counts() for city, each in plan.previews.items()},
                )
                kept = keep(self._settings, plan.found)
        except BaseException:
            if kept is not None:
                kept.undo()
            raise

    def rounds(self, plan: Plan) -> Iterator[tuple[str, RecountRound]]:
        """Count the running deadlines of each city with the new calendar; a transaction a round."""
        for city, act in plan.acts.items():
            more = True
            while more:
                with self._database.transaction() as session:
                    done = recount_round(session, act)
                more = done.more
                yield city, done
                if more and self._database.is_sqlite:
                    time.sleep(SQLITE_YIELD_SECONDS)
