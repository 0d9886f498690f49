"""The example of docs/examples/new-city as a bureau would install it: data in the home's config folder."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from subsidy.rules.policy import Pack, load_pack
from tests.acts import CONFIG

CITY = "qingpuhe"
EXAMPLE = CONFIG.parent / "docs" / "examples" / "new-city"


def install(home: Path) -> Path:
    """Put the example into `home`/config, as docs/operators.md says; returns the home."""
    shutil.copytree(EXAMPLE, home / "config", dirs_exist_ok=True)
    return home


@cache
def example_pack() -> Pack:
    """The example city's pack with its settings, as it stands."""
    return load_pack(
        EXAMPLE / "policies" / f"{CITY}.yaml",
        settings=EXAMPLE / "settings" / f"{CITY}.yaml",
        exceptions=CONFIG / "exceptions.yaml",
    )
