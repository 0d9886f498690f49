"""`subsidy …`: the command line. It knows its families by name and loads one only to run it.

Exit codes: 0 done; 1 some rows or cases were refused, the rest is done; 2 the command or its input
cannot be used; 3 the surroundings are not ready (configuration, database, files).
"""

from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

EXIT_CODES = "Exit codes: 0 done, 1 some rows refused, 2 wrong usage or input, 3 not set up."


class Family(NamedTuple):
    """Where a family of commands lives, as `module:app`, and its one line of help."""

    app: str
    help: str


FAMILIES: dict[str, Family] = {
    "advance": Family(
        "subsidy.commands.flow_work:advance_app", "Move by hand what needs nobody's decision."
    ),
    "allowance": Family(
        "subsidy.commands.casework.vouchers:allowance_app", "Claim living allowances of a class."
    ),
    "application": Family(
        "subsidy.commands.casework.applications:app", "Subsidies that hang on no class."
    ),
    "bench": Family("subsidy.commands.upkeep.bench:app", "Measure this machine and this version."),
    "calendar": Family("subsidy.commands.calendar:app", "What the holiday notices say so far."),
    "charts": Family("subsidy.commands.upkeep.charts:app", "Draw the declared lifecycles."),
    "claim": Family("subsidy.commands.casework.claim:app", "One claim: where it stands, and why."),
    "city": Family(
        "subsidy.commands.installation.city:app", "Open a city's areas; the first account."
    ),
    "deadlines": Family("subsidy.commands.casework.deadlines:app", "What is due; more time."),
    "decide": Family("subsidy.commands.decide:app", "Decide one claim from a file of facts."),
    "deliver": Family("subsidy.commands.flow_work:deliver_app", "Send what waits in the outbox."),
    "doctor": Family(
        "subsidy.commands.installation.doctor:app", "Settings, database, keys, ports, faults."
    ),
    "import": Family("subsidy.commands.imports:app", "Take in a spreadsheet for a class."),
    "ledger": Family("subsidy.commands.money.ledger:app", "Where the money stands, and why."),
    "migrate": Family(
        "subsidy.commands.installation.migrate:app", "Bring the database to this version."
    ),
    "outbox": Family(
        "subsidy.commands.casework.outbox:app", "What people were told; send again what failed."
    ),
    "notice": Family("subsidy.commands.money.notices:app", "Read, print and prove public notices."),
    "objection": Family(
        "subsidy.commands.money.objections:app", "Objections to lines of public notices."
    ),
    "pay": Family("subsidy.commands.money.pay:app", "Build, approve, send, read back batches."),
    "policy": Family("subsidy.commands.policy:app", "Check and show the cities' policy packs."),
    "publicise": Family("subsidy.commands.money.publicise:app", "Public notices by hand."),
    "recovery": Family(
        "subsidy.commands.money.recovery:app", "Money that must come back, whole or in parts."
    ),
    "report": Family(
        "subsidy.commands.flow_work:report_app", "What the runs of the day did; training targets."
    ),
    "scenario": Family("subsidy.commands.scenario:app", "Play the demonstration's story by hand."),
    "registers": Family(
        "subsidy.commands.casework.registers:app", "Load extracts of outside registers, ask them."
    ),
    "tickets": Family("subsidy.commands.casework.tickets:app", "Work the exception queues."),
    "up": Family("subsidy.commands.installation.up:app", "Start everything; Ctrl-C stops it."),
    "uplift": Family(
        "subsidy.commands.casework.uplift:app", "Higher rate for firms hit by trade friction."
    ),
    "verify-log": Family(
        "subsidy.commands.upkeep.verify_log:app", "Whether the history is the one that was sealed."
    ),
    "voucher": Family(
        "subsidy.commands.casework.vouchers:app", "Issue training vouchers; list them."
    ),
    "workdays": Family("subsidy.commands.workdays:app", "Count working days before and after."),
}


class LazyFamily(TyperCommand):
    """Stands in the list of commands for a family that is imported only when it is called."""

    def __init__(self, name: str, family: Family) -> None:
        """Show the table's line of help without importing anything."""
        super().__init__(name, help=family.help, short_help=family.help)
        self.app = family.app

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Import the family and let it parse and run its own arguments."""
        module, _, attribute = self.app.partition(":")
        family = typer.main.get_command(getattr(import_module(module), attribute))
        return family.make_context(*args, **kwargs)


class Families(TyperGroup):
    """The top level: one entry for each row of FAMILIES, in alphabetical order."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all families."""
        return sorted(FAMILIES)

    def get_command(self, ctx: Any, cmd_name: str) -> LazyFamily | None:
        """Return the stand-in of one family."""
        family = FAMILIES.get(cmd_name)
        return LazyFamily(cmd_name, family) if family else None


app = typer.Typer(
    cls=Families,
    name="subsidy",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # its traces print local variables, so personal data
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from subsidy import __version__

        typer.echo(f"subsidy {__version__}")
        raise typer.Exit


@app.callback()
def subsidy(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Public vocational-training subsidies, from the published catalogue to the payment."""


def main() -> None:
    """Run the command line; the exit code is documented in `subsidy --help`."""
    app()
