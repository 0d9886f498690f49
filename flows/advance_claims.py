"""What moves without a person's decision: registers asked, claims decided anew, lapses, own roads.

Every step asks what may move now: a second run finds only what is new, a killed one is gone on with.
"""

from prefect import flow

from flows.reporting import Outcome, run_name
from flows.sweeps import Sweep, queues_of, signer_of, sweep
from subsidy.actions import advance

NAME = "advance-claims"


@flow(name=NAME, flow_run_name=run_name)
async def advance_claims(city: str) -> dict[str, int]:
    """Move the claims of a city that need nobody's decision."""
    return await sweep(flow=NAME, city=city, work=work)


def work(asked: Sweep) -> Outcome:
    """Ask registers, decide anew where a fact, pack or calendar changed, take every step of the road."""
    answered = advance.ask_registers(
        asked.database,
        asked.office,
        city=asked.city,
        today=asked.today,
        now=asked.now,
        actor=f"flow:{NAME}",
        stopping=asked.stopping,
    )
    decided = advance.decide_stale(
        asked.database,
        asked.office,
        city=asked.city,
        today=asked.today,
        now=asked.now,
        actor=f"flow:{NAME}",
        stopping=asked.stopping,
    )
    moved = advance.advance_claims(
        asked.database,
        asked.office,
        signer_of(asked),
        city=asked.city,
        today=asked.today,
        now=asked.now,
        actor=f"flow:{NAME}",
        stopping=asked.stopping,
    )
    counts = {
        "register_answers": sum(answered.values()),
        "decided_anew": decided["decided"],
        **moved,
    }
    return Outcome(counts=counts, queues=queues_of(asked))
