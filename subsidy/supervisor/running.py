"""Starts the parts, watches them, and stops them in reverse order by their own process ids."""

import json
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from subsidy.settings import Settings
from subsidy.supervisor.children import Child, Part, Say
from subsidy.supervisor.parts import (
    FLOW_RUNNER,
    FLOW_SERVICE,
    RUNNER_TAG,
    children_file,
    ready_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from subsidy.flow_api import FlowApi

LOOK_SECONDS = 0.2
SERVICE_STOP_SECONDS = 4
TWIN_SECONDS = 1
RESTARTS, RESTARTS_WITHIN_SECONDS = 3, 60
CRASHED_BY_STOP = "The flow runner was stopped while this run was under way; it resumes when due."
CRASHED_BY_DEATH = "The flow runner ended unexpectedly while this run was under way."


class Supervisor:
    """Holds the children of one home from start to stop. `run` blocks and returns an exit code."""

    def __init__(self, *, settings: Settings, parts: Sequence[Part], auth: str, say: Say) -> None:
        self._settings = settings
        self._parts = tuple(parts)
        self._auth = auth
        self._say_line = say
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, deque[float]] = {part.name: deque() for part in parts}
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._asked_at: float | None = None

    def run(self, *, when_ready: Callable[[float], None]) -> int:
        """Start all parts together and stay until a signal or a part that keeps dying.

        `when_ready` gets the seconds that the start took. Returns 0 after a signal, 1 if a part
        could not be kept running.
        """
        began = time.monotonic()
        with self._signals():
            try:
                ready_file(self._settings).unlink(missing_ok=True)
                for part in self._parts:
                    self._start(part)
                if not self._wait_until_ready():
                    return 0 if self._stop.is_set() else 1
                when_ready(time.monotonic() - began)
                return self._watch()
            finally:
                self._stop_all()

    def ask_to_stop(self) -> None:
        """Stop soon; asked again a second later or more: at once.

        A terminal and `make` may both pass on one Ctrl-C, so a twin signal does not count.
        """
        now = time.monotonic()
        if self._asked_at is None:
            self._asked_at = now
        elif now - self._asked_at > TWIN_SECONDS:
            self._hurry.set()
        self._stop.set()

    def _start(self, part: Part) -> None:
        self._children[part.name] = Child(part=part, say=self._say_line)
        pids = {name: child.pid for name, child in self._children.items()}
        children_file(self._settings).write_text(json.dumps(pids), encoding="ascii")

    def _wait_until_ready(self) -> bool:
        limit = time.monotonic() + self._settings.start_timeout_seconds
        while not self._stop.is_set():
            waiting = [child for child in self._children.values() if not child.ready]
            if not waiting:
                return True
            for child in waiting:
                if child.ended():
                    self._tell_early_end(child)
                    return False
                child.ready = child.part.ready()
                if child.ready:
                    seconds = time.monotonic() - child.started_at
                    self._say(f"{child.part.title} is ready after {seconds:.1f} s")
            if time.monotonic() > limit:
                names = " and ".join(child.part.title for child in waiting if not child.ready)
                self._say(
                    f"{names} did not answer within {self._settings.start_timeout_seconds} s; "
                    "stopping. Look at the lines above, or raise start_timeout_seconds."
                )
                return False
            self._stop.wait(LOOK_SECONDS)
        return False

    def _watch(self) -> int:
        while not self._stop.wait(LOOK_SECONDS):
            for child in list(self._children.values()):
                if child.ended() and not self._replace(child):
                    return 1
        return 0

    def _replace(self, child: Child) -> bool:
        """Start a part again whose process died; False if it dies too often."""
        part = child.part
        child.bury()
        self._say(f"{part.title} ended unexpectedly ({_how(child)})")
        if part.name == FLOW_RUNNER:
            ready_file(self._settings).unlink(missing_ok=True)
            self._crash_open_runs(CRASHED_BY_DEATH)
        deaths = self._deaths[part.name]
        now = time.monotonic()
        deaths.append(now)
        while deaths and now - deaths[0] > RESTARTS_WITHIN_SECONDS:
            deaths.popleft()
        if len(deaths) > RESTARTS:
            self._say(
                f"{part.title} ended {len(deaths)} times within {RESTARTS_WITHIN_SECONDS} s; "
                "stopping everything. Its last lines stand above."
            )
            return False
        self._say(f"starting the {part.title} again")
        self._start(part)
        return True

    def _stop_all(self) -> None:
        limit = time.monotonic() + self._settings.stop_timeout_seconds
        if self._children:
            self._say("stopping")
        children_file(self._settings).unlink(missing_ok=True)
        for part in reversed(self._parts):
            child = self._children.pop(part.name, None)
            if child is None:
                continue
            if part.name == FLOW_SERVICE:
                self._settle_runs(child)
            # The flow service goes last; the others must leave it time to end in order.
            reserve = 0 if part.name == FLOW_SERVICE else SERVICE_STOP_SECONDS
            self._stop_one(child, limit - reserve)

    def _stop_one(self, child: Child, limit: float) -> None:
        child.ask_to_stop()
        while not child.ended() and time.monotonic() < limit and not self._hurry.is_set():
            time.sleep(LOOK_SECONDS / 4)
        if not child.ended():
            self._say(f"{child.part.title} did not stop in time and is killed")
        child.bury()

    def _settle_runs(self, service: Child) -> None:
        """The runner is gone by now: what it left open will never be finished by anyone."""
        ready_file(self._settings).unlink(missing_ok=True)
        if not service.ended() and service.ready:
            self._crash_open_runs(CRASHED_BY_STOP)

    def _crash_open_runs(self, why: str) -> None:
        from subsidy.flow_api import FlowServiceError  # noqa: PLC0415

        try:
            with self._flow_api() as api:
                count = api.crash_open_runs(tag=RUNNER_TAG, message=why)
        except FlowServiceError as error:
            self._say(f"open flow runs stay as they are until the next start: {error}")
            return
        if count:
            self._say(f"marked {count} open flow run(s) Crashed")

    def _flow_api(self) -> "FlowApi":
        from subsidy.flow_api import FlowApi  # noqa: PLC0415

        return FlowApi(url=self._settings.prefect_url, auth=self._auth, timeout_seconds=5)

    def _tell_early_end(self, child: Child) -> None:
        child.bury()
        self._say(f"{child.part.title} ended while starting ({_how(child)}); stopping")

    def _say(self, line: str) -> None:
        self._say_line("subsidy", line)

    @contextmanager
    def _signals(self) -> "Iterator[None]":
        """Route Ctrl-C, SIGTERM and a closed terminal to `ask_to_stop` while inside."""

        def on_signal(number: int, frame: "FrameType | None") -> None:
            self.ask_to_stop()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, on_signal) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _how(child: Child) -> str:
    code = child.exit_code
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
