"""What older payments and other places' payments do to open claims, and what cities learn of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from subsidy.actions import decisions
from subsidy.actions.rosters import enrol
from subsidy.records.database import Database
from subsidy.records.tables import Certificate, ClaimProgress
from tests import builders
from tests.actions.desk import steps
from tests.actions.history.lists import asked, clerk, neighbour, payment, take
from tests.builders import act, codes, done, people, roster, taken

ONE = people(1)[0]
"""The person of the usual claim."""
OTHER_DAYS = (date(2020, 10, 9), date(2020, 10, 10))


def decide_again(session: Session, claim_id: int) -> set[str]:
    """Decide a claim as the hourly flow does: because its decision is not current."""
    assert decisions.stale_claims(session) == [claim_id]
    decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
    return steps.open_tickets(session, claim_id)


def shop_class(session: Session) -> int:
    """A claim of e-commerce that is applied for; returns its id."""
    builders.listed_project(session, "P-002", occupation="e-commerce-specialist")
    class_id = builders.planned_class(session, project="P-002")
    taken(enrol(session, act("enrolled"), class_id=class_id, rows=roster([ONE])))
    builders.drive(session, class_id, to="certified", heads=1)
    steps.answer(session, class_id, heads=1)
    done(steps.apply(session, class_id))
    return builders.claims(session, class_id)[0].claim_id


def certificate_of(session: Session, claim_id: int) -> str:
    """Number of the claim's certificate."""
    number = session.get_one(Certificate, 1).number
    assert claim_id
    return number


def test_the_fourth_subsidy_of_a_year_is_refused_when_two_were_paid_by_older_lists(
    database: Database,
) -> None:
    with database.transaction() as session:
        classes = _two_classes(session)
        taken(take(session, payment(ONE), payment(ONE, occupation="焊工", paid_on="2020-06-01")))
        first, second = _applied(session, classes)
        assert steps.open_tickets(session, first) == set()
        assert steps.open_tickets(session, second) == {"E301"}
        assert steps.at(session, second).amount_fen == 0


def test_payments_of_another_year_leave_room(database: Database) -> None:
    with database.transaction() as session:
        last_year = {"starts_on": "2019-03-02", "ends_on": "2019-03-20", "paid_on": "2019-05-15"}
        taken(take(session, payment(ONE), payment(ONE, occupation="焊工", **last_year)))
        claims = _applied(session, _two_classes(session))
        assert [steps.open_tickets(session, claim) for claim in claims] == [set(), set()]


def test_the_same_occupation_under_the_code_of_an_older_edition_is_a_repeat(
    database: Database,
) -> None:
    with database.transaction() as session:
        claim_id = shop_class(session)
        assert steps.open_tickets(session, claim_id) == set()
        row = payment(ONE, occupation="4-01-02-02", code_edition="2015", level="none")
        taken(take(session, row | {"starts_on": "2017-05-08", "ends_on": "2017-05-19"}))
        assert steps.at(session, claim_id).decision_current == 0
        assert decide_again(session, claim_id) == {"E302"}


def test_another_level_is_no_repeat(database: Database) -> None:
    with database.transaction() as session:
        claim_id = shop_class(session)
        taken(take(session, payment(ONE, occupation="电子商务师", level="4")))
        assert decide_again(session, claim_id) == set()


def test_a_roster_row_of_somebody_who_had_it_before_comes_back(database: Database) -> None:
    with database.transaction() as session:
        taken(take(session, payment(ONE, occupation="养老护理员", level="")))
        class_id = builders.planned_class(session)
        result = enrol(session, act("enrolled"), class_id=class_id, rows=roster([ONE]))
        assert codes(result) == {"E302"}
        assert result.taken == 0


def test_another_citys_payment_refuses_and_passes_nothing_on_but_yes(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        theirs = payment(
            ONE, occupation="养老护理员", level="", paying_place="慈溪市人社局",
            starts_on="2020-03-03", ends_on="2020-03-19", paid_on="2020-05-17",
        )  # fmt: skip
        taken(take(session, theirs, who=neighbour(session)))
        assert decide_again(session, claim_id) == {"E302"}
        told = steps.receipts(session, claim_id)[-1]
        for word in ("慈溪", "cixi", "past:", "2020-03-03", "2020-03-19", "2020-05-17"):
            assert word not in told.facts + told.result
        assert '"ref":"elsewhere"' in told.facts
        assert asked(session) == [
            ("hangzhou", "repeat", True),
            ("hangzhou", "yearly_count", True),
            ("hangzhou", "certificate", False),
        ]


def test_another_citys_payment_for_something_else_is_asked_about_and_answered_no(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        assert asked(session) == []
        theirs = payment(ONE, starts_on="2018-03-03", ends_on="2018-03-19", paid_on="2018-05-17")
        taken(take(session, theirs, who=neighbour(session)))
        assert decide_again(session, claim_id) == set()
        assert "chinese-cook" not in steps.receipts(session, claim_id)[-1].facts
        answers = [("hangzhou", q, False) for q in ("repeat", "yearly_count", "certificate")]
        assert asked(session) == answers
        decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
        assert asked(session) == answers, "the same receipt is asked for once"


def test_a_payment_that_two_cities_took_in_counts_once(database: Database) -> None:
    with database.transaction() as session:
        rows = (payment(ONE), payment(ONE, occupation="焊工", paid_on="2020-06-01"))
        taken(take(session, rows[0]))
        taken(take(session, rows[0], who=neighbour(session)))
        first, second = _applied(session, _two_classes(session))
        assert steps.open_tickets(session, first) == steps.open_tickets(session, second) == set()


def test_a_certificate_that_the_insurance_fund_paid_for_waits_whatever_the_register_said(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        number = certificate_of(session, claim_id)
        upgrade = payment(ONE, scheme="insurance_upgrade", certificate_number=number)
        taken(take(session, upgrade))
        assert decide_again(session, claim_id) == {"E304"}
        assert asked(session) == []


def test_a_training_subsidy_of_another_city_for_the_same_certificate_waits_too(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        number = certificate_of(session, claim_id)
        taken(take(session, payment(ONE, certificate_number=number), who=neighbour(session)))
        assert decide_again(session, claim_id) == {"E304"}
        assert ("hangzhou", "certificate", True) in asked(session)
        assert "2020-05-15" not in steps.receipts(session, claim_id)[-1].facts


def test_the_insurance_funds_payments_for_other_certificates_change_nothing(
    database: Database,
) -> None:
    with database.transaction() as session:
        claim_id, later = _applied(session, _two_classes(session))
        rows = [
            payment(ONE, scheme="insurance_upgrade", occupation="养老护理员", level="",
                    certificate_number=f"Z000{n}", paid_on=f"2020-0{n}-15")
            for n in (4, 5, 6)
        ]  # fmt: skip
        taken(take(session, *rows))
        decisions.decide_claims(session, clerk(), claim_ids=[claim_id, later])
        assert steps.open_tickets(session, claim_id) == set()
        assert steps.open_tickets(session, later) == set()


def test_a_list_leaves_the_decisions_of_other_people_alone(database: Database) -> None:
    with database.transaction() as session:
        ids = steps.applied(session, heads=2)
        taken(take(session, payment(ONE)))
        current = [session.get_one(ClaimProgress, i).decision_current for i in ids]
        assert current == [0, 1]


def _two_classes(session: Session) -> list[int]:
    """One person in two classes of different occupations, both certified."""
    builders.listed_project(session, "P-002", occupation="barista")
    first = builders.class_of(session, heads=1)
    second = builders.planned_class(
        session, "XS2020-002", project="P-002",
        starts_on=OTHER_DAYS[0], ends_on=OTHER_DAYS[1], lesson_days=OTHER_DAYS,
    )  # fmt: skip
    taken(enrol(session, act("enrolled"), class_id=second, rows=roster([ONE])))
    for class_id in (first, second):
        builders.drive(session, class_id, to="certified", heads=1)
        steps.answer(session, class_id, heads=1)
    return [first, second]


def _applied(session: Session, classes: Sequence[int]) -> list[int]:
    """Apply for the classes, one after the other; the claims in that order."""
    for class_id in classes:
        done(steps.apply(session, class_id))
    return [builders.claims(session, class_id)[0].claim_id for class_id in classes]
