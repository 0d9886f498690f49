"""Installations whose calendar lacks a notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calendars.late import (
    HANGZHOU_2020,
    MAY_HOLIDAY,
    SPRING_2020,
    Installation,
    installation,
)


@pytest.fixture
def spring_2019(tmp_path: Path) -> Iterator[Installation]:
    """The calendar of 2019 without the change of the May holiday."""
    made = installation(tmp_path, without={"2019.yaml": MAY_HOLIDAY})
    yield made
    made.database.dispose()


@pytest.fixture
def spring_2020(tmp_path: Path) -> Iterator[Installation]:
    """The calendar of 2020 without the longer Spring Festival, and without that of Hangzhou."""
    without = {"2020.yaml": SPRING_2020, "cities/hangzhou.yaml": HANGZHOU_2020}
    made = installation(tmp_path, without=without)
    yield made
    made.database.dispose()
