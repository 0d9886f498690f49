"""What staff see of a sweep in the flow UI: run name, tables, links, events.

Prefect keeps all of it in clear text and everybody with the UI's credential reads it. So only
codes, ids and counts get through; anything else is refused before it is sent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from prefect import runtime
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.events import emit_event

from subsidy.journal import holds_personal_digits
from subsidy.office import day_of
from subsidy.settings import load_settings

SWEEP_FINISHED = "subsidy.sweep.finished"
QUEUE_OVER_LIMIT = "subsidy.queue.over-limit"
IDS_SHOWN = 20

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/#-]{0,63}")


class UnfitForFlowsError(ValueError):
    """A value is no id, code or count, so it may not be kept by Prefect; report only those."""


@dataclass(frozen=True, kw_only=True)
class QueueSize:
    """Open tickets of one queue; `limit` None = the queue has no limit."""

    queue: str
    size: int
    overdue: int = 0
    limit: int | None = None

    @property
    def over_limit(self) -> bool:
        return self.limit is not None and self.size > self.limit


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """What a sweep left alone: `why` is a code; `ids` are the first few, numbers of claims."""

    why: str
    count: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """Something worth an event: `event` like `subsidy.batch.paid`, `subject` an id."""

    event: str
    subject: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a sweep did, as codes, ids and counts; construction refuses anything else."""

    counts: Mapping[str, int]
    queues: Sequence[QueueSize] = ()
    skipped: Sequence[Skipped] = ()
    milestones: Sequence[Milestone] = ()

    def __post_init__(self) -> None:
        fit_counts(self.counts)
        for each in self.queues:
            fit_code(each.queue)
            fit_counts({"size": each.size, "overdue": each.overdue, "limit": each.limit or 0})
        for skipped in self.skipped:
            for code in (skipped.why, *skipped.ids):
                fit_code(code)
            fit_counts({"count": skipped.count})
        for milestone in self.milestones:
            fit_code(milestone.event)
            fit_code(milestone.subject)
            fit_counts(milestone.counts)


def fit_code(value: str) -> str:
    """Return `value` if it is an id or code; raises UnfitForFlowsError without repeating it."""
    if not isinstance(value, str) or not _CODE.fullmatch(value) or holds_personal_digits(value):
        raise UnfitForFlowsError(
            "a text that is no id or code was about to be kept by Prefect; "
            "report the id of the record instead"
        )
    return value


def fit_counts(counts: Mapping[str, int]) -> None:
    """Check that all keys are codes and all values whole numbers, else UnfitForFlowsError."""
    for code, count in counts.items():
        fit_code(code)
        if isinstance(count, bool) or not isinstance(count, int):
            raise UnfitForFlowsError(f"{code} is no whole number; report how many, not which")


def run_name() -> str:
    """Name a run by flow, city and business date; pass it as `flow_run_name` to `@flow`."""
    city = str(runtime.flow_run.parameters.get("city", "all"))
    day = day_of(load_settings(), city=city)
    return f"{runtime.flow_run.flow_name} {fit_code(city)} {day.isoformat()}"


async def publish(outcome: Outcome, *, flow: str, city: str, today: date, console_url: str) -> None:
    """Write the artifacts and events of one finished sweep."""
    key = f"{flow}-{city}".lower()
    await acreate_markdown_artifact(
        markdown=as_markdown(outcome, flow=flow, city=city, today=today, console_url=console_url),
        key=key,
        description=f"{flow} {city} {today.isoformat()}",
    )
    if outcome.queues:
        await acreate_table_artifact(
            table=queue_rows(outcome, city=city, console_url=console_url),
            key=f"{key}-queues",
            description=f"Queues of {city} on {today.isoformat()}",
        )
    _emit(outcome, flow=flow, city=city, today=today)


def as_markdown(outcome: Outcome, *, flow: str, city: str, today: date, console_url: str) -> str:
    """Return the sweep's page: counts, what was skipped and why, links to the console."""
    lines = [f"# {flow} · {city} · {today.isoformat()}", "", "| what | how many |", "|---|---:|"]
    lines += [f"| {code} | {count} |" for code, count in outcome.counts.items()]
    if outcome.skipped:
        lines += ["", "## Left alone", "", "| why | how many | first |", "|---|---:|---|"]
    for each in outcome.skipped:
        ids = ", ".join(
            f"[{number}]({console_url}/claims/{quote(number, safe='')})"
            for number in each.ids[:IDS_SHOWN]
        )
        lines.append(f"| {each.why} | {each.count} | {ids} |")
    links = f"[tickets]({console_url}/tickets?city={city}) · [road]({console_url}/?city={city})"
    return "\n".join([*lines, "", f"Console: {links}", ""])


def queue_rows(outcome: Outcome, *, city: str, console_url: str) -> list[dict[str, object]]:
    """Return one row a queue for the table artifact."""
    return [
        {
            "queue": each.queue,
            "open": each.size,
            "overdue": each.overdue,
            "limit": each.limit if each.limit is not None else "-",
            "over": "yes" if each.over_limit else "",
            "list": f"{console_url}/tickets?city={city}&queue={each.queue}",
        }
        for each in outcome.queues
    ]


def _emit(outcome: Outcome, *, flow: str, city: str, today: date) -> None:
    facts = {"city": city, "business_date": today.isoformat()}
    emit_event(
        SWEEP_FINISHED,
        resource={"prefect.resource.id": f"subsidy.sweep.{city}.{flow}"},
        payload={**facts, "counts": dict(outcome.counts)},
    )
    for queue in outcome.queues:
        if queue.over_limit:
            emit_event(
                QUEUE_OVER_LIMIT,
                resource={"prefect.resource.id": f"subsidy.queue.{city}.{queue.queue}"},
                payload={**facts, "size": queue.size, "limit": queue.limit},
            )
    for each in outcome.milestones:
        emit_event(
            each.event,
            resource={"prefect.resource.id": f"subsidy.milestone.{city}.{each.subject}"},
            payload={**facts, "counts": dict(each.counts)},
        )
