"""Training vouchers in the example city: issued before the training, redeemed once, by their own person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from subsidy.actions import applications
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, Instrument, Person, Ticket
from tests import builders
from tests.tracks import driving
from tests.tracks.example import CITY, example_pack
from tests.tracks.town import AFTER, CLERK, LODGED, Town, done, town_of

TRACK = "voucher"
OPEN = ("opened", "assigned", "override_asked")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:
        yield town_of(session, CITY, pack=example_pack())
    opened.dispose()


def issue(
    town: Town,
    person_id: int,
    *,
    number: str,
    on: date = LODGED,
    until: date | None = date(2021, 6, 1),
    track: str = TRACK,
) -> list[str]:
    """Issue a voucher; codes of what stands against it."""
    form = applications.InstrumentForm(
        number=number, kind="voucher", track=track, person_id=person_id, valid_until=until
    )
    act = town.act(on, CLERK)
    outcome = applications.issue_instrument(town.session, act, area_id=town.area_id, form=form)
    return [finding.code for finding in outcome.findings]


def applied_for(
    town: Town, monkeypatch: pytest.MonkeyPatch, *, on: date, until: date | None
) -> list[int]:
    """Claims of a class whose vouchers were issued on a day and hold until another."""

    def vouchers(town: Town, _track: object) -> None:
        people = town.session.exec(select(Person).order_by(col(Person.id))).all()
        for at, person in enumerate(people):
            assert issue(town, person.id or 0, number=f"Q-{at}", on=on, until=until) == []

    monkeypatch.setattr(driving, "_vouchers", vouchers)
    return driving.through_class(town, town.pack.tracks[TRACK])


def held_by(town: Town, claim_id: int) -> dict[str, str]:
    query = select(Ticket).where(Ticket.claim_id == claim_id, col(Ticket.state).in_(OPEN))
    return {row.code: row.facts for row in town.session.exec(query).all()}


def test_each_voucher_is_redeemed_by_the_claim_of_its_own_person(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = applied_for(town, monkeypatch, on=LODGED, until=date(2021, 6, 1))
    for claim_id in ids:
        claim = town.session.get_one(Claim, claim_id)
        query = select(Instrument).where(Instrument.claim_id == claim_id)
        [held] = town.session.exec(query).all()
        assert (held.person_id, held.redeemed_on) == (claim.person_id, town.on(driving.APPLIED))
        assert progress_of(town.session, claim_id).amount_fen == 32_000
        assert not held_by(town, claim_id)


def test_a_voucher_that_was_redeemed_pays_no_second_class(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = applied_for(town, monkeypatch, on=LODGED, until=date(2021, 6, 1))
    again = applications.redeem(town.session, town.act(AFTER, CLERK), claim_ids=ids)
    assert again == 0
    everyone = town.session.exec(select(Instrument)).all()
    assert sorted(row.claim_id or 0 for row in everyone) == sorted(ids)


def test_a_voucher_is_not_redeemed_after_its_validity(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = applied_for(town, monkeypatch, on=LODGED, until=driving.APPLIED)
    for claim_id in ids:
        assert "兑付时已过有效期" in held_by(town, claim_id)["E221"]
    assert {row.redeemed_on for row in town.session.exec(select(Instrument)).all()} == {None}


def test_a_voucher_holds_on_its_last_day(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = applied_for(town, monkeypatch, on=LODGED, until=date(2020, 11, 19))
    assert not any("E221" in held_by(town, claim_id) for claim_id in ids)


def test_a_voucher_issued_after_the_training_began_holds_the_claim(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = applied_for(town, monkeypatch, on=date(2020, 10, 13), until=date(2021, 6, 1))
    for claim_id in ids:
        assert "在培训开始之后才发放" in held_by(town, claim_id)["E221"]
    assert {row.redeemed_on for row in town.session.exec(select(Instrument)).all()} == {None}


def test_a_number_that_another_person_holds_is_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied_for(town, monkeypatch, on=LODGED, until=date(2021, 6, 1))
    first, second = town.session.exec(select(Person.id).order_by(col(Person.id))).all()
    assert first is not None
    assert second is not None
    assert issue(town, second, number="Q-0") == ["E221"]
    assert issue(town, first, number="Q-0") == []
    assert len(town.session.exec(select(Instrument)).all()) == 2


def test_a_voucher_that_has_expired_when_issued_or_for_another_track_is_refused(
    town: Town,
) -> None:
    done(
        applications.issue_instrument(
            town.session,
            town.act(LODGED, CLERK),
            area_id=town.area_id,
            form=applications.InstrumentForm(
                number="Q-9", kind="voucher", track=TRACK, person_id=_somebody(town)
            ),
        )
    )
    assert issue(town, _somebody(town), number="Q-8", until=LODGED) == ["E221"]
    assert issue(town, _somebody(town), number="Q-7", track="certificate") == ["E221"]


def _somebody(town: Town) -> int:
    track = town.pack.tracks["work_in_place"]
    found = town.session.exec(select(Person.id)).first()
    if found is None:
        driving.through_file(town, track)
        found = town.session.exec(select(Person.id)).first()
    assert found is not None
    return found
