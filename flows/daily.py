"""A business day of one city in order, without Prefect: for the played story, tests and catching up."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flows import (
    advance_claims,
    deliver_notices,
    report_day,
    run_publicity,
    seal_history,
    watch_deadlines,
)
from flows.sweeps import Sweep, Work, run_work
from subsidy.actions.acting import Office
from subsidy.records.database import Database
from subsidy.settings import Settings

MORNING: Mapping[str, Work] = {
    watch_deadlines.NAME: watch_deadlines.work,
    run_publicity.NAME: run_publicity.work,
    advance_claims.NAME: advance_claims.work,
    seal_history.NAME: seal_history.work,
}
"""Before people come: what the day itself brings. A notice that opens the next step today is over now."""
EVENING: Mapping[str, Work] = {
    advance_claims.NAME: advance_claims.work,
    report_day.NAME: report_day.work,
    deliver_notices.NAME: deliver_notices.work,
}
"""After people have left: what their work set free, and what is to be told of it."""


def run_day(
    database: Database,
    office: Office,
    settings: Settings,
    *,
    city: str,
    today: date,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, dict[str, int]]:
    """Do the day's work of every flow that needs no person; return flow → counts.

    Run again on the same day it finds nothing to do. After a stop of days one run catches up, with the
    effective days that the rules give. Paying is no part of it: that follows a person's approval.
    """
    asked = _asked(database, office, settings, city, today, now, stopping)
    return _run(asked, {**MORNING, **EVENING})


def open_day(
    database: Database,
    office: Office,
    settings: Settings,
    *,
    city: str,
    today: date,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, dict[str, int]]:
    """The part of `run_day` that comes before people's work, as the schedules have it."""
    return _run(_asked(database, office, settings, city, today, now, stopping), MORNING)


def close_day(
    database: Database,
    office: Office,
    settings: Settings,
    *,
    city: str,
    today: date,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, dict[str, int]]:
    """The part of `run_day` that comes after people's work."""
    return _run(_asked(database, office, settings, city, today, now, stopping), EVENING)


def _asked(
    database: Database,
    office: Office,
    settings: Settings,
    city: str,
    today: date,
    now: datetime,
    stopping: Callable[[], bool],
) -> Sweep:
    return Sweep(
        city=city,
        today=today,
        now=now,
        settings=settings,
        stopping=stopping,
        house=(database, office),
    )


def _run(asked: Sweep, order: Mapping[str, Work]) -> dict[str, dict[str, int]]:
    return {
        name: dict(run_work(asked, flow=name, work=work).counts)
        for name, work in order.items()
        if not asked.stopping()
    }
