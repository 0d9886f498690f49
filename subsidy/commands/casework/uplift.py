"""`subsidy uplift`: the higher rate for firms hit by trade friction, asked and decided by hand.

subsidy uplift ask --class XS2020-001 --insured hz-xiaoshan --ground 出口订单减少 --as LOGIN
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
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
)
from subsidy.commands.surroundings import WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act, Outcome
    from subsidy.actions.uplifts import UpliftRow

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "uplift"
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who acts; the password is asked for.")
]
RequestId = Annotated[
    int, typer.Argument(metavar="REQUEST", help="Id, as `subsidy uplift list` prints it.")
]


@app.callback()
def uplift() -> None:
    """Requests for the higher rate."""


@app.command("list")
def list_(
    state: Annotated[
        str, typer.Option(help="Only asked, approved, refused or withdrawn ones.")
    ] = "",
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print the requests, the newest first."""
    from subsidy.actions.uplifts import uplifts

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            rows = uplifts(session, city=act.city, areas=act.areas, state=state)
    told = {"today": act.today, "uplifts": [asdict(row) for row in rows]}
    tell(told, [_line(row) for row in rows], as_json=as_json)


@app.command()
def ask(
    login: Login,
    insured: Annotated[str, typer.Option(help="Area where the firm is insured, by division id.")],
    ground: Annotated[str, typer.Option(help="How trade friction hits it; nothing personal.")],
    number: Annotated[str | None, typer.Option("--class", help="Number of the class.")] = None,
    unit: Annotated[str | None, typer.Option(help="Credit code of the firm.")] = None,
    track: Annotated[str, typer.Option(help="Without a class: the track.")] = "",
    starts: Annotated[
        date | None,
        typer.Option(parser=day_argument, metavar="DATE", help="Without a class: the first day."),
    ] = None,
    percent: Annotated[int | None, typer.Option(help="Default: what the clause gives.")] = None,
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a class, or for training that is applied for without one, before it starts."""
    from subsidy.actions.uplifts import UpliftForm, ask_uplift

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            form = UpliftForm(
                insured_area_id=area_id(session, act, insured),
                ground=ground,
                class_id=_class_id(session, act, number) if number else None,
                unit_id=_unit_id(session, act, unit) if unit else None,
                track=track,
                starts_on=starts,
                percent=percent,
            )
            outcome = ask_uplift(session, act, form=form)
    _tell(outcome, as_json=as_json)


@app.command()
def decide(
    request: RequestId,
    login: Login,
    decision: Annotated[str, typer.Option(help="approve or refuse.")],
    percent: Annotated[int | None, typer.Option(help="Default: what was asked.")] = None,
    number: Annotated[str, typer.Option(help="Number of the decision, to approve.")] = "",
    reason: Annotated[str, typer.Option(help="The reason, to refuse.")] = "",
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Decide as the bureau where the firm is insured; not whoever asked."""
    from subsidy.actions.uplifts import decide_uplift

    said: Literal["approve", "refuse"] = "approve" if decision == "approve" else "refuse"
    if decision != said:
        stop("--decision is approve or refuse.", code=WRONG_INPUT)
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            _need(session, act, request)
            outcome = decide_uplift(
                session,
                act,
                uplift_id=request,
                decision=said,
                percent=percent,
                decision_number=number,
                reason=reason,
            )
    _tell(outcome, as_json=as_json)


@app.command()
def withdraw(
    request: RequestId,
    login: Login,
    reason: Annotated[str, typer.Option(help="The reason, without personal data.")],
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Take a request back; an approved one is taken back by the bureau."""
    from subsidy.actions.uplifts import withdraw_uplift

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            _need(session, act, request)
            outcome = withdraw_uplift(session, act, uplift_id=request, reason=reason)
    _tell(outcome, as_json=as_json)


def _need(session: Session, act: Act, request: int) -> None:
    """An unknown request ends the command with code 2."""
    from subsidy.actions.uplifts import uplift_row

    if uplift_row(session, city=act.city, uplift_id=request) is None:
        stop(f"{act.city} has no request {request}. See `subsidy uplift list`.", code=WRONG_INPUT)


def _class_id(session: Session, act: Act, number: str) -> int:
    from subsidy.actions.class_work.class_facts import class_numbered

    row = class_numbered(session, city=act.city, number=number)
    if row is None or row.id is None:
        stop(f"{act.city} has no class {number}.", code=WRONG_INPUT)
    return row.id


def _unit_id(session: Session, act: Act, credit_code: str) -> int:
    from subsidy.actions.uplifts import unit_by_code

    found = unit_by_code(session, act, credit_code)
    if found is None:
        stop(f"No unit of {act.city} has this credit code.", code=WRONG_INPUT)
    return found


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    told: dict[str, object] = {"done": True, "request": outcome.subject_id, "note": outcome.note}
    tell(told, [f"{outcome.subject_id}\t{outcome.note or '已办理'}"], as_json=as_json)


def _line(row: UpliftRow) -> str:
    what = row.class_number or row.track
    percent = row.percent_approved or row.percent_asked
    return (
        f"{row.id}\t{row.state}\t{row.unit}\t{row.area}\t{what}\t{row.starts_on}"
        f"\t{percent}%\t{row.decision_number or row.reason}"
    )
