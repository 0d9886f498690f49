"""Runs and their schedules in the office's language, and the policy as it is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from starlette.responses import Response

from subsidy.actions.claims import adopt_settings
from subsidy.actions.views.overview import recent_runs
from subsidy.actions.views.policy_values import PolicyValue, policy_values
from subsidy.console.answers import done_or_refused, go, page
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
UNITS = ("day", "working", "calendar", "month", "year", "time", "percent", "person")
"""Units that are written behind a number."""


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


@doors.post("/policy/adopt", "policy.adopt")
def adopt(visit: Entering) -> Response:
    """Claims that wait for a value take over the settings that the bureau has filled since."""
    with visit.writing() as session:
        outcome = adopt_settings(session, visit.act())
    note = visit.say(N_("Claims that took the settings over: %(n)s.")) % {
        "n": outcome.moved.get("adopted", 0)
    }
    return done_or_refused(visit, outcome, to="/policy", note=note)


@doors.get("/policy", "policy.show")
def policy(visit: Entering) -> Response:
    """Every value of the city's rules with its clause; unset and assumed ones are marked."""
    pack = visit.desk.office.packs[visit.city]
    show = visit.query.get("show", "")
    values = policy_values(pack, on=visit.today)
    return page(
        visit,
        "policy.html",
        pack=pack,
        status=pack.status_on(visit.today),
        documents=list(pack.documents.values()),
        values=[v for v in values if _is_wanted(v, show)],
        show=show,
        unset=sum(v.unset for v in values),
        assumed=sum(bool(v.assumed) for v in values),
        all_values=len(values),
        routes={code: route.name for code, route in pack.spec.routing.routes.items()},
        units=UNITS,
    )


def _is_wanted(value: PolicyValue, show: str) -> bool:
    return {"unset": value.unset, "assumed": bool(value.assumed)}.get(show, True)


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
