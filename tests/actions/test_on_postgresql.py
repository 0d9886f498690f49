"""The same road on PostgreSQL, and two rosters that race for the last place within a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from subsidy.actions.acting import Outcome
from subsidy.actions.class_changes import decide_change, request_change
from subsidy.actions.grounds.facts_of import gather
from subsidy.actions.rosters import SheetResult, enrol
from subsidy.actions.uplifts import UpliftForm, ask_uplift, decide_uplift, uplifts
from subsidy.records.database import Database
from tests import builders
from tests.builders import CLERK, HEAD, act, codes, done, people, roster

pytestmark = pytest.mark.postgres


def test_a_class_walks_from_the_roster_to_the_certificate_on_postgresql(
    postgres_database: Database,
) -> None:
    with postgres_database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="certified")
        assert builders.states(session, class_id) == ["certified"] * 3


def test_a_cancelled_class_withdraws_every_claim_on_postgresql(
    postgres_database: Database,
) -> None:
    with postgres_database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        asked = request_change(
            session, act("accepted"), class_id=class_id, kind="cancel", wanted={}, reason="停办"
        )
        clerk = act("accepted", actor=CLERK)
        outcome = decide_change(session, clerk, change_id=done(asked), grant=True)
        assert outcome.moved == {"withdrawn": 3}


def test_two_rosters_at_once_cannot_both_subsidise_one_occupation(
    postgres_database: Database,
) -> None:
    with postgres_database.transaction() as session:
        builders.listed_project(session, "P-002", occupation="barista")
        builders.listed_project(session, "P-003", occupation="barista", title="咖啡师二")
        builders.class_of(session, "XS-0", heads=1)
        classes = [builders.planned_class(session, f"XS-{n}", project=f"P-00{n}") for n in (2, 3)]
    start = Barrier(2)

    def race(class_id: int) -> SheetResult:
        with postgres_database.transaction() as session:
            start.wait(timeout=20)
            return enrol(session, act("enrolled"), class_id=class_id, rows=roster(people(1)))

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(race, classes))
    assert sorted(result.bad for result in results) == [0, 1]
    assert "E302" in codes(next(result for result in results if result.bad))


def test_progress_of_targets_counts_alike_on_postgresql(postgres_database: Database) -> None:
    from subsidy.actions.insight.training_counts import (
        Tally,
        certificates,
        person_times,
        persons,
        without_people,
    )

    with postgres_database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="certified")
        expected = [Tally("hz-xiaoshan", "", 2020, 3)]
        assert person_times(session, city="hangzhou") == expected
        assert certificates(session, city="hangzhou") == expected
        assert without_people(session, city="hangzhou") == 0
        tracks = [builders.TRACK]
        assert (
            persons(session, city="hangzhou", tracks=tracks, first_year=2019, last_year=2020) == 3
        )


def test_of_two_requests_for_a_higher_rate_at_once_one_is_kept_and_bears_on_the_claims(
    postgres_database: Database,
) -> None:
    with postgres_database.transaction() as session:
        class_id = builders.class_of(session, heads=1, category="enterprise_employee")
        insured = builders.area(session)
    start = Barrier(2)

    def race(percent: int) -> Outcome:
        with postgres_database.transaction() as session:
            form = UpliftForm(
                class_id=class_id, insured_area_id=insured, percent=percent, ground="出口减少"
            )
            start.wait(timeout=20)
            return ask_uplift(session, act("enrolled"), form=form)

    with ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(race, (10, 30)))
    assert sorted(outcome.done for outcome in asked) == [False, True]
    assert codes(next(outcome for outcome in asked if not outcome.done)) == {"E524"}
    with postgres_database.transaction() as session:
        uplift_id = next(outcome.subject_id for outcome in asked if outcome.done) or 0
        head = act("accepted", actor=HEAD)
        done(
            decide_uplift(
                session,
                head,
                uplift_id=uplift_id,
                decision="approve",
                percent=10,
                decision_number="1号",
            )
        )
        ids = [row.claim_id for row in builders.claims(session, class_id)]
        (facts,) = gather(session, head, claim_ids=ids).values()
        assert facts.uplift is not None
        assert facts.uplift.percent == 10
        assert len(uplifts(session, city="hangzhou", areas=[insured])) == 1
