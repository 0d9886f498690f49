"""An approved uplift reaches the approved amount: through a class, and through an application."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from subsidy.actions.decisions import decide_claims
from subsidy.actions.uplifts import UpliftForm, ask_uplift, decide_uplift
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim
from tests.tracks.ending import to_the_end
from tests.tracks.test_every_track import begin
from tests.tracks.town import CLERK, HEAD, STARTS, UNIT, Town, done, town_of

ASKED, DECIDED, AGAIN = date(2020, 10, 9), date(2020, 11, 18), date(2020, 11, 18)


def request(session: Session, town: Town, claim: Claim) -> int:
    form = UpliftForm(
        insured_area_id=town.area_id,
        class_id=claim.class_id,
        unit_id=town.unit_id,
        track=claim.track,
        starts_on=STARTS,
        ground="出口订单减少",
    )
    return done(ask_uplift(session, town.act(ASKED, UNIT), form=form))


@pytest.mark.parametrize("code", ["certificate", "level_assessment"])
def test_level_four_is_approved_with_1950_yuan_in_place_of_1500(
    database: Database, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.tracks.town.group_for", lambda *_: "enterprise_employee")
    with database.transaction() as session:
        town = town_of(session, "hangzhou", track=code)
        track = town.pack.tracks[code]
        ids = begin(town, track)
        assert [progress_of(session, n).amount_fen for n in ids] == [150_000] * len(ids)
        uplift_id = request(session, town, session.get_one(Claim, ids[0]))
        head = town.act(DECIDED, HEAD)
        done(
            decide_uplift(
                session,
                head,
                uplift_id=uplift_id,
                decision="approve",
                decision_number="浮〔2020〕1号",
            )
        )
        decide_claims(session, town.act(AGAIN, CLERK), claim_ids=ids)
        assert [progress_of(session, n).amount_fen for n in ids] == [195_000] * len(ids)
        states = to_the_end(town, track, ids)
        assert states == [track.stages[-1]] * len(ids)
        assert {progress_of(session, n).approved_fen for n in ids} == {195_000}
