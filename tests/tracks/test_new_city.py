"""A new city is data: the example of docs/examples/new-city, put into a home, works without code."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.office import load_all_packs
from subsidy.records.database import Database
from subsidy.records.ledger import check
from subsidy.records.moves.interactive import progress_of
from subsidy.rules.policy import Pack
from subsidy.settings import load_settings
from tests.rules.policy.conftest import read_calendar
from tests.rules.policy.test_cases import read, run_case
from tests.tracks.ending import to_the_end
from tests.tracks.example import CITY, EXAMPLE, example_pack, install
from tests.tracks.test_every_track import begin
from tests.tracks.town import town_of

CASES = EXAMPLE / "cases"


@pytest.mark.parametrize("case", read(CASES / CITY / "money.yaml"), ids=lambda case: case["name"])
def test_a_case_of_the_new_city_ends_as_its_clerk_wrote_it(case: dict[str, Any]) -> None:
    run_case(
        CITY,
        case,
        pack_named=lambda _city, _settings: example_pack(),
        calendar_on=lambda today: read_calendar().seen_on(today, city=CITY),
        folder=CASES,
    )


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The city's pack as the home's config folder gives it, beside the shipped ones."""
    home = install(tmp_path_factory.mktemp("bureau") / "home")
    return load_all_packs(load_settings(environ={"SUBSIDY_HOME": str(home)}))[CITY]


@pytest.mark.parametrize("code", list(example_pack().tracks))
def test_each_track_of_the_new_city_runs_to_its_end(
    database: Database, pack: Pack, code: str
) -> None:
    with database.transaction() as session:
        town = town_of(session, CITY, track=code, pack=pack)
        track = pack.tracks[code]
        ids = begin(town, track)
        states = to_the_end(town, track, ids)
        assert states == [track.stages[-1]] * len(ids)
        due = [progress_of(session, claim_id).approved_fen for claim_id in ids]
        assert all(fen > 0 for fen in due) or track.stages[-1] == "counted"
        assert check(session, city=CITY).ok
