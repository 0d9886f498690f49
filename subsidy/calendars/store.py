"""The bureau's own calendar files in the home: one notice is added by one command or page.

Beside the rooms, as the settings are: it names the folders, and is the only place that writes them. The
shipped calendar is never changed; what is written here stands in for it and survives an upgrade.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from subsidy.rules.calendars.arriving.offering import Offered, examine
from subsidy.settings import Settings


def calendar_folders(settings: Settings) -> list[Path]:
    """The shipped folder of calendar files, then the bureau's own where there is one."""
    own, shipped = settings.config_folders()
    folders = [shipped / "calendar"]
    if (own / "calendar").is_dir():
        folders.append(own / "calendar")
    return folders


def offered(settings: Settings, content: bytes, *, name: str, cities: Collection[str]) -> Offered:
    """Check a file that was handed in against everything loaded; see `examine` for what it raises."""
    return examine(content, name=name, folders=calendar_folders(settings), cities=cities)


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Keep two loads of one home apart: the second waits, and then sees what the first wrote."""
    folder = settings.home / "config" / "calendar"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".loading").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class Kept:
    """A calendar file that was just written; `undo` brings back what stood there."""

    def __init__(self, path: Path, content: str) -> None:
        """Write the file whole or not at all."""
        self.path = path
        self.before = path.read_bytes() if path.exists() else None
        _replace(path, content.encode())

    def undo(self) -> None:
        """Put back what stood there before, or nothing."""
        if self.before is None:
            self.path.unlink(missing_ok=True)
        else:
            _replace(self.path, self.before)


def keep(settings: Settings, found: Offered) -> Kept:
    """Write the file that holds the offered notices into the bureau's own calendar folder."""
    return Kept(settings.home / "config" / "calendar" / found.place, found.content)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
