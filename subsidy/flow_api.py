"""Prefect's REST API with plain HTTP: what the supervisor and the console ask of it.

Importing Prefect's own client costs 2 seconds and 90 MB in every process; these few calls need
neither. Nothing personal may be put into parameters: Prefect keeps them in clear text.
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

OPEN_STATES = ("RUNNING", "PENDING", "CANCELLING")
PAGE = 200
# Its database is locked for a moment, or it limits the rate; what was asked is not done.
BUSY = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
RETRY_PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0)


class FlowServiceError(Exception):
    """The flow service did not answer, or refused; try again when it is up."""


@dataclass(frozen=True)
class FlowRun:
    """One run as the flow service tells it."""

    id: str
    name: str
    deployment_id: str | None
    state: str
    state_name: str
    expected_start: datetime | None
    started: datetime | None
    ended: datetime | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Deployment:
    """A flow for one city: `name` is `flow/city`; `scheduled`: it starts by itself."""

    id: str
    name: str
    scheduled: bool
    tags: tuple[str, ...]
    crons: tuple[str, ...]


class FlowApi:
    """Calls to one flow service; use it as a context manager."""

    def __init__(self, *, url: str, auth: str, timeout_seconds: float = 10) -> None:
        """`url` is the service's address without `/api`; `auth` is its credential `user:word`."""
        user, _, word = auth.partition(":")
        self._http = httpx.Client(
            base_url=f"{url}/api",
            auth=httpx.BasicAuth(user, word),
            timeout=timeout_seconds,
            trust_env=False,
        )
        self._client_id = str(uuid.uuid4())
        self._csrf: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def healthy(self) -> bool:
        """Return whether the service answers; never raises."""
        try:
            return self._http.get("/health").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def open_runs(self, *, tag: str | None = None) -> list[FlowRun]:
        """Return runs that hold a slot: running, pending or cancelling.

        With `tag`, those of deployments that carry it, and the runs below those.
        """
        state = {"type": {"any_": list(OPEN_STATES)}}
        body: dict[str, Any] = {"flow_runs": {"state": state}}
        if tag:
            body["deployments"] = {"tags": {"all_": [tag]}}
        found = {run.id: run for run in self._runs(body)}
        fresh = list(found)
        while fresh:
            below = {"state": state, "parent_flow_run_id": {"any_": fresh}}
            children = {run.id: run for run in self._runs({"flow_runs": below})}
            fresh = [each for each in children if each not in found]
            found |= children
        return list(found.values())

    def crash(self, run_id: str, *, message: str) -> bool:
        """Set a run that nobody executes any more to Crashed, which frees its slot.

        Returns False if the run had already ended.
        """
        state = {"type": "CRASHED", "name": "Crashed", "message": message}
        answer = self._post(f"/flow_runs/{run_id}/set_state", {"state": state, "force": False})
        for task in self._open_tasks(run_id):
            self._post(f"/task_runs/{task}/set_state", {"state": state, "force": True})
        return bool(answer["status"] == "ACCEPT")

    def crash_open_runs(self, *, tag: str, message: str) -> int:
        """Crash the open runs of the deployments with `tag`; returns how many there were."""
        return sum(self.crash(run.id, message=message) for run in self.open_runs(tag=tag))

    def deployments(self, *, tag: str | None = None) -> list[Deployment]:
        """Return the deployments, by name."""
        body: dict[str, Any] = {"deployments": {"tags": {"all_": [tag]}}} if tag else {}
        rows = list(self._pages("/deployments/filter", body))
        flows = {each["id"]: each["name"] for each in self._pages("/flows/filter", {})}
        found = [
            Deployment(
                id=row["id"],
                name=f"{flows.get(row['flow_id'], '?')}/{row['name']}",
                scheduled=not row["paused"] and any(each["active"] for each in row["schedules"]),
                tags=tuple(row["tags"]),
                crons=tuple(each["schedule"].get("cron", "") for each in row["schedules"]),
            )
            for row in rows
        ]
        return sorted(found, key=lambda each: each.name)

    def recent_runs(self, *, limit: int = 50, deployment_id: str | None = None) -> list[FlowRun]:
        """Return the runs that started or ended last, newest first; scheduled ones left out."""
        runs: dict[str, Any] = {"state": {"type": {"not_any_": ["SCHEDULED"]}}}
        if deployment_id:
            runs["deployment_id"] = {"any_": [deployment_id]}
        body = {"flow_runs": runs, "sort": "START_TIME_DESC", "limit": limit}
        return [_flow_run(row) for row in self._post("/flow_runs/filter", body)]

    def read_run(self, run_id: str) -> FlowRun:
        """Return one run; raises FlowServiceError if there is none."""
        return _flow_run(self._get(f"/flow_runs/{run_id}"))

    def start(
        self, name: str, *, parameters: dict[str, Any] | None = None, run_name: str | None = None
    ) -> FlowRun:
        """Ask for a run of the deployment `flow/city` now and return it.

        `run_name` is shown until the run begins and names itself.
        """
        deployment = self._get(f"/deployments/name/{name}")
        body = {
            "parameters": parameters or {},
            "state": {"type": "SCHEDULED"},
            "idempotency_key": str(uuid.uuid4()),
            **({"name": run_name} if run_name else {}),
        }
        return _flow_run(self._post(f"/deployments/{deployment['id']}/create_flow_run", body))

    def delete_deployment(self, deployment_id: str) -> None:
        """Remove a deployment with its schedules; its finished runs stay."""
        self._send("DELETE", f"/deployments/{deployment_id}", None)

    def automations(self) -> list[dict[str, Any]]:
        """Return all automations as the service tells them."""
        return list(self._pages("/automations/filter", {"sort": "NAME_ASC"}))

    def put_automation(self, automation: dict[str, Any]) -> str:
        """Create the automation, or replace the one of the same name; returns its id."""
        for each in self.automations():
            if each["name"] == automation["name"]:
                self._send("PUT", f"/automations/{each['id']}", automation)
                return str(each["id"])
        return str(self._post("/automations/", automation)["id"])

    def _runs(self, body: dict[str, Any]) -> Iterator[FlowRun]:
        return (_flow_run(row) for row in self._pages("/flow_runs/filter", body))

    def _open_tasks(self, run_id: str) -> list[str]:
        body = {
            "flow_runs": {"id": {"any_": [run_id]}},
            "task_runs": {"state": {"type": {"any_": list(OPEN_STATES)}}},
        }
        return [row["id"] for row in self._pages("/task_runs/filter", body)]

    def _pages(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._post(path, {**body, "limit": PAGE, "offset": len(rows)})
            rows += page
            if len(page) < PAGE:
                return iter(rows)

    def _get(self, path: str) -> Any:
        return self._send("GET", path, None)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            answer = self._request(method, path, body)
            for pause in RETRY_PAUSES_SECONDS:
                if answer.status_code == httpx.codes.FORBIDDEN and self._csrf:
                    self._csrf = None  # it expires after an hour
                elif answer.status_code not in BUSY:
                    break
                time.sleep(pause)
                answer = self._request(method, path, body)
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise FlowServiceError(
                f"The flow service answered {error.response.status_code} to {method} {path}."
            ) from error
        except httpx.HTTPError as error:
            raise FlowServiceError(
                f"The flow service did not answer {method} {path} ({type(error).__name__})."
            ) from error
        return answer.json() if answer.content else None

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        headers = {} if method == "GET" else self._csrf_headers()
        return self._http.request(method, path, json=body, headers=headers)

    def _csrf_headers(self) -> dict[str, str]:
        if self._csrf is None:
            answer = self._http.get("/csrf-token", params={"client": self._client_id})
            # 422: the service runs without this protection.
            self._csrf = answer.json()["token"] if answer.is_success else ""
        headers = {"Prefect-Csrf-Client": self._client_id, "Prefect-Csrf-Token": self._csrf}
        return headers if self._csrf else {}


def _flow_run(row: dict[str, Any]) -> FlowRun:
    return FlowRun(
        id=row["id"],
        name=row["name"],
        deployment_id=row["deployment_id"],
        state=row["state_type"] or "",
        state_name=row["state_name"] or "",
        expected_start=_moment(row["expected_start_time"]),
        started=_moment(row["start_time"]),
        ended=_moment(row["end_time"]),
        tags=tuple(row["tags"]),
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value.replace("Z", "+00:00")) if value else None
