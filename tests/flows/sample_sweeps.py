"""Flows of the shape that all flows have, with work that needs no database."""

import time

from prefect import flow

from flows.reporting import Milestone, Outcome, QueueSize, Skipped, run_name
from flows.sweeps import Sweep, sweep


@flow(name="count-queues", flow_run_name=run_name)
async def count_queues(city: str) -> dict[str, int]:
    return await sweep(flow="count-queues", city=city, work=count)


@flow(name="sit-still", flow_run_name=run_name)
async def sit_still(city: str) -> dict[str, int]:
    return await sweep(flow="sit-still", city=city, work=sit)


@flow(name="tell-owners", flow_run_name=run_name)
async def tell_owners(city: str) -> dict[str, int]:
    return await sweep(flow="tell-owners", city=city, work=tell)


def count(asked: Sweep) -> Outcome:
    return Outcome(
        counts={"looked_at": 40, "moved": 39},
        queues=[QueueSize(queue="identity", size=12, overdue=2, limit=10)],
        skipped=[Skipped(why="E203", count=1, ids=("HZ-2020-000017",))],
        milestones=[Milestone(event="subsidy.class.done", subject="K-17", counts={"heads": 39})],
    )


def sit(asked: Sweep) -> Outcome:
    """Wait until told to stop, leaving a sign that it began."""
    (asked.settings.run_folder / "sitting").touch()
    while not asked.stopping():
        time.sleep(0.05)
    return Outcome(counts={"moved": 0})


def tell(asked: Sweep) -> Outcome:
    (asked.settings.run_folder / "told").touch()
    return Outcome(counts={"told": 1})
