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
    notice_id,
    refuse,
    tell,
    yuan,
)
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.actions.acting import Outcome
    from subsidy.actions.notices import Comparison
    from subsidy.records.tables import NoticeLine

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
    contact: Annotated[
        str, typer.Option(help="Telephone for objections; default: that of the office.")
    ] = "",
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
            which = notice_id(session, open_house.act, number)
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


@app.command()
def correct(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why the list is corrected.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Replace a posted list by one with today's facts; only changed lines begin their days anew."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        if dry_run:
            with open_house.database.reading() as session:
                which = notice_id(session, open_house.act, number)
                found = notices.compare_notice(session, open_house.act, notice_id=which)
            if not isinstance(found, notices.Comparison):
                refuse(found, as_json=as_json)
            _compared(found, as_json=as_json)
            return
        with open_house.database.transaction() as session:
            which = notice_id(session, open_house.act, number)
            outcome = notices.correct_notice(
                session, open_house.act, notice_id=which, reason=reason
            )
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


def _compared(found: Comparison, *, as_json: bool) -> None:
    told = {
        "kept": len(found.lines) - len(found.changed),
        "changed": sorted(found.changed),
        "gone": [line.claim_id for line in found.gone],
        "last_day": found.last_day,
    }
    said = [
        f"不变{told['kept']}条，变更{len(found.changed)}条"
        f"{f'（公示至{found.last_day}）' if found.last_day else ''}，撤下{len(found.gone)}条"
    ]
    for line in found.lines:
        if line.claim_id in found.changed:
            before = found.changed[line.claim_id]
            said += [f"原  {_words(before)}", f"改  {_words(line)}"]
    said += [f"撤  {_words(line)}" for line in found.gone]
    tell(told, said, as_json=as_json)


def _words(line: NoticeLine) -> str:
    shown = (line.masked_name, line.masked_id, line.title, line.level, yuan(line.amount_fen))
    return "\t".join(shown)


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
