"""`subsidy import`: take in a list for a class, and give it back with a verdict on every row.

    subsidy import roster FILE --class NUMBER [--dry-run] [--json]

The verdict copy is written beside the input. Exit codes: 0 every row is good, 1 some rows were refused,
2 the file or the class cannot be used, 3 not set up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED, WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from subsidy.actions.acting import Act
    from subsidy.actions.rosters import SheetResult
    from subsidy.papers.spreadsheets import Sheet, Verdict
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
    """Take in a spreadsheet for a class: roster, attendance, assessments, certificates."""


@app.command()
def roster(
    file: File, number: ClassNumber, city: City = None, dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Enrol the people of a class that is not filed yet."""
    from subsidy.actions.rosters import enrol

    _run("roster", enrol, file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def attendance(
    file: File, number: ClassNumber, city: City = None, dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Record who came on which day."""
    from subsidy.actions.training import record_attendance

    _run("attendance", record_attendance, file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def assessments(
    file: File, number: ClassNumber, city: City = None, dry_run: DryRun = False,
    as_json: AsJson = False,
    on: Annotated[str | None, typer.Option(help="Day of the sitting, YYYY-MM-DD.")] = None,
) -> None:  # fmt: skip
    """Record the results of a sitting."""
    from functools import partial

    from subsidy.actions.training import record_assessments

    sat_on: date | None = day_argument(on) if on else None
    record = partial(record_assessments, sat_on=sat_on)
    _run("assessment", record, file, number, city, dry_run=dry_run, as_json=as_json)


@app.command()
def certificates(
    file: File, number: ClassNumber, city: City = None, dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Register certificates."""
    from subsidy.actions.training import register_certificates

    _run("certificates", register_certificates, file, number, city, dry_run=dry_run,
         as_json=as_json)  # fmt: skip


def _run(
    sheet_name: str,
    action: Callable[..., SheetResult],
    file: Path,
    number: str,
    city: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read the file, run the action in one transaction, write the verdicts, print the counts."""
    from subsidy.papers.spreadsheets import read_rows, sheet_columns

    content = file.read_bytes()
    sheet = read_rows(content, columns=sheet_columns(sheet_name))
    if not sheet.usable:
        _write_copy(file, content, sheet_name, sheet, None)
        stop("\n".join(fault.message_zh for fault in sheet.faults), code=WRONG_INPUT)
    result = _take(action, sheet, content, number, city, dry_run=dry_run)
    if not result.done:
        stop("\n".join(_words(f.code, f.message_zh, f.remedy_zh) for f in result.findings),
             code=WRONG_INPUT)  # fmt: skip
    copy = _write_copy(file, content, sheet_name, sheet, result)
    _report(result, sheet, copy, dry_run=dry_run, as_json=as_json)


class _DryRunOverError(Exception):
    """Rolls back what a dry run did; not an error."""


@dataclass(frozen=True)
class _House:
    """What one import needs of the installation."""

    act: Act
    database: Database


def _take(
    action: Callable[..., SheetResult],
    sheet: Sheet,
    content: bytes,
    number: str,
    city: str | None,
    *,
    dry_run: bool,
) -> SheetResult:
    """Run the action on the rows that could be read, in one transaction."""
    from subsidy.actions.class_work.class_facts import class_numbered

    house = _house(city)
    rows = [(row.number, row.values) for row in sheet.rows if row.ok]
    result: SheetResult | None = None
    try:
        with house.database.transaction() as session:
            row = class_numbered(session, city=house.act.city, number=number)
            if row is None:
                stop(f"{house.act.city} has no class {number}. Check --class and --city.",
                     code=WRONG_INPUT)  # fmt: skip
            sha256 = "" if dry_run else hashlib.sha256(content).hexdigest()
            result = action(session, house.act, class_id=row.id, rows=rows, sha256=sha256)
            if dry_run:
                raise _DryRunOverError
    except _DryRunOverError:
        pass
    finally:
        house.database.dispose()
    assert result is not None
    return result


def _house(city: str | None) -> _House:
    """The act of this command and the database; faults of the installation end it with code 3."""
    from subsidy import clock
    from subsidy.actions.acting import Act
    from subsidy.office import load_office, open_database
    from subsidy.rules.calendars.notices import CalendarFileError
    from subsidy.rules.packs.faults import PolicyError
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
    return _House(act, database)


def _write_copy(
    file: Path, content: bytes, sheet_name: str, sheet: Sheet, result: SheetResult | None
) -> Path | None:
    """Write the verdicts beside the input; None where the bytes are no spreadsheet at all."""
    from subsidy.papers.spreadsheets import (
        UnreadableFileError,
        faults_as_verdicts,
        sheet_columns,
        verdict_copy,
    )

    said = [*faults_as_verdicts(sheet), *(_papers(result) if result else [])]
    try:
        name, copy = verdict_copy(content, file.name, said, columns=sheet_columns(sheet_name))
    except UnreadableFileError:
        return None
    path = file.with_name(name)
    path.write_bytes(copy)
    return path


def _papers(result: SheetResult) -> list[Verdict]:
    from subsidy.papers.spreadsheets import Verdict

    return [Verdict(v.row_number, v.column, v.ok, v.message_zh) for v in result.verdicts]


def _report(
    result: SheetResult, sheet: Sheet, copy: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    unread = sum(1 for row in sheet.rows if not row.ok)
    refused = result.bad + unread
    told = {
        "rows": len(sheet.rows),
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
        typer.echo(f"共{told['rows']}行，不通过{refused}行")
        if copy:
            typer.echo(f"校验结果：{copy}")
    if refused or result.held:
        raise typer.Exit(SOME_REFUSED)


def _words(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
