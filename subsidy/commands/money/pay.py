"""`subsidy pay`: batches by hand, as the flow and the console do it.

Building, sending and reading back may be done by a schedule; approving is a person's act and asks for
the account's password. Exit codes: 0 done, 1 refused with reasons, 2 wrong input, 3 not set up.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import (
    AsJson,
    AsOf,
    CityOption,
    Person,
    area_id,
    batch_id,
    house,
    refuse,
    tell,
    yuan,
)
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.actions.money import Built

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "pay"
Number = Annotated[str, typer.Argument(metavar="BATCH", help="Number of the batch.")]
Folder = Annotated[
    Path | None, typer.Option(file_okay=False, help="Bank's folder. Default: bank/ at home.")
]


@app.callback()
def pay() -> None:
    """Build, approve, send and read back payment batches."""


@app.command("list")
def list_batches(
    state: Annotated[str | None, typer.Option(help="Only batches in this state.")] = None,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the batches, the newest first."""
    from subsidy.actions import money

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        rows = money.batches(session, open_house.act, state=state)
    lines = [
        f"{r.number}\t{r.state}\t{r.fund}\t{r.channel}\t{r.lines}笔\t{yuan(r.total_fen)}"
        for r in rows
    ]
    tell({"batches": [asdict(row) for row in rows]}, lines, as_json=as_json)


@app.command()
def build(
    area: Annotated[str | None, typer.Option(help="Only the office of this area.")] = None,
    fund: Annotated[str | None, typer.Option(help="Only this fund.")] = None,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Put payable claims into batches; claims left out are listed with their reasons."""
    from subsidy.actions import money

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.transaction() as session:
            place = area_id(session, open_house.act, area) if area else None
            made = money.build_batches(session, open_house.act, area_id=place, fund=fund)
        _report(made, as_json=as_json)


@app.command()
def approve(
    number: Number,
    login: Annotated[str, typer.Option("--as", metavar="LOGIN", help="Who approves.")],
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Approve a batch as a person who neither built it nor decided on its claims."""
    from subsidy.actions import money

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.transaction() as session:
            which = batch_id(session, open_house.act, number)
            outcome = money.approve_batch(session, open_house.act, batch_id=which)
        if not outcome.done:
            refuse(outcome.findings, as_json=as_json)
        tell({"done": True, "note": outcome.note}, [outcome.note], as_json=as_json)


@app.command()
def send(
    number: Number,
    folder: Folder = None,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Send an approved batch: order its claims and drop the file into the bank's folder."""
    from subsidy.bank_desk import send_to_bank
    from subsidy.papers.bank_file import BankFileError

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.reading() as session:
            which = batch_id(session, open_house.act, number)
        place = folder or open_house.settings.home / "bank"
        try:
            done = send_to_bank(open_house.database, open_house.act, batch_id=which, folder=place)
        except BankFileError as error:
            stop(f"{error}. Take these lines out and build the batch again.", code=SOME_REFUSED)
        if not done.sent.done:
            refuse(done.sent.findings, as_json=as_json)
        told = {"file": done.file_name, "lines": done.count, "total_fen": done.total_fen,
                "note": done.sent.note}  # fmt: skip
        said = done.sent.note or f"{done.file_name}  {done.count}笔  {yuan(done.total_fen)}"
        tell({"done": True, **told}, [said], as_json=as_json)


@app.command("read-return")
def read_return(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The bank's answer.")],
    batch: Annotated[str | None, typer.Option(help="Batch, if the file does not name it.")] = None,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Book the bank's answer; the same file again changes nothing."""
    from subsidy.bank_desk import batch_of_answer, read_answer

    content = file.read_bytes()
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            which = (
                batch_id(session, act, batch)
                if batch
                else batch_of_answer(session, act, content=content)
            )
            if which is None:
                stop(f"{file.name} names no batch of {act.city}. Give --batch.", code=WRONG_INPUT)
            answer = read_answer(session, act, batch_id=which, content=content, file_name=file.name)
    booked = answer.booked
    if booked is None:
        stop("\n".join(answer.refusals), code=WRONG_INPUT)
    if not booked.done:
        refuse(booked.findings, as_json=as_json)
    told = {key: value for key, value in asdict(booked).items() if key != "findings"}
    said = f"到账{booked.settled}件  退汇{booked.returned}件  待查{booked.unclear}件"
    said = "该回单此前已读入，未作改动" if booked.repeated else f"{said}  批次{booked.state}"
    tell({**told, "unanswered": answer.unanswered}, [said], as_json=as_json)
    if booked.unclear:
        raise typer.Exit(SOME_REFUSED)


@app.command("follow-up")
def follow_up(
    number: Number,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Pay again what a batch got back and whose account is mended."""
    from subsidy.actions import money

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.transaction() as session:
            which = batch_id(session, open_house.act, number)
            made = money.follow_up(session, open_house.act, batch_id=which)
        _report(made, as_json=as_json)


def _report(made: Built, *, as_json: bool) -> None:
    """Print the batches that were built and the claims that were left out."""
    if not made.done:
        refuse(made.findings, as_json=as_json)
    said = [
        f"{b.number}\t{b.fund}\t{b.channel}\t{b.lines}笔\t{b.claims}件\t{yuan(b.total_fen)}"
        for b in made.batches
    ]
    said += [f"未列入：办件{claim}  {'、'.join(why)}" for claim, why in made.left]
    said += [made.note] if made.note else []
    told = {"batches": [asdict(b) for b in made.batches], "left": list(made.left)}
    tell({**told, "note": made.note}, said or ["没有待拨付的办件"], as_json=as_json)
    if made.left:
        raise typer.Exit(SOME_REFUSED)
