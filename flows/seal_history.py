"""Minutes of interactive acts that are over: sealed, signed and chained. One run for all cities."""

from prefect import flow

from flows.reporting import Outcome, run_name
from flows.sweeps import Sweep, signer_of, sweep
from subsidy.records.seals import seal_minutes

NAME = "seal-history"
EVERYWHERE = "all"


@flow(name=NAME, flow_run_name=run_name)
async def seal_history() -> dict[str, int]:
    """Seal every finished minute of the history."""
    return await sweep(flow=NAME, city=EVERYWHERE, work=work)


def work(asked: Sweep) -> Outcome:
    """Seal what no open transaction can still write into."""
    with asked.database.transaction() as session:
        links = seal_minutes(session, signer_of(asked), now=asked.now)
    return Outcome(counts={"sealed": links})
