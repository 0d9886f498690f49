"""What an application of a track states, read off its pack: papers of its gates, kinds of its rates."""

from __future__ import annotations

from datetime import date
from typing import Any

from subsidy.rules.facts import Stated, SystemRecord
from subsidy.rules.policy import Pack, Track
from tests.tracks.town import ENDS, PEOPLE, STARTS


def stated_for(pack: Pack, track: Track) -> Stated:
    """Every entry that the track asks for or its gates look at, so that nothing is missing."""
    asks, plan = set(track.spec.asks), track.spec.amount
    kind = next(iter(plan.rates or plan.at_most_by), "")
    values: dict[str, Any] = {
        "papers": tuple(sorted(g.paper for g in track.spec.gates if g.gate == "paper")),
        "systems": _systems(pack, track),
    }
    if plan.by in ("course", "learner", "award", "facility"):
        values[plan.by] = kind
    if "period_starts" in asks or track.unit in ("person_month", "person_year"):
        values |= {"period_starts": date(2020, 7, 1), "period_until": date(2020, 10, 1)}
    if track.unit == "person_year":
        values["period_until"] = date(2021, 7, 1)
    defaults: dict[str, Any] = {
        "months": 3,
        "modules": 2,
        "training_days": 10,
        "planned_heads": PEOPLE,
        "actual_cost_fen": 58_000,
        "purchases_fen": 10_000_000,
        "employed_since": date(2019, 1, 7),
        "employer_insured": True,
        "opened_on": date(2019, 3, 1),
        "undertaker_differs": False,
    }
    wanted = asks | _looked_at(track)
    values |= {name: value for name, value in defaults.items() if name in wanted}
    hours = next((g.key for g in track.spec.gates if g.gate == "hours"), None)
    if hours is not None:
        values["hours"] = pack.value(hours, on=STARTS).value
    return Stated(**values)


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


def _systems(pack: Pack, track: Track) -> tuple[SystemRecord, ...]:
    key = next((gate.key for gate in track.spec.gates if gate.gate == "systems"), None)
    names = pack.value(key, on=STARTS).value if key is not None else ()
    return tuple(SystemRecord(system=name, registered_on=date(2020, 6, 1)) for name in names or ())


def needs_period(track: Track) -> str:
    """The period that a periodic claim names."""
    return "2020" if track.unit == "person_year" or track.spec.kind == "advance" else ""


def has_training(track: Track) -> bool:
    """Whether something is taught, so that the application has a first and a last day."""
    stages = set(track.stages)
    taught = bool(stages & {"filed", "completed"}) or track.spec.kind == "advance"
    return taught and track.unit not in ("person_month",)


def days_of(track: Track) -> tuple[date | None, date | None]:
    """First and last day of what is taught."""
    if track.spec.amount.of == "purchases" or not (has_training(track) or track.needs_certificate):
        return None, None
    return STARTS, ENDS
