"""What an application of a track states, read off its pack: papers of its gates, kinds of its rates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from subsidy.rules.facts import Stated, SystemRecord
from subsidy.rules.policy import Track
from tests.tracks.town import ENDS, PEOPLE, STARTS, Town


def stated_for(town: Town, track: Track) -> Stated:
    """Every entry that the track asks for or its gates look at, so that nothing is missing."""
    asks, plan = set(track.spec.asks), track.spec.amount
    gates = {gate.gate: gate for gate in track.spec.gates}
    values: dict[str, Any] = {
        "papers": tuple(sorted(g.paper for g in track.spec.gates if g.paper)),
        "systems": _systems(town, track),
        **_period(town, track),
    }
    for name, gate in gates.items():
        if name in ("hours", "modules") and gate.key is not None:
            values[name] = town.pack.value(gate.key, on=town.on(STARTS)).value or 40
    year = town.on(STARTS).year
    defaults: dict[str, Any] = {
        "months": 3,
        "modules": 2,
        "training_days": 10,
        "planned_heads": PEOPLE,
        "undertaker_differs": False,
        "actual_cost_fen": 58_000,
        "purchases_fen": 10_000_000,
        "employed_since": town.on(date(2020, 3, 2)),
        "employer_insured": True,
        "opened_on": town.on(date(2019, 3, 1)),
        "excellent_years": (year - 2, year - 1, year),
        "hours": 40,
        "award": "first",
    }
    wanted = asks | _looked_at(track)
    for name, value in defaults.items():
        if name in wanted:
            values.setdefault(name, value)
    if plan.by != "level":
        values[plan.by] = next(iter(plan.rates or plan.at_most_by), "")
    return Stated(**values)


def _period(town: Town, track: Track) -> dict[str, Any]:
    if "period_starts" not in track.spec.asks and track.unit not in ("person_month", "person_year"):
        return {}
    starts = date(2020, 7, 6)
    if any(gate.gate == "since_certificate" for gate in track.spec.gates):
        starts = date(2020, 11, 1)
    length = 364 if track.unit == "person_year" else 91
    return {"period_starts": town.on(starts), "period_until": town.on(starts + timedelta(length))}


def _looked_at(track: Track) -> set[str]:
    gates = {gate.gate for gate in track.spec.gates}
    plan = track.spec.amount
    return {
        *(["employer_insured"] if "employer_insured" in gates else []),
        *(["employed_since"] if "employed_months" in gates else []),
        *(["opened_on"] if "opened_within" in gates else []),
        *(["actual_cost_fen"] if plan.of == "actual_cost" else []),
        *(["purchases_fen"] if plan.of == "purchases" else []),
        *(["months"] if plan.times == "month" else []),
        *(["modules"] if plan.times == "module" else []),
        *(["planned_heads"] if "planned" in plan.heads_by else []),
    }


def _systems(town: Town, track: Track) -> tuple[SystemRecord, ...]:
    key = next((gate.key for gate in track.spec.gates if gate.gate == "systems"), None)
    names = town.pack.value(key, on=town.on(STARTS)).value if key is not None else ()
    return tuple(
        SystemRecord(system=name, registered_on=town.on(date(2020, 6, 1))) for name in names or ()
    )


def needs_period(town: Town, track: Track) -> str:
    """The period that a periodic claim names."""
    year = str(town.on(STARTS).year)
    return year if track.unit == "person_year" or track.spec.kind == "advance" else ""


def has_training(track: Track) -> bool:
    """Whether something is taught, so that the application has a first and a last day."""
    stages = set(track.stages)
    taught = bool(stages & {"filed", "completed"}) or track.spec.kind == "advance"
    return taught and track.unit not in ("person_month",)


def days_of(town: Town, track: Track) -> tuple[date | None, date | None]:
    """First and last day of what is taught."""
    if track.spec.amount.of == "purchases" or not (has_training(track) or track.needs_certificate):
        return None, None
    return town.on(STARTS), town.on(ENDS)
