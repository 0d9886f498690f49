"""The flow runner: registers what config/schedules.yaml declares, then executes due runs.

Run as `python -m flows.serve` by `subsidy up`. Before it takes a run it crashes the open runs of
a runner that died, since nobody executes those any more and they would keep their slot.
"""

import asyncio
import importlib
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows.schedules import WHOLE_LAND, Scheduled, Schedules, SetOff, read_schedules
from subsidy.flow_api import FlowApi
from subsidy.journal import start_journal
from subsidy.keys import load_keys
from subsidy.settings import Settings, SetupError, load_settings
from subsidy.supervisor.parts import RUNNER_TAG, ready_file

SERVICE_WAIT_SECONDS = 60
EXIT_SETUP = 3
log = logging.getLogger("subsidy.flows")


class HomeRunner(Runner):
    """Prefect's runner with a stop that works: its own handler exits before it has stopped."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        self.execute_in_background(self.astop)


def main() -> int:
    """Serve until SIGTERM; returns the exit code."""
    try:
        settings = load_settings()
        start_journal(level=settings.log_level, as_json=settings.log_format == "json")
        schedules = read_schedules(settings.config_file("schedules.yaml"))
        planned = list(plan(settings, schedules))
        auth = load_keys(settings.keys_folder).scheduler_auth
    except SetupError as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return EXIT_SETUP
    with FlowApi(url=settings.prefect_url, auth=auth) as api:
        _wait_for_service(api)
        crashed = api.crash_open_runs(
            tag=RUNNER_TAG, message="The flow runner had ended while this run was under way."
        )
        if crashed:
            log.warning("crashed open runs of an earlier runner", extra={"count": crashed})
        asyncio.run(_serve(settings, schedules, planned, api))
    return 0


def plan(
    settings: Settings, schedules: Schedules
) -> Iterator[tuple[str, str, Scheduled, "Flow[Any, Any]"]]:
    """Yield (flow name, city or "all", declaration, flow) of every deployment to register.

    Raises SetupError for a flow that cannot be imported.
    """
    for name, declared in schedules.flows.items():
        if declared.demo_only and not settings.demo:
            continue
        flow = _imported(name, declared)
        for city in settings.cities if declared.per_city else (WHOLE_LAND,):
            yield name, city, declared, flow


async def _serve(
    settings: Settings,
    schedules: Schedules,
    planned: list[tuple[str, str, Scheduled, "Flow[Any, Any]"]],
    api: FlowApi,
) -> None:
    runner = HomeRunner(name="subsidy", pause_on_shutdown=False)
    ids: dict[tuple[str, str], str] = {}
    for name, city, declared, flow in planned:
        deployment_id = await runner.aadd_flow(
            flow,
            name=city,
            schedule=_schedule(settings, schedules, declared, slug=f"{name}-{city}"),
            paused=False,
            concurrency_limit=ConcurrencyLimitConfig(
                limit=1, collision_strategy=ConcurrencyLimitStrategy(declared.on_collision)
            ),
            parameters={"city": city} if declared.per_city else {},
            description=declared.says,
            tags=["subsidy", RUNNER_TAG, f"city:{city}"],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        ids[name, city] = str(deployment_id)
    await asyncio.to_thread(_tidy, api, ids, schedules)
    _tell_ready(settings, ids)
    await runner.start()


def _schedule(
    settings: Settings, schedules: Schedules, declared: Scheduled, *, slug: str
) -> Schedule | None:
    if declared.cron is None:
        return None
    # In the demo the scenario moves the business date and starts the sweeps that it wants.
    active = not settings.demo or declared.in_demo == "scheduled"
    return Cron(declared.cron, timezone=schedules.time_zone, active=active, slug=slug)


def _tidy(api: FlowApi, ids: dict[tuple[str, str], str], schedules: Schedules) -> None:
    """Remove deployments that are no longer declared and put the automations in place."""
    for deployment in api.deployments(tag=RUNNER_TAG):
        if deployment.id not in ids.values():
            api.delete_deployment(deployment.id)
    for name, declared in schedules.automations.items():
        for (flow, city), deployment_id in ids.items():
            if flow == declared.run:
                api.put_automation(_automation(f"{name}-{city}", declared, city, deployment_id))


def _automation(name: str, declared: SetOff, city: str, deployment_id: str) -> dict[str, Any]:
    of_city = {} if city == WHOLE_LAND else {"prefect.resource.id": f"subsidy.*.{city}.*"}
    return {
        "name": name,
        "description": declared.says,
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Reactive",
            "expect": [declared.on_event],
            "match": of_city,
            "for_each": ["prefect.resource.id"],
            "threshold": 1,
            "within": 0,
        },
        "actions": [
            {"type": "run-deployment", "source": "selected", "deployment_id": deployment_id}
        ],
    }


def _wait_for_service(api: FlowApi) -> None:
    limit = time.monotonic() + SERVICE_WAIT_SECONDS
    while not api.healthy():
        if time.monotonic() > limit:
            raise SystemExit(f"The flow service did not answer within {SERVICE_WAIT_SECONDS} s.")
        time.sleep(0.2)


def _tell_ready(settings: Settings, ids: dict[tuple[str, str], str]) -> None:
    path = ready_file(settings)
    note = {"pid": os.getpid(), "deployments": {f"{f}/{c}": i for (f, c), i in ids.items()}}
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(note), encoding="ascii")
    draft.replace(path)


def _imported(name: str, declared: Scheduled) -> "Flow[Any, Any]":
    module, _, function = declared.flow.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise SetupError(
            f"schedules.yaml: flows.{name}.flow names {declared.flow}, which cannot be loaded "
            f"({error}). Correct the name, or remove the flow."
        ) from error
    if not isinstance(found, Flow):
        raise SetupError(f"schedules.yaml: flows.{name}.flow: {declared.flow} is no flow.")
    return found


if __name__ == "__main__":
    sys.exit(main())
