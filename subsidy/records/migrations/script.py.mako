"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
import sqlmodel  # noqa: F401
from alembic import op  # noqa: F401
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema and its data one step forward."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """There is no way back by program: restore the backup made before the upgrade."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
