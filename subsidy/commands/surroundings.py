"""What commands take from outside: the clock, the environment, and the folders of data."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from subsidy.rules.workdays import Calendar, CalendarBook

SOME_REFUSED, WRONG_INPUT, NOT_SET_UP = 1, 2, 3
"""Exit codes; 0 is done."""
SHIPPED_CONFIG = Path(__file__).resolve().parents[2] / "config"


def stop(message: str, *, code: int) -> NoReturn:
    """Print the message to standard error and end with an exit code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def current_day() -> date:
    """Return today in Asia/Shanghai: the default business date."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def day_argument(text: str) -> date:
    """Read a day of the command line; anything but YYYY-MM-DD is wrong usage."""
    from subsidy.rules.calendars.iso import iso_day

    try:
        return iso_day(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def config_folders(kind: str) -> tuple[Path, ...]:
    """Return the shipped folder of one kind of data, then the bureau's own where it exists.

    `$SUBSIDY_HOME/config/<kind>` overrides shipped files of the same name, so upgrades spare them.
    """
    own = os.environ.get("SUBSIDY_HOME")
    folders = [SHIPPED_CONFIG / kind]
    if own and (Path(own) / "config" / kind).is_dir():
        folders.append(Path(own) / "config" / kind)
    return tuple(folders)


def calendar_book() -> "CalendarBook":
    """Load the calendar files; faulty ones end the command with every fault and code 3."""
    from subsidy.rules.workdays import CalendarBook, CalendarFileError

    try:
        return CalendarBook.load(*config_folders("calendar"))
    except (CalendarFileError, FileNotFoundError) as error:
        stop(str(error), code=NOT_SET_UP)


def calendar_of(*, today: date | None, city: str | None) -> "Calendar":
    """Return the calendar as it is known on the business date."""
    return calendar_book().seen_on(today or current_day(), city=city)
