"""`subsidy workdays`: count from a day, or answer a whole file of windows."""

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.surroundings import (
    SOME_REFUSED,
    WRONG_INPUT,
    calendar_of,
    day_argument,
    stop,
)

if TYPE_CHECKING:
    from subsidy.rules.workdays import Calendar, DueDate

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Day = Annotated[date, typer.Argument(parser=day_argument, metavar="DATE", help="YYYY-MM-DD")]
Length = Annotated[int, typer.Argument(min=1, metavar="N", help="Working days, from 1 on.")]
Today = Annotated[
    date | None,
    typer.Option(
        parser=day_argument,
        metavar="DATE",
        help="Business date: notices published later are not seen. Default: today in Shanghai.",
    ),
]
City = Annotated[str | None, typer.Option(help="City whose own notices count too, as hangzhou.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def workdays() -> None:
    """Count working days before and after a day, by the holiday notices known on a business date.

    A day is printed with `final`, or with `provisional` and the earliest and latest it can become.
    """


@app.command()
def after(
    day: Day, n: Length, today: Today = None, city: City = None, as_json: AsJson = False
) -> None:
    """Print the Nth working day after DATE; DATE itself never counts."""
    from subsidy.rules.workdays import CalendarReachError, rest_days, working_days_after

    calendar = calendar_of(today=today, city=city)
    try:
        found = working_days_after(calendar, anchor=day, days=n)
    except (CalendarReachError, OverflowError) as error:
        stop(str(error), code=WRONG_INPUT)
    skipped = rest_days(calendar, first=day, last=found.on)[not calendar.is_working(day) :]
    _print(found, calendar, skipped, as_json=as_json)


@app.command()
def before(
    day: Day,
    n: Length,
    *,
    clear_days: Annotated[
        bool, typer.Option("--clear-days", help="N whole working days must lie between.")
    ] = False,
    today: Today = None,
    city: City = None,
    as_json: AsJson = False,
) -> None:
    """Print the Nth working day strictly before DATE: the last lawful day."""
    from subsidy.rules.workdays import CalendarReachError, rest_days, working_days_before

    calendar = calendar_of(today=today, city=city)
    try:
        found = working_days_before(calendar, anchor=day, days=n, clear_days=clear_days)
    except (CalendarReachError, OverflowError) as error:
        stop(str(error), code=WRONG_INPUT)
    skipped = rest_days(calendar, first=found.on, last=day)
    _print(found, calendar, tuple(s for s in skipped if s[0] < day), as_json=as_json)


@app.command("apply")
def apply_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The windows to count.")],
    today: Today = None,
    city: City = None,
    as_json: AsJson = False,
) -> None:
    """Answer each row of FILE.csv on standard output, with `result` and `status` added.

    Columns: anchor_date, n, unit (working, calendar, month, year), direction (after, before),
    first_day_counts (true, false). A row that cannot be counted gets `error: …`; then the exit code
    is 1.
    """
    from subsidy.commands.window_rows import ADDED, COLUMNS, answer_row

    header, rows = _read(file, needed=COLUMNS, added=ADDED)
    calendar = calendar_of(today=today, city=city)
    answered, refused = [], 0
    for cells in rows:
        padded = [*cells, *[""] * (len(header) - len(cells))][: len(header)]
        answer = answer_row(dict(zip(header, padded, strict=True)), calendar=calendar)
        status = answer.status
        if len(cells) != len(header):
            status = f"error: the row has {len(cells)} cells, the header {len(header)}; mend it"
        refused += status.startswith("error")
        result = "" if status.startswith("error") else answer.result
        answered.append([*padded, result, status])
    if as_json:
        names = [*header, *ADDED]
        listed = [dict(zip(names, cells, strict=True)) for cells in answered]
        typer.echo(json.dumps({"rows": listed, "refused": refused}, ensure_ascii=False))
    else:
        csv.writer(sys.stdout, lineterminator="\n").writerows([[*header, *ADDED], *answered])
    if refused:
        raise typer.Exit(SOME_REFUSED)


def _read(
    file: Path, *, needed: tuple[str, ...], added: tuple[str, ...]
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a CSV in UTF-8 or GB18030; end with code 2 where it is neither."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        stop(
            f"{file}: cannot be read ({error.strerror}). Name a file that exists.", code=WRONG_INPUT
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        stop(f"{file}: is no CSV file ({error}). Save it as CSV.", code=WRONG_INPUT)
    header = [name.strip() for name in table[0]] if table else []
    missing = [name for name in needed if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1 or name in added})
    if missing or twice:
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has {', '.join(twice)} twice or as an answer already"] if twice else []
        stop(
            f"{file}:1: the header {' and '.join(wrong)}. "
            f"Begin the file with the line {','.join(needed)}",
            code=WRONG_INPUT,
        )
    return header, [[cell.strip() for cell in row] for row in table[1:]]


def _print(
    found: "DueDate",
    calendar: "Calendar",
    skipped: tuple[tuple[date, str], ...],
    *,
    as_json: bool,
) -> None:
    from subsidy.commands.window_rows import status_of

    if not as_json:
        typer.echo(f"{found.on} {status_of(found)}")
        return
    answer = {
        "result": found.on.isoformat(),
        "status": "final" if found.final else "provisional",
        "low": found.low.isoformat(),
        "high": found.high.isoformat(),
        "calendar_version": calendar.version,
        "skipped": [{"date": day.isoformat(), "reason": reason} for day, reason in skipped],
    }
    typer.echo(json.dumps(answer, ensure_ascii=False))
