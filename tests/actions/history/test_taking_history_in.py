"""Lists of older payments: what is kept, what comes back marked, and that nothing is kept twice."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from subsidy.actions.history import past_imports
from subsidy.records.database import Database
from subsidy.records.people import certificate_index, find_person, read_field
from subsidy.records.tables import (
    ImportedFile,
    PastSubsidy,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    Person,
)
from tests import builders
from tests.actions.desk import steps
from tests.actions.history.lists import HOUSE, clerk, codes_at, kept, neighbour, payment, take
from tests.builders import act, codes, people, taken

ANN, BEN, COY = people(3, first=50)
NUMBER = "1633003000512345"


def test_a_good_row_is_kept_with_the_person_sealed_and_the_certificate_unreadable(
    database: Database,
) -> None:
    with database.transaction() as session:
        row = payment(ANN, certificate_kind="qualification", certificate_number=NUMBER)
        result = taken(take(session, row, sha256="a" * 64))
        assert (result.taken, result.note) == (1, "录入1行")
        (past,) = kept(session)
        assert (past.occupation, past.level, past.year) == ("chinese-cook", "5", 2020)
        assert (past.amount_fen, past.paid_on) == (80_000, date(2020, 5, 15))
        assert (past.file_sha256, past.row_number, past.imported_by) == ("a" * 64, 2, "user:1")
        vault = builders.keys()
        assert past.certificate_index == certificate_index(vault, NUMBER)
        assert NUMBER not in str(past.model_dump())
        person = find_person(session, vault, id_number=ANN.id_number)
        assert person is not None
        assert person.id == past.person_id
        assert read_field(vault, person, "name") == ANN.name
        assert ANN.name.encode() not in person.name_sealed
        assert ANN.name not in person.masked_name


def test_the_same_file_again_changes_nothing_and_says_so(database: Database) -> None:
    with database.transaction() as session:
        take(session, payment(ANN), sha256="a" * 64)
        again = take(session, payment(ANN), sha256="a" * 64)
        assert "此前已导入" in again.note
        assert len(kept(session)) == 1


def test_the_same_row_in_another_file_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        take(session, payment(ANN), sha256="a" * 64)
        again = take(session, payment(ANN), payment(BEN), sha256="b" * 64)
        assert (again.taken, again.unchanged, again.bad) == (1, 1, 0)
        assert len(kept(session)) == 2


def test_the_database_itself_refuses_the_same_payment_twice(database: Database) -> None:
    with database.transaction() as session:
        take(session, payment(ANN))
        again = kept(session)[0].model_dump() | {"id": None, "row_number": 9}
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(PastSubsidy(**again))


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"occupation": "宇航员"}, "E541", "occupation"),
        ({"occupation": "9-99-99-99"}, "E541", "occupation"),
        ({"occupation": "4-01-02-02", "code_edition": "2022"}, "E541", "occupation"),
        ({"occupation": ""}, "E543", "occupation"),
        ({"paid_on": "2020-11-13", "ends_on": ""}, "E543", "paid_on"),
        ({"ends_on": "2020-03-01"}, "E543", "ends_on"),
        ({"ends_on": "2021-01-01"}, "E543", "ends_on"),
        ({"starts_on": "2020-06-01", "ends_on": ""}, "E543", "starts_on"),
        ({"amount_fen": "0"}, "E543", "amount_fen"),
        ({"amount_fen": "-100"}, "E543", "amount_fen"),
        ({"paying_place": " "}, "E543", "paying_place"),
        ({"certificate_kind": "skill_level", "level": ""}, "E543", "level"),
        ({"scheme": "insurance_upgrade"}, "E543", "certificate_number"),
        ({"id_number": "330102199001011"}, "E101", "id_number"),
        ({"name": "A1"}, "E103", "name"),
    ],
)
def test_a_row_that_cannot_be_right_comes_back_with_the_cell_and_what_to_do(
    database: Database, changed: dict[str, str], code: str, column: str
) -> None:
    with database.transaction() as session:
        result = take(session, payment(ANN, **changed), payment(BEN))
        assert (result.done, result.taken, result.bad) == (True, 1, 1)
        (verdict,) = [v for v in result.verdicts if v.row_number == 2]
        assert (verdict.ok, verdict.code, verdict.column) == (False, code, column)
        assert verdict.message_zh
        assert len(kept(session)) == 1
        assert find_person(session, builders.keys(), id_number=ANN.id_number) is None


def test_codes_of_both_editions_and_the_name_mean_the_same_occupation(database: Database) -> None:
    with database.transaction() as session:
        taken(
            take(
                session,
                payment(ANN, occupation="4-01-02-02", code_edition="2015"),
                payment(BEN, occupation="4-01-06-01", code_edition="2022"),
                payment(COY, occupation="电子 商务师"),
            )
        )
        assert {past.occupation for past in kept(session)} == {"e-commerce-specialist"}


def test_a_code_without_its_edition_is_taken_and_pointed_out(database: Database) -> None:
    with database.transaction() as session:
        result = taken(take(session, payment(ANN, occupation="4-01-02-02")))
        assert codes_at(result, 2) == {"E546"}
        assert "电子商务师" in result.verdicts[0].message_zh


def test_a_project_of_the_catalogue_is_known_by_its_title(database: Database) -> None:
    with database.transaction() as session:
        taken(take(session, payment(ANN, occupation="养老护理合格证培训", level="")))
        (past,) = kept(session)
        assert (past.project, past.occupation, past.level) == (builders.PROJECT, HOUSE, "none")


def test_a_payment_without_the_end_of_the_training_counts_in_the_year_it_was_paid(
    database: Database,
) -> None:
    with database.transaction() as session:
        row = payment(ANN, starts_on="2019-12-02", ends_on="", paid_on="2020-01-10")
        result = taken(take(session, row))
        assert codes_at(result, 2) == {"E546"}
        assert kept(session)[0].year == 2020


def test_the_same_payment_twice_in_a_file_is_refused_and_a_repeat_is_pointed_out(
    database: Database,
) -> None:
    with database.transaction() as session:
        later = payment(ANN, starts_on="2020-06-01", ends_on="2020-06-12", paid_on="2020-07-01")
        result = take(session, payment(ANN), payment(ANN), later)
        assert (result.taken, result.bad) == (2, 1)
        assert codes_at(result, 3) == {"E544"}
        assert "第2行" in next(v.message_zh for v in result.verdicts if v.row_number == 3)
        assert codes_at(result, 4) == {"E546"}


def test_a_number_under_another_name_is_refused_on_file_and_within_the_list(
    database: Database,
) -> None:
    with database.transaction() as session:
        result = take(session, payment(ANN), payment(ANN, name=BEN.name, paid_on="2020-05-16"))
        assert codes_at(result, 3) == {"E519"}
        result = take(session, payment(ANN, name=COY.name, paid_on="2020-05-17"))
        assert codes(result) == {"E519"}
        assert len(kept(session)) == 1


def test_what_a_claim_of_ours_paid_is_known_already_and_not_kept_twice(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        _paid(session, claim_id, on=date(2020, 11, 11))
        result = take(
            session,
            payment(
                people(1)[0], occupation="养老护理员", level="", paid_on="2020-11-11",
                starts_on="2020-10-12", ends_on="2020-10-23",
            ),
        )  # fmt: skip
        assert (result.taken, result.unchanged, result.bad) == (0, 1, 0)
        assert codes_at(result, 2) == {"E545"}
        assert not kept(session)


def test_only_the_citys_own_office_takes_lists_in(database: Database) -> None:
    with database.transaction() as session:
        district = act(steps.REVIEWED, areas=frozenset({builders.area(session)}), actor="user:1")
        assert codes(take(session, payment(ANN), who=district)) == {"E1208"}
        assert not kept(session)
        assert session.exec(select(ImportedFile).where(ImportedFile.kind == "history")).all() == []


def test_the_list_of_imports_says_who_took_in_what_and_only_to_its_own_city(
    database: Database,
) -> None:
    with database.transaction() as session:
        bad = payment(COY, occupation="宇航员")
        old = payment(BEN, starts_on="2019-06-03", ends_on="2019-06-14", paid_on="2019-08-01")
        take(session, payment(ANN), old, bad, sha256="a" * 64)
        take(session, payment(ANN), who=neighbour(session), sha256="a" * 64)
        (shown,) = past_imports(session, city=clerk().city)
        assert (shown.rows_good, shown.rows_bad, shown.actor) == (2, 1, "user:1")
        assert (shown.kept.payments, shown.kept.people) == (2, 2)
        assert shown.kept.first_paid_on == date(2019, 8, 1)
        assert shown.places == "萧山区就业管理中心"


def test_nothing_of_a_list_is_written_when_its_transaction_is_undone(database: Database) -> None:
    with database.transaction() as session:
        before = len(session.exec(select(Person)).all())
        take(session, payment(ANN), sha256="a" * 64)
        session.rollback()
    with database.reading() as session:
        assert not kept(session)
        assert len(session.exec(select(Person)).all()) == before


def _paid(session: Session, claim_id: int, *, on: date) -> None:
    """The bank says that the claim was paid."""
    batch = PaymentBatch(
        city="hangzhou", number="B-1", area_id=builders.area(session), fund="f",
        payee_kind="provider", built_on=on, built_by="user:6",
    )  # fmt: skip
    session.add(batch)
    session.flush()
    line = PaymentLine(
        city="hangzhou", batch_id=batch.id or 0, position=1, payee_kind="provider", payee_id=1,
        payee_name="x", account_tail="0000", result="paid", result_on=on,
    )  # fmt: skip
    session.add(line)
    session.flush()
    session.add(
        PaymentItem(
            city="hangzhou", line_id=line.id or 0, claim_id=claim_id, amount_fen=100_000,
            status="paid",
        )
    )  # fmt: skip
    session.flush()
