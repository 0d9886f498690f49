"""`subsidy policy diff`: what changes between two versions of a city's pack."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.packs import pack_of
from subsidy.commands.policies.versions import before, named_pack
from subsidy.commands.surroundings import SOME_REFUSED

if TYPE_CHECKING:
    from subsidy.rules.packs.versions.differences import Difference

VersionOrFile = Annotated[
    str | None,
    typer.Option("--from", metavar="VERSION|FILE", help="Default: the version in use before --to."),
]
ToFile = Annotated[
    str | None,
    typer.Option("--to", metavar="VERSION|FILE", help="Default: the pack in use."),
]


def diff(
    city: Annotated[str, typer.Argument(help="City, as hangzhou.")],
    older: VersionOrFile = None,
    newer: ToFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what two versions of a pack say differently: values by key and day, documents, stages.

    A file takes the settings beside it (../settings), else those in use; a version comes from the
    archive of the database. Exit codes: 0 they say the same, 1 they differ, 2 wrong input, 3 the
    archive cannot be opened.
    """
    from subsidy.rules.packs.versions.differences import differences

    new = named_pack(city, newer) if newer else pack_of(city)
    old = named_pack(city, older) if older else before(city, new)
    found = differences(old, new)
    if as_json:
        told = {"city": city, "from": old.version, "to": new.version}
        rows = [asdict(each) for each in found]
        typer.echo(
            json.dumps(
                told | {"differences": rows}, ensure_ascii=False, indent=2, default=date.isoformat
            )
        )
    else:
        typer.echo(f"{city} {old.version} -> {new.version}: {len(found)} differences")
        for each in found:
            typer.echo(_line(each))
    if found:
        raise typer.Exit(SOME_REFUSED)


def _line(each: Difference) -> str:
    since = f" from {each.since}" if each.since else ""
    return f"{each.kind} {each.key}{since}: {each.old or '-'} -> {each.new or '-'}"
