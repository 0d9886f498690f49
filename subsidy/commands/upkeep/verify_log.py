"""`subsidy verify-log`: whether the history is the one that was sealed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED

if TYPE_CHECKING:
    from subsidy.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def verify_log(
    home: Annotated[Path | None, typer.Option(help="Folder of databases, files and keys")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Walk every chain of seals: links, rows, signatures.

    Rows of the running minute are not sealed yet and are only counted. Exit codes: 0 the log is whole, 1
    it was changed (each fault is printed), 3 the database or its keys cannot be read.
    """
    from subsidy.records.migrate import SchemaError
    from subsidy.settings import SetupError, load_settings

    try:
        report = verified(load_settings(flags={"home": home}))
    except SetupError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(NOT_SET_UP) from None
    except SchemaError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_SET_UP) from None
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else _told(report))
    raise typer.Exit(SOME_REFUSED if report["faults"] else 0)


def verified(settings: "Settings") -> dict[str, Any]:
    """Return what a walk over the seals of this home's database found, as plain values."""
    from subsidy.keys import load_keys
    from subsidy.office import SealSigner, open_database
    from subsidy.records.migrate import require_current
    from subsidy.records.seals import verify

    signer = SealSigner(load_keys(settings.keys_folder))
    database = open_database(settings)
    try:
        require_current(database)
        with database.reading() as session:
            found = verify(session, signer)
    finally:
        database.dispose()
    return {
        "whole": not found.faults,
        "links": found.links,
        "rows": found.rows,
        "unsealed": found.unsealed,
        "faults": [
            {"chain": fault.chain, "link": fault.number, "what": fault.what}
            for fault in found.faults
        ],
    }


def _told(report: dict[str, Any]) -> str:
    lines = [
        f"{report['rows']} rows under {report['links']} seals, {report['unsealed']} not sealed yet"
    ]
    lines += [f"seal {f['chain']} {f['link']}: {f['what']}" for f in report["faults"]]
    lines.append("The log is whole." if report["whole"] else "The log was changed.")
    return "\n".join(lines)
