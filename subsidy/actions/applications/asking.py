"""What a track asks of an application: entries, papers, persons, days, project, read off its pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from subsidy.actions.applications.forms import BY_OTHERS, WORDS
from subsidy.rules.facts import Stated
from subsidy.rules.policy import Pack, Track

EntryKind = Literal["date", "whole", "money", "yes_no", "choice", "text", "years"]
KINDS: Mapping[str, EntryKind] = {
    "period_starts": "date",
    "period_until": "date",
    "months": "whole",
    "course": "choice",
    "learner": "choice",
    "award": "choice",
    "facility": "choice",
    "modules": "whole",
    "excellent_years": "years",
    "hours": "whole",
    "training_days": "whole",
    "planned_heads": "whole",
    "undertaker_differs": "yes_no",
    "actual_cost_fen": "money",
    "purchases_fen": "money",
    "employed_since": "date",
    "employer_insured": "yes_no",
    "opened_on": "date",
}
"""Entries that a form has a field for, and how it is filled in; the order is that of the form."""
LOOKED_AT: Mapping[str, str] = {
    "employer_insured": "employer_insured",
    "employed_months": "employed_since",
    "opened_within": "opened_on",
    "hours": "hours",
    "modules": "modules",
    "excellent_years": "excellent_years",
}
"""Gate → the entry that it looks at, asked for even where the track does not name it."""
BY_PERIOD = ("person_month", "person_year")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One entry of a form."""

    name: str
    means: str
    kind: EntryKind
    choices: tuple[str, ...] = ()
    needed: bool = False
    """Whether a claim is held, or its row refused, without it."""


def tracks_by_file(pack: Pack) -> dict[str, Track]:
    """The tracks that units and authorities apply for without a class."""
    return {code: track for code, track in pack.tracks.items() if track.spec.through == "file"}


def entries_of(track: Track) -> list[Asked]:
    """The entries that a form for this track has fields for."""
    plan, asks = track.spec.amount, set(track.spec.asks)
    kinds = tuple(plan.rates or plan.at_most_by) if plan.by != "level" else ()
    wanted = asks | {LOOKED_AT[g.gate] for g in track.spec.gates if g.gate in LOOKED_AT}
    wanted |= {plan.by} if kinds else set()
    wanted |= {"actual_cost_fen"} if plan.of == "actual_cost" else set()
    wanted |= {"purchases_fen"} if plan.of == "purchases" else set()
    wanted |= {plan.times + "s"} if plan.times in ("month", "module") else set()
    wanted |= {"planned_heads"} if "planned" in plan.heads_by else set()
    wanted |= {"period_starts", "period_until"} if track.unit in BY_PERIOD else set()
    return [
        Asked(
            name=name,
            means=WORDS[name],
            kind=kind if kind != "choice" or name == plan.by else "text",
            choices=kinds if name == plan.by else (),
            needed=name in asks and name not in BY_OTHERS,
        )
        for name, kind in KINDS.items()
        if name in wanted
    ]


def papers_of(track: Track) -> dict[str, str]:
    """Papers that the gates of a track want, by code, with their names."""
    return {gate.paper: gate.name or gate.paper for gate in track.spec.gates if gate.paper}


def systems_of(pack: Pack, track: Track, *, on: date) -> tuple[str, ...]:
    """Systems that must hold a record; none where the pack leaves it open."""
    key = next((g.key for g in track.spec.gates if g.gate == "systems" and g.key), None)
    value = pack.value(key, on=on) if key is not None else None
    found = value.value if value is not None and not value.unset else ()
    return tuple(str(name) for name in found or ())


def asks_persons(track: Track) -> bool:
    """Whether a list of persons comes with it: the persons of its claims, or the heads of one."""
    return track.has_person or bool(set(track.spec.amount.heads_by) - {"planned"})


def asks_days(track: Track) -> bool:
    """Whether something is taught or held, so that there is a first and a last day."""
    taught = {"filed", "completed"} & set(track.stages) or track.spec.kind == "advance"
    return bool(taught) or track.needs_certificate


def asks_project(track: Track) -> bool:
    """Whether an approved project must stand behind it."""
    return _has(track, "approved_project")


def asks_year(track: Track) -> bool:
    """Whether the claim comes once for each year, which is named."""
    return track.unit == "person_year" or track.spec.kind == "advance"


def checks_first(track: Track) -> bool:
    """Whether the industry authority checks the persons first."""
    return _has(track, "first_check")


def accepts_jointly(track: Track) -> bool:
    """Whether finance and the bureau sign an acceptance."""
    return _has(track, "joint_acceptance")


def by_voucher(track: Track) -> bool:
    """Whether it is paid through vouchers or credit."""
    return _has(track, "instrument")


def still_missing(pack: Pack, track: Track, stated: Stated, *, on: date) -> list[str]:
    """What nobody has handed in yet, in the words of the desk; entries may come with the rows."""
    given, empty = asdict(stated), asdict(Stated())
    missing = [a.means for a in entries_of(track) if a.needed and given[a.name] == empty[a.name]]
    missing += [name for code, name in papers_of(track).items() if code not in stated.papers]
    held = {record.system for record in stated.systems}
    missing += [name for name in systems_of(pack, track, on=on) if name not in held]
    if checks_first(track) and stated.first_check is None:
        missing.append(WORDS["first_check"])
    if accepts_jointly(track) and len({a.office for a in stated.acceptances}) < 2:
        missing.append(WORDS["acceptances"])
    return missing


def _has(track: Track, gate: str) -> bool:
    return any(each.gate == gate for each in track.spec.gates)
