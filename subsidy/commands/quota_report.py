"""`subsidy report quotas`: planned training figures of a year against what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.money.house import AsJson, CityOption, house
from subsidy.commands.surroundings import NOT_SET_UP, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.actions.insight.quota_progress import Progress, YearReport

Year = Annotated[int | None, typer.Option("--year", help="Default: the year of the business day.")]


def quotas(city: CityOption = None, year: Year = None, as_json: AsJson = False) -> None:
    """Show each table of planned figures with what was done; tables are never added up."""
    from subsidy.actions.insight.quota_progress import quota_progress, years_of
    from subsidy.office import load_targets
    from subsidy.rules.packs.faults import PolicyError

    with house("report", city=city) as opened:
        act = opened.act
        try:
            targets = load_targets(opened.settings, city=act.city)
        except PolicyError as error:
            stop(str(error), code=NOT_SET_UP)
        if targets is None:
            stop(f"There is no config/quotas/{act.city}.yaml.", code=WRONG_INPUT)
        with opened.database.reading() as session:
            report = quota_progress(
                session,
                quotas=targets.quotas,
                divisions=targets.divisions,
                year=year or act.today.year,
                on=act.today,
                tracks=tuple(act.pack.tracks),
            )
    if not report.tables:
        known = ", ".join(map(str, years_of(targets.quotas)))
        stop(f"No table speaks of {report.year}; there is {known}.", code=WRONG_INPUT)
    if as_json:
        typer.echo(json.dumps(as_data(report), ensure_ascii=False, indent=2))
        return
    for line in _lines(report):
        typer.echo(line)


def as_data(report: YearReport) -> dict[str, Any]:
    """The report as JSON: a placeholder is null with its printed text, never 0."""
    return {
        "city": report.quotas.city,
        "year": report.year,
        "year_basis": {"by": "training_ends", "assumed": report.quotas.year_basis},
        "tables": [_table(table) for table in report.tables],
    }


def _table(table: Progress) -> dict[str, Any]:
    return {
        "series": table.series.id,
        "column": table.column.id,
        "name": table.series.name,
        "document": table.document,
        "clause": table.series.clause,
        "measure": table.column.measure,
        "years": [table.first_year, table.last_year],
        "planned": table.planned,
        "done": table.done,
        "percent": _number(table.percent),
        "overlaps": list(table.series.overlaps),
        "assumed": table.column.assumed or None,
        "rows": [
            {
                "name": line.row.name,
                "division": line.row.division or None,
                "department": line.row.department or None,
                "clause": line.row.clause,
                "planned": line.planned,
                "placeholder": line.row.placeholder or None,
                "asked": line.row.asked or None,
                "province": line.row.province or None,
                "done": line.done,
                "percent": _number(line.percent),
                "now": list(line.now),
                "note": line.row.note or None,
            }
            for line in table.lines
        ],
        "not_attributed": [
            {"reason": item.reason, "what": item.what or None, "number": item.number}
            for item in table.left_over
        ],
    }


def _number(percent: object) -> str | None:
    return None if percent is None else str(percent)


def _lines(report: YearReport) -> Iterator[str]:
    yield f"{report.quotas.city} {report.year}  assumed: {report.quotas.year_basis}"
    for table in report.tables:
        years = f"{table.first_year}-{table.last_year}"
        yield ""
        yield (
            f"{table.series.name} / {table.column.means} ({table.column.measure}, {years})  "
            f"{table.document} {table.series.clause}"
        )
        if table.overlaps:
            yield f"  not to be added to: {', '.join(table.overlaps)}"
        for line in table.lines:
            planned = line.row.placeholder or line.planned
            asked = f"  asked: {line.row.asked}" if line.row.asked else ""
            now = f"  now: {', '.join(line.now)}" if line.now else ""
            yield (
                f"  {line.row.name}\tplanned {planned}\tdone {_shown(line.done)}\t"
                f"{_percent(line.percent)}{asked}{now}"
            )
        yield (
            f"  total\tplanned {_shown(table.planned)}\tdone {_shown(table.done)}\t"
            f"{_percent(table.percent)}"
        )
        for item in table.left_over:
            yield f"  not attributed\t{item.number}\t{item.reason} {item.what}".rstrip()


def _shown(number: int | None) -> str:
    return "-" if number is None else str(number)


def _percent(percent: object) -> str:
    return "-" if percent is None else f"{percent}%"
