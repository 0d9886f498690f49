"""Sealed fields of people: bound to their row and column, found without being read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from subsidy.keys import KeyRing
from subsidy.records.database import Database
from subsidy.records.people import (
    SealBrokenError,
    find_person,
    read_field,
    save_person,
    view_person,
)
from subsidy.records.tables import FullView, Person
from tests.records.rows import AT

FIRST, SECOND = "330109199001011238", "330109199203034567"


@dataclass(frozen=True)
class Keys:
    ring: KeyRing = field(default_factory=lambda: KeyRing(1, {1: b"a" * 32}))
    index: bytes = b"i" * 32


VAULT = Keys()


def save(session: Session, number: str = FIRST, *, name: str = "甲", vault: Keys = VAULT) -> Person:
    return save_person(
        session,
        vault,
        id_number=number,
        name=name,
        phone="13800000000",
        account="6222000011112222",
        masked_name="*",
        masked_id="3301**",
        now=AT,
    )


def test_a_person_is_found_by_the_number_and_nothing_of_it_is_readable(database: Database) -> None:
    with database.transaction() as session:
        saved = save(session)
        assert find_person(session, VAULT, id_number=FIRST) is saved
        assert find_person(session, VAULT, id_number=SECOND) is None
        row = repr(session.execute(text("SELECT * FROM person")).one())
    assert all(secret not in row for secret in (FIRST, "13800000000", "6222000011112222"))


def test_fields_open_again_as_they_were(database: Database) -> None:
    with database.transaction() as session:
        person = save(session)
        fields = [read_field(VAULT, person, f) for f in ("name", "id_number", "phone", "account")]
    assert fields == ["甲", FIRST, "13800000000", "6222000011112222"]


@pytest.mark.parametrize("name", ["name", "id_number", "phone", "account"])
def test_a_field_moved_to_another_row_does_not_open(database: Database, name: str) -> None:
    with database.transaction() as session:
        one, other = save(session), save(session, SECOND, name="乙")
        setattr(one, f"{name}_sealed", getattr(other, f"{name}_sealed"))
        session.flush()
        with pytest.raises(SealBrokenError) as broken:
            read_field(VAULT, one, name)
    assert FIRST not in str(broken.value)
    assert "does not open" in str(broken.value)


def test_a_field_moved_to_another_column_does_not_open(database: Database) -> None:
    with database.transaction() as session:
        person = save(session)
        person.phone_sealed = person.account_sealed
        with pytest.raises(SealBrokenError):
            read_field(VAULT, person, "phone")


def test_a_changed_byte_does_not_open(database: Database) -> None:
    with database.transaction() as session:
        person = save(session)
        person.name_sealed = person.name_sealed[:-1] + bytes([person.name_sealed[-1] ^ 1])
        with pytest.raises(SealBrokenError):
            read_field(VAULT, person, "name")


def test_the_same_text_is_sealed_differently_each_time(database: Database) -> None:
    with database.transaction() as session:
        assert save(session, name="甲").name_sealed != save(session, SECOND, name="甲").name_sealed


def test_a_person_saved_again_is_one_row_under_the_current_key(database: Database) -> None:
    newer = replace(VAULT, ring=KeyRing(2, {1: b"a" * 32, 2: b"b" * 32}))
    with database.transaction() as session:
        first = save(session)
        again = save(session, vault=newer)
        assert again.id == first.id
        assert again.key_version == 2
        opened = [read_field(newer, again, f) for f in ("name", "id_number", "phone", "account")]
    assert opened == ["甲", FIRST, "13800000000", "6222000011112222"]


def test_a_full_view_leaves_who_and_why(database: Database) -> None:
    with database.transaction() as session:
        person = save(session)
        with pytest.raises(ValueError, match="needs a reason"):
            view_person(session, VAULT, person, fields=("name",), actor="user:1", reason=" ",
                        city="hangzhou", now=AT)  # fmt: skip
        seen = view_person(session, VAULT, person, fields=("name", "phone"), actor="user:1",
                           reason="核对账户", city="hangzhou", now=AT)  # fmt: skip
        assert seen == {"name": "甲", "phone": "13800000000"}
        (view,) = session.exec(select(FullView)).all()
    assert (view.actor, view.reason, view.fields) == ("user:1", "核对账户", "name phone")
