"""What the pages of a class show of the higher rate."""

from __future__ import annotations

from typing import Any

from subsidy.actions.uplifts import still_open, uplifts
from subsidy.actions.views.class_views import ClassRow
from subsidy.console.visits import Visit


def uplift_values(visit: Visit, row: ClassRow) -> dict[str, Any]:
    """What the page of a class shows of the uplift: requests, and the form while it is in time."""
    with visit.reading() as session:
        rows = uplifts(session, city=visit.city, class_id=row.id)
    standing = any(each.state in ("asked", "approved") for each in rows)
    limit = still_open(visit.act(), track=row.track, starts_on=row.starts_on)
    return {
        "uplifts": rows,
        "uplift_limit": None if standing else limit,
        "uplift_areas": area_choices(visit),
    }


def area_choices(visit: Visit) -> list[tuple[int, str]]:
    """Every area of the city, its own bureau first."""
    return [(area.id, area.name) for area in visit.all_areas]
