"""The three parts of one installation and how each is started."""

from pathlib import Path

from subsidy.settings import Settings
from subsidy.supervisor.children import Part, answers, exists
from subsidy.supervisor.prefect_env import child_environment, prefect_variables

FLOW_SERVICE, FLOW_RUNNER, CONSOLE = "flow-service", "flow-runner", "console"
# Carried by the deployments that this home's runner executes: whatever of theirs is open when the
# runner is gone, nobody executes.
RUNNER_TAG = "runner:local"
CONSOLE_APP = "subsidy.console.app:create_app"
FLOW_SERVICE_APP = "subsidy.supervisor.flow_service:create_app"


def ready_file(settings: Settings) -> Path:
    """The flow runner writes it (JSON: its deployments) when it takes runs."""
    return settings.run_folder / "flow-runner.ready"


def children_file(settings: Settings) -> Path:
    """The supervisor keeps the process id of each part in it (JSON), for `subsidy doctor`."""
    return settings.run_folder / "children.json"


def parts_of(settings: Settings, *, auth: str, console_app: str = CONSOLE_APP) -> tuple[Part, ...]:
    """Return the parts in the order of their start; they are stopped in reverse.

    `auth` is the flow service's credential.
    """
    plain = child_environment(settings)
    scheduling = plain | prefect_variables(settings, auth=auth)
    quiet = ("--log-level", "warning", "--no-access-log")

    return (
        Part(
            name=FLOW_SERVICE,
            title="flow service and its pages",
            module="uvicorn",
            arguments=(
                "--factory", FLOW_SERVICE_APP, "--host", "127.0.0.1",
                "--port", str(settings.prefect_port), "--timeout-graceful-shutdown", "3", *quiet,
            ),
            environment=scheduling,
            ready=answers("127.0.0.1", settings.prefect_port, "/api/health"),
        ),
        Part(
            name=FLOW_RUNNER,
            title="flow runner",
            module="flows.serve",
            arguments=(),
            environment=scheduling,
            ready=exists(ready_file(settings)),
        ),
        Part(
            name=CONSOLE,
            title="console",
            module="uvicorn",
            arguments=(
                "--factory", console_app, "--host", settings.host,
                "--port", str(settings.port), "--timeout-graceful-shutdown", "3", *quiet,
            ),
            environment=plain,
            ready=answers(settings.host, settings.port, "/"),
        ),
    )  # fmt: skip
