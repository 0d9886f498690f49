"""The story as flow runs: one parent run, one run a week, so that staff can watch it in the flow UI."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact

from flows.reporting import fit_code, fit_counts
from subsidy.scenario.player import DayReport, Player
from subsidy.scenario.reading import STORY, read_scenario
from subsidy.settings import Settings, SetupError, load_settings

FLOW = "play-story"
NEXT_DAY = "play-next-day"


def open_player(settings: Settings) -> Player:
    """The player of the shipped story on this home. Raises SetupError outside a demo home."""
    if not settings.demo:
        raise SetupError("The story writes generated people; it is played in a demo home only.")
    return Player(settings, read_scenario(Path(settings.config_file(STORY))))


@flow(name=FLOW, flow_run_name="play-story")
async def play_story() -> dict[str, int]:
    """Play every week of the story that is left."""
    settings = load_settings()
    player = await asyncio.to_thread(open_player, settings)
    weeks = weeks_of(player.days_left())
    player.database.dispose()
    total: Counter[str] = Counter()
    for first, last in weeks:
        total.update(await play_week(first=first.isoformat(), last=last.isoformat()))
    return dict(total)


@flow(name="play-week", flow_run_name="play-week {first} {last}")
async def play_week(first: str, last: str) -> dict[str, int]:
    """Play the days from `first` to `last`, inclusive, that have not been played yet."""
    settings = load_settings()
    stop = threading.Event()
    try:
        reports = await asyncio.to_thread(_play, settings, date.fromisoformat(last), stop.is_set)
    finally:
        stop.set()  # a run that is cancelled lets the day under way end and begins no other
    counts = counted(reports)
    fit_counts(counts)
    await acreate_markdown_artifact(
        key=f"{FLOW}-{first}",
        markdown=as_markdown(reports, console_url=settings.console_url),
        description=f"{FLOW} {first} {last}",
    )
    return counts


@flow(name=NEXT_DAY, flow_run_name=NEXT_DAY)
async def play_next_day() -> dict[str, int]:
    """Go on to the next working day once the story is over; the bank answers what was sent."""
    settings = load_settings()
    reports = await asyncio.to_thread(_go_on, settings)
    counts = counted(reports)
    fit_counts(counts)
    await acreate_markdown_artifact(
        key=f"{NEXT_DAY}-{reports[-1].day.isoformat()}",
        markdown=as_markdown(reports, console_url=settings.console_url),
        description=f"{NEXT_DAY} {reports[-1].day.isoformat()}",
    )
    return counts


def _go_on(settings: Settings) -> list[DayReport]:
    player = open_player(settings)
    try:
        return player.next_working_day()
    finally:
        player.database.dispose()


def _play(settings: Settings, last: date, stopping: Callable[[], bool]) -> list[DayReport]:
    player = open_player(settings)
    reports: list[DayReport] = []
    try:
        player.play(until=last, say=reports.append, stopping=stopping)
    finally:
        player.database.dispose()
    return reports


def weeks_of(days: Sequence[date]) -> list[tuple[date, date]]:
    """Group days into weeks from Monday to Sunday: (first, last) of each."""
    weeks: list[tuple[date, date]] = []
    for day in days:
        if weeks and weeks[-1][1].isocalendar()[:2] == day.isocalendar()[:2]:
            weeks[-1] = (weeks[-1][0], day)
        else:
            weeks.append((day, day))
    return weeks


def counted(reports: Sequence[DayReport]) -> dict[str, int]:
    """What the flows' work moved over the days, by flow and count: `advance-claims.payable`."""
    total: Counter[str] = Counter()
    for report in reports:
        for work in report.work.values():
            for name, counts in work.items():
                total.update({f"{name}.{code}": n for code, n in counts.items() if n})
    return dict(sorted(total.items()))


def as_markdown(reports: Sequence[DayReport], *, console_url: str) -> str:
    """A table a clerk can read: day, deeds of people, work of the flows."""
    lines = ["| business date | deeds | moved by the flows |", "|---|---|---|"]
    for report in reports:
        moved = counted([report])
        deeds = "; ".join(report.deeds)
        work = ", ".join(f"{fit_code(code)} {n}" for code, n in moved.items())
        if deeds or work:
            lines.append(f"| {report.day.isoformat()} | {deeds} | {work} |")
    return "\n".join([*lines, "", f"[console]({console_url}/)", ""])
