"""`subsidy city`: open a city's areas for work, and make the first account of a new installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import CityOption, house
from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.rules.policy import Pack

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "city"


@app.callback()
def city() -> None:
    """A city that has a pack: open its areas, and make the engineer who makes the other accounts."""


@app.command("open")
def open_city(*, city: CityOption = None) -> None:
    """Open the city's bureau and every division that the pack routes; again it adds what is new."""
    from subsidy.actions.catalogue import open_area

    with house(ACTOR, city=city) as opened, opened.database.transaction() as session:
        act = opened.act
        for code, name in areas_of(act.pack).items():
            done = open_area(session, act, code=code, name=name, is_city=code == act.city)
            typer.echo(f"{code} {name} {done.note or '已开通'}")


@app.command()
def engineer(
    login: Annotated[str, typer.Argument(help="Login of the account to make.")],
    *,
    name: Annotated[str, typer.Option(help="How the person is called.")] = "",
    city: CityOption = None,
) -> None:
    """Make the first account: an engineer, who makes the others on the console. Asks for a password."""
    from sqlmodel import select

    from subsidy.actions.access.accounts import create_account, grant_role
    from subsidy.actions.access.permissions import load_permissions
    from subsidy.actions.acting import area_named
    from subsidy.records.tables import Grant

    with house(ACTOR, city=city) as opened, opened.database.transaction() as session:
        act = opened.act
        if session.exec(select(Grant.id).where(Grant.role == "engineer")).first() is not None:
            stop("There is an engineer already, who makes accounts on the console.",
                 code=SOME_REFUSED)  # fmt: skip
        bureau = area_named(session, city=act.city, code=act.city)
        if bureau is None or bureau.id is None:
            stop(f"Open the city first: subsidy city open --city {act.city}", code=NOT_SET_UP)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        made = create_account(
            session, login=login, display_name=name, password=password, now=act.recorded_at
        )
        if not made.done or made.account_id is None:
            stop(made.why_en, code=WRONG_INPUT)
        grant_role(
            session,
            load_permissions(opened.settings.config_file("permissions.yaml")),
            account_id=made.account_id,
            role="engineer",
            area_id=bureau.id,
        )
    typer.echo(f"{login}: engineer of {act.city}")


def areas_of(pack: Pack) -> dict[str, str]:
    """The bureau itself and the divisions that the pack routes, by id; names where they are known."""
    from subsidy.commands.packs import division_names

    named = division_names(pack)
    districts = {code: named.get(code, code) for code in pack.spec.routing.districts}
    return {pack.city: named.get(pack.city, pack.name), **districts}
