"""Sets of ids as one bound value, however many: JSON on SQLite, arrays on PostgreSQL.

An IN with thousands of placeholders is compiled anew for each count and has a limit; one value is neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Integer,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session


class _Ids(TypeDecorator[Any]):
    """Whole numbers as one value."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array where there are arrays."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(BigInteger))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """A list for the array, else JSON text."""
        return value if dialect.name == "postgresql" else json.dumps(value)


def ids_of(ids: Iterable[int]) -> Any:
    """The bound value of a set of ids, sorted."""
    return bindparam(None, sorted(ids), type_=_Ids(), unique=True)


def among(session: Session, what: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """SQL condition: a column of ids holds one of `ids`."""
    held = ids_of(ids)
    found: ColumnElement[bool]
    if session.get_bind().dialect.name == "postgresql":
        found = what == func.any(held)
    else:
        found = what.in_(select(column("value")).select_from(func.json_each(held)))
    return found


def marked(session: Session, pairs: Sequence[tuple[int, int]]) -> FromClause:
    """A table `marked` of the statement: `id`, and `mark`, the number of the group it is in."""
    if session.get_bind().dialect.name == "postgresql":
        ids = bindparam(None, [number for number, _ in pairs], type_=ARRAY(BigInteger), unique=True)
        marks = bindparam(None, [mark for _, mark in pairs], type_=ARRAY(Integer), unique=True)
        table = func.unnest(ids, marks).table_valued(
            column("id", BigInteger), column("mark", Integer), name="marked"
        )
        return table.render_derived()
    held = bindparam(None, json.dumps(pairs), type_=Text(), unique=True)
    each = func.json_each(held).table_valued(column("value", Text), name="pairs")
    part = func.json_extract
    return select(
        part(each.c.value, "$[0]", type_=BigInteger).label("id"),
        part(each.c.value, "$[1]", type_=Integer).label("mark"),
    ).subquery("marked")
