"""The shipped calendar, loaded once, and the folder it comes from."""

from pathlib import Path

import pytest

from subsidy.rules.workdays import CalendarBook

CALENDAR_FOLDER = Path(__file__).parents[3] / "config" / "calendar"


@pytest.fixture(scope="session")
def calendar_folder() -> Path:
    return CALENDAR_FOLDER


@pytest.fixture(scope="session")
def book() -> CalendarBook:
    return CalendarBook.load(CALENDAR_FOLDER)
