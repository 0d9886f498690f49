"""The shipped packs and the calendar, read once a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from ruamel.yaml import YAML

from subsidy.rules.policy import Pack, load_pack
from subsidy.rules.workdays import Calendar, CalendarBook

CONFIG = Path(__file__).parents[3] / "config"
FILL = Path(__file__).parents[1] / "fill"


Settings = bool | Literal["filled"]
"""Which settings a pack is read with: none, the shipped ones, or also those that only tests choose."""


@cache
def read_pack(city: str, settings: Settings) -> Pack:
    if settings == "filled":
        return filled_pack(city)
    return load_pack(
        CONFIG / "policies" / f"{city}.yaml",
        settings=CONFIG / "settings" / f"{city}.yaml" if settings else None,
    )


def filled_pack(city: str) -> Pack:
    """The pack as if every open value were decided and every draft published.

    `tests/rules/fill/<city>.yaml` holds invented values under `values` (as a settings file does) and
    under `publish` the drafts and letters that are taken as in force from a day.
    """
    yaml = YAML(typ="safe")
    pack = yaml.load(CONFIG / "policies" / f"{city}.yaml")
    shipped = yaml.load(CONFIG / "settings" / f"{city}.yaml")
    fill = yaml.load(FILL / f"{city}.yaml")
    for document in pack["documents"]:
        since = fill.get("publish", {}).get(document["id"])
        if since is not None:
            document |= {"status": "in_force", "in_force_from": since, "loaded": True}
    chosen = {**shipped["values"], **fill.get("values", {})}
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name / f"{city}.yaml" for name in ("policies", "settings")]
        for path, data in zip(paths, (pack, {"city": city, "values": chosen}), strict=True):
            path.parent.mkdir()
            with path.open("w", encoding="utf-8") as file:
                yaml.dump(data, file)
        return load_pack(paths[0], settings=paths[1], exceptions=CONFIG / "exceptions.yaml")


@cache
def read_calendar() -> CalendarBook:
    return CalendarBook.load(CONFIG / "calendar")


@pytest.fixture
def hangzhou() -> Pack:
    return read_pack("hangzhou", True)


@pytest.fixture
def pack_named() -> Callable[[str, Settings], Pack]:
    return read_pack


@pytest.fixture
def calendar_on() -> Callable[[date], Calendar]:
    return lambda today: read_calendar().seen_on(today, city="hangzhou")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Pack]:
    """Load a copy of the Hangzhou files after changing one text in the pack or the settings."""

    def load(old: str, new: str, *, kind: str = "policies") -> Pack:
        for name in ("policies", "settings"):
            (tmp_path / name).mkdir(exist_ok=True)
            shutil.copy(CONFIG / name / "hangzhou.yaml", tmp_path / name)
        path = tmp_path / kind / "hangzhou.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return load_pack(
            tmp_path / "policies" / "hangzhou.yaml",
            settings=tmp_path / "settings" / "hangzhou.yaml",
        )

    return load
