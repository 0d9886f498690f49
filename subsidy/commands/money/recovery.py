"""`subsidy recovery`: money that must come back, ordered by a decision and received in agreed parts.

subsidy recovery plan SQ000001 --cause mistake --part 2020-12-15=500.00 --part 2021-01-08=500.00 …
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from subsidy.commands.money.house import (
    AsJson,
    AsOf,
    CityOption,
    Person,
    house,
    refuse,
    tell,
    yuan,
)
from subsidy.commands.surroundings import WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act, Outcome
    from subsidy.records.tables import RecoveryInstalment

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "recovery"
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who acts; the password is asked for.")
]
Number = Annotated[str, typer.Argument(metavar="CLAIM", help="Number of the claim.")]
CauseOption = Annotated[str, typer.Option("--cause", help="mistake or violation.")]
Reason = Annotated[str, typer.Option(help="The reason, without personal data.")]
Decision = Annotated[str, typer.Option(help="Number of the decision.")]


@app.callback()
def recovery() -> None:
    """Money that must come back."""


@app.command()
def order(
    number: Number, login: Login, cause: CauseOption, reason: Reason, decision: Decision,
    city: CityOption = None, as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Begin to recover what was paid for a claim, as section head or leader."""
    from subsidy.actions.money import order_recovery

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            outcome = order_recovery(
                session,
                act,
                claim_id=_claim_id(session, act, number),
                cause=_cause(cause),
                reason=reason,
                decision=decision,
            )
    _tell(outcome, number, as_json=as_json)


@app.command()
def plan(
    number: Number, login: Login, cause: CauseOption, reason: Reason, decision: Decision,
    part: Annotated[list[str], typer.Option(metavar="DATE=YUAN", help="Last day and amount.")],
    city: CityOption = None, as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Agree on the parts; they make up what is left. What is still planned is replaced."""
    from subsidy.actions.money import plan_instalments

    parts = [_part(text) for text in part]
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            outcome = plan_instalments(
                session,
                act,
                claim_id=_claim_id(session, act, number),
                cause=_cause(cause),
                instalments=parts,
                reason=reason,
                decision=decision,
            )
    _tell(outcome, number, as_json=as_json)


@app.command()
def received(
    number: Number, login: Login,
    position: Annotated[int, typer.Option(help="Which part, as `subsidy recovery show` counts.")],
    amount: Annotated[str, typer.Option(metavar="YUAN", help="What came in, for example 500.00.")],
    on: Annotated[date, typer.Option(parser=day_argument, metavar="DATE", help="Day it came in.")],
    reference: Annotated[str, typer.Option(help="Number of the receipt.")] = "",
    city: CityOption = None, as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Record that a part came in, as finance; with the last one the ledger is posted."""
    from subsidy.actions.money import record_instalment

    fen = _fen(amount)
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            outcome = record_instalment(
                session,
                act,
                claim_id=_claim_id(session, act, number),
                position=position,
                received_on=on,
                amount_fen=fen,
                reference=reference,
            )
    _tell(outcome, number, as_json=as_json)


@app.command()
def show(
    number: Number, city: CityOption = None, as_of: AsOf = None, login: Person = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print the parts of a recovery and what became of them."""
    from subsidy.actions.money import instalments_of

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            rows = instalments_of(session, claim_id=_claim_id(session, act, number))
            parts = [row.model_dump(exclude={"id", "city", "claim_id"}) for row in rows]
            lines = [_line(row) for row in rows]
    told: dict[str, object] = {"today": act.today, "claim": number, "instalments": parts}
    tell(told, lines or ["没有分期计划"], as_json=as_json)


def _claim_id(session: Session, act: Act, number: str) -> int:
    from subsidy.actions.grounds.permits import area_name
    from subsidy.actions.views.claim_page import claim_id_of
    from subsidy.records.tables import Claim

    found = claim_id_of(session, city=act.city, number=number)
    if found is None:
        stop(f"{act.city} has no claim {number}.", code=WRONG_INPUT)
    area_id = session.get_one(Claim, found).area_id
    if act.areas is not None and area_id not in act.areas:
        stop(f"{number} belongs to {area_name(session, area_id)}.", code=WRONG_INPUT)
    return found


def _cause(text: str) -> Literal["mistake", "violation"]:
    if text not in ("mistake", "violation"):
        stop("--cause is mistake or violation.", code=WRONG_INPUT)
    return cast("Literal['mistake', 'violation']", text)


def _part(text: str) -> tuple[date, int]:
    day, equals, amount = text.partition("=")
    if not equals:
        stop(f"--part {text!r}: write DATE=YUAN, 2020-12-15=500.00.", code=WRONG_INPUT)
    return day_argument(day.strip()), _fen(amount)


def _fen(text: str) -> int:
    from subsidy.rules.packs.values import fen_from_yuan_text

    try:
        return fen_from_yuan_text(text.strip())
    except ValueError as error:
        stop(f"{text!r}: {error}.", code=WRONG_INPUT)


def _tell(outcome: Outcome, number: str, *, as_json: bool) -> None:
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    told: dict[str, object] = {
        "done": True,
        "claim": number,
        "moved": dict(outcome.moved),
        "note": outcome.note,
    }
    tell(told, [f"{number}\t{outcome.note or '已办理'}"], as_json=as_json)


def _line(row: RecoveryInstalment) -> str:
    came = f"{row.received_on}到账" if row.received_on else row.status
    return f"{row.position}\t{row.due_on}\t{yuan(row.amount_fen)}\t{came}\t{row.decision}"
