"""What a project's record lacks holds its claims, and mending the record lets them go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.decisions import decide_claims
from subsidy.actions.projects import record_city_filing, record_standard
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import CatalogueItem, Ticket
from tests.tracks import town as towns
from tests.tracks.test_every_track import begin
from tests.tracks.town import CLERK, HEAD, Town, done, town_of

MENDED = date(2020, 11, 18)


def open_codes(session: Session, ids: list[int]) -> set[str]:
    query = select(Ticket.code).where(
        col(Ticket.claim_id).in_(ids), col(Ticket.state).not_in(("resolved", "closed"))
    )
    return set(session.exec(query).all())


def decided_again(town: Town, ids: list[int]) -> set[str]:
    assert {progress_of(town.session, n).decision_current for n in ids} == {0}
    decide_claims(town.session, town.act(MENDED, CLERK), claim_ids=ids)
    return open_codes(town.session, ids)


def test_a_competition_of_a_district_waits_until_the_city_has_it_on_file(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        town = town_of(session, "hangzhou", track="competition")
        with monkeypatch.context() as patched:
            patched.setattr(towns, "record_city_filing", _nothing)
            ids = begin(town, town.pack.tracks["competition"])
        assert "E538" in open_codes(session, ids)
        (item,) = session.exec(select(CatalogueItem)).all()
        city = town.act(MENDED, HEAD)
        done(record_city_filing(session, city, item_id=item.id or 0, record="杭备〔2020〕2号"))
        assert "E538" not in decided_again(town, ids)


def test_a_standard_that_a_district_proposed_waits_for_the_citys_authority(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        town = town_of(session, "hangzhou", track="special_operations")
        with monkeypatch.context() as patched:
            form = towns.ProjectForm
            patched.setattr(
                towns, "ProjectForm", lambda **told: replace(form(**told), standard_by="district")
            )
            ids = begin(town, town.pack.tracks["special_operations"])
        assert "E540" in open_codes(session, ids)
        (item,) = session.exec(select(CatalogueItem)).all()
        clerk = town.act(MENDED, CLERK)
        done(
            record_standard(
                session, clerk, item_id=item.id or 0, level="city", record="杭应急〔2020〕8号"
            )
        )
        assert "E540" not in decided_again(town, ids)


def _nothing(*_: object, **__: object) -> object:
    return towns.Outcome(True, 1)
