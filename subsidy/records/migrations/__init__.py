"""The schema of the database, revision by revision; `subsidy.records.migrate` runs them.

The first revision is a pair of frozen DDL scripts, one for each database, written from the tables by
`python -m subsidy.records.migrations.freeze` and never again once it is released.
"""

from __future__ import annotations


def upgrade(*, database_url: str) -> None:
    """Bring the database at this URL to the newest schema, for callers that hold no `Database`."""
    from subsidy.records.database import Database  # noqa: PLC0415  (half a second of imports)
    from subsidy.records.migrate import upgrade as run  # noqa: PLC0415

    database = Database(database_url)
    try:
        run(database)
    finally:
        database.dispose()
