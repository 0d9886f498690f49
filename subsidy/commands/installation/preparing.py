"""Brings a home's database to this version and fills the demo, before anything is started."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from subsidy.settings import Settings
    from subsidy.supervisor.schema import Schema

DATABASE, UPGRADE = "subsidy.records.database:Database", "subsidy.records.migrate:upgrade"
DEMO = "subsidy.commands.installation.demo:prepare_demo"


@dataclass(frozen=True)
class Login:
    """One way into the console, printed in the demo only."""

    role: str
    name: str
    password: str


def prepare(
    settings: "Settings", schema: "Schema", *, say: Callable[[str], None]
) -> Sequence[Login]:
    """Make the tables of a new database, fill the demo, and return the demo's log-ins.

    The demo is filled by `prepare_demo(settings) -> Sequence[Login]`, safe to run again.
    """
    if schema.kind == "absent":
        say("making the database")
        bring_up(settings.database_url)
    fill = _found(DEMO) if settings.demo else None
    return tuple(fill(settings)) if fill else ()


def bring_up(database_url: str) -> None:
    """Create or upgrade the database's tables with the migrations of this version."""
    database_class, upgrade = _found(DATABASE), _found(UPGRADE)
    if database_class and upgrade:
        database = database_class(database_url)
        try:
            upgrade(database)
        finally:
            database.dispose()


def _found(place: str) -> Callable[..., Any] | None:
    """Return what `module:name` holds; None where that module is not installed."""
    module, _, name = place.partition(":")
    try:
        there = find_spec(module) is not None
    except ModuleNotFoundError:
        return None
    return getattr(import_module(module), name) if there else None
