"""`subsidy publicise`: lists for public notice by hand: prepare, post, close, and what is on show."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

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
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act, Outcome

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "publicise"
Number = Annotated[str, typer.Argument(metavar="NOTICE", help="Number of the notice.")]


@app.callback()
def publicise() -> None:
    """Prepare, post and close public notices."""


@app.command()
def prepare(
    area: Annotated[str, typer.Option(help="Office that pays, by division id.")],
    track: Annotated[str, typer.Option(help="Track, for example pass_certificate.")],
    kind: Annotated[Literal["grant", "result"], typer.Option(help="What is shown.")] = "grant",
    contact: Annotated[str, typer.Option(help="Telephone for objections.")] = "",
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Write down the exact list of an office and a track; claims left out are named."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        if track not in act.pack.tracks:
            stop(f"{act.city} has no track {track}; known: {', '.join(act.pack.tracks)}.",
                 code=WRONG_INPUT)  # fmt: skip
        with open_house.database.transaction() as session:
            outcome = notices.prepare_notice(
                session,
                act,
                area_id=area_id(session, act, area),
                track=track,
                kind=kind,
                contact=contact,
            )
        _report(outcome, as_json=as_json)


@app.command()
def post(
    number: Number,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Post a prepared list today; its window starts."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.transaction() as session:
            which = _notice_id(session, open_house.act, number)
            outcome = notices.post_notice(session, open_house.act, notice_id=which)
        _report(outcome, as_json=as_json)


@app.command()
def close(
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False
) -> None:
    """Close every notice whose last day is over; its claims become payable."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        with open_house.database.transaction() as session:
            outcome = notices.close_notices(session, open_house.act)
        _report(outcome, as_json=as_json)


@app.command("list")
def list_notices(
    state: Annotated[str | None, typer.Option(help="prepared, posted, closed, replaced.")] = None,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the notices, the newest first."""
    from subsidy.actions import notices

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        rows = notices.notices(session, open_house.act, state=state)
    lines = [
        f"{r.number}\t{r.state}\t{r.office}\t{r.first_day or '—'}至{r.last_day or '—'}"
        f"\t{r.lines}件（异议{r.objected}）\t{yuan(r.total_fen)}"
        for r in rows
    ]
    tell({"notices": [asdict(row) for row in rows]}, lines, as_json=as_json)


def _notice_id(session: Session, act: Act, number: str) -> int:
    from subsidy.actions import notices

    known = {notice.number: notice.notice_id for notice in notices.notices(session, act)}
    if number not in known:
        stop(f"{act.city} has no notice {number}. See `subsidy publicise list`.", code=WRONG_INPUT)
    return known[number]


def _report(outcome: Outcome, *, as_json: bool) -> None:
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    moved = "，".join(f"{state} {count}件" for state, count in outcome.moved.items())
    said = ["  ".join(part for part in (outcome.note, moved) if part)]
    said += [f"未列入：办件{claim}  {'、'.join(why)}" for claim, why in outcome.left]
    told = {"notice": outcome.note, "moved": dict(outcome.moved), "left": list(outcome.left)}
    tell({"done": True, **told}, said, as_json=as_json)
    if outcome.left:
        raise typer.Exit(SOME_REFUSED)
