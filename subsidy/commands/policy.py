"""`subsidy policy`: check the packs, show what holds on a day, and what of the sources is covered."""

import json
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.packs import config_roots, entry_names, located, pack_of, yuan
from subsidy.commands.policies.diff import diff
from subsidy.commands.policies.migrate import migrate
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, current_day, day_argument, stop

if TYPE_CHECKING:
    from subsidy.rules.packs.quotas import Quotas
    from subsidy.rules.policy import Fault, Pack, Value

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command()(diff)
app.command()(migrate)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def policy() -> None:
    """Check, show and compare the cities' policy packs; move open claims to a new version."""


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Check packs, settings, order of stages, divisions and planned figures; 1 if one is faulty."""
    from states.charts import CHARTS
    from subsidy.rules.packs.quotas import check_quotas
    from subsidy.rules.policy import PolicyError, check_pack_order, load_packs

    packs: dict[str, Pack] = {}
    faults: list[Fault] = []
    try:
        packs = load_packs(*config_roots())
    except PolicyError as error:
        faults = list(error.faults)
    arrows = CHARTS["claim"].arrows()
    for pack in packs.values():
        faults += [located(fault) for fault in check_pack_order(pack, arrows)]
    quotas, found = check_quotas(config_roots())
    faults += found
    if as_json:
        rows = [_pack_row(pack) for pack in packs.values()]
        tables = [_quota_row(item) for item in quotas.values()]
        _print_json(
            {"packs": rows, "quotas": tables, "faults": [_fault_row(fault) for fault in faults]}
        )
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        for pack in packs.values():
            typer.echo(
                f"{pack.city} {pack.version} {pack.governing.status}: {len(pack.tracks)} tracks, "
                f"{len(pack.dated)} values, {len(pack.unset_keys())} unset, "
                f"{len(pack.assumed_keys())} assumed"
            )
        for item in quotas.values():
            row = _quota_row(item)
            typer.echo(
                f"{item.city} quotas: {len(row['series'])} tables, {row['rows']} rows, "
                f"{row['placeholders']} placeholders"
            )
    if faults:
        raise typer.Exit(SOME_REFUSED)


class Language(StrEnum):
    """The two languages of the headings; what the packs say is Chinese."""

    CHINESE = "zh"
    ENGLISH = "en"


@app.command()
def show(
    *,
    city: Annotated[str, typer.Option(help="City, as hangzhou.")],
    on: Annotated[
        date | None,
        typer.Option(parser=day_argument, metavar="DATE", help="Default: today in Shanghai."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the headings.")] = Language.CHINESE,
    as_json: AsJson = False,
) -> None:
    """Show one city's rules on a day: documents, people, tracks and values, each with its clause."""
    pack, day = pack_of(city), on or current_day()
    if as_json:
        rows = [_value_row(pack, pack.value(key, on=day)) for key in sorted(pack.dated)]
        sheet = {**_pack_row(pack), "on": day, "status": pack.status_on(day), "values": rows}
        _print_json(sheet)
        return
    from subsidy.actions.views.policies.sheet import policy_sheet
    from subsidy.commands.policies.printed import print_sheet

    sheet_on = policy_sheet(pack, on=day, names=entry_names(pack))
    print_sheet(sheet_on, language="zh_CN" if lang is Language.CHINESE else "en")


@app.command()
def coverage(
    *,
    as_json: AsJson = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only the rules that no row answers, in words.")
    ] = False,
    city: Annotated[
        str, typer.Option(help="Only one source, as hangzhou, or letter for the reply letter.")
    ] = "",
) -> None:
    """Show what became of each rule of the sources; exit code 1 if one has no answer or is faulty."""
    from subsidy.actions.views.policies.covering import coverage_of
    from subsidy.commands.policies.printed import print_coverage, print_missing
    from subsidy.rules.packs.coverage import load_all_rules, load_coverage
    from subsidy.rules.packs.faults import PolicyError

    folders = [root / "policies" for root in config_roots()]
    try:
        rules, rows = load_all_rules(*folders), load_coverage(*folders)
    except PolicyError as error:
        stop(str(error), code=WRONG_INPUT)
    known = list(dict.fromkeys(rule.city for rule in rules))
    if city and city not in known:
        stop(f"No source {city!r}; there is {', '.join(known)}.", code=WRONG_INPUT)
    rules = [rule for rule in rules if city in ("", rule.city)]
    rows = [row for row in rows if city in ("", row.city)]
    found = coverage_of(rules, rows)
    unanswered = [number for source in found.sources for number in source.missing]
    if as_json:
        _print_json(unanswered if missing else [row.as_dict() for row in rows])
    elif missing:
        print_missing(found.sources)
    else:
        print_coverage(found)
    for fault in found.faults:
        typer.echo(str(fault), err=True)
    if unanswered or found.faults:
        raise typer.Exit(SOME_REFUSED)


def _pack_row(pack: "Pack") -> dict[str, Any]:
    return {
        "city": pack.city,
        "name": pack.name,
        "version": pack.version,
        "document": pack.governing.id,
        "document_status": pack.governing.status,
        "tracks": list(pack.tracks),
        "unset": list(pack.unset_keys()),
        "assumed": list(pack.assumed_keys()),
    }


def _quota_row(quotas: "Quotas") -> dict[str, Any]:
    tables = quotas.series.values()
    return {
        "city": quotas.city,
        "series": list(quotas.series),
        "rows": sum(len(table.rows) for table in tables),
        "placeholders": sum(len(table.open_rows) for table in tables),
    }


def _value_row(pack: "Pack", value: "Value") -> dict[str, Any]:
    dated = pack.dated[value.key]
    shown: Any = value.value
    if dated.unit == "yuan" and shown is not None:
        shown = yuan(shown)
    elif isinstance(shown, tuple):
        shown = [getattr(item, "name", item) for item in shown]
    return {
        "key": value.key,
        "means": dated.means,
        "unit": dated.unit,
        "value": shown,
        "unset": value.unset,
        "clause": value.clause,
        "document": value.document,
        "assumed": value.assumed,
        "since": value.since,
    }


def _fault_row(fault: "Fault") -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "key": fault.key,
        "what": fault.what,
        "remedy": fault.remedy,
    }


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=date.isoformat))
