"""The frame of every sweep: ask what is due now, work in a thread, report, fail without secrets.

A flow file stays thin:

    @flow(name="deliver-notices", flow_run_name=run_name)
    async def deliver_notices(city: str) -> dict[str, int]:
        return await sweep(flow="deliver-notices", city=city, work=deliver)

`deliver` takes a Sweep and returns an Outcome. It runs outside the event loop, so it may block,
and it must be safe to run again: a killed run is not resumed, the next one asks what is due.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from prefect import runtime
from prefect.exceptions import TerminationSignal

from flows.reporting import Outcome, QueueSize, Skipped, UnfitForFlowsError, fit_code, publish
from flows.schedules import read_schedules
from subsidy.actions.acting import Act, Office
from subsidy.actions.views.overview import queue_sizes
from subsidy.actions.views.places import areas_of
from subsidy.clock import now
from subsidy.journal import start_journal
from subsidy.keys import Keys, load_keys
from subsidy.office import SealSigner, day_of, load_office, open_database
from subsidy.records import flow_reports
from subsidy.records.database import Database
from subsidy.settings import Settings, load_settings

log = logging.getLogger("subsidy.flows")


class SweepError(RuntimeError):
    """A sweep failed; the details are in the runner's log, not here, where everybody reads."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a sweep gets. Ask `stopping()` between two transactions and return early if True."""

    city: str
    today: date
    now: datetime
    settings: Settings
    stopping: Callable[[], bool]
    house: tuple[Database, Office] | None = None
    """Database and rules that the caller has open already; None: opened when first asked for."""

    @cached_property
    def database(self) -> Database:
        """The business database."""
        return self.house[0] if self.house else open_database(self.settings)

    @cached_property
    def office(self) -> Office:
        """Packs, calendar, keys and contacts."""
        return self.house[1] if self.house else load_office(self.settings)

    def act(self, flow: str) -> Act:
        """The deed of a flow on the business day, in every area of the city."""
        return Act(self.office, self.city, self.today, self.now, f"flow:{flow}")

    def close(self) -> None:
        """Close the database if this sweep opened it."""
        if self.house is None and "database" in self.__dict__:
            self.database.dispose()


Work = Callable[[Sweep], Outcome]


async def sweep(*, flow: str, city: str, work: Work) -> dict[str, int]:
    """Run `work` for `city` on the business day and publish what it did.

    Returns the counts. Raises SweepError, with nothing personal in it, for any fault.
    """
    settings = load_settings()
    start_journal(level=settings.log_level, as_json=settings.log_format == "json")
    logging.getLogger("asyncio").addFilter(_is_no_stop)
    stop = threading.Event()
    moment = now()  # read once: a run that begins at midnight has one day, not two
    asked = Sweep(
        city=fit_code(city),
        today=await asyncio.to_thread(day_of, settings, city=city, at=moment),
        now=moment,
        settings=settings,
        stopping=stop.is_set,
    )
    run_id = str(runtime.flow_run.id or "")
    outcome = await _work(work, asked, flow=flow, stop=stop, run_id=run_id)
    await publish(
        outcome, flow=flow, city=city, today=asked.today, console_url=settings.console_url
    )
    return dict(outcome.counts)


def _is_no_stop(record: logging.LogRecord) -> bool:
    """Drop the trace that a run leaves when it is told to stop; its state says Cancelled."""
    return not (record.exc_info and isinstance(record.exc_info[1], TerminationSignal))


async def _work(
    work: Work, asked: Sweep, *, flow: str, stop: threading.Event, run_id: str
) -> Outcome:
    try:
        return await asyncio.to_thread(run_work, asked, flow=flow, work=work, run_id=run_id)
    except UnfitForFlowsError:
        raise
    except Exception as error:
        # A database error repeats the row's values in its text; Prefect would keep them.
        log.exception("sweep failed", extra={"flow": flow, "city": asked.city})
        raise SweepError(
            f"{flow} for {asked.city} failed ({type(error).__name__}). "
            "Read the flow runner's log for the reason; the next run starts afresh."
        ) from None
    finally:
        stop.set()


def run_work(asked: Sweep, *, flow: str, work: Work, run_id: str = "") -> Outcome:
    """Do the work of a flow, with or without Prefect, and put the run on record for the console."""
    try:
        with asked.database.transaction() as session:
            report = flow_reports.begin_run(
                session,
                city=asked.city,
                flow=flow,
                business_date=asked.today,
                run_id=run_id,
                now=asked.now,
            )
        status, counts = flow_reports.FAILED, dict[str, int]()
        try:
            outcome = work(asked)
            status = flow_reports.STOPPED if asked.stopping() else flow_reports.DONE
            counts = dict(outcome.counts)
        finally:
            ended = asked.now if asked.house else now()
            with asked.database.transaction() as session:
                flow_reports.end_run(
                    session, report_id=report, status=status, counts=counts, now=ended
                )
        return outcome
    finally:
        asked.close()


def signer_of(asked: Sweep) -> SealSigner:
    """Signs seals with the key of the home."""
    vault = asked.office.vault
    return SealSigner(vault if isinstance(vault, Keys) else load_keys(asked.settings.keys_folder))


def queues_of(asked: Sweep) -> list[QueueSize]:
    """Open tickets of the city by queue, with the size above which people are told."""
    most = read_schedules(asked.settings.config_file("schedules.yaml")).queue_limit
    with asked.database.reading() as session:
        areas = [area.id for area in areas_of(session, city=asked.city)]
        sizes = queue_sizes(session, areas=areas, today=asked.today)
    return [
        QueueSize(queue=each.queue, size=each.open, overdue=each.overdue, limit=most)
        for each in sizes
    ]


def skipped_where(counts: Mapping[str, int], **why: str) -> list[Skipped]:
    """What was left alone: count → reason, for those counts that are not zero."""
    return [
        Skipped(why=reason, count=counts[name]) for name, reason in why.items() if counts.get(name)
    ]
