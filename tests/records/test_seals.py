"""Seals: what was changed is found, late acts are still sealed, both databases seal the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import Session

from states.catalogue_item import CATALOGUE_ITEM
from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.moves import move, move_subject
from subsidy.records.seals import Verified, seal_minutes, verify
from subsidy.records.tables import CatalogueItem, ClaimHistory, Seal
from subsidy.records.triggers import create_triggers, drop_triggers
from tests.records.rows import AT, PlainRules, PlainSigner, moment, put_claims, sweeping

SIGNER = PlainSigner()
NEXT_DAY = AT + timedelta(days=1)


def checked(database: Database, signer: PlainSigner = SIGNER) -> Verified:
    with database.reading() as session:
        return verify(session, signer)


def faults(database: Database) -> list[str]:
    return [f"{f.chain} {f.number}: {f.what}" for f in checked(database).faults]


def seal_now(database: Database, now: datetime = NEXT_DAY) -> int:
    with database.transaction() as session:
        return seal_minutes(session, SIGNER, now=now)


def one_move(database: Database, claim_id: int, at: datetime = AT, note: str = "") -> None:
    with database.transaction() as session:
        act = moment(at, note=note)
        move(session, claim_id=claim_id, event="enrol", moment=act, rules=PlainRules())


def tamper(database: Database, statement: str) -> None:
    """What somebody with the database's own password could do: triggers aside, then back."""
    with database.transaction() as session:
        connection = session.connection()
        drop_triggers(connection)
        session.execute(text(statement))
        create_triggers(connection)


@pytest.fixture
def sealed(database: Database) -> Database:
    """Nine claims moved in three windows, and three by hand in two minutes, all sealed."""
    put_claims(database, 12)
    windows.each(
        database, run="r", apply=sweeping("enrol"), signer=SIGNER, size=3, high=10, now=lambda: AT
    )
    one_move(database, 10)
    one_move(database, 11)
    one_move(database, 12, AT + timedelta(minutes=5), note="补录|一行\n另一行")
    seal_now(database)
    return database


def test_a_log_that_nobody_touched_verifies(sealed: Database) -> None:
    assert checked(sealed) == Verified(links=5, rows=12, unsealed=0, faults=())


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE claim_history SET actor = 'user:1' WHERE claim_id = 2",
         ["bulk 1: the rows are not those that were sealed"]),
        ("UPDATE claim_history SET effective_on = '2020-10-29' WHERE claim_id = 11",
         ["minutes 1: the rows are not those that were sealed"]),
        ("UPDATE claim_history SET recorded_at = recorded_at + 1 WHERE claim_id = 4",
         ["bulk 2: the rows are not those that were sealed"]),
        ("DELETE FROM claim_history WHERE claim_id = 5",
         ["bulk 2: 3 rows were sealed, 2 are there"]),
        ("UPDATE claim_history SET note = '补录', target = 'enrolled|一行' WHERE claim_id = 12",
         ["minutes 2: the rows are not those that were sealed"]),
        ("UPDATE seal SET rows = 2 WHERE chain = 'bulk' AND number = 2",
         ["bulk 2: the signature does not fit; was the signing key changed?",
          "bulk 2: 2 rows were sealed, 3 are there",
          "bulk 3: it does not follow the link before it"]),
        ("DELETE FROM seal WHERE chain = 'bulk' AND number = 2",
         ["bulk 3: a link before this one is missing",
          "bulk 3: it does not follow the link before it"]),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_and_named(
    sealed: Database, statement: str, told: list[str]
) -> None:
    tamper(sealed, statement)
    assert faults(sealed) == told


def test_words_moved_from_one_column_to_the_next_are_found(database: Database) -> None:
    put_claims(database, 1)
    one_move(database, 1, note="a|b")
    seal_now(database)
    tamper(database, "UPDATE claim_history SET actor = 'user:7|a', note = 'b'")
    assert faults(database) == ["minutes 1: the rows are not those that were sealed"]


def test_a_seal_of_another_key_is_found(sealed: Database) -> None:
    found = checked(sealed, PlainSigner("another"))
    assert len(found.faults) == 5
    assert all("signature" in fault.what for fault in found.faults)


def test_rows_slipped_in_without_a_seal_are_counted(sealed: Database) -> None:
    with sealed.transaction() as session:
        columns = "claim_id, version, event, source, target, effective_on, recorded_at, actor, note"
        session.execute(
            text(
                f"INSERT INTO claim_history ({columns}, batch) VALUES "
                "(1, 9, 'settle', 'paying', 'paid', '2020-10-30', 0, 'user:1', '', -5)"
            )
        )
    assert checked(sealed).unsealed == 1


def test_a_minute_is_sealed_once_it_is_over(database: Database) -> None:
    put_claims(database, 3)
    one_move(database, 1, AT)
    assert seal_now(database, AT + timedelta(seconds=20)) == 0
    assert checked(database).unsealed == 1
    assert seal_now(database, AT + timedelta(seconds=60)) == 1
    assert seal_now(database, NEXT_DAY) == 0
    assert checked(database) == Verified(links=1, rows=1, unsealed=0, faults=())


def test_an_act_whose_minute_was_sealed_meanwhile_goes_under_the_next_one(
    database: Database,
) -> None:
    put_claims(database, 3)
    one_move(database, 1, AT)
    seal_now(database)
    one_move(database, 2, AT)
    one_move(database, 3, AT - timedelta(hours=2))
    assert checked(database).unsealed == 2
    assert seal_now(database) == 1
    assert checked(database) == Verified(links=2, rows=3, unsealed=0, faults=())
    with database.reading() as session:
        recorded = session.execute(
            select(ClaimHistory.recorded_at).order_by(ClaimHistory.claim_id)  # type: ignore[call-overload]
        ).scalars()
        assert list(recorded) == [AT, AT, AT - timedelta(hours=2)]


def test_acts_on_other_subjects_are_sealed_in_a_chain_of_their_own(database: Database) -> None:
    put_claims(database, 1)
    with database.transaction() as session:
        item = CatalogueItem(
            city="hangzhou", code="P-1", area_id=1, track="t", title="叉车", occupation="forklift"
        )
        session.add(item)
        session.flush()
        move_subject(
            session, chart=CATALOGUE_ITEM, row=item, event="submit", moment=moment(note="报送")
        )
    assert seal_now(database) == 1
    assert checked(database) == Verified(links=1, rows=1, unsealed=0, faults=())
    tamper(database, "UPDATE subject_history SET note = '改'")
    assert faults(database) == ["subjects 1: the rows are not those that were sealed"]


def test_a_chain_longer_than_a_page_is_walked_to_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subsidy.records.seals.PAGE", 2)
    put_claims(database, 5)
    for number in range(1, 6):
        one_move(database, number, AT + timedelta(minutes=number))
    seal_now(database)
    assert checked(database) == Verified(links=5, rows=5, unsealed=0, faults=())


def digests(database: Database) -> list[Any]:
    with database.reading() as session:
        return [
            tuple(row)
            for row in session.execute(
                select(Seal.chain, Seal.number, Seal.rows, Seal.digest, Seal.signature).order_by(  # type: ignore[call-overload]
                    Seal.chain, Seal.number
                )
            )
        ]


def _worked(database: Database) -> list[Any]:
    put_claims(database, 3)
    windows.each(database, run="r", apply=sweeping("enrol"), signer=SIGNER, high=3, now=lambda: AT)
    one_move(database, 3, AT.replace(microsecond=123_456), note="补录|一行\n另一行 🙂")
    with database.transaction() as session:
        _submit(session)
    seal_now(database)
    return digests(database)


def _submit(session: Session) -> None:
    item = CatalogueItem(
        city="hangzhou", code="P-1", area_id=1, track="t", title="叉车", occupation="forklift"
    )
    session.add(item)
    session.flush()
    move_subject(session, chart=CATALOGUE_ITEM, row=item, event="submit", moment=moment())


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgresql"])
def test_both_databases_seal_the_same_bytes(
    database: Database, migrated_file: Any, tmp_path: Any
) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(migrated_file.read_bytes())
    other = Database(f"sqlite:///{path}")
    try:
        assert _worked(database) == _worked(other)
    finally:
        other.dispose()


def test_a_day_keeps_its_form_whatever_the_session_prints(fresh: Callable[[], Database]) -> None:
    database = fresh()
    put_claims(database, 1)
    one_move(database, 1)
    seal_now(database)
    with database.reading() as session:
        if not database.is_sqlite:
            session.execute(text("SET datestyle = 'German'"))
        assert verify(session, SIGNER).faults == ()
