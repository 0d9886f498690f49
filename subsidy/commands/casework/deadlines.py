"""`subsidy deadlines`: what is due, missed, stopped or provisional; one record; reminders by hand.

subsidy deadlines --due-within 5 [--district hz-xiaoshan] [--window application] [--each] [--json]
subsidy deadlines show 17
subsidy deadlines remind 17 18 --as li
subsidy deadlines remind --due-within 3 --district hz-xiaoshan --as li
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.casework import more_time
from subsidy.commands.casework.clock_lines import due_table, record_lines
from subsidy.commands.casework.more_time import ACTOR, Login
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
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act
    from subsidy.actions.views.deadlines.wanted import DeadlineFilter

app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command()(more_time.watch)
app.command("ask-extension")(more_time.ask_extension)
app.command("ask-waiver")(more_time.ask_waiver)
app.command()(more_time.extend)
app.command()(more_time.waive)

Within = Annotated[
    int | None, typer.Option("--due-within", min=0, metavar="N", help="Working days from today.")
]
District = Annotated[str | None, typer.Option(help="Area, by division id.")]
WindowName = Annotated[str, typer.Option("--window", help="One window, such as application.")]
TrackName = Annotated[str, typer.Option("--track", help="One track, by its code.")]


@app.callback(invoke_without_command=True)
def deadlines(
    context: typer.Context,
    due_within: Within = None,
    district: District = None,
    window: WindowName = "",
    track: TrackName = "",
    status: Annotated[
        str, typer.Option(help="due (the default), missed, stopped, provisional or all.")
    ] = "due",
    overdue: Annotated[
        bool, typer.Option("--overdue", help="The same as --status missed.")
    ] = False,
    each: Annotated[
        bool, typer.Option("--each", help="Each trainee on a line, not a class on one.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Print at most so many lines.")] = 1000,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print deadlines, the soonest first: by default what ends within 5 working days."""
    if context.invoked_subcommand is not None:
        return
    from subsidy.actions.views.deadlines.deadline_list import deadline_page
    from subsidy.actions.views.deadlines.wanted import MISSED, STATUSES

    if status not in STATUSES:
        stop(f"--status {status} is unknown; use one of {', '.join(STATUSES)}.", code=WRONG_INPUT)
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            wanted = _wanted(
                session, act, MISSED if overdue else status, due_within, district, window, track,
                each=each,
            )  # fmt: skip
            found = deadline_page(session, act, wanted=wanted, areas=act.areas, size=limit)
    told: dict[str, object] = {
        "today": act.today,
        "status": wanted.status,
        "due_within": wanted.within,
        "lines_in_all": found.lines_in_all,
        "deadlines_in_all": found.deadlines_in_all,
        "deadlines": [asdict(line) for line in found.lines],
    }
    lines = due_table(found.lines)
    if found.next_after is not None:
        lines.append(f"……共{found.lines_in_all}行，只列出前{limit}行（--limit）")
    lines.append(f"{found.lines_in_all}行，{found.deadlines_in_all}项期限")
    tell(told, lines, as_json=as_json)


@app.command()
def show(
    deadline: more_time.DeadlineId,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print one deadline in full: its rule, how it began, every entry of its clock, its days drawn."""
    from subsidy.actions.deadlines import clocks_of

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            known = _in_reach(session, act, deadline)
            clocks = clocks_of(session, act, ids=[deadline]) if known else []
    if not clocks:
        stop(f"{act.city} has no deadline {deadline} that you may see.", code=WRONG_INPUT)
    told = {"today": act.today, "deadline": asdict(clocks[0])}
    tell(told, record_lines(clocks[0], full=True), as_json=as_json)


@app.command()
def remind(
    login: Login,
    deadline: Annotated[
        list[int] | None, typer.Argument(metavar="[DEADLINE]...", help="Ids, as the list has them.")
    ] = None,
    due_within: Within = None,
    district: District = None,
    window: WindowName = "",
    track: TrackName = "",
    reason: Annotated[str, typer.Option(help="A note for the clock, no personal data.")] = "",
    city: CityOption = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Remind whoever must act: of the deadlines named, or of all that end within N working days."""
    from subsidy.actions.deadlines import MOST_AT_ONCE, remind_now
    from subsidy.actions.views.deadlines.deadline_list import first_ids
    from subsidy.actions.views.deadlines.wanted import DUE

    if bool(deadline) == (due_within is not None):
        stop("Name deadlines by their ids, or give --due-within N, not both.", code=WRONG_INPUT)
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            ids = list(deadline or ())
            if not ids:
                wanted = _wanted(session, act, DUE, due_within, district, window, track, each=False)
                ids = first_ids(session, act, wanted=wanted, areas=act.areas, most=MOST_AT_ONCE)
            outcome = remind_now(session, act, deadline_ids=ids, reason=reason)
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    told: dict[str, object] = {
        "done": True,
        **outcome.moved,
        "left": [{"deadline": which, "why": list(why)} for which, why in outcome.left],
    }
    lines = [f"已发出{outcome.moved['messages']}条消息，涉及{outcome.moved['deadlines']}项期限"]
    lines += [f"未发送  #{which}  {'、'.join(why)}" for which, why in outcome.left]
    tell(told, lines, as_json=as_json)


def _wanted(
    session: Session,
    act: Act,
    status: str,
    due_within: int | None,
    district: str | None,
    window: str,
    track: str,
    *,
    each: bool,
) -> DeadlineFilter:
    from subsidy.actions.views.deadlines.wanted import FIVE, DeadlineFilter

    tracks = act.pack.tracks
    if track and track not in tracks:
        stop(f"There is no track {track}; known: {', '.join(tracks)}.", code=WRONG_INPUT)
    windows = sorted({name for known in tracks.values() for name in known.windows})
    if window and window not in windows:
        stop(f"There is no window {window}; known: {', '.join(windows)}.", code=WRONG_INPUT)
    return DeadlineFilter(
        status=status,
        within=FIVE if due_within is None else due_within,
        area_id=None if district is None else area_id(session, act, district),
        window=window,
        track=track,
        each=each,
    )


def _in_reach(session: Session, act: Act, deadline_id: int) -> bool:
    from subsidy.records.tables import Deadline

    row = session.get(Deadline, deadline_id)
    return row is not None and (act.areas is None or row.area_id in act.areas)
