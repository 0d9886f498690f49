"""Messages that wait in the outbox: built, rendered, sent; what cannot go out becomes a ticket."""

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
    )
    return Outcome(
        counts=counts,
        skipped=skipped_where(
            counts,
            failed="E1102",
            retry="temporary-failure",
            postponed="next-try-not-due",
            way_out_closed="way-out-closed",
        ),
    )
