"""One `subsidy up` per home: an advisory lock that the operating system drops with the process."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from subsidy.settings import SetupError


class HomeLock:
    """Held while this process supervises `folder`; a second one is refused with a sentence."""

    def __init__(self, folder: Path, *, shows: str) -> None:
        """`shows` tells the holder's address to whoever is refused."""
        self._path = folder / "supervisor.lock"
        self._shows = shows

    def __enter__(self) -> Self:
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _holder(self._handle)
            os.close(self._handle)
            raise SetupError(
                f"{self._path}: another `subsidy up` runs on this home ({holder}). Stop it first, "
                "or give this one another home with SUBSIDY_HOME and other ports."
            ) from None
        note = json.dumps({"pid": os.getpid(), "console": self._shows})
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, note.encode(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.ftruncate(self._handle, 0)
        os.close(self._handle)


def holder_of(folder: Path) -> str | None:
    """Return who supervises `folder` now ("process 12, console http://…"), or None."""
    try:
        handle = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return _holder(handle)
    finally:
        os.close(handle)
    return None


def _holder(handle: int) -> str:
    try:
        note = json.loads(os.pread(handle, 1000, 0))
        return f"process {note['pid']}, console {note['console']}"
    except (ValueError, KeyError, TypeError):
        return "process not known"
