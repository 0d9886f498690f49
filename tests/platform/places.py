"""Homes and ports for the platform tests."""

import socket
from pathlib import Path
from typing import Any

from subsidy.settings import Settings, load_settings


def settings_in(home: Path, **flags: Any) -> Settings:
    """Settings of a home of its own, untouched by the surroundings."""
    return load_settings(flags={"home": home, **flags}, environ={})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
