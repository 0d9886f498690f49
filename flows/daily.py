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

ORDER: Mapping[str, Work] = {
    watch_deadlines.NAME: watch_deadlines.work,
    run_publicity.NAME: run_publicity.work,
    advance_claims.NAME: advance_claims.work,
    seal_history.NAME: seal_history.work,
    report_day.NAME: report_day.work,
    deliver_notices.NAME: deliver_notices.work,
}
"""Time first, then what time allows, then the seals over it, then what people are told."""


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

    It belongs before people's work of the day, as the schedules have it: a notice whose next step opens
    today is over now. Run again on the same day it finds nothing to do. After a stop of days one run
    catches up, with the effective days that the rules give. Paying is no part of it: that follows a
    person's approval.
    """
    asked = Sweep(
        city=city,
        today=today,
        now=now,
        settings=settings,
        stopping=stopping,
        house=(database, office),
    )
    return {
        name: dict(run_work(asked, flow=name, work=work).counts)
        for name, work in ORDER.items()
        if not stopping()
    }
