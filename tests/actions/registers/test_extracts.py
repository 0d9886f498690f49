"""Extracts of outside registers: who is found, who is not, who stands there under another name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions.claims import apply_for_class
from subsidy.actions.registers import ask_round, load_extract, register_states
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import RegisterAnswer, RegisterEntry
from tests import builders
from tests.acts import CLERK, DAYS, act

APPLIED = date(2020, 11, 10)
PASSING = ("death", "pupil", "upgrade_subsidy")
"""Registers that let a person pass who is not on them."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'city.db'}")
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as opened:
        class_id = builders.class_of(opened, heads=3, pension="unknown")
        builders.drive(opened, class_id, to="certified")
        outcome = apply_for_class(
            opened, act(APPLIED), class_id=class_id, commitment_on=DAYS["filed"]
        )
        assert outcome.done
        yield opened
    database.dispose()


def rows(*people: int, **values: str) -> list[tuple[int, dict[str, str]]]:
    trainees = builders.people(3)
    return [
        (at, {"id_number": trainees[n].id_number, "name": trainees[n].name, **values})
        for at, n in enumerate(people, start=2)
    ]


def load(
    session: Session, register: str, listed: list[tuple[int, dict[str, str]]], **more: object
) -> None:
    told = {"as_of": date(2020, 11, 9), **more}
    result = load_extract(
        session,
        act(APPLIED, actor=CLERK),
        register=register,
        rows=listed,
        **told,  # type: ignore[arg-type]
    )
    assert result.done, result.findings
    assert not result.bad


def ask(session: Session, *, waiting: bool = False) -> dict[str, int]:
    after, counts = ask_round(session, act(APPLIED, actor=CLERK), waiting=waiting)
    assert after is not None
    return counts


def answers(session: Session, register: str) -> list[str]:
    query = select(RegisterAnswer).where(RegisterAnswer.register_name == register)
    return [row.answer for row in session.exec(query.order_by(RegisterAnswer.person_id)).all()]  # type: ignore[arg-type]


def test_whoever_is_on_the_pension_extract_is_found_and_the_others_are_not(
    session: Session,
) -> None:
    load(session, "pension", rows(1, since="2019-03-01"))
    assert ask(session) == {"found": 1, "not_found": 2}
    assert answers(session, "pension") == ["not_found", "found", "not_found"]


def test_a_partial_extract_leaves_those_it_does_not_name_unanswered(session: Session) -> None:
    load(session, "pension", rows(1), whole=False)
    assert ask(session) == {"found": 1}


def test_an_entry_that_ended_before_the_day_of_the_data_is_not_found(session: Session) -> None:
    load(session, "pupil", rows(0, 1, since="2018-09-01", until="2020-07-01"))
    assert ask(session) == {"not_found": 3}


def test_another_name_under_the_number_is_a_mismatch(session: Session) -> None:
    listed = [(2, {**rows(0)[0][1], "name": "王测试"})]
    load(session, "pension", listed)
    assert answers(session, "pension") == []
    assert ask(session) == {"mismatch": 1, "not_found": 2}


def test_a_certificate_that_stands_under_another_person_is_a_mismatch(session: Session) -> None:
    numbers = [
        r["certificate_number"] for _, r in builders.certificates(builders.people(3), class_id=1)
    ]
    listed = [
        (2, {**rows(0)[0][1], "certificate_number": numbers[0]}),
        (3, {**rows(0)[0][1], "certificate_number": numbers[1]}),
    ]
    load(session, "certificate", listed)
    assert ask(session) == {"found": 1, "mismatch": 1, "not_found": 1}


def test_answers_that_say_nothing_new_are_not_kept_again(session: Session) -> None:
    load(session, "pension", rows(1))
    assert ask(session)
    assert ask(session) == {}
    load(session, "pension", rows(1, 2), as_of=date(2020, 11, 10))
    assert ask(session) == {"found": 1}


def test_the_newest_extract_answers_and_its_day_is_shown(session: Session) -> None:
    load(session, "pension", rows(1))
    load(session, "pension", rows(0), as_of=date(2020, 11, 1))
    states = {each.name: each for each in register_states(session, act(APPLIED, actor=CLERK))}
    assert states["pension"].as_of == date(2020, 11, 9)
    assert states["death"].as_of is None
    assert ask(session) == {"found": 1, "not_found": 2}
    assert answers(session, "pension")[1] == "found"


def test_with_every_register_answered_the_claims_are_no_longer_held_for_them(
    session: Session,
) -> None:
    numbers = builders.certificates(builders.people(3), class_id=1)
    load(session, "certificate", [(at, dict(values)) for at, values in numbers])
    for name in ("pension", *PASSING):
        load(session, name, rows(2) if name == "pension" else [])
    load(session, "real_name", rows(0, 1, 2))
    ask(session)
    assert [progress_of(session, n).blocks for n in (1, 2)] == [0, 0]
    assert progress_of(session, 3).blocks > 0  # the one who is entitled to a pension


def test_by_night_only_claims_that_wait_for_a_register_are_asked_about(session: Session) -> None:
    load(session, "pension", rows(1))
    assert ask(session, waiting=True) == {"found": 1, "not_found": 2}
    numbers = builders.certificates(builders.people(3), class_id=1)
    load(session, "certificate", [(at, dict(values)) for at, values in numbers])
    for name in PASSING:
        load(session, name, [])
    load(session, "real_name", rows(0, 1, 2))
    ask(session)
    load(session, "pension", rows(0), as_of=date(2020, 11, 10))
    assert ask_round(session, act(APPLIED, actor=CLERK), waiting=True) == (None, {})


def test_an_unknown_register_and_a_day_to_come_are_refused_with_what_there_is(
    session: Session,
) -> None:
    clerk = act(APPLIED, actor=CLERK)
    unknown = load_extract(session, clerk, register="weather", as_of=APPLIED, rows=[])
    assert "pension" in unknown.findings[0].message_zh
    later = load_extract(session, clerk, register="pension", as_of=date(2021, 1, 1), rows=[])
    assert [finding.code for finding in later.findings] == ["E562"]


def test_a_row_with_a_wrong_number_comes_back_and_the_others_are_loaded(session: Session) -> None:
    listed = [*rows(0), (3, {"id_number": "123", "name": "某人"})]
    result = load_extract(
        session, act(APPLIED, actor=CLERK), register="pension", as_of=APPLIED, rows=listed
    )
    assert (result.taken, result.bad) == (1, 1)


def test_an_extract_cannot_be_read_back(session: Session) -> None:
    load(session, "pension", rows(1))
    entry = session.exec(select(RegisterEntry)).one()
    person = builders.people(3)[1]
    for column in (entry.person_index, entry.name_index):
        assert person.id_number not in column
        assert person.name not in column
