"""A child process has its own group, passes on its lines, and leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from subsidy.settings import CHECKOUT
from subsidy.supervisor.children import Child, Part
from subsidy.supervisor.running import Supervisor
from tests.platform.places import settings_in

SLEEPER = """
import subprocess, sys, time
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("below", below.pid, flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
FRAIL = "import time; time.sleep(0.3); raise SystemExit(9)"
WELL = "import time; time.sleep(60)"


@pytest.fixture
def part(tmp_path: Path) -> Callable[..., Part]:
    def make(code: str, *, name: str = "part", ready: bool = True) -> Part:
        (tmp_path / f"{name}_code.py").write_text(code)
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{CHECKOUT}"}
        return Part(
            name=name,
            title=name,
            module=f"{name}_code",
            arguments=(),
            environment=environment,
            ready=lambda: ready,
        )

    return make


def _until(check: Callable[[], object], *, seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.02)


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.slow
def test_burying_a_child_ends_the_processes_that_it_started(part: Callable[..., Part]) -> None:
    lines: list[str] = []
    child = Child(part=part(SLEEPER), say=lambda name, line: lines.append(line))
    _until(lambda: lines)
    below = int(lines[0].split()[1])
    assert os.getpgid(below) == child.pid != os.getpgrp()

    child.ask_to_stop()
    _until(child.ended)
    child.bury()

    assert child.exit_code == -signal.SIGTERM
    _until(lambda: _gone(below))


@pytest.mark.slow
def test_children_end_by_themselves_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    code = f"""
import sys, time
sys.path.insert(0, {str(CHECKOUT)!r})
from subsidy.supervisor.children import Child, Part
import os
environment = dict(os.environ, PYTHONPATH={f"{tmp_path}:{CHECKOUT}"!r})
part = Part(name="p", title="p", module="sleeper_code", arguments=(), environment=environment,
            ready=lambda: True)
child = Child(part=part, say=lambda name, line: print(child.pid, line, flush=True))
time.sleep(60)
"""
    (tmp_path / "sleeper_code.py").write_text(SLEEPER)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as top:
        assert top.stdout is not None
        child, _, below = top.stdout.readline().split()
        top.kill()

    _until(lambda: _gone(int(child)) and _gone(int(below)))


def _supervisor(home: Path, parts: list[Part], **flags: object) -> tuple[Supervisor, list[str]]:
    settings = settings_in(home, **flags)
    settings.run_folder.mkdir(parents=True)
    lines: list[str] = []
    supervisor = Supervisor(
        settings=settings, parts=parts, auth="u:w", say=lambda name, line: lines.append(line)
    )
    return supervisor, lines


@pytest.mark.slow
def test_a_stubborn_part_is_killed_within_the_limit(
    tmp_path: Path, part: Callable[..., Part]
) -> None:
    supervisor, lines = _supervisor(
        tmp_path / "home", [part(STUBBORN, name="deaf")], stop_timeout_seconds=5
    )

    def stop_when_up(seconds: float) -> None:
        _until(lambda: "up" in lines)
        supervisor.ask_to_stop()

    assert supervisor.run(when_ready=stop_when_up) == 0

    assert "deaf did not stop in time and is killed" in lines


def test_a_part_that_ends_while_starting_stops_everything_with_a_sentence(
    tmp_path: Path, part: Callable[..., Part]
) -> None:
    parts = [
        part(WELL, name="well"),
        part("raise SystemExit(4)", name="ill", ready=False),
    ]
    supervisor, lines = _supervisor(tmp_path / "home", parts)

    assert supervisor.run(when_ready=lambda seconds: None) == 1

    assert "ill ended while starting (exit code 4); stopping" in lines


@pytest.mark.slow
def test_a_part_that_dies_is_started_again_until_it_dies_too_often(
    tmp_path: Path, part: Callable[..., Part]
) -> None:
    supervisor, lines = _supervisor(tmp_path / "home", [part(FRAIL, name="frail")])

    assert supervisor.run(when_ready=lambda seconds: None) == 1

    assert lines.count("frail ended unexpectedly (exit code 9)") == 4
    assert lines.count("starting the frail again") == 3
    assert any("ended 4 times within 60 s; stopping everything" in line for line in lines)


def test_a_part_that_never_answers_is_named(tmp_path: Path, part: Callable[..., Part]) -> None:
    slow = part(WELL, name="mute", ready=False)
    supervisor, lines = _supervisor(tmp_path / "home", [slow], start_timeout_seconds=1)

    assert supervisor.run(when_ready=lambda seconds: None) == 1

    assert any("mute did not answer within 1 s; stopping" in line for line in lines)
