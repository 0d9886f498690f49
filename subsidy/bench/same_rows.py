"""Compare two databases row by row, in the order of what a row is about, without holding them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest

from sqlmodel import SQLModel

from subsidy.bench.scratch import plain
from subsidy.records.tables import (
    METADATA,
    ClaimHistory,
    ClaimProgress,
    Deadline,
    LedgerEntry,
    Outbox,
)
from subsidy.records.tables.types import table_of

ORDERS: dict[type[SQLModel], str] = {
    ClaimProgress: "claim_id",
    ClaimHistory: "claim_id, version",
    LedgerEntry: "claim_id, claim_version, debit, credit",
    Outbox: "subject_id, template, occasion",
    Deadline: "claim_id, opened_version, rule_id",
}
NOT_COMPARED = {"id", "batch", "recorded_at", "created_at", "opened_at"}
"""Surrogate numbers and the moments of the clock."""


class DifferentRowsError(AssertionError):
    """The engine and the floor wrote different rows; the measurement is void."""


def compare(ours: str, floor: str, *, orders: Mapping[type[SQLModel], str] | None = None) -> int:
    """Return how many rows were compared and found equal. Raises DifferentRowsError.

    `orders` names the tables, each with what its rows are ordered by.
    """
    compared = 0
    for table, order in (orders or ORDERS).items():
        name = table_of(table).name
        columns = [c.name for c in METADATA.tables[name].columns if c.name not in NOT_COMPARED]
        listed = ", ".join(f'"{c}"' for c in columns)
        query = f"SELECT {listed} FROM {name} ORDER BY {order}"
        with _rows(ours, query) as mine, _rows(floor, query) as theirs:
            for left, right in zip_longest(mine, theirs):
                if left != right:
                    raise DifferentRowsError(f"{name}: the engine {left}, the floor {right}")
                compared += 1
    return compared


@contextmanager
def _rows(url: str, query: str) -> Iterator[Iterator[tuple[object, ...]]]:
    if url.startswith("sqlite"):
        link = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            yield iter(link.execute(query))
        finally:
            link.close()
        return
    import psycopg  # noqa: PLC0415

    with psycopg.connect(plain(url)) as server, server.cursor(name="rows") as cursor:
        cursor.itersize = 5_000
        cursor.execute(query)
        yield iter(cursor)
