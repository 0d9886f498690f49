"""`subsidy advance`, `deliver` and `report`: the flows' work by hand, without the flow service.

Each run is put on record like a scheduled one. Exit codes: 0 done; 1 something could not be sent or a
reason is missing; 2 wrong input; 3 not set up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import AsJson, AsOf, CityOption, house
from subsidy.commands.quota_report import quotas
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from flows.sweeps import Sweep, Work

advance_app = typer.Typer(add_completion=False, rich_markup_mode=None)
deliver_app = typer.Typer(add_completion=False, rich_markup_mode=None)
report_app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)
report_app.command("quotas")(quotas)
Reason = Annotated[
    str | None, typer.Option("--reason", help="Why another day than today; needed with --as-of.")
]
Counts = Mapping[str, Mapping[str, int]]


@advance_app.command()
def advance(
    city: CityOption = None, as_of: AsOf = None, reason: Reason = None, as_json: AsJson = False
) -> None:
    """Watch deadlines, close notices, move what needs no decision, seal the history."""
    from flows import advance_claims, run_publicity, seal_history, watch_deadlines

    steps = (watch_deadlines, run_publicity, advance_claims, seal_history)
    with _asked("advance", city=city, as_of=as_of, reason=reason) as (asked, why):
        done = {each.NAME: _run(asked, each.NAME, each.work, why) for each in steps}
    _tell(done, as_json=as_json)


@deliver_app.command()
def deliver(
    city: CityOption = None,
    as_of: AsOf = None,
    reason: Reason = None,
    again: Annotated[
        bool, typer.Option("--again", help="Put failed messages back in the queue first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what waits in the outbox."""
    from flows import deliver_notices
    from subsidy.actions.messages import send_again

    with _asked("deliver", city=city, as_of=as_of, reason=reason) as (asked, why):
        if again:
            with asked.database.transaction() as session:
                send_again(session, asked.act("deliver"))
        counts = _run(asked, deliver_notices.NAME, deliver_notices.work, why)
    _tell({deliver_notices.NAME: counts}, as_json=as_json)
    if counts["failed"] or counts["way_out_closed"]:
        raise typer.Exit(SOME_REFUSED)


@report_app.callback()
def report(
    context: typer.Context,
    city: CityOption = None,
    as_of: AsOf = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Print what the runs of the business day did, and put the report into the outbox."""
    if context.invoked_subcommand is not None:
        return
    from flows import report_day
    from subsidy.records.flow_reports import counts_of_day

    with _asked("report", city=city, as_of=as_of, reason=reason) as (asked, why):
        with asked.database.reading() as session:
            done = counts_of_day(session, city=asked.city, business_date=asked.today)
        _run(asked, report_day.NAME, report_day.work, why)
    _tell(done, as_json=as_json)


@contextmanager
def _asked(
    actor: str, *, city: str | None, as_of: date | None, reason: str | None
) -> Iterator[tuple[Sweep, str]]:
    """The sweep that a command does, and the mark its runs get. Faults end the command."""
    from flows.sweeps import Sweep
    from subsidy.rules.masking import hide

    why = hide((reason or "").strip())
    if as_of is not None and not why:
        stop("--as-of needs --reason: why the work is done for another day.", code=WRONG_INPUT)
    with house(actor, city=city, as_of=as_of) as opened:
        act = opened.act
        asked = Sweep(
            city=act.city,
            today=act.today,
            now=act.recorded_at,
            settings=opened.settings,
            stopping=lambda: False,
            house=(opened.database, act.office),
        )
        yield asked, f"by hand: {why}" if why else "by hand"


def _run(asked: Sweep, name: str, work: Work, mark: str) -> dict[str, int]:
    from flows.sweeps import run_work

    return dict(run_work(asked, flow=name, work=work, run_id=mark).counts)


def _tell(done: Counts, *, as_json: bool) -> None:
    """Print flow → counts as one JSON object, or one line a count that is not zero."""
    if as_json:
        typer.echo(json.dumps(done, ensure_ascii=False))
        return
    for name, counts in done.items():
        said = "  ".join(f"{code} {count}" for code, count in counts.items() if count)
        typer.echo(f"{name}\t{said or '-'}")
