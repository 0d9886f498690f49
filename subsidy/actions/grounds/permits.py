"""Who may act: roles and areas of the actor, against what a step asks for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.refusals import no_permission
from subsidy.records.tables import Area
from subsidy.rules.verdict import Finding

ABOVE = {
    "clerk": ("section_head", "leader"),
    "section_head": ("leader",),
}
"""Roles that may also do what a role may: the line of one office, never across to finance or audit."""


def outside_of(
    session: Session, act: Act, *, area_id: int, roles: Sequence[str] = ()
) -> list[Finding]:
    """Every reason why the actor may not act: no such role, or another area. Flows may act."""
    if act.actor.startswith("flow:"):
        return []
    faults: list[Finding] = []
    able = {name for role in roles for name in (role, *ABOVE.get(role, ()))}
    if roles and not able & act.roles:
        faults.append(no_permission(act, needs=roles))
    if act.areas is not None and area_id not in act.areas:
        faults.append(no_permission(act, area=area_name(session, area_id)))
    return faults


def area_name(session: Session, area_id: int) -> str:
    """Name of an area."""
    area = session.get(Area, area_id)
    return area.name if area is not None else str(area_id)


def city_area(session: Session, city: str) -> Area:
    """The city's own area. Raises LookupError when the city is not set up."""
    found = session.exec(select(Area).where(Area.city == city, Area.is_city)).first()
    if found is None:
        raise LookupError(f"the city {city} has no area of its own; run `subsidy up` once")
    return found
