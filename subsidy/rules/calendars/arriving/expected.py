"""When the notice of the next year should be there, as the bureau set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from subsidy.rules.calendars.located import FileReading, Located
from subsidy.rules.calendars.notices import CalendarFileError
from subsidy.rules.workdays import Calendar

ANY_LEAP_YEAR = 2020


@dataclass(frozen=True, slots=True)
class Expected:
    """From which day of a year on the next year's notice is missed, and when it is an incident."""

    remind_from: tuple[int, int]
    """(month, day)."""
    incident_on: tuple[int, int]
    assumed: str
    """Why these days: no document sets them."""

    def missing(self, calendar: Calendar, *, today: date) -> int | None:
        """The year whose notice should be known by now and is not; None while nothing is missed."""
        if today.year not in calendar.years:
            return today.year
        if (today.month, today.day) < self.remind_from or today.year + 1 in calendar.years:
            return None
        return today.year + 1

    def is_incident(self, year: int, *, today: date) -> bool:
        """Whether a missing notice of `year` has to be worked on now."""
        return today.year >= year or (today.month, today.day) >= self.incident_on


def load_expected(path: Path, *, shown_as: str = "config/calendar/expected.yaml") -> Expected:
    """Read the file. Raises CalendarFileError with every fault."""
    reading = FileReading(path, shown_as=shown_as)
    root = reading.root()
    reading.known_keys(root, "remind_from", "incident_on", "assumed")
    remind, incident = _day(reading, root, "remind_from"), _day(reading, root, "incident_on")
    why = reading.text(root, "assumed", remedy="Say why these days were chosen.")
    if not reading.faults and incident < remind:
        where = reading.child(root, "incident_on") or root
        reading.fault(where, "is before remind_from", "Correct one of the two days.")
    if reading.faults:
        raise CalendarFileError(tuple(reading.faults))
    return Expected(remind, incident, why)


def _day(reading: FileReading, root: Located, name: str) -> tuple[int, int]:
    text = reading.text(root, name, remedy=f"Add `{name}: MM-DD`.")
    try:
        found = date.fromisoformat(f"{ANY_LEAP_YEAR}-{text}")
    except ValueError:
        if text:
            where = reading.child(root, name) or root
            reading.fault(where, f"is {text}, which is no day", "Write month and day as MM-DD.")
        return (12, 31)
    return found.month, found.day
