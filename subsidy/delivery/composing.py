"""The text of a letter for one receiver, and its address on the envelope."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from subsidy.actions.acting import Act
from subsidy.actions.messages import Recipient
from subsidy.delivery.building import Built
from subsidy.delivery.gathering import Letter, form_of
from subsidy.papers.digests import digest_values, letter_values
from subsidy.papers.notices import Message, render
from subsidy.rules.workdays import working_days_between
from subsidy.senders.envelope import Envelope

WHERE = {"provider": "/own", "office": "/deadlines"}
"""Page on which an addressee finds everything that is due."""


@dataclass(frozen=True)
class Written:
    """What one receiver reads, and which template it is from."""

    template: str
    message: Message

    @property
    def text_hash(self) -> str:
        """SHA-256 of subject and text: shows later whether a template was changed since."""
        told = f"{self.message.subject}\n{self.message.text}"
        return hashlib.sha256(told.encode()).hexdigest()


def write(act: Act, parts: Sequence[Built], *, public_url: str) -> Written:
    """Write messages that go to one receiver; the act's day is the day of the letter."""
    form = form_of(parts)
    if form == "single":
        return Written(parts[0].row.template, parts[0].message)
    models = [part.model for part in parts]
    if form == "letter":
        values = letter_values(models, [part.message for part in parts])
    else:
        contacts = act.office.contacts.get(act.city)
        values = digest_values(
            models,
            day=act.today,
            where=public_url + WHERE.get(parts[0].row.to_kind, ""),
            most=contacts.digest_lines if contacts is not None else None,
            days_left=lambda day: _days_left(act, day),
        )
    return Written(form, render(form, values))


def envelope_of(
    act: Act, letter: Letter, receiver: Recipient, *, copy: int, address: str, public_url: str
) -> tuple[Envelope, Written]:
    """The letter for one receiver; `copy` numbers the receivers from 0."""
    parts = letter.parts_for(receiver)
    written = write(act, parts, public_url=public_url)
    made = Envelope(
        city=act.city,
        outbox_id=f"{letter.name}.{copy}" if copy else letter.name,
        template=written.template,
        created_at=parts[0].row.created_at,
        to=address,
        subject=written.message.subject,
        text=written.message.text,
        html=written.message.html,
    )
    return made, written


def _days_left(act: Act, day: date) -> int:
    """Working days from today to a day; below zero when it is over."""
    if day >= act.today:
        return working_days_between(act.calendar, after=act.today, through=day)
    return -working_days_between(act.calendar, after=day, through=act.today)
