"""Messages that wait in the outbox: gathered into letters, sent; what cannot go out becomes a ticket."""

from prefect import flow

from flows.reporting import Outcome, run_name
from flows.sweeps import Sweep, skipped_where, sweep
from subsidy.delivery import deliver_waiting, sender_of

NAME = "deliver-notices"


@flow(name=NAME, flow_run_name=run_name)
async def deliver_notices(city: str) -> dict[str, int]:
    """Send what waits in the outbox of a city."""
    return await sweep(flow=NAME, city=city, work=work)


def work(asked: Sweep) -> Outcome:
    """Send by the way out of the settings; nothing of a message or an address is reported."""
    counts = deliver_waiting(
        asked.database,
        asked.office,
        sender_of(asked.settings),
        city=asked.city,
        now=asked.now,
        today=asked.today,
        stopping=asked.stopping,
        public_url=asked.settings.console_url,
        hours=not asked.settings.demo,  # the demonstration's business date has no time of day
    )
    waiting = counts["postponed"] - counts["quiet_hours"] - counts["told_today"]
    return Outcome(
        counts=counts,
        skipped=skipped_where(
            {**counts, "waiting": waiting},
            failed="E1102",
            retry="temporary-failure",
            waiting="next-try-not-due",
            quiet_hours="quiet-hours",
            told_today="told-today",
            cancelled="settled-before",
            way_out_closed="way-out-closed",
            busy="another-delivery",
        ),
    )
