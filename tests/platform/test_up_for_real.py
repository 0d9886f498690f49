"""`subsidy up` as a person runs it: started, used, hurt, stopped. One test: a start costs seconds."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from subsidy.commands.installation.doctor import examine
from subsidy.flow_api import FlowApi, FlowRun
from subsidy.keys import load_keys
from subsidy.settings import CHECKOUT, Settings
from subsidy.supervisor.parts import RUNNER_TAG, children_file, ready_file
from tests.platform.places import free_port, settings_in

SCHEDULES = """
time_zone: Asia/Shanghai
flows:
  count-queues: {flow: "tests.flows.sample_sweeps:count_queues", says: Counts., cron: "0 8 * * *"}
  sit-still: {flow: "tests.flows.sample_sweeps:sit_still", says: Sits still.}
  tell-owners: {flow: "tests.flows.sample_sweeps:tell_owners", says: Tells.}
automations:
  queue-over-limit: {on_event: subsidy.queue.over-limit, run: tell-owners, says: Tells.}
"""
PLACEHOLDER = "tests.platform.placeholder_console:create_app"
DRIVER = """
import sys
from pathlib import Path
from subsidy.commands.installation.up import start
from subsidy.settings import load_settings
flags = {"home": sys.argv[1], "port": int(sys.argv[2]), "prefect_port": int(sys.argv[3])}
flags |= {"poll_seconds": 1}
sys.exit(start(load_settings(flags=flags), console_app=sys.argv[4]))
"""
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "schedules.yaml").write_text(SCHEDULES)
    return settings_in(home, port=free_port(), prefect_port=free_port())


@pytest.mark.prefect
@pytest.mark.slow
def test_a_killed_runner_and_a_stopped_installation_leave_no_process_and_no_running_run(
    settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with _up(settings, log) as supervisor, _api(settings) as api:
        _a_run_reports_and_sets_off_the_automation(settings, api)
        _start_sitting(settings, api)
        below = psutil.Process(supervisor.pid).children(recursive=True)

        _kill_the_runner(settings)
        _until(lambda: _states(settings, "sit-still") == ["CRASHED"])
        _until(ready_file(settings).exists)

        _start_sitting(settings, api)
        below += psutil.Process(supervisor.pid).children(recursive=True)
        began = time.monotonic()
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(20) == 0
        assert time.monotonic() - began < settings.stop_timeout_seconds
    assert not any(map(_alive, below))
    assert not {"RUNNING", "PENDING", "CANCELLING"} & set(_states(settings))
    told = log.read_text()
    assert "flow runner ended unexpectedly (signal SIGKILL)" in told
    assert "marked 1 open flow run(s) Crashed" in told
    assert f"console    http://127.0.0.1:{settings.port}" in told
    assert load_keys(settings.keys_folder).scheduler_auth not in told


def _a_run_reports_and_sets_off_the_automation(settings: Settings, api: FlowApi) -> None:
    deployments = {each.name: each for each in api.deployments(tag=RUNNER_TAG)}
    assert set(deployments) == {
        f"{flow}/hangzhou" for flow in ("count-queues", "sit-still", "tell-owners")
    }
    assert deployments["count-queues/hangzhou"].crons == ("0 8 * * *",)

    run = _ended(api, api.start("count-queues/hangzhou"))

    assert run.state == "COMPLETED"
    assert run.name.startswith("count-queues hangzhou 20")
    _until((settings.run_folder / "told").exists)
    keys = [row[0] for row in _rows(settings, "select key from artifact where key is not null")]
    assert {"count-queues-hangzhou", "count-queues-hangzhou-queues"} <= set(keys)
    # The service itself made runs from the schedule.
    _until(lambda: "SCHEDULED" in _states(settings, "count-queues"))


def _kill_the_runner(settings: Settings) -> None:
    memory = examine(settings)["processes"]["memory_mb"]
    assert set(memory) == {"flow-service", "flow-runner", "console"}
    assert all(memory.values())
    os.kill(json.loads(children_file(settings).read_text())["flow-runner"], signal.SIGKILL)


def _start_sitting(settings: Settings, api: FlowApi) -> None:
    sign = settings.run_folder / "sitting"
    sign.unlink(missing_ok=True)
    api.start("sit-still/hangzhou")
    _until(sign.exists)
    # It holds the only slot, so a second one is turned away.
    assert _ended(api, api.start("sit-still/hangzhou")).state == "CANCELLED"


@contextmanager
def _up(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    log.unlink(missing_ok=True)
    arguments = [str(settings.home), str(settings.port), str(settings.prefect_port), PLACEHOLDER]
    environ = {name: value for name, value in os.environ.items() if name != "SUBSIDY_HOME"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, *arguments],
            cwd=CHECKOUT,
            env=environ,
            stdout=out,
            stderr=out,
        )
    try:
        _until(lambda: "Ctrl-C stops everything" in log.read_text(), seconds=60, alive=process)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def _api(settings: Settings) -> FlowApi:
    auth = load_keys(settings.keys_folder).scheduler_auth
    return FlowApi(url=settings.prefect_url, auth=auth)


def _ended(api: FlowApi, run: FlowRun) -> FlowRun:
    _until(lambda: api.read_run(run.id).state in ENDED)
    return api.read_run(run.id)


def _states(settings: Settings, flow: str = "%") -> list[str]:
    """Return the states of a flow's runs but for the cancelled ones, oldest first."""
    return [
        row[0]
        for row in _rows(
            settings,
            "select r.state_type from flow_run r join flow f on f.id = r.flow_id "
            f"where f.name like '{flow}' and r.state_type <> 'CANCELLED' order by r.created",
        )
    ]


def _rows(settings: Settings, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(settings.prefect_home / "prefect.db", timeout=10)) as link:
        return link.execute(query).fetchall()


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _until(
    check: Callable[[], object],
    *,
    seconds: float = 20,
    alive: subprocess.Popen[bytes] | None = None,
) -> None:
    limit = time.monotonic() + seconds
    while not check():
        assert alive is None or alive.poll() is None, "the supervisor ended"
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.1)
