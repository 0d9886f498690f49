"""Put a file into a folder so that a reader sees the whole of it or nothing."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def put(path: Path, content: bytes, *, replace: bool) -> bool:
    """Write a file readable by its owner only; return False when it stood there and may not go.

    The bytes are on disk before the name appears. With `replace` an older file of the name is
    overwritten in one step. Raises OSError as the file system does.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(draft).replace(path)
        else:
            # A hard link fails when the name exists, in one step, where a rename would overwrite.
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
