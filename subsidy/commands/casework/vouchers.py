"""`subsidy voucher` and `subsidy allowance`: what stands beside a class or before the training."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from subsidy.commands.imports import report, write_copy
from subsidy.commands.money.house import (
    AsJson,
    AsOf,
    CityOption,
    Person,
    area_id,
    house,
    refuse,
    tell,
    yuan,
)
from subsidy.commands.surroundings import WRONG_INPUT, stop

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
allowance_app = typer.Typer(add_completion=False, rich_markup_mode=None)
ACTOR = "voucher"
Track = Annotated[str, typer.Option(help="Track.")]


@app.callback()
def voucher() -> None:
    """Issue training vouchers and credit; list them."""


@app.command()
def issue(
    file: Annotated[Path, typer.Argument(help=".xlsx or .csv", exists=True, dir_okay=False)],
    track: Track,
    area: Annotated[str, typer.Option(help="Area that issues, by division id.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing.")] = False,
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Issue the vouchers of a list, each to its person; a number that is known changes nothing."""
    from subsidy.intake import take_in

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            place = area_id(session, act, area)
            content = file.read_bytes()
            taken = take_in(session, act, kind="vouchers", content=content, filename=file.name,
                            area_id=place, track=track)  # fmt: skip
            if dry_run:
                session.rollback()
    copy = write_copy(file, taken)
    if taken.result is None:
        stop("\n".join(fault.message_zh for fault in taken.sheet.faults), code=WRONG_INPUT)
    if not taken.result.done:
        stop("\n".join(f"{f.code} {f.message_zh}  {f.remedy_zh}" for f in taken.result.findings),
             code=WRONG_INPUT)  # fmt: skip
    report(taken, taken.result, copy, dry_run=dry_run, as_json=as_json)


@app.command("list")
def list_vouchers(
    number: Annotated[str, typer.Option(help="Begins with this number.")] = "",
    city: CityOption = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print vouchers and credit, the newest first, persons masked."""
    from subsidy.actions.views.applications import vouchers

    with (
        house(ACTOR, city=city, login=login) as open_house,
        open_house.database.reading() as session,
    ):
        rows, after = vouchers(session, city=open_house.act.city, number=number)
        while after is not None:
            more, after = vouchers(session, city=open_house.act.city, number=number, after=after)
            rows += more
    lines = [
        f"{r.number}\t{r.kind}\t{r.track}\t{r.person} {r.masked_id}\t{r.issued_on}"
        f"\t至{r.valid_until or '—'}\t{yuan(r.value_fen) if r.value_fen else '—'}"
        f"\t{r.claim_number or '未兑付'}"
        for r in rows
    ]
    tell({"vouchers": [asdict(row) for row in rows]}, lines, as_json=as_json)


@allowance_app.command()
def allowance(
    number: Annotated[str, typer.Argument(metavar="CLASS", help="Number of the class.")],
    track: Track,
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Claim the living allowances of a class that has ended, beside its main claims."""
    from subsidy.actions.applications import claim_allowances
    from subsidy.actions.class_work.class_facts import class_numbered

    with house("allowance", city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            row = class_numbered(session, city=act.city, number=number)
            if row is None or row.id is None:
                stop(f"{act.city} has no class {number}.", code=WRONG_INPUT)
            outcome = claim_allowances(session, act, class_id=row.id, track=track)
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    made = sum(outcome.moved.values())
    tell({"done": True, "class": number, "claims": made}, [f"新立生活费补贴{made}件"],
         as_json=as_json)  # fmt: skip
