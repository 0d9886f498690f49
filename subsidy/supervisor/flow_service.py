"""The flow service's application, with one repair for SQLAlchemy 2.1.

Prefect 3.8.8 inserts scheduled runs in bulk from rows that also hold `state`, a hybrid property of
its table class. SQLAlchemy 2.0 skipped such a key; 2.1 refuses the whole insert, and then no
schedule ever produces a run. Declaring that the key is no column restores what 2.0 did.
"""

from typing import Any

from prefect.server.api.server import create_app as prefect_app
from prefect.server.database import orm_models


def create_app() -> Any:
    """Return the ASGI application of the flow service."""
    for table in (orm_models.FlowRun, orm_models.TaskRun):
        hybrid = vars(table)["state"]
        if getattr(hybrid, "bulk_dml_setter", None) is None:
            hybrid.bulk_dml_setter = _is_no_column
    return prefect_app(final=True)


def _is_no_column(table: type, row: dict[str, Any], value: object) -> None:
    """Leave the row as it is; the insert takes the columns it knows."""
