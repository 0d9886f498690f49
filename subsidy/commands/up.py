"""`subsidy up`: start everything on this machine and stay until Ctrl-C."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from subsidy.settings import Settings
    from subsidy.supervisor.schema import Schema

EXIT_SETUP = 3
NAME_WIDTH = 12


@dataclass(frozen=True)
class Login:
    """One way into the console, printed in the demo only."""

    role: str
    name: str
    password: str


def up(
    *,
    demo: Annotated[
        bool | None, typer.Option("--demo", help="Generated people, one log-in per role")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the console")] = None,
    prefect_port: Annotated[int | None, typer.Option(help="Port of the flow UI")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of databases, files and keys")] = None,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Bring an older database up to this version first")
    ] = False,
) -> None:
    """Start console, flow service and flow runner; Ctrl-C stops them.

    Exit codes: 0 stopped, 1 a part could not be kept running, 3 this machine is not set up for it.
    """
    from subsidy.settings import SetupError, load_settings

    flags = {"demo": demo, "port": port, "prefect_port": prefect_port, "home": home}
    try:
        code = start(load_settings(flags=flags), upgrade=upgrade)
    except SetupError as error:
        for fault in error.faults:
            typer.echo(f"Cannot start. {fault}", err=True)
        raise typer.Exit(EXIT_SETUP) from None
    raise typer.Exit(code)


def start(settings: "Settings", *, upgrade: bool, console_app: str | None = None) -> int:
    """Check, prepare and run until stopped; returns the exit code, raises SetupError.

    `console_app` (module:factory) stands in for the console where another page is to be served.
    """
    from subsidy.settings import make_home
    from subsidy.supervisor.checks import check_console, check_home, check_ports
    from subsidy.supervisor.lock import HomeLock
    from subsidy.supervisor.parts import CONSOLE_APP, parts_of
    from subsidy.supervisor.running import Supervisor

    app = console_app or CONSOLE_APP
    say = _printer()
    make_home(settings)
    with HomeLock(settings.run_folder, shows=settings.console_url):
        keys, schema = check_home(settings, upgrade=upgrade)
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
            when_ready=lambda seconds: _welcome(settings, logins, seconds, say=say)
        )


def prepare(
    settings: "Settings", schema: "Schema", *, say: Callable[[str], None]
) -> Sequence[Login]:
    """Create or upgrade the database, fill the demo, and return the demo's log-ins.

    The work is done by `subsidy.records.migrations.upgrade(database_url=…)` and
    `subsidy.commands.demo.prepare_demo(settings)`, each where it is installed.
    """
    if schema.kind in {"absent", "older"}:
        work = _found("subsidy.records.migrations", "upgrade")
        if work is not None:
            say("making the database" if schema.kind == "absent" else "upgrading the database")
            work(database_url=settings.database_url)
    if not settings.demo:
        return ()
    fill = _found("subsidy.commands.demo", "prepare_demo")
    return tuple(fill(settings)) if fill is not None else ()


def _found(module: str, name: str) -> Callable[..., Any] | None:
    try:
        there = find_spec(module) is not None
    except ModuleNotFoundError:
        return None
    return getattr(import_module(module), name, None) if there else None


def _printer() -> Callable[[str, str], None]:
    lock = threading.Lock()

    def say(name: str, line: str) -> None:
        with lock:
            typer.echo(f"{name:<{NAME_WIDTH}} | {line}")

    return say


def _welcome(
    settings: "Settings",
    logins: Sequence[Login],
    seconds: float,
    *,
    say: Callable[[str, str], None],
) -> None:
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
