"""`subsidy up`: start everything on this machine and stay until Ctrl-C."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.surroundings import NOT_SET_UP

if TYPE_CHECKING:
    from subsidy.commands.installation.preparing import Login
    from subsidy.settings import Settings

NAME_WIDTH = 12
Say = Callable[[str, str], None]
app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def up(
    *,
    demo: Annotated[
        bool | None, typer.Option("--demo", help="Generated people, one log-in per role")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the console")] = None,
    prefect_port: Annotated[int | None, typer.Option(help="Port of the flow UI")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of databases, files and keys")] = None,
) -> None:
    """Start console, flow service and flow runner; Ctrl-C stops them.

    Exit codes: 0 stopped, 1 a part could not be kept running, 3 this machine is not set up for it.
    """
    from subsidy.settings import SetupError, load_settings

    flags: dict[str, object] = {
        "demo": demo,
        "port": port,
        "prefect_port": prefect_port,
        "home": home,
    }
    try:
        if demo:
            from subsidy.commands.installation.demo import story_cities

            flags["cities"] = story_cities(load_settings(flags=flags))
        code = start(load_settings(flags=flags))
    except SetupError as error:
        for fault in error.faults:
            typer.echo(f"Cannot start. {fault}", err=True)
        raise typer.Exit(NOT_SET_UP) from None
    raise typer.Exit(code)


def start(settings: "Settings", *, console_app: str | None = None) -> int:
    """Check, prepare and run until stopped; returns the exit code, raises SetupError.

    `console_app` (module:factory) stands in for the console where another page is to be served.
    """
    from subsidy.commands.installation.preparing import prepare
    from subsidy.settings import make_home
    from subsidy.supervisor.checks import check_console, check_home, check_ports
    from subsidy.supervisor.lock import HomeLock
    from subsidy.supervisor.parts import CONSOLE_APP, parts_of
    from subsidy.supervisor.running import Supervisor

    app = console_app or CONSOLE_APP
    say = _printer()
    make_home(settings)
    with HomeLock(settings.run_folder, shows=settings.console_url):
        keys, schema = check_home(settings)
        check_ports(settings)
        check_console(app)
        logins = prepare(settings, schema, say=lambda line: say("subsidy", line))
        supervisor = Supervisor(
            settings=settings,
            parts=parts_of(settings, auth=keys.scheduler_auth, console_app=app),
            auth=keys.scheduler_auth,
            say=say,
        )
        return supervisor.run(
            when_ready=lambda seconds: _begin(settings, keys.scheduler_auth, logins, seconds, say)
        )


def _begin(
    settings: "Settings", auth: str, logins: Sequence["Login"], seconds: float, say: Say
) -> None:
    """Greet, and in the demo start the story where it stands."""
    _welcome(settings, logins, seconds, say=say)
    if settings.demo:
        from subsidy.commands.installation.demo import start_story

        say("subsidy", start_story(settings, auth=auth))


def _printer() -> Say:
    lock = threading.Lock()

    def say(name: str, line: str) -> None:
        with lock:
            typer.echo(f"{name:<{NAME_WIDTH}} | {line}")

    return say


def _welcome(settings: "Settings", logins: Sequence["Login"], seconds: float, *, say: Say) -> None:
    from subsidy.keys import SCHEDULER

    lines = [
        f"ready after {seconds:.1f} s",
        f"console    {settings.console_url}",
        f"flow UI    {settings.prefect_url}  (credential: {settings.keys_folder / SCHEDULER})",
        f"home       {settings.home}",
    ]
    if settings.business_date:
        lines.append(f"demo, business date {settings.business_date.isoformat()}")
    lines += [f"log in as  {each.role}: {each.name} / {each.password}" for each in logins]
    for line in (*lines, "Ctrl-C stops everything"):
        say("subsidy", line)
