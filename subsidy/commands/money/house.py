"""Who acts at the command line, on which day, and the database it happens in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED, WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act
    from subsidy.records.database import Database
    from subsidy.rules.verdict import Finding
    from subsidy.settings import Settings

CityOption = Annotated[str | None, typer.Option("--city", help="Default: the first one set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=day_argument, metavar="DATE", help="Business date; in the demo only."
    ),
]
Person = Annotated[
    str | None,
    typer.Option("--as", metavar="LOGIN", help="Act as this account; its password is asked for."),
]


@dataclass(frozen=True)
class House:
    """What one command needs of the installation."""

    act: Act
    database: Database
    settings: Settings


@contextmanager
def house(
    actor: str, *, city: str | None, as_of: date | None = None, login: str | None = None
) -> Iterator[House]:
    """Open the installation for one command; its faults end the command with code 3.

    Without `login` the command acts as the flow `actor` does: whoever may run commands here holds the
    keys of the machine. Steps that only a person may do need `login`.
    """
    from subsidy import clock
    from subsidy.actions.acting import Act
    from subsidy.office import business_day_in, load_office, open_database
    from subsidy.rules.calendars.notices import CalendarFileError
    from subsidy.rules.packs.faults import PolicyError
    from subsidy.settings import SetupError, load_settings

    try:
        settings = load_settings()
        office = load_office(settings)
        database = open_database(settings)
    except (SetupError, PolicyError, CalendarFileError, FileNotFoundError) as error:
        stop(str(error), code=NOT_SET_UP)
    named = city or settings.cities[0]
    if named not in office.packs:
        stop(f"There is no pack for {named}; known: {', '.join(office.packs)}.", code=WRONG_INPUT)
    if as_of is not None and not settings.demo:
        stop("--as-of works in the demo only: elsewhere the day is today.", code=WRONG_INPUT)
    try:
        with database.reading() as session:
            today = as_of or business_day_in(session, settings, city=named)
        act = Act(
            office=office,
            city=named,
            today=today,
            recorded_at=clock.now(),
            actor=f"flow:{actor}",
        )
        yield House(_as_person(database, act, login) if login else act, database, settings)
    finally:
        database.dispose()


def _as_person(database: Database, act: Act, login: str) -> Act:
    """The act of an account: its roles and areas in the city. A wrong password ends with code 2."""
    from dataclasses import replace

    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
    from sqlmodel import select

    from subsidy.records.tables import Account, Area, Grant

    password = typer.prompt("Password", hide_input=True, err=True)
    with database.reading() as session:
        account = session.exec(select(Account).where(Account.login == login)).first()
        locked = account is not None and account.locked_until is not None
        if account is None or not account.active or (locked and _later(account, act)):
            stop("Login and password do not fit an active account.", code=WRONG_INPUT)
        try:
            PasswordHasher().verify(account.password_hash, password)
        except (VerificationError, InvalidHashError):
            stop("Login and password do not fit an active account.", code=WRONG_INPUT)
        held = session.exec(
            select(Grant, Area.is_city)
            .join(Area, Area.id == Grant.area_id)  # type: ignore[arg-type]
            .where(Grant.account_id == account.id, Grant.city == act.city)
        ).all()
        whole_city = any(is_city for _, is_city in held)
        return replace(
            act,
            actor=f"user:{account.id}",
            roles=frozenset(grant.role for grant, _ in held),
            areas=None if whole_city else frozenset(grant.area_id for grant, _ in held),
        )


def _later(account: object, act: Act) -> bool:
    until = getattr(account, "locked_until", None)
    return until is not None and until > act.recorded_at


def area_id(session: Session, act: Act, code: str) -> int:
    """Id of an area by its division id; an unknown one ends the command with code 2."""
    from subsidy.actions.acting import area_named

    row = area_named(session, city=act.city, code=code)
    if row is None or row.id is None:
        stop(f"{act.city} has no area {code}. Use a division id such as hz-xiaoshan.",
             code=WRONG_INPUT)  # fmt: skip
    return row.id


def batch_id(session: Session, act: Act, number: str) -> int:
    """Id of a payment batch by its number; an unknown one ends the command with code 2."""
    from subsidy.actions import money

    known = {batch.number: batch.batch_id for batch in money.batches(session, act)}
    if number not in known:
        stop(f"{act.city} has no payment batch {number}. See `subsidy pay list`.", code=WRONG_INPUT)
    return known[number]


def notice_id(session: Session, act: Act, number: str) -> int:
    """Id of a notice by its number; an unknown one ends the command with code 2."""
    from subsidy.actions import notices

    known = {notice.number: notice.notice_id for notice in notices.notices(session, act)}
    if number not in known:
        stop(f"{act.city} has no notice {number}. See `subsidy notice list`.", code=WRONG_INPUT)
    return known[number]


def tell(told: Mapping[str, object], lines: Iterable[str], *, as_json: bool) -> None:
    """Print one JSON object, or the lines."""
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for line in lines:
        typer.echo(line)


def refuse(findings: Sequence[Finding], *, as_json: bool = False) -> NoReturn:
    """Print every reason with its remedy and end with code 1."""
    told = [{"code": f.code, "message": f.message_zh, "remedy": f.remedy_zh} for f in findings]
    if as_json:
        typer.echo(json.dumps({"done": False, "findings": told}, ensure_ascii=False))
    else:
        for each in told:
            typer.echo("  ".join(each.values()), err=True)
    raise typer.Exit(SOME_REFUSED)


def yuan(fen: int) -> str:
    """An amount for reading, for example 1,500.00元."""
    from subsidy.papers.wording import yuan as written

    return written(fen)
