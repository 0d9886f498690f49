"""`subsidy deadlines ask-extension`, `extend` and the like: more time by two persons; the sweep by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import AsJson, AsOf, CityOption, house, refuse, tell
from subsidy.commands.surroundings import WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from subsidy.actions.acting import Outcome

ACTOR = "watch-deadlines"
DeadlineId = Annotated[
    int, typer.Argument(metavar="DEADLINE", help="Id, as `subsidy claim show` prints it.")
]
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who decides; the password is asked for.")
]
Reason = Annotated[str, typer.Option(help="The reason, without personal data.")]
Clause = Annotated[str, typer.Option(help="Clause or number of the decision it rests on.")]


def watch(city: CityOption = None, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Do the sweep's work now: remind, count anew, end what is over."""
    from subsidy.actions.advance import watch_deadlines

    with house(ACTOR, city=city, as_of=as_of) as open_house:
        act = open_house.act
        counts = watch_deadlines(
            open_house.database,
            act.office,
            city=act.city,
            today=act.today,
            now=act.recorded_at,
            actor=act.actor,
        )
    tell({"today": act.today, **counts}, [f"{n}\t{c}" for n, c in counts.items()], as_json=as_json)


def ask_extension(
    deadline: DeadlineId,
    login: Login,
    until: Annotated[
        date, typer.Option(parser=day_argument, metavar="DATE", help="New last day, inclusive.")
    ],
    reason: Reason,
    clause: Clause,
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a later last day; a second person grants it."""
    _do("ask_extension", deadline, login, city, as_of, as_json=as_json,
        until=until, reason=reason, clause=clause)  # fmt: skip


def ask_waiver(
    deadline: DeadlineId, login: Login, reason: Reason, clause: Clause, city: CityOption = None,
    as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask that a window shall not count; a second person grants it."""
    _do("ask_waiver", deadline, login, city, as_of, as_json=as_json, reason=reason, clause=clause)


def extend(
    deadline: DeadlineId, login: Login, city: CityOption = None, as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Grant the extension that was asked for, as the second person."""
    _do("extend", deadline, login, city, as_of, as_json=as_json)


def waive(
    deadline: DeadlineId, login: Login, city: CityOption = None, as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Grant the waiver that was asked for, as the second person."""
    _do("waive", deadline, login, city, as_of, as_json=as_json)


def _do(
    deed: str,
    deadline: int,
    login: str,
    city: str | None,
    as_of: date | None,
    *,
    as_json: bool,
    **given: object,
) -> None:
    """Do one deed as a person; an unknown deadline ends the command with code 2, a refusal with 1."""
    from subsidy.actions import deadlines as work
    from subsidy.records.tables import Deadline

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            row = session.get(Deadline, deadline)
            if row is None or row.city != act.city:
                stop(f"{act.city} has no deadline {deadline}.", code=WRONG_INPUT)
            outcome: Outcome = getattr(work, deed)(session, act, deadline_id=deadline, **given)
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    told = {"done": True, "deadline": deadline, "note": outcome.note}
    tell(told, [outcome.note or "已办理"], as_json=as_json)
