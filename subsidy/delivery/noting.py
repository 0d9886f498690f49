"""Putting on record which letter a message goes with, and what became of it, in one transaction each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.messages import close_mended, report_failure, report_outage
from subsidy.delivery.building import Built
from subsidy.delivery.gathering import Letter
from subsidy.delivery.posting import NOBODY, Posted
from subsidy.records.database import Database
from subsidy.records.tables import DeliveryTry, Outbox
from subsidy.records.tables.types import table_of

MOST_TRIES = 12
PATIENCE = timedelta(days=3)
"""A message is given up after both: so many tries, and so long."""
ERROR_LENGTH = 300


def fix(database: Database, letters: Sequence[Letter]) -> list[Letter]:
    """Write down what goes out together before it goes; return the letters as they could be fixed.

    A kill between sending and noting then sends the very same letter again, whatever came in since.
    """
    table = table_of(Outbox)
    with database.transaction() as session:
        for letter in letters:
            session.execute(
                update(table)
                .where(
                    table.c.id.in_([part.number for part in letter.parts]),
                    table.c.status == "waiting",
                    table.c.letter.in_(("", letter.name)),
                )
                .values(letter=letter.name)
            )
        names = [letter.name for letter in letters]
        mine = set(
            session.exec(
                select(Outbox.id).where(
                    col(Outbox.letter).in_(names), col(Outbox.status) == "waiting"
                )
            ).all()
        )
    kept = (
        Letter(tuple(part for part in letter.parts if part.number in mine), letter.name)
        for letter in letters
    )
    return [letter for letter in kept if letter.parts]


def drop(database: Database, act: Act, rows: Sequence[Built]) -> None:
    """Cancel what is settled, and give up what cannot be built: a technical ticket each."""
    if not rows:
        return
    with database.transaction() as session:
        for one in rows:
            error = (one.stopped or one.error)[:ERROR_LENGTH]
            values = {"status": "cancelled", "error": error}
            if one.error:
                values = {"status": "failed", "error": error}
                session.add(_try(act, one, result="failed", error=error))
                report_failure(session, act, one.row)
            _set(session, one, **values)
        close_mended(session, act, [one.row for one in rows if one.stopped])


def note(database: Database, act: Act, posted: Sequence[Posted], *, closed: bool) -> Counter[str]:
    """Put what became of letters on record; return how many messages and letters."""
    counts: Counter[str] = Counter()
    if not posted:
        return counts
    with database.transaction() as session:
        sent: list[Outbox] = []
        for done in posted:
            counts["letters"] += bool(done.reached)
            for part in done.letter.parts:
                status = _note_one(session, act, done, part)
                counts["retry" if status == "waiting" else status] += 1
                if status == "sent":
                    sent.append(part.row)
        close_mended(session, act, sent)
        if closed:
            report_outage(session, act)
    return counts


def _note_one(session: Session, act: Act, done: Posted, part: Built) -> str:
    """Put one message of a letter on record; return its new status."""
    row, got = part.row, done.reached_by(part)
    attempts = row.attempts + 1
    masked = ", ".join(to.masked for to in got)
    error = (done.retry or done.refused or ("" if got else NOBODY))[:ERROR_LENGTH]
    if got and not done.retry:
        kept = json.dumps(part.values, ensure_ascii=False, sort_keys=True, default=str)
        told = {"channel": done.way, "address_masked": masked, "values": kept}
        when = {"sent_at": act.recorded_at, "sent_on": act.today}
        _set(session, part, status="sent", attempts=attempts, error=error, **told, **when)
        status = result = "sent"
    else:
        given_up = attempts >= MOST_TRIES and act.recorded_at - row.created_at > PATIENCE
        status = "waiting" if done.retry and not given_up else "failed"
        result = "retry" if status == "waiting" else "failed"
        _set(session, part, status=status, attempts=attempts, error=error)
    to = masked or ", ".join(r.masked for r in part.receivers)
    session.add(
        _try(act, part, result=result, error=error, letter=done.letter.name, way=done.way,
             address_masked=to, text_hash=done.text_hash)
    )  # fmt: skip
    if status == "failed":
        report_failure(session, act, row)
    return status


def _set(session: Session, part: Built, **values: object) -> None:
    table = table_of(Outbox)
    this = (table.c.id == part.number, table.c.status == "waiting")
    session.execute(update(table).where(*this).values(**values))


def _try(act: Act, part: Built, **more: str) -> DeliveryTry:
    given: dict[str, Any] = {"letter": part.row.letter, **more}
    return DeliveryTry(
        city=act.city, outbox_id=part.number, at=act.recorded_at, on=act.today, **given
    )
