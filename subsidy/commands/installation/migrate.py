"""`subsidy migrate`: bring the database to the schema of this version."""

from pathlib import Path
from typing import Annotated

import typer

from subsidy.commands.surroundings import NOT_SET_UP

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def migrate(
    *,
    home: Annotated[Path | None, typer.Option(help="Folder of databases, files and keys")] = None,
) -> None:
    """Create the tables, or upgrade those of an older version; make a backup first.

    Exit codes: 0 the schema is current, 3 the database cannot be used by this version.
    """
    from subsidy.commands.installation.preparing import bring_up
    from subsidy.settings import SetupError, load_settings, make_home
    from subsidy.supervisor.lock import HomeLock
    from subsidy.supervisor.schema import read_schema, refuse_unless_fit

    try:
        settings = load_settings(flags={"home": home})
        make_home(settings)
        with HomeLock(settings.run_folder, shows="none, `subsidy migrate` is at work"):
            before = read_schema(settings.database_url)
            refuse_unless_fit(before, database_url=settings.database_url, older_is_fit=True)
            if before.kind != "current":
                bring_up(settings.database_url)
            after = read_schema(settings.database_url)
    except SetupError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(NOT_SET_UP) from None
    typer.echo(f"schema {before.found or 'none'} -> {after.found or 'none'}")
