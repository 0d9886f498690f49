"""Every version of a pack that a claim or a receipt names is kept, and receipts are replayed under it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import decisions
from subsidy.actions.acting import Act, Office, sync_roads
from subsidy.actions.policy_change import MissingPack, pack_at, replay
from subsidy.records.database import Database
from subsidy.records.pack_archive import versions_of
from subsidy.records.tables import PackVersion
from subsidy.rules.policy import Pack, load_pack, pack_of_content
from subsidy.rules.verdict import Decision
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.builders import act

DEARER = ('value: "100", clause: 四（二）', 'value: "130", clause: 四（二）')


@pytest.fixture
def dearer(tmp_path: Path) -> Office:
    """An office whose day rate rose to 130 yuan."""
    return office_with(tmp_path, policy=DEARER)


def under(office: Office, who: Act) -> Act:
    return replace(who, office=office)


@pytest.mark.parametrize("city", ["hangzhou", "cixi"])
def test_a_pack_built_from_what_was_kept_is_the_same_pack(city: str) -> None:
    pack = builders.office().packs[city]
    again = pack_of_content(pack.content, book=pack.book)
    assert again.version == pack.version
    assert again.spec == pack.spec
    assert list(again.spec.registers) == list(pack.spec.registers)
    assert {k: v.values for k, v in again.dated.items()} == {
        k: v.values for k, v in pack.dated.items()
    }


def test_a_pack_without_settings_is_kept_as_well() -> None:
    pack = load_pack(builders.CONFIG / "policies" / "hangzhou.yaml")
    again = pack_of_content(pack.content, book=pack.book)
    assert again.version == pack.version
    assert again.unset_keys() == pack.unset_keys()


def test_each_version_is_kept_once(database: Database, dearer: Office) -> None:
    with database.transaction() as session:
        old = act(steps.APPLIED)
        sync_roads(session, old)
        sync_roads(session, old)
        sync_roads(session, under(dearer, old))
        kept = {version for version, _ in versions_of(session, city="hangzhou")}
        assert kept == {old.pack.version, dearer.packs["hangzhou"].version}


def test_a_receipt_is_decided_again_under_the_rules_that_it_names(
    database: Database, dearer: Office
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        (row,) = steps.receipts(session, claim_id)
        now = under(dearer, act(steps.APPLIED))
        again = replay(session, now, row)
        assert isinstance(again, Decision)
        assert (again.payable, again.amount_fen) == (row.payable, steps.TEN_DAYS_FEN)
        assert again.pack_version == row.pack_version != now.pack.version
        new = decisions.preview(session, now, claim_ids=[claim_id])[claim_id]
        assert new.amount_fen == steps.TEN_DAYS_FEN * 130 // 100


def test_a_version_that_was_never_kept_is_said_and_not_guessed(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        (row,) = steps.receipts(session, claim_id)
        gone = type(row)(**{**row.model_dump(exclude={"id"}), "pack_version": "0123456789abcdef"})
        missing = replay(session, act(steps.APPLIED), gone)
        assert isinstance(missing, MissingPack)
        assert "0123456789abcdef of hangzhou was never kept" in str(missing)


def test_what_this_program_no_longer_reads_is_said_too(database: Database) -> None:
    with database.transaction() as session:
        session.add(_kept('[{"city": "hangzhou"}]'))
        session.flush()
        found = pack_at(session, act(steps.APPLIED), "older")
        assert isinstance(found, MissingPack)
        assert "does not read" in str(found)


def _kept(content: str) -> PackVersion:
    at = act(steps.APPLIED).recorded_at
    return PackVersion(city="hangzhou", version="older", content=content, first_seen_at=at)


def test_every_receipt_finds_its_pack_in_the_archive(database: Database, dearer: Office) -> None:
    """Also one written under a pack whose roads no class has used yet."""
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        now = under(dearer, act(steps.APPLIED))
        decisions.forget(session, claim_ids=[claim_id])
        decisions.decide_claims(session, now, claim_ids=[claim_id])
        for row in steps.receipts(session, claim_id):
            assert isinstance(pack_at(session, now, row.pack_version), Pack)
        assert len(_versions(session)) == 2


def _versions(session: Session) -> list[str]:
    query = select(PackVersion.version).order_by(col(PackVersion.version))
    return list(session.exec(query).all())
