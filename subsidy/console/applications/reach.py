"""Which application a visitor may see, and where its pages lie: the office's or the unit's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from subsidy.actions.acting import Act
from subsidy.actions.applications.asking import (
    Asked,
    accepts_jointly,
    asks_days,
    asks_persons,
    asks_project,
    asks_year,
    checks_first,
    entries_of,
    papers_of,
    systems_of,
)
from subsidy.actions.views.applications import ApplicationView, application_view, class_entries
from subsidy.console.visits import NotFoundError, Visit
from subsidy.rules.policy import Track


@dataclass(frozen=True)
class AskedOf:
    """What the form of a track shows."""

    entries: tuple[Asked, ...]
    kinds: Mapping[str, str]
    """Kind (award, course, …) → what it is called."""
    papers: Mapping[str, str]
    systems: tuple[str, ...]
    persons: bool
    person: bool
    """Whether each claim is one person's, so that the list must come with the form."""
    days: bool
    project: bool
    year: bool
    first_check: bool
    acceptance: bool


def is_own(visit: Visit) -> bool:
    """Whether the visitor stands in the area of a unit, not of an office."""
    return visit.entry.scope == "own"


def root(visit: Visit) -> str:
    """Where the pages of this visitor's applications lie."""
    return "/own/applications" if is_own(visit) else "/applications"


def in_reach(visit: Visit, application_id: int) -> ApplicationView:
    """The application if it is the unit's own, or lies in the office's areas; else NotFoundError."""
    with visit.reading() as session:
        view = application_view(session, visit.act(), application_id=application_id)
    if view is None:
        raise NotFoundError
    if is_own(visit):
        if view.row.provider_id != visit.provider_id:
            raise NotFoundError
    else:
        visit.need_area(view.row.area_id)
    return view


def act_in(visit: Visit, area_id: int) -> Act:
    """The deed of this request in an area; an office acts in its own areas only."""
    if not is_own(visit):
        visit.need_area(area_id)
    elif area_id not in {area.id for area in visit.all_areas}:
        raise NotFoundError
    return visit.act(area_id=area_id)


def asked_of(visit: Visit, track: Track) -> AskedOf:
    """What a form for this track has fields for."""
    pack = visit.desk.office.packs[visit.city]
    plan = track.spec.amount
    rates = {**plan.at_most_by, **plan.rates} if plan.by != "level" else {}
    return AskedOf(
        entries=tuple(entries_of(track)),
        kinds={kind: pack.dated[key].means for kind, key in rates.items()},
        papers=papers_of(track),
        systems=systems_of(pack, track, on=visit.today),
        persons=asks_persons(track),
        person=track.has_person,
        days=asks_days(track),
        project=asks_project(track),
        year=asks_year(track),
        first_check=checks_first(track),
        acceptance=accepts_jointly(track),
    )


def class_extras(visit: Visit, *, class_id: int, track: str) -> dict[str, object]:
    """What the page of a class shows of its entries and allowances."""
    known = visit.desk.office.packs[visit.city].tracks.get(track)
    with visit.reading() as session:
        entries = class_entries(session, visit.act(), class_id=class_id)
    return {"entries": entries, "asked": asked_of(visit, known) if known is not None else None}
