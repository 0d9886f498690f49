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
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from prefect.exceptions import TerminationSignal

from flows.reporting import Outcome, UnfitForFlowsError, fit_code, publish
from subsidy.clock import business_day, now
from subsidy.journal import start_journal
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


Work = Callable[[Sweep], Outcome]


async def sweep(*, flow: str, city: str, work: Work) -> dict[str, int]:
    """Run `work` for `city` on the business day and publish what it did.

    Returns the counts. Raises SweepError, with nothing personal in it, for any fault.
    """
    settings = load_settings()
    start_journal(level=settings.log_level, as_json=settings.log_format == "json")
    logging.getLogger("asyncio").addFilter(_is_no_stop)
    stop = threading.Event()
    asked = Sweep(
        city=fit_code(city),
        today=business_day(settings),
        now=now(),
        settings=settings,
        stopping=stop.is_set,
    )
    outcome = await _work(work, asked, flow=flow, stop=stop)
    await publish(
        outcome, flow=flow, city=city, today=asked.today, console_url=settings.console_url
    )
    return dict(outcome.counts)


def _is_no_stop(record: logging.LogRecord) -> bool:
    """Drop the trace that a run leaves when it is told to stop; its state says Cancelled."""
    return not (record.exc_info and isinstance(record.exc_info[1], TerminationSignal))


async def _work(work: Work, asked: Sweep, *, flow: str, stop: threading.Event) -> Outcome:
    try:
        return await asyncio.to_thread(work, asked)
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
