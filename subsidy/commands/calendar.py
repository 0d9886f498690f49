"""`subsidy calendar`: which notices are loaded, and from when on dates are provisional."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.calendars.load import load
from subsidy.commands.surroundings import (
    WRONG_INPUT,
    calendar_book,
    current_day,
    day_argument,
    stop,
)

if TYPE_CHECKING:
    from subsidy.rules.workdays import Notice

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command()(load)


@app.callback()
def calendar() -> None:
    """Show, check and load the holiday notices that working days are counted by."""


@app.command()
def status(
    today: Annotated[
        date | None,
        typer.Option(
            parser=day_argument, metavar="DATE", help="Business date. Default: today in Shanghai."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the notices with number and day of publication, and what is still provisional."""
    seen_on = today or current_day()
    book = calendar_book()
    known = book.seen_on(seen_on)
    listed = [_described(notice, seen_on) for notice in book.notices]
    waits_from = known.provisional_from
    waits_for = known.years[-1] + 1 if known.years else None
    if as_json:
        answer = {
            "today": seen_on.isoformat(),
            "version": known.version,
            "years": list(known.years),
            "notices": listed,
            "provisional_from": waits_from.isoformat() if waits_from else None,
            "waiting_for_year": waits_for,
            "loads": _loads(),
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"Known on {seen_on}, calendar version {known.version}:")
    for row in listed:
        typer.echo(_line(row))
    if waits_from is None:
        typer.echo("No year's notice was published by then: every date is provisional.")
    else:
        typer.echo(f"Dates from {waits_from} on are provisional: {waits_for} is not published yet.")
    for row in _loads():
        typer.echo(_load_line(row))


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of calendar files.")],
) -> None:
    """Check calendar files before they are used; every fault is told with its line and remedy."""
    from subsidy.rules.workdays import CalendarBook, CalendarFileError

    try:
        book = CalendarBook.load(folder)
    except (CalendarFileError, FileNotFoundError) as error:
        stop(str(error), code=WRONG_INPUT)
    typer.echo(f"{folder}: {len(book.notices)} notices, no fault.")


def _loads() -> list[dict[str, Any]]:
    """The notices that were loaded into this installation, the last one first; none without one."""
    from sqlalchemy.exc import SQLAlchemyError

    from subsidy.actions.calendar_change import loads
    from subsidy.office import open_database
    from subsidy.settings import SetupError, load_settings

    try:
        settings = load_settings()
        file = settings.database_url.removeprefix("sqlite:///")
        if file != settings.database_url and not Path(file).exists():
            return []  # looking must not make an empty database
        database = open_database(settings)
        with database.reading() as session:
            found = [asdict(each) for each in loads(session)]
    except (SetupError, SQLAlchemyError):
        return []
    database.dispose()
    return [json.loads(json.dumps(each, default=str)) for each in found]


def _load_line(row: dict[str, Any]) -> str:
    versions = " ".join(f"{city} {old}->{new}" for city, (old, new) in row["versions"].items())
    moved = sum(counts["moved"] for counts in row["moved"].values())
    return (
        f"Loaded {row['on']} by {row['who']}: {row['number']} ({row['city'] or row['year']}), "
        f"{moved} moved, {versions}, sha256 {row['sha256'][:12]}"
    )


def _described(notice: "Notice", today: date) -> dict[str, Any]:
    return {
        "number": notice.number,
        "title": notice.title,
        "year": notice.year,
        "city": notice.city,
        "issued": notice.issued.isoformat(),
        "published": notice.published.isoformat(),
        "amends": notice.amends,
        "days": len(notice.days),
        "visible": notice.published <= today,
        "unconfirmed": list(notice.unconfirmed),
        "assumed": notice.assumed,
        "file": notice.file,
    }


def _line(row: dict[str, Any]) -> str:
    parts = [f"{row['city'] or row['year']}  {row['number']}  published {row['published']}"]
    parts.append(f"{row['days']} days")
    if row["amends"]:
        parts.append(f"amends {row['amends']}")
    if row["unconfirmed"]:
        parts.append(f"not confirmed: {', '.join(row['unconfirmed'])}")
    if row["assumed"]:
        parts.append(f"assumed: {row['assumed']}")
    if not row["visible"]:
        parts.append("not published by then")
    return ", ".join(parts)
