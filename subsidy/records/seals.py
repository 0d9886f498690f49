"""Seals over the history: SHA-256 links in a chain, signed with a key that is not in the database.

A bulk window is sealed in its own transaction, in the chain of its runner. Interactive acts are under the
minute in which they were recorded; once that minute is over and no writer into it can still be running,
one sealer closes it. The sealed bytes are the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Protocol

from sqlalchemy import String, cast, insert, literal, select, text
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session, col

from subsidy.records.moves.minutes import BULK, MINUTES, SEALER_LOCK, SUBJECTS, join_writers
from subsidy.records.moves.moment import MINUTE_US
from subsidy.records.tables import ClaimHistory, Seal, SubjectHistory
from subsidy.records.tables.types import BIG_KEY, micros, table_of

__all__ = [
    "Fault",
    "Signer",
    "Verified",
    "join_writers",
    "seal_minutes",
    "seal_window",
    "verify",
    "verify_link",
]

PAGE = 1_000
"""Links read at once when a chain is walked."""


class Signer(Protocol):
    """Signs and verifies digests; holds the key outside the database."""

    def sign(self, message: bytes) -> str:
        """Return the signature as hexadecimal text."""

    def verify(self, message: bytes, signature: str) -> bool:
        """Return whether the signature fits."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A link that does not hold: which, and what is wrong with it."""

    chain: str
    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification saw."""

    links: int
    rows: int
    unsealed: int
    faults: tuple[Fault, ...]


def seal_window(
    session: Session, signer: Signer, *, batch: int, low: int, high: int, now: datetime,
    chain: str = BULK,
) -> bool:  # fmt: skip
    """Seal the rows of one bulk window (low ≤ claim id < high); return whether it moved anything."""
    return _add(session, signer, chain=chain, batch=batch, low=low, high=high - 1, now=now)


def seal_minutes(session: Session, signer: Signer, *, now: datetime) -> int:
    """Seal every finished minute of interactive acts that is not yet sealed; return how many links.

    On SQLite the caller's write transaction keeps other writers out; on PostgreSQL the lock does.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({SEALER_LOCK})"))
    this_minute = -(micros(now) // MINUTE_US)
    made = 0
    for chain, table in ((MINUTES, ClaimHistory), (SUBJECTS, SubjectHistory)):
        last = _last(session, chain)
        batch = table_of(table).c.batch
        waiting = (
            select(batch)
            .where(batch < (last.batch if last else 0), batch > this_minute)
            .distinct()
            .order_by(batch.desc())
        )
        for each in session.connection().execute(waiting).scalars().all():
            made += _add(session, signer, chain=chain, batch=each, low=0, high=0, now=now)
    return made


def verify(session: Session, signer: Signer) -> Verified:
    """Walk every chain: links, digests, signatures; count rows that no seal covers yet."""
    faults: list[Fault] = []
    links = rows = 0
    chain = table_of(Seal).c.chain
    chains = session.connection().execute(select(chain).distinct()).scalars().all()
    for name in sorted(chains):
        previous: Any = None
        for seal in _links(session, name):
            links += 1
            rows += seal.rows
            faults += [Fault(name, seal.number, w) for w in _wrong(session, signer, seal, previous)]
            previous = seal
    total = _count(session, ClaimHistory) + _count(session, SubjectHistory)
    return Verified(links=links, rows=rows, unsealed=total - rows, faults=tuple(faults))


def verify_link(session: Session, signer: Signer, *, batch: int) -> tuple[Any, list[str]]:
    """(seal, what is wrong with it) of the one link over a minute of subjects; None if not sealed yet."""
    table = table_of(Seal)
    mine = (table.c.chain == SUBJECTS, table.c.batch == batch)
    seal = session.connection().execute(select(table).where(*mine)).first()
    if seal is None:
        return None, []
    before = (table.c.chain == SUBJECTS, table.c.number == seal.number - 1)
    previous = session.connection().execute(select(table).where(*before)).first()
    return seal, _wrong(session, signer, seal, previous)


def _add(
    session: Session, signer: Signer, *, chain: str, batch: int, low: int, high: int, now: datetime
) -> bool:
    """Seal the rows of a batch with the next link of its chain; False if there are no rows."""
    count, body = _body(session, chain, batch=batch, low=low, high=high)
    if count == 0:
        return False
    last = _last(session, chain)
    link = Seal(
        chain=chain,
        number=last.number + 1 if last else 1,
        batch=batch,
        low=low,
        high=high,
        rows=count,
        digest=hashlib.sha256(body).hexdigest(),
        previous=_link(last),
        signature="",
        sealed_at=now,
    )
    link.signature = signer.sign(_message(link))
    session.connection().execute(insert(table_of(Seal)), link.model_dump())
    return True


def _body(session: Session, chain: str, *, batch: int, low: int, high: int) -> tuple[int, bytes]:
    """How many rows a link is over, and their canonical bytes."""
    if chain == SUBJECTS:
        return _subject_body(session, batch=batch)
    return _claim_body(session, batch=batch, low=low, high=high)


def _claim_body(session: Session, *, batch: int, low: int, high: int) -> tuple[int, bytes]:
    """Lines in the order of claim and version, joined by the database: one text crosses to Python."""
    h = ClaimHistory
    postgresql = session.get_bind().dialect.name == "postgresql"
    line = _claim_line(postgresql=postgresql).label("line")
    found = select(line, col(h.claim_id), col(h.version)).where(col(h.batch) == batch)
    if batch > 0:
        found = found.where(col(h.claim_id) >= low, col(h.claim_id) <= high)
    joined: Any
    if postgresql:
        rows = found.subquery()
        order = aggregate_order_by(literal("\n"), rows.c.claim_id, rows.c.version)
        joined = sql.string_agg(rows.c.line, order)
    else:
        rows = found.order_by(col(h.claim_id), col(h.version)).subquery()
        joined = sql.group_concat(rows.c.line, literal("\n"))
    query = select(sql.count(), joined).select_from(rows)
    count, body = session.connection().execute(query).one()
    return int(count), (body or "").encode()


def _claim_line(*, postgresql: bool) -> Any:
    h = ClaimHistory
    day = col(h.effective_on)
    parts = [
        cast(col(h.claim_id), String),
        cast(col(h.version), String),
        sql.to_char(day, "YYYY-MM-DD") if postgresql else cast(day, String),
        cast(cast(col(h.recorded_at), BIG_KEY), String),
        *(_measured(col(c)) for c in (h.event, h.source, h.target, h.actor, h.note)),
    ]
    return reduce(lambda line, part: line + literal("|") + part, parts)


def _measured(words: Any) -> Any:
    """A text with its length before it: whatever the words are, no two rows read the same."""
    return cast(sql.length(words), String) + literal(":") + words


def _subject_body(session: Session, *, batch: int) -> tuple[int, bytes]:
    table = table_of(SubjectHistory)
    found = session.connection().execute(select(table).where(table.c.batch == batch)).all()
    lines = []
    for r in found:
        words = (r.machine, r.city, r.event, r.source, r.target, r.actor, r.note)
        measured = "|".join(f"{len(word)}:{word}" for word in words)
        when = f"{r.effective_on.isoformat()}|{micros(r.recorded_at)}"
        lines.append(f"{r.subject_id}|{r.version}|{when}|{measured}")
    return len(lines), "\n".join(sorted(lines)).encode()


def _message(seal: Any) -> bytes:
    parts = (
        *(seal.chain, seal.number, seal.batch, seal.low, seal.high),
        *(seal.rows, seal.digest, seal.previous),
    )
    return "|".join(str(part) for part in parts).encode()


def _link(previous: Any) -> str:
    return hashlib.sha256(_message(previous)).hexdigest() if previous else ""


def _last(session: Session, chain: str) -> Any:
    table = table_of(Seal)
    query = select(table).where(table.c.chain == chain).order_by(table.c.number.desc()).limit(1)
    return session.connection().execute(query).first()


def _links(session: Session, chain: str) -> Iterator[Any]:
    """Every link of a chain in order, a page at a time."""
    table = table_of(Seal)
    query = select(table).where(table.c.chain == chain).order_by(table.c.number).limit(PAGE)
    behind = 0
    while True:
        page = session.connection().execute(query.where(table.c.number > behind)).all()
        yield from page
        if len(page) < PAGE:
            return
        behind = page[-1].number


def _wrong(session: Session, signer: Signer, seal: Any, previous: Any) -> list[str]:
    found = []
    if seal.number != (previous.number + 1 if previous else 1):
        found.append("a link before this one is missing")
    if seal.previous != _link(previous):
        found.append("it does not follow the link before it")
    if not signer.verify(_message(seal), seal.signature):
        found.append("the signature does not fit; was the signing key changed?")
    count, body = _body(session, seal.chain, batch=seal.batch, low=seal.low, high=seal.high)
    if count != seal.rows:
        found.append(f"{seal.rows} rows were sealed, {count} are there")
    elif hashlib.sha256(body).hexdigest() != seal.digest:
        found.append("the rows are not those that were sealed")
    return found


def _count(session: Session, table: type[ClaimHistory] | type[SubjectHistory]) -> int:
    return int(session.connection().execute(select(sql.count()).select_from(table)).scalar_one())
