"""Persons on the list of one claim, and months of one person, in the example city."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from subsidy.actions import applications
from subsidy.actions.decisions import latest_decisions
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import ApplicationLine, Ticket
from tests import builders
from tests.tracks import driving
from tests.tracks.ending import to_the_end
from tests.tracks.entries import stated_for
from tests.tracks.example import CITY, example_pack
from tests.tracks.test_advances import APPLIED, MAIN, RATE, apply_for, class_with, open_tickets
from tests.tracks.town import UNIT, Town, rows_for, town_of

HEADS = 4
FOUR_WEEKS = timedelta(28)
MONTHS, MONTH_RATE = "work_in_place", 30_000


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:
        yield town_of(session, CITY, pack=example_pack(), people=HEADS)
    opened.dispose()


def class_applied(town: Town, *, registers: Mapping[str, Sequence[int]]) -> int:
    """The claim of a class that all finished, applied for; whom registers have found."""
    application_id, claim_id = class_with(town, finished=HEADS, registers=registers)
    apply_for(town, application_id, on=APPLIED)
    return claim_id


def counted(town: Town, claim_id: int) -> list[bool]:
    query = select(ApplicationLine).where(ApplicationLine.claim_id == claim_id)
    rows = town.session.exec(query.order_by(col(ApplicationLine.id))).all()
    return [row.counted for row in rows]


def test_a_head_refused_by_clause_is_left_out_and_told_while_the_claim_goes_on(
    town: Town,
) -> None:
    claim_id = class_applied(town, registers={"pension": [1]})
    assert counted(town, claim_id) == [True, False, True, True]
    assert progress_of(town.session, claim_id).amount_fen == RATE * 3
    receipt = latest_decisions(town.session, claim_ids=[claim_id])[claim_id]
    [out] = [head for head in json.loads(receipt.result)["heads"] if not head["counted"]]
    [finding] = [item for item in out["findings"] if item["effect"] == "refuse"]
    assert (finding["code"], finding["clause"]) == ("E202", "第十四条")
    assert to_the_end(town, town.pack.tracks[MAIN], [claim_id]) == ["paid"]
    assert progress_of(town.session, claim_id).approved_fen == RATE * 3


def test_a_head_in_a_hold_keeps_the_whole_claim(town: Town) -> None:
    claim_id = class_applied(town, registers={"death": [2]})
    assert "E210" in open_tickets(town, claim_id)
    receipt = latest_decisions(town.session, claim_ids=[claim_id])[claim_id]
    assert not receipt.payable
    assert progress_of(town.session, claim_id).state == "applied"


def test_a_head_counted_in_a_paid_class_fills_her_year_and_one_left_out_does_not(
    town: Town,
) -> None:
    class_id = class_applied(town, registers={"pension": [1]})
    assert to_the_end(town, town.pack.tracks[MAIN], [class_id]) == ["paid"]
    tracks = town.pack.tracks
    town.later += FOUR_WEEKS
    assert limit_reached(town, driving.through_class(town, tracks["certificate"])) == []
    town.later += FOUR_WEEKS
    rows = rows_for(town, tracks["short_course"])
    ids = driving._class_until_completed(town, tracks["short_course"], rows)
    assert limit_reached(town, ids) == [0, 2, 3]


def limit_reached(town: Town, ids: list[int]) -> list[int]:
    """Places in the list of those whose claim meets the yearly limit."""
    return [at for at, claim_id in enumerate(ids) if "E301" in open_tickets(town, claim_id)]


def months(
    town: Town, *, number: str, starts: date, until: date, count: int
) -> applications.Lodged:
    """An application for work in place of training: all people, so many months."""
    track = town.pack.tracks[MONTHS]
    stated = replace(
        stated_for(town, track), period_starts=starts, period_until=until, months=count
    )
    act = town.act(APPLIED, UNIT)
    form = applications.ApplicationForm(
        number=number,
        track=MONTHS,
        area_id=town.area_id,
        provider_id=town.unit_id,
        stated=stated,
        commitment_on=act.today,
    )
    rows = rows_for(town, track, category_proved_on="2020-01-02")
    return applications.lodge(town.session, act, form=form, rows=rows)


def amounts(town: Town, lodged: applications.Lodged) -> set[int]:
    return {progress_of(town.session, claim_id).amount_fen for claim_id in lodged.claim_ids}


SPRING: Mapping[str, date] = {"starts": date(2020, 2, 1), "until": date(2020, 6, 1)}
SUMMER: Mapping[str, date] = {"starts": date(2020, 6, 1), "until": date(2020, 10, 1)}
AUTUMN: Mapping[str, date] = {"starts": date(2020, 10, 1), "until": date(2020, 11, 1)}


def test_months_drawn_before_are_taken_off_the_six(town: Town) -> None:
    assert amounts(town, months(town, number="Y-1", count=4, **SPRING)) == {4 * MONTH_RATE}
    assert amounts(town, months(town, number="Y-2", count=4, **SUMMER)) == {2 * MONTH_RATE}


def test_after_six_months_a_further_one_is_refused_by_its_clause(town: Town) -> None:
    months(town, number="Y-1", count=4, **SPRING)
    months(town, number="Y-2", count=4, **SUMMER)
    third = months(town, number="Y-3", count=1, **AUTUMN)
    for claim_id in third.claim_ids:
        query = select(Ticket).where(Ticket.claim_id == claim_id, Ticket.code == "E309")
        [ticket] = town.session.exec(query).all()
        assert "第十条" in ticket.clause


def test_the_same_months_of_the_same_person_are_not_taken_in_twice(town: Town) -> None:
    months(town, number="Y-1", count=4, **SPRING)
    again = months(town, number="Y-2", count=4, **SPRING)
    assert not again.claim_ids
    assert {verdict.code for verdict in again.result.verdicts} == {"E560"}
    assert again.result.bad == HEADS


def test_months_that_follow_an_earlier_period_are_taken_in(town: Town) -> None:
    months(town, number="Y-1", count=4, **SPRING)
    assert len(months(town, number="Y-2", count=2, **SUMMER).claim_ids) == HEADS


def test_months_that_overlap_an_earlier_period_are_not_taken_in(town: Town) -> None:
    months(town, number="Y-1", count=4, **SPRING)
    part = months(town, number="Y-2", count=3, starts=date(2020, 4, 1), until=date(2020, 7, 1))
    assert not part.claim_ids
    assert {verdict.code for verdict in part.result.verdicts} == {"E560"}
