"""Seals over the history: SHA-256 links in a chain, signed with a key that is not in the database.

A bulk window is sealed in its own transaction. Interactive acts carry the minute in which they were
recorded; once that minute is over and no writer from it can still be running, one sealer closes it.
The sealed bytes are the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import String, cast, exists, literal, select, text
from sqlalchemy import func as sql
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from subsidy.records.moves.moment import MINUTE_US
from subsidy.records.tables import ClaimHistory, Seal, SubjectHistory
from subsidy.records.tables.types import BIG_KEY, micros

BULK, MINUTES, SUBJECTS = "bulk", "minutes", "subjects"
SEALER_LOCK = 7_020_100
"""Advisory lock of PostgreSQL: writers share it, the sealer takes it alone."""


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


def _lines(session: Session, *, batch: int, low: int, high: int) -> list[str]:
    h = ClaimHistory
    parts = [
        cast(col(h.claim_id), String),
        cast(col(h.version), String),
        col(h.event),
        col(h.source),
        col(h.target),
        cast(col(h.effective_on), String),
        cast(col(h.recorded_at), BIG_KEY).cast(String),
        col(h.actor),
        col(h.note),
    ]
    line = parts[0]
    for part in parts[1:]:
        line = line + literal("|") + part
    query = select(line).where(col(h.batch) == batch)
    if batch > 0:
        query = query.where(col(h.claim_id) >= low, col(h.claim_id) <= high)
    found = session.execute(query.order_by(col(h.claim_id), col(h.version)))
    return [row for (row,) in found]


def _subject_lines(session: Session, *, batch: int) -> list[str]:
    h = SubjectHistory
    found = session.exec(
        rows_of(h)
        .where(col(h.batch) == batch)
        .order_by(col(h.machine), col(h.subject_id), col(h.version))
    ).all()
    return [
        f"{r.machine}|{r.subject_id}|{r.version}|{r.city}|{r.event}|{r.source}|{r.target}"
        f"|{r.effective_on.isoformat()}|{micros(r.recorded_at)}|{r.actor}|{r.note}"
        for r in found
    ]


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of lines joined by a line feed, as hexadecimal text."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _message(seal: Seal) -> bytes:
    return "|".join(
        str(x)
        for x in (
            seal.chain,
            seal.number,
            seal.batch,
            seal.low,
            seal.high,
            seal.rows,
            seal.digest,
            seal.previous,
        )
    ).encode()


def _link(previous: Seal | None) -> str:
    return hashlib.sha256(_message(previous)).hexdigest() if previous else ""


def _last(session: Session, chain: str) -> Seal | None:
    return session.exec(
        rows_of(Seal).where(Seal.chain == chain).order_by(col(Seal.number).desc()).limit(1)
    ).first()


def _add(
    session: Session, signer: Signer, *, chain: str, batch: int, lines: list[str],
    low: int, high: int, now: datetime,
) -> Seal:  # fmt: skip
    last = _last(session, chain)
    seal = Seal(
        chain=chain,
        number=last.number + 1 if last else 1,
        batch=batch,
        low=low,
        high=high,
        rows=len(lines),
        digest=digest_of(lines),
        previous=_link(last),
        signature="",
        sealed_at=now,
    )
    seal.signature = signer.sign(_message(seal))
    session.add(seal)
    session.flush()
    return seal


def seal_window(
    session: Session, signer: Signer, *, batch: int, low: int, high: int, now: datetime,
    chain: str = BULK,
) -> Seal | None:  # fmt: skip
    """Seal the rows of one bulk window (low ≤ claim id < high); None if it moved nothing."""
    lines = _lines(session, batch=batch, low=low, high=high - 1)
    if not lines:
        return None
    return _add(
        session, signer, chain=chain, batch=batch, lines=lines, low=low, high=high - 1, now=now
    )


def join_writers(session: Session) -> None:
    """Let the sealer know that a writer is at work; called at the start of interactive acts."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock_shared({SEALER_LOCK})"))


def seal_minutes(session: Session, signer: Signer, *, now: datetime) -> int:
    """Seal every finished minute of interactive acts that is not yet sealed; return how many links.

    On SQLite the caller's write transaction keeps other writers out; on PostgreSQL the lock does.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({SEALER_LOCK})"))
    this_minute = -(micros(now) // MINUTE_US)
    made = 0
    for chain, table in ((MINUTES, ClaimHistory), (SUBJECTS, SubjectHistory)):
        sealed = exists().where(col(Seal.chain) == chain, col(Seal.batch) == table.batch)
        batches = session.execute(
            select(col(table.batch))
            .where(col(table.batch) < 0, col(table.batch) > this_minute, ~sealed)
            .distinct()
            .order_by(col(table.batch).desc())
        ).scalars()
        for batch in list(batches):
            if chain == MINUTES:
                lines = _lines(session, batch=batch, low=0, high=0)
            else:
                lines = _subject_lines(session, batch=batch)
            _add(session, signer, chain=chain, batch=batch, lines=lines, low=0, high=0, now=now)
            made += 1
    return made


def verify(session: Session, signer: Signer) -> Verified:
    """Walk every chain: links, digests, signatures; count rows that no seal covers yet."""
    faults: list[Fault] = []
    links = rows = 0
    chains = session.exec(rows_of(Seal.chain).distinct().order_by(col(Seal.chain))).all()
    for chain in chains:
        previous: Seal | None = None
        for seal in session.exec(
            rows_of(Seal).where(Seal.chain == chain).order_by(col(Seal.number))
        ):
            links += 1
            rows += seal.rows
            faults += _faults(session, signer, seal, previous)
            previous = seal
    total = _count(session, ClaimHistory) + _count(session, SubjectHistory)
    return Verified(links=links, rows=rows, unsealed=total - rows, faults=tuple(faults))


def _faults(session: Session, signer: Signer, seal: Seal, previous: Seal | None) -> list[Fault]:
    found = []
    if seal.number != (previous.number + 1 if previous else 1):
        found.append("a link before this one is missing")
    if seal.previous != _link(previous):
        found.append("it does not follow the link before it")
    if not signer.verify(_message(seal), seal.signature):
        found.append("the signature does not fit; was the signing key changed?")
    if seal.chain == SUBJECTS:
        lines = _subject_lines(session, batch=seal.batch)
    else:
        lines = _lines(session, batch=seal.batch, low=seal.low, high=seal.high)
    if len(lines) != seal.rows:
        found.append(f"{seal.rows} rows were sealed, {len(lines)} are there")
    elif digest_of(lines) != seal.digest:
        found.append("the rows are not those that were sealed")
    return [Fault(seal.chain, seal.number, what) for what in found]


def _count(session: Session, table: type[ClaimHistory] | type[SubjectHistory]) -> int:
    query = select(sql.count()).select_from(table)
    return int(session.execute(query).scalar_one())
