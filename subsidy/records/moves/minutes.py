"""Which seal a history row will be under: its bulk window, or a minute that is still open.

Writers share a lock that the sealer takes alone, so a minute is closed only when nobody writes into it.
An act may be older than its transaction (a request that waited, a retry): if its minute is sealed by
then, it goes under the first minute that is not. So the seals of a chain only ever run forward.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session

from subsidy.records.moves.moment import Moment
from subsidy.records.tables import Seal
from subsidy.records.tables.types import table_of

BULK, MINUTES, SUBJECTS = "bulk", "minutes", "subjects"
SEALER_LOCK = 7_020_100
"""Advisory lock of PostgreSQL: writers share it, the sealer takes it alone."""
_HELD = "writing_minute"

_seal = table_of(Seal).c
_last_batch = [
    select(_seal.batch)
    .where(_seal.chain == bindparam(chain, chain))
    .order_by(_seal.number.desc())
    .limit(1)
    .scalar_subquery()
    for chain in (MINUTES, SUBJECTS)
]
_LAST_SEALED = select(*(func.coalesce(each, 0) for each in _last_batch))


def join_writers(session: Session) -> None:
    """Let the sealer know that a writer is at work until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock_shared({SEALER_LOCK})"))


def batch_of(session: Session, moment: Moment) -> int:
    """Return the batch for rows of this act: the bulk window, or an open minute as a negative number."""
    if moment.window_batch:
        return moment.window_batch
    transaction = session.get_transaction()
    held = session.info.get(_HELD)
    if held is None or held[0] is not transaction or session.in_nested_transaction():
        join_writers(session)
        sealed = min(session.connection().execute(_LAST_SEALED).one())
        held = session.info[_HELD] = (session.get_transaction(), sealed)
    return min(moment.batch, int(held[1]) - 1)
