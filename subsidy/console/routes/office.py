"""Runs and their schedules in the office's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from starlette.responses import Response

from subsidy.actions.views.overview import recent_runs
from subsidy.console.answers import go, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.routes.overview import flow_url
from subsidy.console.visits import Entering, NotFoundError, Visit
from subsidy.flow_api import FlowApi, FlowServiceError
from subsidy.keys import load_keys
from subsidy.settings import SetupError

doors = Doors()
NEXT_DAY = "play-next-day/all"
"""Deployment of the demo that moves the business date."""


@dataclass(frozen=True)
class Scheduled:
    """One flow of config/schedules.yaml."""

    name: str
    says_zh: str
    says_en: str
    cron: str
    per_city: bool
    in_demo: str


@doors.get("/runs", "runs.show")
def runs(visit: Entering) -> Response:
    """Schedules and the last runs, with links into the flow UI."""
    with visit.reading() as session:
        found = recent_runs(session, city=visit.city)
    return page(
        visit, "runs.html", runs=found, schedules=_schedules(visit), flow_url=flow_url(visit)
    )


@doors.post("/runs/next-day", "runs.next_day")
def next_day(visit: Entering) -> Response:
    """In the demo: ask the flow runner to go on to the next working day."""
    if not visit.desk.settings.demo:
        raise NotFoundError
    try:
        auth = load_keys(visit.desk.settings.keys_folder).scheduler_auth
        with FlowApi(url=visit.desk.settings.prefect_url, auth=auth) as api:
            api.start(NEXT_DAY)
    except (FlowServiceError, SetupError):
        return go(visit, "/runs", visit.say(N_("The flow service does not answer.")), bad=True)
    return go(visit, "/runs", visit.say(N_("The next working day is on its way; reload the page.")))


def _two_languages(says: str) -> tuple[str, str]:
    """The Chinese sentence and the English one of an entry; both the same where it has only one."""
    chinese, stop, english = says.partition("。 ")
    return (chinese + stop.strip(), english) if english else (says, says)


def _schedules(visit: Visit) -> list[Scheduled]:
    """What runs when, as the file says it (the flows themselves are not asked)."""
    path = visit.desk.settings.config_file("schedules.yaml")
    told: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    flows: dict[str, dict[str, Any]] = told.get("flows") or {}
    return [
        Scheduled(
            name,
            *_two_languages(str(each.get("says", ""))),
            str(each.get("cron") or ""),
            bool(each.get("per_city", True)),
            str(each.get("in_demo", "by_hand")),
        )
        for name, each in flows.items()
    ]
