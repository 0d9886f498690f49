"""`subsidy deadlines`: what is due within some working days; more time, asked and granted; the sweep.

subsidy deadlines --due-within 5 [--district hz-xiaoshan] [--json]
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

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
    from subsidy.actions.acting import Outcome
    from subsidy.actions.deadlines import DueSoon

app = typer.Typer(add_completion=False, rich_markup_mode=None)
ACTOR = "watch-deadlines"
DeadlineId = Annotated[
    int, typer.Argument(metavar="DEADLINE", help="Id, as `subsidy claim show` prints it.")
]
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who decides; the password is asked for.")
]
Reason = Annotated[str, typer.Option(help="The reason, without personal data.")]
Clause = Annotated[str, typer.Option(help="Clause or number of the decision it rests on.")]


@app.callback(invoke_without_command=True)
def deadlines(
    context: typer.Context,
    due_within: Annotated[
        int, typer.Option("--due-within", min=0, metavar="N", help="Working days from today.")
    ] = 5,
    district: Annotated[str | None, typer.Option(help="Area, by division id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Print at most so many.")] = 1000,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print open deadlines that end within N working days, the soonest first."""
    from subsidy.actions.deadlines import due_within as coming

    if context.invoked_subcommand is not None:
        return
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            areas = act.areas
            if district is not None:
                named = area_id(session, act, district)
                areas = frozenset({named}) if areas is None or named in areas else frozenset()
            rows = coming(session, act, working_days=due_within, areas=areas, limit=limit)
    told = {"today": act.today, "due_within": due_within, "deadlines": [asdict(r) for r in rows]}
    tell(told, [_line(row) for row in rows], as_json=as_json)


@app.command()
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


@app.command("ask-extension")
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


@app.command("ask-waiver")
def ask_waiver(
    deadline: DeadlineId, login: Login, reason: Reason, clause: Clause, city: CityOption = None,
    as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask that a window shall not count; a second person grants it."""
    _do("ask_waiver", deadline, login, city, as_of, as_json=as_json, reason=reason, clause=clause)


@app.command()
def extend(
    deadline: DeadlineId, login: Login, city: CityOption = None, as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Grant the extension that was asked for, as the second person."""
    _do("extend", deadline, login, city, as_of, as_json=as_json)


@app.command()
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


def _line(row: DueSoon) -> str:
    end = f"{row.told_by}" if row.final else f"{row.told_by}（暂定{row.due_on}）"
    source = row.clause or f"设定：{row.assumed}"
    return (
        f"{end}\t{row.working_days_left}个工作日\t{row.means}\t{row.claim_number}"
        f"\t{row.class_number}\t{row.area}\t{source}"
    )
