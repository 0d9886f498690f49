"""Column types that behave the same on SQLite and PostgreSQL, and the conventions of every table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from states.chart import FAR

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
METADATA: MetaData = SQLModel.metadata


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, always aware and in UTC; a naive one is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite keeps no zone, so it is dropped there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone; pass datetime.now(UTC) or the like")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Instant(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970 UTC: the same bytes on both databases, for seals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store microseconds."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read microseconds."""
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, tz=UTC).replace(
            microsecond=value % 1_000_000
        )


BIG_KEY = BigInteger().with_variant(Integer, "sqlite")
"""An integer key: SQLite numbers rows by itself only for INTEGER PRIMARY KEY."""


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone; pass datetime.now(UTC) or the like")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a mapped class: bulk statements on it skip the ORM's bookkeeping."""
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


def key() -> Any:
    """A row's own number."""
    return Field(default=None, primary_key=True, sa_type=BIG_KEY)


def moment(**more: Any) -> Any:
    """A moment in UTC."""
    return Field(sa_type=UTCDateTime, **more)


def far_date() -> Any:
    """A date that may not have happened yet: 9999-12-31, never null, so guards stay one comparison."""
    return Field(default=FAR, sa_type=Date, sa_column_kwargs={"server_default": FAR.isoformat()})


def fen() -> Any:
    """An amount of money in fen."""
    return Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


def one_of(column: str, values: Iterable[str], name: str | None = None) -> CheckConstraint:
    """A CHECK that a text column holds one of `values`."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)
