"""`subsidy registers`: load what the keepers of outside registers send, and ask it about open claims."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from subsidy.commands.money.house import AsJson, AsOf, CityOption, Person, house
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, day_argument, stop

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "registers"


@app.callback()
def registers() -> None:
    """Pension, death, pupils, certificates, the other fund: load extracts, ask, see what is there."""


@app.command()
def load(
    register: Annotated[str, typer.Argument(help="Name in the pack, as pension.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".xlsx or .csv")],
    *,
    data_of: Annotated[
        date, typer.Option("--data-of", parser=day_argument, help="Day the data stand for.")
    ],
    partial: Annotated[
        bool, typer.Option("--partial", help="It names only some: the others stay unanswered.")
    ] = False,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Load an extract; from then on it answers for its register. Bad rows come back marked."""
    from subsidy.intake import take_in

    with (
        house(ACTOR, city=city, as_of=as_of, login=login) as open_house,
        open_house.database.transaction() as session,
    ):
        taken = take_in(
            session,
            open_house.act,
            kind="extract",
            content=file.read_bytes(),
            filename=file.name,
            register=register,
            as_of=data_of,
            whole=not partial,
        )
    if taken.result is None:
        stop("\n".join(fault.message_zh for fault in taken.sheet.faults), code=WRONG_INPUT)
    if not taken.result.done:
        stop("\n".join(f"{f.code} {f.message_zh}" for f in taken.result.findings), code=WRONG_INPUT)
    copy = file.with_name(taken.copy_name) if taken.copy is not None else None
    if copy is not None and taken.copy is not None:
        copy.write_bytes(taken.copy)
    refused = taken.result.bad + sum(1 for row in taken.sheet.rows if not row.ok)
    told = {"register": register, "loaded": taken.result.taken, "refused": refused}
    if as_json:
        typer.echo(json.dumps({**told, "verdicts": str(copy) if copy else None}))
    else:
        typer.echo(f"{register}：{taken.result.note}，不通过{refused}行")
    if refused:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def ask(
    *,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these registers.")] = None,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Ask the loaded extracts about every open claim; claims with new answers are decided anew."""
    from subsidy.actions.registers import ask_round

    counts: dict[str, int] = {}
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        after: int | None = 0
        while after is not None:
            with open_house.database.transaction() as session:
                after, new = ask_round(session, open_house.act, after=after, names=only or ())
            for answer, count in new.items():
                counts[answer] = counts.get(answer, 0) + count
    if as_json:
        typer.echo(json.dumps({"new": counts}))
    else:
        shown = "，".join(f"{name} {count}" for name, count in sorted(counts.items()))
        typer.echo(f"新答复：{shown or '无'}")


@app.command()
def status(
    *, city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False
) -> None:
    """Which registers the city's pack asks, and how old the data are that answer for them."""
    from subsidy.actions.registers import register_states

    with (
        house(ACTOR, city=city, as_of=as_of, login=login) as open_house,
        open_house.database.reading() as session,
    ):
        states = register_states(session, open_house.act)
    if as_json:
        rows = [
            {
                "register": each.name,
                "asks": each.asks,
                "data_of": each.as_of.isoformat() if each.as_of else None,
                "entries": each.entries,
                "whole": each.whole,
            }
            for each in states
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for each in states:
        held = f"截至{each.as_of}，{each.entries}条" if each.as_of else "没有数据：相关申领挂起"
        typer.echo(f"{each.name}（{each.asks}）  {held}")
