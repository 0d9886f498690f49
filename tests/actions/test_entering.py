"""Roads that begin with the filing or the end of a class: their claims enter by that event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from subsidy.actions.claims import withdraw
from subsidy.actions.classes import complete_class, decide_filing, file_class
from subsidy.actions.reviews import hold, release
from subsidy.actions.rosters import enrol
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from tests import builders
from tests.actions.desk.offices import office_with
from tests.acts import CLERK, act

Order = Callable[[str], None]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Let the project track begin at a stage."""

    def at(first: str) -> None:
        text = (builders.CONFIG / "policies" / "hangzhou.yaml").read_text(encoding="utf-8")
        track = text.index("  pass_certificate:\n    name")
        start = text.index("    enters_at: listed", track)
        end = text.index(f"      - {{state: {first}, ", start)
        kept = text[text.index("    needs_certificate", start) : text.index("    stages:", start)]
        changed = f"    enters_at: {first}\n{kept}    stages:\n"
        office = office_with(tmp_path, policy=(text[start:end], changed))
        monkeypatch.setattr("tests.acts.office", lambda: office)

    return at


def test_a_claim_waits_in_the_catalogue_until_its_class_is_filed(
    database: Database, begin: Order
) -> None:
    begin("filed")
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        rows = builders.roster(builders.people(2))
        result = builders.taken(enrol(session, act("enrolled"), class_id=class_id, rows=rows))
        assert (result.moved, result.left) == ({}, ())
        first, _ = builders.claims(session, class_id)
        assert (first.state, first.next_stage) == ("listed", "filed")
        builders.drive(session, class_id, to="filed", heads=2)
        assert builders.states(session, class_id) == ["filed"] * 2
        row = progress_of(session, first.claim_id)
        assert row.reserved_fen == row.planned_fen > 0


def test_it_goes_on_with_the_class_like_any_other(database: Database, begin: Order) -> None:
    begin("filed")
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="certified")
        assert builders.states(session, class_id) == ["certified"] * 3


def test_one_that_was_held_enters_when_it_comes_back(database: Database, begin: Order) -> None:
    begin("filed")
    with database.transaction() as session:
        class_id = builders.class_of(session)
        held = builders.claims(session, class_id)[0].claim_id
        clerk = act("enrolled", actor=CLERK)
        builders.done(hold(session, clerk, claim_id=held, reason="核对身份"))
        builders.drive(session, class_id, to="completed")
        assert builders.states(session, class_id) == ["held", "completed", "completed"]
        builders.done(release(session, act("completed", actor=CLERK), claim_id=held))
        assert builders.states(session, class_id) == ["completed"] * 3


def test_a_road_may_begin_with_the_end_of_the_class(database: Database, begin: Order) -> None:
    begin("completed")
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.done(file_class(session, act("filed"), class_id=class_id))
        examiner = act("accepted", actor=CLERK)
        accepted = decide_filing(session, examiner, class_id=class_id, decision="accept")
        assert (accepted.done, accepted.moved, accepted.left) == (True, {}, ())
        gone = builders.claims(session, class_id)[0].claim_id
        builders.done(withdraw(session, act("accepted"), claim_id=gone, reason="本人放弃"))
        ended = complete_class(session, act("completed"), class_id=class_id)
        assert (ended.moved, ended.left) == ({"completed": 2}, ())
        assert builders.states(session, class_id) == ["withdrawn", "completed", "completed"]
