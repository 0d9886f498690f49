"""Aid for equipment is paid once for each base or studio of an enterprise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import applications
from subsidy.records.database import Database
from subsidy.records.tables import Claim, Ticket
from subsidy.rules.facts import Stated
from tests import builders
from tests.tracks import driving, ending
from tests.tracks.entries import stated_for
from tests.tracks.town import UNIT, Town, taken, town_of

TRACK = "equipment"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:
        town = town_of(session, "zhumadian", track=TRACK)
        ids = driving.through_file(town, town.pack.tracks[TRACK])
        assert ending.to_the_end(town, town.pack.tracks[TRACK], ids) == ["paid"]
        yield town
    opened.dispose()


def codes_of_second(town: Town, *, facility: str) -> set[str]:
    """What stands against a further application of the same enterprise, in another year."""
    stated = stated_for(town, town.pack.tracks[TRACK])
    again = Stated(facility=facility, purchases_fen=stated.purchases_fen, papers=stated.papers)
    act = town.act(ending.CLEARED, UNIT)
    form = applications.ApplicationForm(
        number="A-2",
        track=TRACK,
        area_id=town.area_id,
        provider_id=town.unit_id,
        period="2021",
        stated=again,
        commitment_on=act.today,
    )
    lodged = applications.lodge(town.session, act, form=form, rows=())
    taken(lodged.result)
    return open_codes(town.session, lodged.application_id or 0)


def open_codes(session: Session, application_id: int) -> set[str]:
    query = select(Ticket.code).join(Claim, col(Claim.id) == Ticket.claim_id)
    return set(session.exec(query.where(Claim.application_id == application_id)).all())


def test_a_second_application_for_the_same_studio_meets_the_one_off_clause(town: Town) -> None:
    assert "E241" in codes_of_second(town, facility="master_studio")


def test_a_base_of_the_same_enterprise_is_another_matter(town: Town) -> None:
    assert codes_of_second(town, facility="training_base") == {"E533"}
