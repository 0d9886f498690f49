"""What the address of a policy page asks for; what cannot be read is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from subsidy.actions.views.policies.sheet import PolicySheet, policy_sheet
from subsidy.console.visits import Visit
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
    """A city's rules on a day; its places by their names where they are the visitor's city's."""
    places = {area.code: area.name for area in visit.all_areas}
    return policy_sheet(visit.desk.office.packs[city], on=on, places=places)
