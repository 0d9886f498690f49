"""What the address of a policy page asks for; what cannot be read is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from subsidy.actions.views.policies.sheet import PolicySheet, policy_sheet
from subsidy.console.visits import Visit
from subsidy.rules.packs.divisions import load_divisions
from subsidy.rules.packs.occupations import load_occupations
from subsidy.rules.policy import Pack

LONGEST_SEARCH = 60


def asked_day(visit: Visit) -> date:
    """The day in `on`, else the business date."""
    try:
        return date.fromisoformat(visit.query.get("on", ""))
    except ValueError:
        return visit.today


def asked_words(visit: Visit) -> str:
    """The words searched for."""
    return visit.query.get("q", "")[:LONGEST_SEARCH]


def asked_choice(visit: Visit, name: str, choices: Mapping[str, object], default: str = "") -> str:
    """A field that must be one of its choices."""
    wanted = visit.query.get(name, "")
    return wanted if wanted in choices else default


def packs_of(visit: Visit) -> dict[str, Pack]:
    """Every city's pack by its id."""
    return {city: visit.desk.office.packs[city] for city in sorted(visit.desk.office.packs)}


def sheet_of(visit: Visit, city: str, on: date) -> PolicySheet:
    """A city's rules on a day, its places and occupations by their names."""
    pack = visit.desk.office.packs[city]
    file = visit.desk.settings.config_file
    divisions = file(f"divisions/{pack.spec.routing.divisions}.yaml")
    names = {**_names_in(divisions), **_names_in(file("occupations.yaml"))}
    return policy_sheet(pack, on=on, names=names)


def _names_in(path: Path) -> dict[str, str]:
    """The entries of a file by their ids; read again once it has changed."""
    return _read_names(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=32)
def _read_names(path: Path, changed: int) -> dict[str, str]:
    if path.name == "occupations.yaml":
        return {each.id: each.name_zh for each in load_occupations(path).values()}
    return {each.id: each.name_zh for each in load_divisions(path).by_id.values()}
