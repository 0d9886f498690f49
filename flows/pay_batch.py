"""Sending one approved batch to the bank. The parameter is its id and nothing else.

Killed between order and file it is simply run again: the same file is delivered, nobody is paid twice.
"""

import asyncio

from prefect import flow, runtime

from flows.reporting import Milestone, Outcome, Skipped, fit_code
from flows.sweeps import Sweep, sweep
from subsidy.bank_desk import city_of_batch, send_to_bank
from subsidy.office import day_of, open_database
from subsidy.papers.bank_file import BankFileError
from subsidy.settings import Settings, load_settings

NAME = "pay-batch"


def batch_run_name() -> str:
    """Name a run by the batch, its city and the business date."""
    settings, batch_id = load_settings(), int(runtime.flow_run.parameters["batch_id"])
    city = _city(settings, batch_id)
    return f"{NAME} {batch_id} {fit_code(city)} {day_of(settings, city=city).isoformat()}"


@flow(name=NAME, flow_run_name=batch_run_name)
async def pay_batch(batch_id: int) -> dict[str, int]:
    """Send an approved batch: order its claims, drop the file where the bank picks it up."""
    city = await asyncio.to_thread(_city, load_settings(), batch_id)
    return await sweep(flow=NAME, city=city, work=lambda asked: work(asked, batch_id=batch_id))


def work(asked: Sweep, *, batch_id: int) -> Outcome:
    """Send one batch. What stands in the way is reported by its code and changes nothing."""
    folder = asked.settings.home / "bank"
    try:
        done = send_to_bank(asked.database, asked.act(NAME), batch_id=batch_id, folder=folder)
    except BankFileError:
        return Outcome(
            counts={"lines": 0, "total_fen": 0},
            skipped=[Skipped(why="bank-takes-not-every-line", count=1)],
        )
    refused = {finding.code for finding in done.sent.findings}
    counts = {"lines": done.count, "total_fen": done.total_fen}
    sent = [Milestone(event="subsidy.batch.sent", subject=f"batch-{batch_id}", counts=counts)]
    return Outcome(
        counts=counts,
        skipped=[Skipped(why=code, count=1) for code in sorted(refused)]
        + [
            Skipped(why=why, count=1, ids=(str(c),))
            for c, reasons in done.sent.left
            for why in reasons
        ],
        milestones=sent if done.file_name else [],
    )


def _city(settings: Settings, batch_id: int) -> str:
    database = open_database(settings)
    try:
        with database.reading() as session:
            return city_of_batch(session, batch_id=batch_id)
    finally:
        database.dispose()
