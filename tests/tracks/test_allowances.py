"""Living allowances in the example city: on their own road beside the class, once a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from subsidy.actions import applications
from subsidy.actions.claims import apply_for_class
from subsidy.actions.deadlines import deadlines_of
from subsidy.actions.registers import record_answers
from subsidy.actions.training import record_assessments
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, Ticket
from tests import builders
from tests.tracks import driving
from tests.tracks.ending import to_the_end
from tests.tracks.example import CITY, example_pack
from tests.tracks.town import (
    AFTER,
    ASSESSOR,
    CLERK,
    REGISTERED,
    UNIT,
    Town,
    brief_rows,
    done,
    register_rows,
    rows_for,
    taken,
    town_of,
)

ALLOWANCE = "living_allowance"
DAYS = 10
DAY_RATE = 2_500


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:
        yield town_of(session, CITY, pack=example_pack())
    opened.dispose()


def class_of(town: Town, code: str) -> tuple[int, list[int]]:
    """A class of the allowance's people that has ended; its id and main claims."""
    track = town.pack.tracks[code]
    rows = rows_for(town, town.pack.tracks[ALLOWANCE])
    ids = driving._class_until_completed(town, track, rows)
    class_id = town.session.get_one(Claim, ids[0]).class_id or 0
    answers = register_rows(town)
    act = town.act(REGISTERED, CLERK)
    taken(record_answers(town.session, act, class_id=class_id, rows=answers))
    return class_id, ids


def allowances(town: Town, class_id: int) -> list[int]:
    act = town.act(AFTER, UNIT)
    done(applications.claim_allowances(town.session, act, class_id=class_id, track=ALLOWANCE))
    return driving._ids(town.session, Claim.class_id == class_id, Claim.track == ALLOWANCE)


def apply_for(town: Town, class_id: int, ids: list[int], *, on: date = driving.APPLIED) -> None:
    act = town.act(on, UNIT)
    done(
        apply_for_class(
            town.session, act, class_id=class_id, claim_ids=ids, commitment_on=act.today
        )
    )


def codes(town: Town, claim_id: int) -> set[str]:
    query = select(Ticket.code).where(
        Ticket.claim_id == claim_id, col(Ticket.state).not_in(["resolved", "closed"])
    )
    return set(town.session.exec(query).all())


def test_a_failed_assessment_ends_the_main_claim_and_not_the_allowance(town: Town) -> None:
    class_id, mains = class_of(town, "certificate")
    ids = allowances(town, class_id)
    act = town.act(AFTER, ASSESSOR)
    failed = brief_rows(town, result="failed", theory="30", practice="30")
    taken(record_assessments(town.session, act, class_id=class_id, rows=failed))
    assert {progress_of(town.session, claim_id).state for claim_id in ids} == {"completed"}
    assert {progress_of(town.session, claim_id).state for claim_id in mains} != {"assessed"}
    apply_for(town, class_id, ids)
    assert to_the_end(town, town.pack.tracks[ALLOWANCE], ids) == ["paid", "paid"]
    paid = {progress_of(town.session, claim_id).approved_fen for claim_id in ids}
    assert paid == {DAYS * DAY_RATE}


def test_allowances_asked_for_again_add_nothing(town: Town) -> None:
    class_id, _ = class_of(town, "certificate")
    first = allowances(town, class_id)
    assert allowances(town, class_id) == first


def test_a_second_allowance_in_the_same_year_is_refused_by_its_clause(town: Town) -> None:
    first_class, _ = class_of(town, "certificate")
    first = allowances(town, first_class)
    apply_for(town, first_class, first)
    assert not any("E308" in codes(town, claim_id) for claim_id in first)
    second_class, _ = class_of(town, "short_course")
    second = allowances(town, second_class)
    apply_for(town, second_class, second, on=date(2020, 11, 19))
    assert all("E308" in codes(town, claim_id) for claim_id in second)
    assert not any("E308" in codes(town, claim_id) for claim_id in first)


def test_the_allowance_takes_no_place_among_the_two_subsidies_of_a_year(town: Town) -> None:
    class_id, mains = class_of(town, "certificate")
    apply_for(town, class_id, allowances(town, class_id))
    assert not any("E301" in codes(town, claim_id) for claim_id in mains)


def test_a_granted_allowance_says_from_when_the_next_one_is_possible(town: Town) -> None:
    class_id, _ = class_of(town, "certificate")
    ids = allowances(town, class_id)
    apply_for(town, class_id, ids)
    act = town.act(driving.APPLIED, CLERK)
    before = deadlines_of(town.session, act, claim_id=ids[0])
    assert "allowance_year" not in {one.window for one in before}
    to_the_end(town, town.pack.tracks[ALLOWANCE], ids)
    found = deadlines_of(town.session, act, claim_id=ids[0])
    [year] = [one for one in found if one.window == "allowance_year"]
    assert (year.status, year.due_on) == ("shown", date(2020, 12, 31))
    assert "2021-01-01" in year.means
    limit = town.pack.value("living_allowance_yearly", on=date(2020, 10, 12))
    assert year.clause == limit.clause
