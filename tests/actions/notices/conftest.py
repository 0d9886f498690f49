"""A city with claims that stand before their notice, in one open transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from subsidy.records.database import Database


@pytest.fixture
def session(payday_file: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as opened:
        yield opened
    database.dispose()
