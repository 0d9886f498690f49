"""`subsidy outbox`: what people were told, what waits, and sending again what failed.

Exit codes: 0 done; 1 something cannot be sent again (nothing was changed); 2 wrong input; 3 not set up.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import AsJson, CityOption, Person, house, refuse, tell
from subsidy.commands.surroundings import WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from subsidy.actions.views.outbox import OutboxRow

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "outbox"
STATUSES = ("waiting", "sent", "failed", "cancelled")
Message = Annotated[int, typer.Argument(metavar="ID", help="Number of the message.")]


@app.callback()
def outbox() -> None:
    """Look at messages; send failed ones again."""


@app.command("list")
def list_messages(
    status: Annotated[str, typer.Option(help="waiting, sent, failed or cancelled.")] = "",
    template: Annotated[str, typer.Option(help="Template, for example claim_refused.")] = "",
    day: Annotated[
        date | None, typer.Option(parser=day_argument, metavar="DATE", help="Written or sent on.")
    ] = None,
    provider: Annotated[str, typer.Option(help="Part of the unit's name, or its code.")] = "",
    number: Annotated[str, typer.Option(help="Number of a claim, or of a class.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Print at most so many.")] = 200,
    city: CityOption = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Print messages, the newest first; addresses are masked."""
    from subsidy.actions.views.outbox import OutboxFilter, outbox_page
    from subsidy.papers.messages import MESSAGES

    if status and status not in STATUSES:
        stop(f"There is no state {status}; use {', '.join(STATUSES)}.", code=WRONG_INPUT)
    if template and template not in MESSAGES:
        stop(f"There is no template {template}; known: {', '.join(MESSAGES)}.", code=WRONG_INPUT)
    found: list[OutboxRow] = []
    with house(ACTOR, city=city, login=login) as open_house:
        areas = _areas(open_house)
        with open_house.database.reading() as session:
            before: int | None = None
            while len(found) < limit:
                wanted = OutboxFilter(status, template, day, provider, number, before)
                rows, before = outbox_page(
                    session, city=open_house.act.city, areas=areas, wanted=wanted
                )
                found += rows
                if before is None:
                    break
    rows = found[:limit]
    tell({"messages": [asdict(row) for row in rows]}, [_line(row) for row in rows], as_json=as_json)


@app.command()
def show(
    message: Message, city: CityOption = None, login: Person = None, as_json: AsJson = False
) -> None:
    """Print one message: its text as it was sent, or as it would go now, and every try."""
    from subsidy.actions.views.outbox import message_view
    from subsidy.delivery import Shown, as_it_goes, as_sent

    with house(ACTOR, city=city, login=login) as open_house:
        act, settings = open_house.act, open_house.settings
        areas = _areas(open_house)
        with open_house.database.reading() as session:
            view = message_view(session, city=act.city, areas=areas, outbox_id=message)
            if view is None:
                stop(f"{act.city} has no message {message} that you may see.", code=WRONG_INPUT)
            url = settings.console_url
            if view.row.status == "cancelled":
                shown = Shown(stopped=view.row.error)
            elif view.row.status == "sent":
                shown = as_sent(session, act, view.kept, public_url=url)
            else:
                shown = as_it_goes(session, act, view.kept, public_url=url, hours=not settings.demo)
    tries = [asdict(one) for one in view.tries]
    lines = [
        _line(view.row),
        *(f"{t['at']:%Y-%m-%d %H:%M} UTC  {t['result']}  {t['way']}  {t['address']}  {t['error']}".rstrip()
          for t in tries),
        *(text for text in (shown.stopped, shown.held, shown.error) if text),
        "",
        shown.subject,
        "",
        shown.text,
    ]  # fmt: skip
    told: dict[str, object] = {"message": asdict(view.row), "tries": tries, "shown": asdict(shown)}
    tell(told, lines, as_json=as_json)


@app.command("resend")
def send_again(
    messages: Annotated[
        list[int] | None, typer.Argument(metavar="ID…", help="Numbers of failed messages.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Every failed one.")] = False,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Put failed messages back in the queue; `subsidy deliver` or the next run sends them."""
    from subsidy.actions.messages import resend
    from subsidy.actions.messages import send_again as every

    if bool(messages) == failed:
        stop("Give the numbers of failed messages, or --failed for every one.", code=WRONG_INPUT)
    with house(ACTOR, city=city) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            if failed:
                count = every(session, act)
            else:
                outcome = resend(session, act, outbox_ids=messages or [])
                if not outcome.done:
                    refuse(outcome.findings, as_json=as_json)
                count = outcome.moved["waiting"]
    tell({"waiting": count}, [f"{count} 条通知重新待发"], as_json=as_json)


def _areas(open_house: object) -> list[int]:
    """Areas whose messages the caller may see."""
    from subsidy.actions.views.places import areas_of
    from subsidy.commands.money.house import House

    assert isinstance(open_house, House)
    act = open_house.act
    with open_house.database.reading() as session:
        every = [area.id for area in areas_of(session, city=act.city)]
    return [each for each in every if act.areas is None or each in act.areas]


def _line(row: OutboxRow) -> str:
    sent = f"{row.sent_at:%Y-%m-%d %H:%M} UTC" if row.sent_at else "-"
    together = f"  +{row.together}" if row.together else ""
    return (
        f"#{row.id}  {row.effective_on}  {row.template}  {row.number or row.subject}  "
        f"{row.to_name or row.to_kind}  {row.address or '-'}  {row.status}  {sent}{together}  {row.error}"
    ).rstrip()
