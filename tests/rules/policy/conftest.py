"""The shipped packs and the calendar, read once a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from subsidy.rules.policy import Pack, load_pack
from subsidy.rules.workdays import Calendar, CalendarBook

CONFIG = Path(__file__).parents[3] / "config"


@cache
def read_pack(city: str, settings: bool) -> Pack:
    return load_pack(
        CONFIG / "policies" / f"{city}.yaml",
        settings=CONFIG / "settings" / f"{city}.yaml" if settings else None,
    )


@cache
def read_calendar() -> CalendarBook:
    return CalendarBook.load(CONFIG / "calendar")


@pytest.fixture
def hangzhou() -> Pack:
    return read_pack("hangzhou", True)


@pytest.fixture
def pack_named() -> Callable[[str, bool], Pack]:
    return read_pack


@pytest.fixture
def calendar_on() -> Callable[[date], Calendar]:
    return lambda today: read_calendar().seen_on(today, city="hangzhou")
