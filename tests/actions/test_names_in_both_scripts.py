"""A legal name stays as it is written; the script alone makes nobody another person."""

from __future__ import annotations

from sqlmodel import Session, select

from subsidy.actions.class_work.sheets import Rows, SheetResult
from subsidy.actions.rosters import enrol
from subsidy.actions.training import record_attendance
from subsidy.records.database import Database
from subsidy.records.people import read_field
from subsidy.records.tables import Person
from tests import builders
from tests.builders import act, people, roster

AS_WRITTEN, SIMPLIFIED, SOMEONE_ELSE = "張偉華", "张伟华", "张卫华"


def taken_in(session: Session, number: str, name: str) -> tuple[int, SheetResult]:
    """A class whose roster writes the one person's name so, and what became of the roster."""
    class_id = builders.planned_class(session, number)
    rows: Rows = [(at, {**values, "name": name}) for at, values in roster(people(1))]
    return class_id, enrol(session, act("enrolled"), class_id=class_id, rows=rows)


def second_time(session: Session, name: str) -> set[str]:
    """What is said about a person on file as 張偉華 who comes again under `name`."""
    builders.taken(taken_in(session, "XS2020-001", AS_WRITTEN)[1])
    return {verdict.code for verdict in taken_in(session, "XS2020-002", name)[1].verdicts}


def test_a_known_person_in_the_other_script_is_no_mismatch_and_the_name_stays(
    database: Database,
) -> None:
    with database.transaction() as session:
        assert "E519" not in second_time(session, SIMPLIFIED)
        person = session.exec(select(Person)).one()
        assert read_field(act("enrolled").office.vault, person, "name") == AS_WRITTEN


def test_another_name_is_still_a_mismatch(database: Database) -> None:
    with database.transaction() as session:
        assert "E519" in second_time(session, SOMEONE_ELSE)


def test_an_attendance_list_may_write_the_name_in_the_other_script(database: Database) -> None:
    with database.transaction() as session:
        class_id = taken_in(session, "XS2020-001", SIMPLIFIED)[0]
        builders.drive(session, class_id, to="filed", heads=1)
        days = builders.LESSONS[0].isoformat()
        for name, bad in ((AS_WRITTEN, 0), (SOMEONE_ELSE, 1)):
            rows = builders.rows_of(people(1), days=days)
            rows[0][1]["name"] = name
            result = record_attendance(
                session, act(builders.LESSONS[1]), class_id=class_id, rows=rows
            )
            assert result.bad == bad, name
