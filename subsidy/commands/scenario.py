"""`subsidy scenario`: play the demonstration's story without the flow UI, day by day."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.surroundings import NOT_SET_UP, SOME_REFUSED, day_argument, stop

if TYPE_CHECKING:
    from subsidy.scenario.player import DayReport

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def scenario() -> None:
    """Play a story of generated people on a home of its own."""


@app.command()
def play(
    home: Annotated[Path, typer.Option(help="Folder of the demonstration's data")],
    until: Annotated[str | None, typer.Option(help="Last day to play, YYYY-MM-DD")] = None,
) -> None:
    """Play the days that are left. Exit codes: 0 played, 1 a deed ended otherwise than told, 3 not set up."""
    from subsidy.commands.installation.preparing import bring_up
    from subsidy.keys import load_or_create_keys
    from subsidy.scenario.stage import StoryError
    from subsidy.scenario.weekly import open_player
    from subsidy.settings import SetupError, load_settings, make_home

    last: date | None = day_argument(until) if until else None
    try:
        settings = load_settings(flags={"home": home, "demo": True})
        make_home(settings)
        load_or_create_keys(settings.keys_folder, database_in_use=False)
        bring_up(settings.database_url)
        player = open_player(settings)
        player.set_up()
        player.play(until=last, say=_say)
    except SetupError as error:
        stop(str(error), code=NOT_SET_UP)
    except StoryError as error:
        stop(str(error), code=SOME_REFUSED)


@app.command("next-day")
def next_day(
    home: Annotated[Path, typer.Option(help="Folder of the demonstration's data")],
) -> None:
    """Go on to the next working day after the story; the bank answers what was sent.

    Exit codes: 0 done, 1 the story is not played to its end, 3 not set up.
    """
    from subsidy.scenario.stage import StoryError
    from subsidy.scenario.weekly import open_player
    from subsidy.settings import SetupError, load_settings

    try:
        player = open_player(load_settings(flags={"home": home, "demo": True}))
        for report in player.next_working_day():
            _say(report)
    except SetupError as error:
        stop(str(error), code=NOT_SET_UP)
    except StoryError as error:
        stop(str(error), code=SOME_REFUSED)


def _say(report: "DayReport") -> None:
    moved = sum(n for work in report.work.values() for c in work.values() for n in c.values())
    for told in report.deeds:
        typer.echo(f"{report.day}  {told}")
    if moved:
        typer.echo(f"{report.day}  flows: {moved}")
