"""A class walks from the roster to the certificate."""

from __future__ import annotations

from subsidy.records.database import Database
from tests import builders


def test_a_class_walks_from_the_roster_to_the_certificate(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="certified")
        assert builders.states(session, class_id) == ["certified"] * 3
