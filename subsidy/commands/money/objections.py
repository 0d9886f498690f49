"""`subsidy objection`: objections received at the counter, read with a reason, decided, asked about."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from subsidy.commands.money.house import (
    AsJson,
    AsOf,
    CityOption,
    Person,
    house,
    notice_id,
    refuse,
    tell,
)
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "objection"
Receipt = Annotated[str, typer.Argument(metavar="RECEIPT", help="Receipt number.")]
NEEDS_PERSON = "Only a person may do this: say who with --as LOGIN."


@app.callback()
def objection() -> None:
    """Objections to single lines of public notices."""


@app.command()
def file(
    number: Annotated[str, typer.Argument(metavar="NOTICE", help="Number of the notice.")],
    line: Annotated[int, typer.Option(help="Number of the line on the list.")],
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Receive an objection at the counter; words and contact are asked for, so no shell keeps them."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        words = typer.prompt("Words of the objection", err=True)
        contact = typer.prompt("Contact (may stay empty)", default="", show_default=False, err=True)
        with opened.database.transaction() as session:
            which = notice_id(session, opened.act, number)
            lines = {at.position: at for at in notices.notice_list(session, notice_id=which)}
            if line not in lines:
                stop(f"{number} has no line {line}.", code=WRONG_INPUT)
            got = notices.file_objection(
                session,
                opened.act,
                notice_id=which,
                claim_id=lines[line].claim_id,
                words=words,
                contact=contact,
                channel="counter",
            )
        if not got.done:
            refuse(got.findings, as_json=as_json)
        told = {"receipt": got.receipt, "settle_by": got.settle_by, "note": got.note}
        said = f"已受理：{got.receipt}，应于{got.settle_by}前办结 {got.note}".rstrip()
        tell(told, [said], as_json=as_json)


@app.command()
def decide(
    receipt: Receipt,
    outcome: Annotated[
        Literal["upheld", "review", "refused"],
        typer.Option(help="Upheld: no subsidy. Review: back to review. Refused: goes on."),
    ],
    reasons: Annotated[str, typer.Option(help="Reasons, as they are told to both sides.")],
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Decide an objection; not by whoever approved the claim."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        if login is None:
            stop(NEEDS_PERSON, code=WRONG_INPUT)
        with opened.database.transaction() as session:
            done = notices.decide_objection(
                session,
                opened.act,
                objection_id=_id(session, opened.act, receipt),
                outcome=outcome,
                reasons=reasons,
            )
        if not done.done:
            refuse(done.findings, as_json=as_json)
        moved = "，".join(f"{state} {count}件" for state, count in done.moved.items())
        said = "  ".join(part for part in ("已办结", done.note, moved) if part)
        tell({"done": True, "note": done.note, "moved": dict(done.moved)}, [said], as_json=as_json)


@app.command()
def read(
    receipt: Receipt,
    reason: Annotated[str, typer.Option(help="Why the words are opened; it is logged.")],
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Open the sealed words and the contact; who looked and why is logged."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        if login is None:
            stop(NEEDS_PERSON, code=WRONG_INPUT)
        if not reason.strip():
            stop("Say why with --reason; it is logged.", code=WRONG_INPUT)
        with opened.database.transaction() as session:
            which = _id(session, opened.act, receipt)
            try:
                words, contact = notices.read_objection(
                    session, opened.act, objection_id=which, reason=reason
                )
            except PermissionError:
                stop("Objections are read by who may decide them.", code=WRONG_INPUT)
        said = [words, f"联系方式：{contact or '—'}"]
        tell({"words": words, "contact": contact}, said, as_json=as_json)


@app.command()
def status(receipt: Receipt, city: CityOption = None, as_json: AsJson = False) -> None:
    """What the holder of a receipt may know: received, to be decided by, outcome, reasons."""
    from subsidy.actions import notices

    with house(ACTOR, city=city) as opened, opened.database.reading() as session:
        found = notices.objection_progress(session, opened.act, receipt=receipt.upper())
    if found is None:
        stop(f"No objection has the receipt {receipt}.", code=WRONG_INPUT)
    said = (
        f"{found.receipt}  公示{found.notice_number}  受理{found.received_on}"
        f"  应于{found.settle_by or '—'}前办结  {found.outcome or '未办结'}  {found.reasons}"
    )
    tell(asdict(found), [said], as_json=as_json)


def _id(session: Session, act: Act, receipt: str) -> int:
    from subsidy.actions.notices import objection_id

    found = objection_id(session, act, receipt=receipt.upper())
    if found is None:
        stop(f"No objection has the receipt {receipt}.", code=WRONG_INPUT)
    return found
