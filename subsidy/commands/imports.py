"""`subsidy import`: take in a list, and give it back with a verdict on every row.

    subsidy import roster FILE --class NUMBER [--dry-run] [--json]
    subsidy import history FILE --city CITY [--dry-run] [--json]

The verdict copy is written beside the input. Exit codes: 0 every row is good, 1 some rows were refused
or wait for a person, 2 the file or the class cannot be used, 3 not set up.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED, WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from subsidy.actions.acting import Act
    from subsidy.actions.rosters import SheetResult
    from subsidy.intake import Taken
    from subsidy.records.database import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

File = Annotated[Path, typer.Argument(help=".xlsx or .csv", exists=True, dir_okay=False)]
ClassNumber = Annotated[str, typer.Option("--class", help="Number of the class.")]
City = Annotated[str | None, typer.Option(help="City of the class. Default: the first one set.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Judge every row and change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ACTOR = "flow:import"
"""Whoever may run commands on this machine has its keys; imports by people go through the console."""


@app.callback()
def imports() -> None:
    """Take in a spreadsheet: a class's roster, attendance, assessments, certificates; older payments."""


@app.command()
def roster(
    file: File,
    number: ClassNumber,
    city: City = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Enrol the people of a class that is not filed yet."""
    _run("roster", file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def attendance(
    file: File,
    number: ClassNumber,
    city: City = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Record who came on which day."""
    _run("attendance", file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def assessments(
    file: File,
    number: ClassNumber,
    city: City = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    on: Annotated[str | None, typer.Option(help="Day of the sitting, YYYY-MM-DD.")] = None,
) -> None:
    """Record the results of a sitting; rows may carry a date of their own."""
    sat_on: date | None = day_argument(on) if on else None
    _run("assessments", file, number, city, dry_run=dry_run, as_json=as_json, sat_on=sat_on)


@app.command()
def certificates(
    file: File,
    number: ClassNumber,
    city: City = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Register certificates."""
    _run("certificates", file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def history(
    file: File,
    city: Annotated[str, typer.Option(help="City that takes the payments in.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take in what was paid in older years and by other places; limits count it."""
    _run("history", file, None, city, dry_run=dry_run, as_json=as_json)


def _run(
    kind: str,
    file: Path,
    number: str | None,
    city: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    **details: Any,
) -> None:
    """Take the file in, write the verdicts beside it, print the counts."""
    act, database = _open(city)
    try:
        taken = _take(act, database, kind, file, number, dry_run=dry_run, **details)
    finally:
        database.dispose()
    copy = write_copy(file, taken)
    if taken.result is None:
        stop("\n".join(fault.message_zh for fault in taken.sheet.faults), code=WRONG_INPUT)
    if not taken.result.done:
        reasons = [f"{f.code} {f.message_zh}  {f.remedy_zh}" for f in taken.result.findings]
        stop("\n".join(reasons), code=WRONG_INPUT)
    report(taken, taken.result, copy, dry_run=dry_run, as_json=as_json)


def _take(
    act: Act,
    database: Database,
    kind: str,
    file: Path,
    number: str | None,
    *,
    dry_run: bool,
    **details: Any,
) -> Taken:
    """Take the file in, in one transaction; a dry run undoes it at the end."""
    from subsidy.actions.class_work.class_facts import class_numbered
    from subsidy.intake import take_in

    content = file.read_bytes()
    with database.transaction() as session:
        if number is not None:
            row = class_numbered(session, city=act.city, number=number)
            if row is None:
                stop(
                    f"{act.city} has no class {number}. Check --class and --city.",
                    code=WRONG_INPUT,
                )
            details["class_id"] = row.id
        taken = take_in(session, act, kind=kind, content=content, filename=file.name, **details)
        if dry_run:
            session.rollback()
    return taken


def _open(city: str | None) -> tuple[Act, Database]:
    """The act of this command and the database; faults of the installation end it with code 3."""
    from subsidy import clock
    from subsidy.actions.acting import Act
    from subsidy.office import load_office, open_database
    from subsidy.rules.packs.faults import PolicyError
    from subsidy.rules.workdays import CalendarFileError
    from subsidy.settings import SetupError, load_settings

    try:
        settings = load_settings()
        office = load_office(settings)
        database = open_database(settings)
    except (SetupError, PolicyError, CalendarFileError, FileNotFoundError) as error:
        stop(str(error), code=NOT_SET_UP)
    named = city or settings.cities[0]
    if named not in office.packs:
        stop(f"There is no pack for {named}; known: {', '.join(office.packs)}.", code=WRONG_INPUT)
    today = clock.business_day(settings)
    act = Act(office=office, city=named, today=today, recorded_at=clock.now(), actor=ACTOR)
    return act, database


def write_copy(file: Path, taken: Taken) -> Path | None:
    """Write the verdicts beside the input; None where the bytes are no spreadsheet at all."""
    if taken.copy is None:
        return None
    path = file.with_name(taken.copy_name)
    path.write_bytes(taken.copy)
    return path


def report(
    taken: Taken, result: SheetResult, copy: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Print the counts; code 1 where a row was refused or waits for a person."""
    refused = result.bad + sum(1 for row in taken.sheet.rows if not row.ok)
    told = {
        "rows": len(taken.sheet.rows),
        "taken": result.taken,
        "held": result.held,
        "unchanged": result.unchanged,
        "refused": refused,
        "moved": dict(result.moved),
        "left": len(result.left),
        "dry_run": dry_run,
        "verdicts": str(copy) if copy else None,
        "note": result.note,
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"{'试导入：' if dry_run else ''}{result.note}")
        typer.echo(f"共{told['rows']}行，不通过{refused}行，待人工处理{result.held}行")
        if copy:
            typer.echo(f"校验结果：{copy}")
    if refused or result.held:
        raise typer.Exit(SOME_REFUSED)
