"""The notices of an installation: read once, or followed by a process that stays up."""

from __future__ import annotations

import logging
import threading
from datetime import date

from subsidy.calendars.store import calendar_folders
from subsidy.rules.calendars.arriving.expected import Expected, load_expected
from subsidy.rules.workdays import Calendar, CalendarBook, CalendarFileError, Notice
from subsidy.settings import Settings

log = logging.getLogger("subsidy.calendars")


def load_calendars(settings: Settings) -> CalendarBook:
    """The holiday notices: the shipped ones, and the bureau's over them."""
    return CalendarBook.load(*calendar_folders(settings))


def expected_notice(settings: Settings) -> Expected:
    """When the next year's notice should be there. Raises CalendarFileError with every fault."""
    return load_expected(settings.config_file("calendar/expected.yaml"))


class LiveCalendars:
    """The calendar of a process that stays up: read anew when a file of it changes.

    A fault in a changed file keeps the notices that were in use and is logged. Shared by threads.
    """

    def __init__(self, settings: Settings) -> None:
        """Read the notices once. Raises what `load_calendars` does."""
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp = self._now()
        self._book = load_calendars(settings)

    def _now(self) -> tuple[tuple[str, int, int], ...]:
        files = [
            *self._settings.config_files("calendar/*.yaml").values(),
            *self._settings.config_files("calendar/cities/*.yaml").values(),
        ]
        found = []
        for path in files:
            try:
                told = path.stat()
            except FileNotFoundError:
                continue  # replaced between being listed and being looked at
            found.append((str(path), told.st_mtime_ns, told.st_ino))
        return tuple(found)

    def current(self) -> CalendarBook:
        """The notices as the files are now."""
        stamp = self._now()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._book = load_calendars(self._settings)
                except (CalendarFileError, FileNotFoundError):
                    log.exception("changed calendar files have faults; the notices in use stay")
            return self._book

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice, the oldest publication first."""
        return self.current().notices

    @property
    def cities(self) -> tuple[str, ...]:
        """Cities with notices of their own."""
        return self.current().cities

    def seen_on(self, today: date, *, city: str | None = None) -> Calendar:
        """The calendar as it is known on `today`, from the files as they are now."""
        return self.current().seen_on(today, city=city)
