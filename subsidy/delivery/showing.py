"""What a message looks like: as it was sent, or as it would go now. Nothing is sent or written."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.delivery.building import Built, build
from subsidy.delivery.composing import write
from subsidy.delivery.gathering import gather
from subsidy.delivery.waiting import day_of, together_with
from subsidy.papers.messages import MessageValuesError
from subsidy.records.tables import DeliveryTry, Outbox


@dataclass(frozen=True)
class Shown:
    """A letter as somebody reads it, or why there is none."""

    subject: str = ""
    text: str = ""
    form: str = ""
    """single, digest or letter."""
    beside: tuple[int, ...] = ()
    """Other rows of the outbox in the same letter."""
    to: str = ""
    """Masked addresses that it would go to now."""
    held: str = ""
    """Why it would wait."""
    stopped: str = ""
    """Why it would be cancelled."""
    error: str = ""
    """Why it cannot be built."""
    same: bool = True
    """Whether the text is still letter by letter what went out."""


def as_it_goes(session: Session, act: Act, row: Outbox, *, public_url: str, hours: bool) -> Shown:
    """The letter with which a message would go out now, on the act's day and moment."""
    mine = build(session, act, row, public_url=public_url)
    if mine.stopped or mine.error:
        return Shown(stopped=mine.stopped, error=mine.error)
    rows = together_with(session, act, [row])
    built = [mine if one.id == row.id else build(session, act, one, public_url=public_url)
             for one in rows]  # fmt: skip
    day = day_of(session, act, rows, hours=hours)
    letters = gather([one for one in built if not (one.stopped or one.error)], day)
    letter = next(found for found in letters if mine in found.parts)
    written = write(act, letter.parts, public_url=public_url)
    return Shown(
        subject=written.message.subject,
        text=written.message.text,
        form=letter.form,
        beside=tuple(part.number for part in letter.parts if part is not mine),
        to=", ".join(to.masked for to in mine.receivers),
        held=letter.held,
    )


def as_sent(session: Session, act: Act, row: Outbox, *, public_url: str) -> Shown:
    """The letter as it went out, from the values that the rows kept; None of it is looked up anew."""
    rows = session.exec(
        select(Outbox)
        .where(
            Outbox.city == row.city,
            col(Outbox.letter) == row.letter,
            col(Outbox.letter) != "",
            col(Outbox.status) == "sent",
        )
        .order_by(col(Outbox.id))
    ).all()
    parts = [Built(one, values=json.loads(one.values)) for one in rows or [row]]
    try:
        written = write(replace(act, today=row.sent_on or act.today), parts, public_url=public_url)
    except MessageValuesError as fault:  # an older version of the message had other fields
        return Shown(error=str(fault))
    kept = session.exec(
        select(DeliveryTry.text_hash)
        .where(DeliveryTry.outbox_id == row.id, DeliveryTry.result == "sent")
        .order_by(col(DeliveryTry.id).desc())
    ).first()
    return Shown(
        subject=written.message.subject,
        text=written.message.text,
        form=written.template if len(parts) > 1 else "single",
        beside=tuple(part.number for part in parts if part.number != row.id),
        to=row.address_masked,
        same=not kept or kept == written.text_hash,
    )
