"""Two applications at once, each the last that the year allows: only one passes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from subsidy.actions import claims, reviews
from subsidy.records.database import Database
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.actions.desk.test_deciding import ONE_A_YEAR, two_classes
from tests.builders import CLERK, act

pytestmark = pytest.mark.postgres


def test_two_applications_at_once_cannot_both_pass_the_yearly_limit(
    postgres_database: Database, tmp_path: Path
) -> None:
    strict = office_with(tmp_path, policy=ONE_A_YEAR)
    with postgres_database.transaction() as session:
        classes = two_classes(session)
    start = Barrier(2)

    def race(class_id: int) -> None:
        with postgres_database.transaction() as session:
            start.wait(timeout=20)
            who = act(steps.APPLIED, with_office=strict)
            claims.apply_for_class(session, who, class_id=class_id, commitment_on=steps.APPLIED)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(race, classes))
    with postgres_database.transaction() as session:
        ids = [builders.claims(session, class_id)[0].claim_id for class_id in classes]
        clerk = act(steps.REVIEWED, actor=CLERK, with_office=strict)
        passed = [reviews.review(session, clerk, claim_id=claim_id).done for claim_id in ids]
        assert passed == [True, False]
        assert steps.open_tickets(session, ids[1]) == {"E301"}
