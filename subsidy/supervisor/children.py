"""A child process: own process group, prefixed output, stopped by its own id."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from subsidy.settings import CHECKOUT

LAST_LINES = 12
Say = Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What to start: `python -m MODULE ARGUMENTS`, and how to see that it answers."""

    name: str
    title: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool]


class Child:
    """One running process of a part, with the processes that it started itself."""

    def __init__(self, *, part: Part, say: Say) -> None:
        """Start it at once; `say` gets (part name, line) of each line it prints."""
        self.part = part
        self.ready = False
        self.started_at = time.monotonic()
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._say = say
        self._process = subprocess.Popen(
            [sys.executable, "-m", "subsidy.supervisor.child_main", part.module, *part.arguments],
            cwd=CHECKOUT,
            env=dict(part.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        self._reader = threading.Thread(target=self._pass_on, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code after `bury`; negative for the signal that ended it."""
        return self._process.returncode

    def ended(self) -> bool:
        """Return whether the process has ended, leaving it unreaped so that its id stays ours."""
        if self._process.returncode is not None:
            return True
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, flags) is not None

    def ask_to_stop(self) -> None:
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)

    def bury(self) -> None:
        """Kill what is left of the process and its group, and reap it."""
        if self._process.returncode is None:
            # Nobody of the group may be left; macOS answers that with the second error.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._reader.join(timeout=2)

    def _pass_on(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            for raw in stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                if line:
                    self.last_lines.append(line)
                    self._say(self.part.name, line)


def answers(host: str, port: int, path: str) -> Callable[[], bool]:
    """Return a check that an HTTP GET of `path` is answered without a server error."""

    def check() -> bool:
        link = HTTPConnection(host, port, timeout=2)
        try:
            link.request("GET", path)
            return link.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            link.close()

    return check


def exists(path: Path) -> Callable[[], bool]:
    """Return a check that the child has written its ready file."""
    return path.exists
