"""A console that really listens, and Chromium in front of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from tests.console.conftest import desk, played
from tests.support import browser as chromium

__all__ = ["desk", "played"]


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where the console of the played city answers."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(desk=desk), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def chrome(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    with sync_playwright() as tools:
        started = tools.chromium.launch(
            executable_path=chromium_path, args=list(chromium.ARGUMENTS)
        )
        yield started
        started.close()
