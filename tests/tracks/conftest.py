"""An empty database for each town."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from subsidy.records.database import Database
from tests import builders


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    yield opened
    opened.dispose()
