"""Every track of every city, from where it enters to where it ends, under the city's own pack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select

from subsidy.records.database import Database
from subsidy.records.ledger import check
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Decision
from subsidy.rules.policy import Track
from tests.acts import CONFIG
from tests.rules.policy.conftest import read_pack
from tests.tracks import driving
from tests.tracks.ending import to_the_end
from tests.tracks.town import Town, town_of
from tests.tracks.windows_run import awaited, left_open, stood_in


def _tracks() -> Iterator[object]:
    for path in sorted((CONFIG / "policies").glob("*.yaml")):
        for code in read_pack(path.stem, "filled").tracks:
            yield pytest.param(path.stem, code, id=f"{path.stem}: {code}")


@pytest.mark.parametrize(("city", "code"), list(_tracks()))
def test_a_claim_of_the_track_runs_from_its_entry_to_its_end_through_each_of_its_windows(
    database: Database, city: str, code: str
) -> None:
    with database.transaction() as session:
        town = town_of(session, city, track=code)
        track = town.pack.tracks[code]
        ids = begin(town, track)
        states = to_the_end(town, track, ids)
        assert states == [track.stages[-1]] * len(ids)
        assert stood_in(town, track, ids) == awaited(town, track, ids)
        assert left_open(town, track, ids) == set()
        due = [progress_of(session, claim_id).approved_fen for claim_id in ids]
        if track.stages[-1] == "paid":
            assert all(fen > 0 for fen in due)
        assert check(session, city=city).ok


def begin(town: Town, track: Track) -> list[int]:
    """Make claims of the track and bring them before the first level of review."""
    if track.spec.kind == "allowance":
        return driving.as_allowance(town, track)
    if track.spec.through == "class":
        return driving.through_class(town, track)
    return driving.through_file(town, track)


def _unpublished() -> Iterator[object]:
    for path in sorted((CONFIG / "policies").glob("*.yaml")):
        pack = read_pack(path.stem, True)
        for code in pack.tracks:
            if pack.governing_of(code).status in ("draft", "reference"):
                yield pytest.param(path.stem, code, id=f"{path.stem}: {code}")


@pytest.mark.parametrize(("city", "code"), list(_unpublished()))
def test_a_claim_under_a_draft_or_a_letter_waits_and_is_never_paid(
    database: Database, city: str, code: str
) -> None:
    with database.transaction() as session:
        town = town_of(session, city, settings=True)
        track = town.pack.tracks[code]
        for claim_id in begin(town, track):
            row = progress_of(session, claim_id)
            assert row.may_pay == 0
            if row.decision_current:
                assert row.gaps > 0
                receipts = session.exec(select(Decision).where(Decision.claim_id == claim_id))
                assert all("E603" in receipt.result for receipt in receipts)
