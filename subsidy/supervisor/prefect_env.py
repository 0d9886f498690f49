"""The variables that the flow service, the runner and its runs get.

Variables of the calling shell that start with PREFECT_ are dropped: a developer's own profile
must not send our runs elsewhere. An engineer sets more in `[prefect]` of settings.toml.
"""

import os
from collections.abc import Mapping

from subsidy.settings import Settings

EVENTS_KEPT_DAYS = 14
RUNS_KEPT_DAYS = 400
BEAT_SECONDS = 30
RUNS_AT_ONCE = 2


def child_environment(
    settings: Settings, *, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of every child: the caller's, our flags, nobody's PREFECT_*."""
    inherited = os.environ if environ is None else environ
    kept = {name: value for name, value in inherited.items() if not name.startswith("PREFECT_")}
    return kept | settings.environment() | {"PYTHONUNBUFFERED": "1", "DO_NOT_TRACK": "1"}


def prefect_variables(settings: Settings, *, auth: str) -> dict[str, str]:
    """Return the PREFECT_* variables of server, runner and runs; `auth` is `user:word`."""
    variables = _service(settings, auth) | _client(settings, auth) | _kept(settings)
    if settings.prefect_database_url:
        variables |= _on_postgresql(settings.prefect_database_url)
    return variables | dict(settings.prefect)


def _service(settings: Settings, auth: str) -> dict[str, str]:
    origins = {settings.prefect_url, settings.console_url}
    return {
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": ",".join(sorted(origins)),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }


def _client(settings: Settings, auth: str) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(settings.prefect_home),
        "PREFECT_API_URL": f"{settings.prefect_url}/api",
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(BEAT_SECONDS),
        "PREFECT_RUNNER_POLL_FREQUENCY": str(max(1, round(settings.poll_seconds))),
        "PREFECT_RUNNER_PROCESS_LIMIT": str(RUNS_AT_ONCE),
        # A result could hold personal data and Prefect would keep it in clear text.
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }


def _kept(settings: Settings) -> dict[str, str]:
    return {
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{EVENTS_KEPT_DAYS}D",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": f"P{RUNS_KEPT_DAYS}D",
    }


def _on_postgresql(url: str) -> dict[str, str]:
    batches = {
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    }
    address = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}
    return address | (batches if url.startswith("postgresql") else {})
