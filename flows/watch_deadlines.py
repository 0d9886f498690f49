"""Deadlines that want attention: counted anew, reminded of, ended with what the rule says.

Claims whose window ended lapse on the day after their last lawful one, however late this runs.
"""

from prefect import flow

from flows.reporting import Outcome, run_name
from flows.sweeps import Sweep, queues_of, skipped_where, sweep
from subsidy.actions import advance
from subsidy.actions.calendar_change import watch_missing
from subsidy.actions.messages import tell_gaps
from subsidy.calendars.live import expected_notice

NAME = "watch-deadlines"


@flow(name=NAME, flow_run_name=run_name)
async def watch_deadlines(city: str) -> dict[str, int]:
    """Remind, end and count anew what is due in a city."""
    return await sweep(flow=NAME, city=city, work=work)


def work(asked: Sweep) -> Outcome:
    """Watch every deadline that is due; tell weekly which values are open, daily that a notice is missed."""
    counts = advance.watch_deadlines(
        asked.database,
        asked.office,
        city=asked.city,
        today=asked.today,
        now=asked.now,
        actor=f"flow:{NAME}",
        stopping=asked.stopping,
    )
    if not asked.stopping():
        with asked.database.transaction() as session:
            counts["gaps_told"] = tell_gaps(session, asked.act(NAME))
            missed = watch_missing(session, asked.act(NAME), expected_notice(asked.settings))
            counts |= missed.counts()
    return Outcome(
        counts=counts,
        queues=queues_of(asked),
        skipped=skipped_where(counts, waiting="calendar-not-published"),
    )
