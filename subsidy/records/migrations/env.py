"""Run the revisions on the connection that `subsidy.records.migrate` hands over."""

from __future__ import annotations

from alembic import context

from subsidy.records.tables import METADATA


def run() -> None:
    """Configure Alembic for both databases and run within the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
