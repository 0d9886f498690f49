"""People's own data: AES-GCM per field, found by a keyed index, shown masked.

A sealed field is bound to its column and the person's index, so that bytes copied to another row or
column do not open. The index is an HMAC of the normalised ID number: equal numbers meet, nothing reads.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session, col, select

from subsidy.records.tables import FullView, Person

NONCE_BYTES = 12
LOOKUP_CHUNK = 500


class Ring(Protocol):
    """AES-256 keys by version."""

    @property
    def current(self) -> int:
        """Version that new fields are written with."""

    def key(self, version: int) -> bytes:
        """Return the key of a version."""


class Vault(Protocol):
    """The keys that personal data needs; held outside the database."""

    @property
    def ring(self) -> Ring:
        """The encryption keys."""

    @property
    def index(self) -> bytes:
        """The HMAC key of the blind index."""


class SealBrokenError(ValueError):
    """A sealed field does not open: it was changed, moved to another row, or sealed with another key.

    Restore the row and the key folder from the same backup.
    """


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def blind_index(vault: Vault, id_number: str) -> str:
    """The index of a normalised ID number, as hexadecimal text."""
    return hmac.new(vault.index, id_number.encode(), hashlib.sha256).hexdigest()


def certificate_index(vault: Vault, number: str) -> str:
    """The index of a normalised certificate number; empty for none. Never equal to a person's."""
    if not number:
        return ""
    return hmac.new(vault.index, f"certificate:{number}".encode(), hashlib.sha256).hexdigest()


def name_index(vault: Vault, name: str, *, person: str) -> str:
    """The index of a normalised name, bound to one person: equal names of two people never meet."""
    return hmac.new(vault.index, f"name:{person}:{name}".encode(), hashlib.sha256).hexdigest()


def seal_text(vault: Vault, text: str, *, bound_to: str) -> bytes:
    """Encrypt one field; `bound_to` names its place, for example `person.name:<index>`."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _cipher(vault.ring.key(vault.ring.current))
    return nonce + cipher.encrypt(nonce, text.encode(), bound_to.encode())


def open_text(vault: Vault, sealed: bytes, *, bound_to: str, key_version: int) -> str:
    """Decrypt one field. Raises SealBrokenError if it does not belong here."""
    cipher = _cipher(vault.ring.key(key_version))
    try:
        clear = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise SealBrokenError(f"{bound_to.partition(':')[0]} does not open") from None
    return clear.decode()


def find_person(session: Session, vault: Vault, *, id_number: str) -> Person | None:
    """Return the person with this normalised ID number."""
    index = blind_index(vault, id_number)
    return session.exec(select(Person).where(Person.id_index == index)).first()


def save_person(
    session: Session,
    vault: Vault,
    *,
    id_number: str,
    name: str,
    phone: str | None,
    account: str | None,
    masked_name: str,
    masked_id: str,
    now: datetime,
) -> Person:
    """Return the person of this ID number, made or brought up to date; nothing is committed."""
    index = blind_index(vault, id_number)
    person = session.exec(select(Person).where(Person.id_index == index)).first()
    if person is None:
        person = Person(
            id_index=index,
            key_version=vault.ring.current,
            name_sealed=seal_text(vault, name, bound_to=f"person.name:{index}"),
            id_number_sealed=seal_text(vault, id_number, bound_to=f"person.id_number:{index}"),
            masked_name=masked_name,
            masked_id=masked_id,
            created_at=now,
        )
    elif person.key_version != vault.ring.current:
        _seal_again(vault, person)
    if phone:
        person.phone_sealed = seal_text(vault, phone, bound_to=f"person.phone:{index}")
    if account:
        person.account_sealed = seal_text(vault, account, bound_to=f"person.account:{index}")
    session.add(person)
    session.flush()
    return person


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as entered, with the masked texts that lists show."""

    id_number: str
    name: str
    phone: str
    account: str
    masked_name: str
    masked_id: str


def save_people(
    session: Session, vault: Vault, people: Sequence[NewPerson], *, now: datetime
) -> list[Person]:
    """Return the persons of these ID numbers in the same order, made or brought up to date.

    As `save_person`, but for many with two statements; numbers must be distinct.
    """
    indexes = [blind_index(vault, person.id_number) for person in people]
    known: dict[str, Person] = {}
    for start in range(0, len(indexes), LOOKUP_CHUNK):
        part = indexes[start : start + LOOKUP_CHUNK]
        found = session.exec(select(Person).where(col(Person.id_index).in_(part))).all()
        known |= {row.id_index: row for row in found}
    saved = []
    for index, given in zip(indexes, people, strict=True):
        row = known.get(index)
        if row is None:
            row = Person(
                id_index=index,
                key_version=vault.ring.current,
                name_sealed=seal_text(vault, given.name, bound_to=f"person.name:{index}"),
                id_number_sealed=seal_text(
                    vault, given.id_number, bound_to=f"person.id_number:{index}"
                ),
                masked_name=given.masked_name,
                masked_id=given.masked_id,
                created_at=now,
            )
        elif row.key_version != vault.ring.current:
            _seal_again(vault, row)
        for field in ("phone", "account"):
            text = getattr(given, field)
            if text and read_field(vault, row, field) != text:
                sealed = seal_text(vault, text, bound_to=f"person.{field}:{index}")
                setattr(row, f"{field}_sealed", sealed)
        saved.append(row)
    session.add_all(saved)
    session.flush()
    return saved


def _seal_again(vault: Vault, person: Person) -> None:
    """Rewrite every field with the current key: one row has one key version."""
    for field in ("name", "id_number", "phone", "account"):
        if getattr(person, f"{field}_sealed") is not None:
            clear = read_field(vault, person, field)
            bound = f"person.{field}:{person.id_index}"
            setattr(person, f"{field}_sealed", seal_text(vault, clear, bound_to=bound))
    person.key_version = vault.ring.current


def read_field(vault: Vault, person: Person, field: str) -> str:
    """Open one field of a person (name, id_number, phone, account); empty if there is none.

    For machines (bank files, messages). People go through `view_person`, which is logged.
    """
    sealed = getattr(person, f"{field}_sealed")
    if sealed is None:
        return ""
    return open_text(
        vault,
        sealed,
        bound_to=f"person.{field}:{person.id_index}",
        key_version=person.key_version,
    )


def view_person(
    session: Session,
    vault: Vault,
    person: Person,
    *,
    fields: tuple[str, ...],
    actor: str,
    reason: str,
    city: str,
    now: datetime,
) -> dict[str, str]:
    """Open fields for somebody's eyes; who looked and why is logged in the same transaction."""
    if not reason.strip():
        raise ValueError("a full view needs a reason")
    assert person.id is not None
    session.add(
        FullView(
            city=city,
            person_id=person.id,
            actor=actor,
            reason=reason,
            fields=" ".join(fields),
            at=now,
        )
    )
    return {field: read_field(vault, person, field) for field in fields}
