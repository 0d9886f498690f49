"""Who gets a message, and at which address: looked up at delivery, kept nowhere else in the clear."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area
from subsidy.actions.messages.source import GroundsMissingError, Source
from subsidy.records.people import open_text, read_field
from subsidy.records.tables import Area, Objection, Outbox, Person, Provider
from subsidy.rules.masking import mask_phone

MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
TO_THE_TRAINEE_TOO = frozenset(
    {
        *("claim_refused", "claim_approved", "correction_needed", "deadline_missed"),
        *("payment_sent", "paid", "bank_returned"),
    }
)
"""Letters of a claim whose money goes to the trainee: the trainee gets them as well as the unit."""
ESCALATED, LEADERS_STEP = "deadline_escalated", 2
ALWAYS_TO_THE_TRAINEE = frozenset({"assessment_failed_resit"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One receiver: by mail, or by text message to a phone."""

    kind: str
    """trainee, provider, office or objector."""
    channel: Literal["mail", "sms"]
    address: str = field(repr=False)
    masked: str
    """The address as lists may show it."""
    stand_in: str = ""
    """What names the receiver of a text message where texts become files: never the number."""


def recipients(session: Session, act: Act, row: Outbox) -> tuple[Recipient, ...]:
    """Return the receivers of a row, the one it names first; empty if nobody can be reached."""
    main = _READERS[row.to_kind](session, act, row)
    copies = _trainee_of_claim(session, act, row) if row.to_kind != "trainee" else ()
    return (*main, *copies)


def _provider(session: Session, act: Act, row: Outbox) -> Iterator[Recipient]:
    unit = session.get(Provider, row.to_id)
    if unit is not None and unit.mailbox:
        yield Recipient("provider", "mail", unit.mailbox, mask_mail(unit.mailbox))


def _trainee(session: Session, act: Act, row: Outbox) -> Iterator[Recipient]:
    person = session.get(Person, row.to_id)
    if person is not None:
        yield from _by_phone(act, person)


def _office(session: Session, act: Act, row: Outbox) -> Iterator[Recipient]:
    """The office's mailbox; what was taken higher goes to the section head, then to the leader of that
    office, then to the leader of the city's."""
    area = session.get(Area, row.to_id)
    contacts = act.office.contacts.get(row.city)
    if area is None or contacts is None:
        return
    role = ""
    if row.template == ESCALATED:
        step = int(json.loads(row.values or "{}").get("step", 1))
        role = "section_head" if step < LEADERS_STEP else "leader"
        area = city_area(session, row.city) if step > LEADERS_STEP else area
    mailbox = contacts.mailbox(area.code, role=role)
    yield Recipient("office", "mail", mailbox, mailbox)


def _objector(session: Session, act: Act, row: Outbox) -> Iterator[Recipient]:
    """The contact that was left with the objection: a mail address or a mobile number in it."""
    objection = session.get(Objection, row.to_id)
    if objection is None or objection.contact_sealed is None:
        return
    contact = open_text(
        act.office.vault,
        objection.contact_sealed,
        bound_to=f"objection.contact:{objection.receipt}",
        key_version=objection.key_version,
    )
    if (mail := MAIL.search(contact)) is not None:
        yield Recipient("objector", "mail", mail.group(), mask_mail(mail.group()))
    elif (phone := PHONE.search(contact)) is not None:
        number = phone.group()
        yield Recipient("objector", "sms", number, mask_phone(number), objection.receipt)


_READERS = {
    "provider": _provider,
    "trainee": _trainee,
    "office": _office,
    "objector": _objector,
}


def _trainee_of_claim(session: Session, act: Act, row: Outbox) -> tuple[Recipient, ...]:
    """The trainee of a claim, where the letter is about the trainee's own money or result."""
    if row.subject != "claim":
        return ()
    if row.template not in TO_THE_TRAINEE_TOO | ALWAYS_TO_THE_TRAINEE:
        return ()
    source = Source(session, act, row)
    try:
        person = source.person
        own = row.template in ALWAYS_TO_THE_TRAINEE or source.paid_to_trainee
    except GroundsMissingError:
        return ()
    return tuple(_by_phone(act, person)) if person is not None and own else ()


def _by_phone(act: Act, person: Person) -> Iterator[Recipient]:
    number = read_field(act.office.vault, person, "phone")
    if number:
        stand_in = f"{person.masked_id.replace('*', 'x')}-{person.id}"
        yield Recipient("trainee", "sms", number, mask_phone(number), stand_in)


def mask_mail(address: str) -> str:
    """Return x***@example.org: the first letter, and the house that keeps the mailbox."""
    box, _, house = address.rpartition("@")
    return f"{box[:1]}***@{house}"
