"""The whole first schema, from the frozen script of the database at hand.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

from alembic import op

from subsidy.records.migrations.frozen import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, CHECK and index."""
    connection = op.get_bind()
    for statement in statements("r0001_first_schema", connection.dialect.name):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back by program: restore the backup made before the upgrade."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
