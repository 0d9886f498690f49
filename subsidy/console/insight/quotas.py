"""Training targets: each table of planned figures beside what was done in a year."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.insight.quota_progress import quota_progress, years_of
from subsidy.console.answers import page
from subsidy.console.doors import Doors
from subsidy.console.visits import Entering, Visit
from subsidy.office import Targets, load_targets
from subsidy.rules.packs.faults import PolicyError

doors = Doors()


@doors.get("/quotas", "quotas.show")
def show(visit: Entering) -> Response:
    """Progress of the city in one year; counts only, nobody's data."""
    targets, faulty = _targets(visit)
    years = years_of(targets.quotas) if targets else ()
    year = _year(visit, years)
    report = None
    if targets is not None:
        with visit.reading() as session:
            report = quota_progress(
                session,
                quotas=targets.quotas,
                divisions=targets.divisions,
                year=year,
                on=visit.today,
                tracks=tuple(visit.desk.office.packs[visit.city].tracks),
            )
    return page(visit, "quotas.html", report=report, year=year, years=years, faulty=faulty)


def _targets(visit: Visit) -> tuple[Targets | None, bool]:
    """The planned figures, or that their file has faults: these are for `subsidy policy check`."""
    try:
        return load_targets(visit.desk.settings, city=visit.city), False
    except PolicyError:
        return None, True


def _year(visit: Visit, years: tuple[int, ...]) -> int:
    """The year asked for, else the one nearest to the business day."""
    asked = visit.query.get("year", "")
    if asked.isdecimal() and int(asked) in years:
        return int(asked)
    return min(years, key=lambda year: abs(year - visit.today.year), default=visit.today.year)
