"""`subsidy tickets`: the exception queues by hand. Whoever decides something gives their log-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
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
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act, Outcome
    from subsidy.actions.views.ticket_views import TicketRow

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "tickets"
TicketId = Annotated[int, typer.Argument(metavar="TICKET", help="Id of the ticket.")]
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who decides; the password is asked for.")
]
Reason = Annotated[str, typer.Option(help="The reason, without personal data.")]


@app.callback()
def tickets() -> None:
    """Work the exception queues."""


@app.command("list")
def list_tickets(
    queue: Annotated[str, typer.Option(help="Queue, for example late.")] = "",
    code: Annotated[str, typer.Option(help="Code, for example E403.")] = "",
    state: Annotated[str, typer.Option(help="State; default: every open one.")] = "",
    district: Annotated[str | None, typer.Option(help="Area, by division id.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their day.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Only those I own; needs --as.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Print at most so many.")] = 200,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print tickets, the oldest first."""
    from subsidy.actions.views.ticket_views import ticket_page

    found: list[TicketRow] = []
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            areas = _areas(session, act, district)
            after: int | None = 0
            while after is not None and len(found) < limit:
                page, after = ticket_page(
                    session, act, areas=areas, queue=queue, code=code, state=state,
                    overdue=overdue, mine=mine, after=after,
                )  # fmt: skip
                found += page
    rows = found[:limit]
    told = {"today": act.today, "tickets": [asdict(row) for row in rows]}
    tell(told, [_line(row) for row in rows], as_json=as_json)


@app.command()
def show(
    ticket: TicketId, city: CityOption = None, login: Person = None, as_json: AsJson = False
) -> None:
    """Print one ticket: what was found, what to do, and what was done."""
    from subsidy.actions.views.ticket_views import ticket_view

    with house(ACTOR, city=city, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            view = ticket_view(session, act, ticket_id=ticket)
            if view is None or view.row.area_id not in _areas(session, act, None):
                stop(f"{act.city} has no ticket {ticket} that you may see.", code=WRONG_INPUT)
    lines = [
        _line(view.row),
        f"事实  {view.facts}",
        f"要做  {view.todo_zh}",
        f"经办  {view.owner_role}  可用操作：{'、'.join(view.actions)}",
        *(f"{m.effective_on}  {m.event}  {m.actor}  {m.note}".rstrip() for m in view.moves),
    ]
    tell(asdict(view), lines, as_json=as_json)


@app.command()
def assign(
    ticket: TicketId,
    login: Login,
    to: Annotated[str, typer.Option(help="Mark of another owner, user:ID.")] = "",
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Take a ticket, or give it to somebody."""
    from subsidy.actions import tickets as work

    _do(
        lambda session, act: work.assign(session, act, ticket_id=ticket, owner=to),
        ticket, login, city, as_json=as_json,
    )  # fmt: skip


@app.command()
def resolve(
    ticket: TicketId,
    login: Login,
    outcome: Annotated[str, typer.Option(help="What was found, without personal data.")],
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Close a ticket with what was found."""
    from subsidy.actions import tickets as work

    _do(
        lambda session, act: work.resolve(session, act, ticket_id=ticket, outcome=outcome),
        ticket, login, city, as_json=as_json,
    )  # fmt: skip


@app.command("ask-override")
def ask_override(
    ticket: TicketId, login: Login, reason: Reason, city: CityOption = None, as_json: AsJson = False
) -> None:
    """Ask that the claim passes in spite of the finding; a second person confirms."""
    from subsidy.actions import tickets as work

    _do(
        lambda session, act: work.ask_override(session, act, ticket_id=ticket, reason=reason),
        ticket, login, city, as_json=as_json,
    )  # fmt: skip


@app.command("confirm-override")
def confirm_override(
    ticket: TicketId,
    login: Login,
    decision: Annotated[str, typer.Option(help="Number of the written decision.")],
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Confirm an override as the second person."""
    from subsidy.actions import tickets as work

    _do(
        lambda session, act: work.confirm_override(
            session, act, ticket_id=ticket, decision=decision
        ),
        ticket, login, city, as_json=as_json,
    )  # fmt: skip


@app.command("refuse-override")
def refuse_override(
    ticket: TicketId, login: Login, reason: Reason, city: CityOption = None, as_json: AsJson = False
) -> None:
    """Turn an override down; the ticket is open again."""
    from subsidy.actions import tickets as work

    _do(
        lambda session, act: work.refuse_override(session, act, ticket_id=ticket, reason=reason),
        ticket, login, city, as_json=as_json,
    )  # fmt: skip


def _do(
    deed: Callable[[Session, Act], Outcome],
    ticket: int,
    login: str,
    city: str | None,
    *,
    as_json: bool,
) -> None:
    """Do one deed as a person; an unknown ticket ends the command with code 2, a refusal with 1."""
    from subsidy.actions.views.ticket_views import ticket_view

    with house(ACTOR, city=city, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            if ticket_view(session, act, ticket_id=ticket) is None:
                stop(f"{act.city} has no ticket {ticket}.", code=WRONG_INPUT)
            outcome = deed(session, act)
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    tell({"done": True, "ticket": ticket, "note": outcome.note}, [outcome.note or "已办理"],
         as_json=as_json)  # fmt: skip


def _areas(session: Session, act: Act, district: str | None) -> list[int]:
    """Areas whose tickets are listed: those of the actor, or the one that was named."""
    from subsidy.actions.views.places import areas_of

    if district is not None:
        wanted = [area_id(session, act, district)]
    else:
        wanted = [area.id for area in areas_of(session, city=act.city)]
    return [each for each in wanted if act.areas is None or each in act.areas]


def _line(row: TicketRow) -> str:
    subject = row.claim_number or row.class_number or row.area
    block = "  阻断" if row.blocks else ""
    return (
        f"#{row.id}  {row.code} {row.title_zh}  {subject}  {row.area}  {row.state}{block}"
        f"  {row.opened_on}至{row.due_on}  {row.owner or '未分派'}  {row.clause}"
    ).rstrip()
