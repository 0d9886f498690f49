"""`subsidy policy`: check the packs, show what holds on a day, and what of the sources is covered."""

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.packs import config_roots, pack_of, yuan
from subsidy.commands.policies.diff import diff
from subsidy.commands.policies.migrate import migrate
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, current_day, day_argument, stop

if TYPE_CHECKING:
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
    """Check every pack, its settings and the order of its stages; exit code 1 if one is faulty."""
    from states.charts import CHARTS
    from subsidy.rules.policy import PolicyError, check_pack_order, load_packs

    packs: dict[str, Pack] = {}
    faults: list[Fault] = []
    try:
        packs = load_packs(*config_roots())
    except PolicyError as error:
        faults = list(error.faults)
    arrows = CHARTS["claim"].arrows()
    for pack in packs.values():
        faults += check_pack_order(pack, arrows)
    if as_json:
        rows = [_pack_row(pack) for pack in packs.values()]
        _print_json({"packs": rows, "faults": [_fault_row(fault) for fault in faults]})
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        for pack in packs.values():
            typer.echo(
                f"{pack.city} {pack.version} {pack.governing.status}: {len(pack.tracks)} tracks, "
                f"{len(pack.dated)} values, {len(pack.unset_keys())} unset, "
                f"{len(pack.assumed_keys())} assumed"
            )
    if faults:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def show(
    *,
    city: Annotated[str, typer.Option(help="City, as hangzhou.")],
    on: Annotated[
        date | None,
        typer.Option(parser=day_argument, metavar="DATE", help="Default: today in Shanghai."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show every value of one city on a day, with clause, document, or why it was assumed."""
    pack, day = pack_of(city), on or current_day()
    rows = [_value_row(pack, pack.value(key, on=day)) for key in sorted(pack.dated)]
    if as_json:
        _print_json({**_pack_row(pack), "on": day, "status": pack.status_on(day), "values": rows})
        return
    typer.echo(f"{pack.name}  {day}: {pack.status_on(day)}")
    for row in rows:
        shown = "unset" if row["unset"] else row["value"]
        basis = f"{row['document']} {row['clause']}" if row["clause"] else ""
        mark = f"  assumed: {row['assumed']}" if row["assumed"] else ""
        typer.echo(f"{row['key']} = {shown} {row['unit']}  {basis}{mark}".rstrip())


@app.command()
def coverage(*, as_json: AsJson = False) -> None:
    """Show what became of each rule of the sources: encoded, manual, reported, not applicable."""
    from subsidy.rules.packs.coverage import load_coverage
    from subsidy.rules.packs.faults import PolicyError

    try:
        rows = load_coverage(config_roots()[0] / "policies" / "coverage.csv")
    except PolicyError as error:
        stop(str(error), code=WRONG_INPUT)
    if as_json:
        _print_json([row.as_dict() for row in rows])
        return
    cities = sorted({row.city for row in rows})
    for prefix in cities:
        mine = [row for row in rows if row.city == prefix]
        counts = {word: sum(row.status == word for row in mine) for word in _WORDS}
        shown = ", ".join(f"{count} {word}" for word, count in counts.items())
        typer.echo(f"{prefix}: {len(mine)} rows listed: {shown}")


_WORDS = ("encoded", "manual", "reported", "not_applicable")


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
