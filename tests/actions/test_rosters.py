"""Enrolment from a roster: a verdict on every cell, good rows become claims."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.rosters import SheetResult, enrol
from subsidy.papers.sample_people import SamplePerson
from subsidy.records.database import Database
from subsidy.records.people import read_field
from subsidy.records.tables import (
    Claim,
    ClaimHistory,
    ClaimProgress,
    Enrolment,
    Entitlement,
    ImportedFile,
    Person,
    Ticket,
)
from tests import builders
from tests.builders import CLERK, act, codes, done, people, plan, roster

Row = tuple[int, dict[str, str]]


def enrolled(session: Session, class_id: int, rows: list[Row], sha256: str = "") -> SheetResult:
    return enrol(session, act("enrolled"), class_id=class_id, rows=rows, sha256=sha256)


def changed(row: Row, **values: str) -> Row:
    return row[0], {**row[1], **values}


def class_in(session: Session, number: str, month: int, *, project: str = builders.PROJECT) -> int:
    """A class of five days in a month of 2020 or, from 13 on, of 2021."""
    year, month = 2020 + (month - 1) // 12, (month - 1) % 12 + 1
    days = tuple(date(year, month, 2) + timedelta(n) for n in range(5))
    return builders.planned_class(
        session, number, project=project, starts_on=days[0], ends_on=days[-1], lesson_days=days
    )


def test_a_good_row_becomes_a_sealed_person_an_entitlement_and_an_enrolled_claim(
    database: Database,
) -> None:
    [one] = people(1)
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        result = enrolled(session, class_id, roster([one]))
        assert (result.taken, result.bad, result.moved) == (1, 0, {"enrolled": 1})
        claim = session.exec(select(Claim)).one()
        assert claim.number == "XS2020-001-001"
        row = session.exec(select(ClaimProgress)).one()
        assert (row.state, row.next_stage, row.levels) == ("enrolled", "filed", 2)
        assert (row.file_by, row.training_ends) == (date(2020, 9, 25), builders.ENDS)
        assert (row.planned_fen, row.certificate_pending, row.may_pay) == (100_000, 1, 1)
        entitlement = session.exec(select(Entitlement)).one()
        assert entitlement.subject == f"class:{class_id}/person:{claim.person_id}"
        person = session.get_one(Person, claim.person_id)
        assert read_field(builders.keys(), person, "id_number") == one.id_number
        assert person.masked_name == one.name[0] + "*" * (len(one.name) - 1)
        assert one.id_number.encode() not in person.id_number_sealed
        [event] = session.exec(select(ClaimHistory.event)).all()
        assert event == "enrol"


def test_bad_rows_come_back_marked_and_the_others_are_enrolled(database: Database) -> None:
    rows = roster(people(5))
    wrong = rows[1][1]["id_number"]
    check = "1" if wrong[-1] != "1" else "2"
    rows[1] = changed(rows[1], id_number=wrong[:-1] + check)
    rows[2] = changed(rows[2], id_number=rows[0][1]["id_number"])
    rows[3] = changed(rows[3], name="张3")
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        result = enrolled(session, class_id, rows)
        assert (result.taken, result.bad) == (2, 3)
        told = {(v.row_number, v.column, v.code) for v in result.verdicts if not v.ok}
        assert told == {
            (3, "id_number", "E101"),
            (4, "id_number", "E104"),
            (5, "name", "E103"),
        }
        assert not any(wrong in v.message_zh for v in result.verdicts)
        assert builders.states(session, class_id) == ["enrolled"] * 2


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"category_proved_on": "2020-10-13"}, "group", "E204"),
        ({"connection": ""}, "connection", "E201"),
        ({"connection": "cousin"}, "connection", "E201"),
        ({"pension": "found"}, "id_number", "E202"),
        ({"birth_date": "1999-01-01"}, "birth_date", "E102"),
    ],
)
def test_a_row_that_a_clause_bars_stays_out(
    database: Database, values: dict[str, str], column: str, code: str
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        result = enrolled(session, class_id, roster(people(1), **values))
        assert (result.taken, result.bad) == (0, 1)
        [verdict] = [v for v in result.verdicts if not v.ok]
        assert (verdict.column, verdict.code) == (column, code)
        assert builders.claims(session, class_id) == []


def test_proof_on_the_day_of_the_start_is_early_enough(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        rows = roster(people(1), category_proved_on="2020-10-12")
        assert enrolled(session, class_id, rows).bad == 0


def test_proof_that_is_still_to_come_opens_a_ticket_and_does_not_stop_the_filing(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        result = enrolled(session, class_id, roster(people(1), category_proved_on=""))
        assert (result.taken, result.held) == (1, 0)
        ticket = session.exec(select(Ticket)).one()
        assert (ticket.code, ticket.blocks) == ("E511", False)
        builders.drive(session, class_id, to="filed", heads=1)
        assert builders.states(session, class_id) == ["filed"]


def test_proof_that_comes_with_a_second_list_closes_the_ticket(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        enrolled(session, class_id, roster(people(1), category_proved_on=""))
        result = enrolled(session, class_id, roster(people(1)))
        assert (result.taken, result.unchanged) == (1, 0)
        assert session.exec(select(Ticket)).one().state == "resolved"
        line = session.exec(select(Enrolment)).one()
        assert line.group_evidence_on == date(2020, 6, 30)


def test_a_person_in_two_classes_on_the_same_days_waits_while_the_others_are_filed(
    database: Database,
) -> None:
    with database.transaction() as session:
        builders.listed_project(session, "P-002", occupation="barista", title="咖啡师")
        builders.class_of(session, "XS2020-001", heads=1)
        second = builders.planned_class(session, "XS2020-002", project="P-002")
        result = enrolled(session, second, roster(people(3)))
        assert (result.taken, result.held, result.bad) == (3, 1, 0)
        assert codes(result) == {"E305"}
        builders.drive(session, second, to="filed")
        assert builders.states(session, second) == ["enrolled", "filed", "filed"]


def test_the_same_occupation_and_level_twice_stays_out(database: Database) -> None:
    with database.transaction() as session:
        builders.class_of(session, "XS2020-001", heads=1)
        later = class_in(session, "XS2020-009", 12)
        result = enrolled(session, later, roster(people(2)))
        assert (result.taken, result.bad) == (1, 1)
        assert codes(result) == {"E302"}


def test_a_withdrawn_claim_leaves_room_for_another_of_the_same_occupation(
    database: Database,
) -> None:
    with database.transaction() as session:
        first = builders.class_of(session, "XS2020-001", heads=1)
        done(builders.cancel_class(session, act("filed"), class_id=first, reason="生源不足"))
        later = class_in(session, "XS2020-009", 12)
        assert enrolled(session, later, roster(people(1))).taken == 1


def test_a_fourth_class_in_one_year_is_taken_in_with_a_ticket_for_a_person(
    database: Database,
) -> None:
    with database.transaction() as session:
        for month in (9, 10, 11, 12, 13):
            code = f"P-1{month}"
            builders.listed_project(session, code, occupation=f"trade-{month}")
            class_id = class_in(session, f"XS-{month}", month, project=code)
            result = enrolled(session, class_id, roster(people(1)))
            assert result.held == (month == 12)
        ticket = session.exec(select(Ticket)).one()
        assert (ticket.code, ticket.blocks, ticket.queue) == ("E301", True, "limits")
        assert '"limit": 3' in ticket.facts


def test_the_same_file_twice_changes_nothing_and_says_so(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        first = enrolled(session, class_id, roster(people(3)), "a" * 64)
        again = enrolled(session, class_id, roster(people(3)), "a" * 64)
        assert (first.taken, again.taken, again.unchanged) == (3, 0, 3)
        assert again.note == "该文件此前已导入，未作任何改动"
        assert len(session.exec(select(ImportedFile)).all()) == 1
        assert len(builders.states(session, class_id)) == 3


def test_a_longer_list_adds_only_the_new_people(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        enrolled(session, class_id, roster(people(2)), "a" * 64)
        result = enrolled(session, class_id, roster(people(4)), "b" * 64)
        assert (result.taken, result.unchanged) == (2, 2)
        numbers = session.exec(select(Claim.number).order_by(col(Claim.id))).all()
        assert numbers[-1] == "XS2020-001-004"


def test_people_are_not_added_once_the_class_is_filed(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        result = enrolled(session, class_id, roster(people(1, first=9)))
        assert not result.done
        assert codes(result) == {"E1105"}


def test_the_lists_of_a_class_show_no_personal_number_in_tickets_and_verdicts(
    database: Database,
) -> None:
    trainees = people(2)
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        rows = roster(trainees, category_proved_on="", category="某类别")
        result = enrolled(session, class_id, rows)
        said = " ".join(v.message_zh for v in result.verdicts)
        said += " ".join(t.facts for t in session.exec(select(Ticket)).all())
        for one in trainees:
            for secret in (one.id_number, one.name, one.phone, one.card):
                assert secret not in said


def test_a_passport_is_taken_in_and_looked_at(database: Database) -> None:
    guest = SamplePerson("Anna Berg", "P1234567", "15400000001", "", date(1985, 1, 1), False, "")
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        result = enrolled(session, class_id, roster([guest], account=""))
        assert (result.taken, result.held) == (1, 1)
        assert codes(result) == {"E108"}


def test_a_person_who_moved_keeps_one_row_with_the_new_phone(database: Database) -> None:
    [one] = people(1)
    with database.transaction() as session:
        builders.class_of(session, "XS2020-001", heads=1)
        builders.listed_project(session, "P-002", occupation="barista")
        later = class_in(session, "XS2020-009", 12, project="P-002")
        enrolled(session, later, roster([one], phone="15499999999"))
        person = session.exec(select(Person)).one()
        assert read_field(builders.keys(), person, "phone") == "15499999999"


def test_a_plan_that_is_revised_brings_the_claims_along(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        days = builders.LESSONS[:8]
        done(
            builders.revise_plan(
                session,
                act("enrolled", actor=CLERK),
                class_id=class_id,
                plan=plan(lesson_days=days, ends_on=days[-1]),
            )
        )
        assert {c.planned_fen for c in builders.claims(session, class_id)} == {80_000}
