"""Planning and filing a class: seven working days, the gates, and who examines."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Outcome
from subsidy.actions.catalogue import close_project
from subsidy.actions.classes import (
    cancel_class,
    complete_class,
    decide_filing,
    file_class,
    plan_class,
    revise_plan,
)
from subsidy.actions.tickets import resolve
from subsidy.records.database import Database
from subsidy.records.tables import (
    Agreement,
    CatalogueItem,
    ClaimHistory,
    LedgerEntry,
    Outbox,
    Ticket,
    TrainingClass,
)
from tests import builders
from tests.builders import CLERK, HEAD, PROVIDER, act, codes, done, plan

LAST_DAY = date(2020, 9, 25)
"""Seven working days before 12 October 2020: the holiday and its make-up days are counted."""


def file(session: Session, class_id: int, on: date = builders.DAYS["filed"]) -> Outcome:
    return file_class(session, act(on), class_id=class_id)


def accept(session: Session, class_id: int, on: date = builders.DAYS["accepted"]) -> Outcome:
    return decide_filing(session, act(on, actor=CLERK), class_id=class_id, decision="accept")


def test_the_plan_names_the_last_lawful_day_for_filing(database: Database) -> None:
    with database.transaction() as session:
        row = session.get_one(TrainingClass, builders.planned_class(session))
        assert row.file_by == LAST_DAY


def test_a_class_filed_on_the_last_lawful_day_is_accepted_later(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file(session, class_id, LAST_DAY))
        outcome = accept(session, class_id, date(2020, 9, 30))
        assert outcome.moved == {"filed": 3}
        assert builders.states(session, class_id) == ["filed"] * 3


def test_a_class_filed_one_day_late_is_refused_with_the_clause_and_the_first_lawful_start(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        outcome = file(session, class_id, LAST_DAY + timedelta(1))
        [finding] = outcome.findings
        assert (finding.code, finding.effect) == ("E401", "refuse")
        assert finding.clause == "三（三）2（2）①"
        assert finding.facts["due"] == LAST_DAY
        assert finding.facts["first_start"] == date(2020, 10, 13)
        assert session.get_one(TrainingClass, class_id).state == "planned"


def test_a_class_moved_to_the_first_lawful_start_is_filed(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        late = LAST_DAY + timedelta(1)
        moved = tuple(day + timedelta(1) for day in builders.LESSONS[:5])
        done(
            revise_plan(
                session,
                act(late),
                class_id=class_id,
                plan=plan(starts_on=moved[0], ends_on=moved[-1], lesson_days=moved),
            )
        )
        done(file(session, class_id, late))
        claims = builders.claims(session, class_id)
        assert {c.training_starts for c in claims} == {date(2020, 10, 13)}
        assert {c.planned_fen for c in claims} == {50_000}


def test_the_claims_are_filed_on_the_day_of_the_filing_and_reserve_their_money(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        claim = builders.claims(session, class_id)[0]
        assert (claim.planned_fen, claim.reserved_fen) == (100_000, 100_000)
        row = session.exec(
            select(ClaimHistory)
            .where(ClaimHistory.claim_id == claim.claim_id)
            .order_by(col(ClaimHistory.version).desc())
        ).first()
        assert row is not None
        assert (row.event, row.effective_on) == ("file", builders.DAYS["filed"])
        posted = session.exec(
            select(LedgerEntry).where(LedgerEntry.claim_id == claim.claim_id)
        ).one()
        assert (posted.debit, posted.credit, posted.amount_fen) == ("budget", "reserved", 100_000)


@pytest.mark.parametrize(
    ("missing", "code"),
    [("roster", "E506"), ("teacher", "E507"), ("project", "E504")],
)
def test_a_filing_with_a_shut_gate_is_refused(database: Database, missing: str, code: str) -> None:
    with database.transaction() as session:
        prepare = builders.planned_class if missing == "roster" else builders.class_of
        class_id = prepare(session)
        if missing == "teacher":
            done(revise_plan(session, act(), class_id=class_id, plan=plan(teacher="")))
        if missing == "project":
            item = session.exec(select(CatalogueItem)).one()
            head = act("enrolled", actor=HEAD)
            done(close_project(session, head, item_id=item.id or 0, reason="停用"))
        assert codes(file(session, class_id)) == {code}


def test_a_class_without_a_purchase_record_is_filed_but_not_accepted_until_it_is_mended(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        item = session.exec(select(CatalogueItem)).one()
        item.procurement_record = ""
        done(file(session, class_id))
        assert codes(accept(session, class_id)) == {"E505"}
        ticket = session.exec(select(Ticket)).one()
        assert (ticket.code, ticket.class_id, ticket.blocks) == ("E505", class_id, True)
        item.procurement_record = "萧采2020-031"
        done(accept(session, class_id))
        assert (ticket.state, ticket.outcome) == ("resolved", "mended")


def test_an_agreement_that_ends_before_the_start_waits_for_a_person(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        session.exec(select(Agreement)).one().valid_until = builders.STARTS
        done(file(session, class_id))
        assert codes(accept(session, class_id)) == {"E503"}
        ticket = session.exec(select(Ticket)).one()
        done(
            resolve(session, act("filed", actor=CLERK), ticket_id=ticket.id or 0, outcome="已续签")
        )
        done(accept(session, class_id))


def test_a_filing_that_goes_back_names_its_reasons_and_comes_again(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file(session, class_id))
        clerk = act("accepted", actor=CLERK)
        silent = decide_filing(session, clerk, class_id=class_id, decision="send_back")
        assert codes(silent) == {"E1209"}
        done(
            decide_filing(
                session, clerk, class_id=class_id, decision="send_back", reasons=["课表不清"]
            )
        )
        told = session.exec(select(Outbox).where(Outbox.subject == "class")).one()
        assert told.template == "class_filing_refused"
        assert json.loads(told.values)["reasons"][0]["message"] == "课表不清"
        assert builders.states(session, class_id) == ["enrolled"] * 3
        done(file(session, class_id, builders.DAYS["accepted"]))


def test_whoever_filed_a_class_does_not_examine_it(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file_class(session, act("filed", actor=CLERK), class_id=class_id))
        assert codes(accept(session, class_id)) == {"E1207"}


def test_a_class_that_began_before_anyone_agreed_is_not_accepted(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file(session, class_id))
        assert codes(accept(session, class_id, date(2020, 10, 13))) == {"E404"}


def test_an_accepted_filing_tells_the_provider(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        told = session.exec(select(Outbox).where(Outbox.template == "class_filed")).one()
        assert json.loads(told.values)["heads"] == 3
        assert json.loads(told.values)["starts_on"] == "2020-10-12"


def test_a_district_whose_route_nobody_has_settled_is_a_gap_in_the_policy(
    database: Database,
) -> None:
    with database.transaction() as session:
        area_id = done(
            builders.open_area(session, act("set_up", actor=CLERK), code="hz-nowhere", name="某区")
        )
        item = session.exec(select(CatalogueItem)).one()
        outcome = plan_class(
            session,
            act("enrolled"),
            number="X-1",
            provider_id=1,
            item_id=item.id or 0,
            area_id=area_id,
            plan=plan(),
        )
        assert codes(outcome) == {"E606"}


def test_a_main_city_class_walks_the_road_of_the_main_city(database: Database) -> None:
    with database.transaction() as session:
        inner = builders.planned_class(session, "SC-1", district=builders.SHANGCHENG)
        outer = builders.planned_class(session, "XS-1")
        roads = [session.get_one(TrainingClass, i).road_id for i in (inner, outer)]
        assert roads[0] != roads[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lesson_days": ()},
        {"ends_on": date(2020, 10, 9)},
        {"starts_on": date(2020, 10, 13)},
        {"title": ""},
    ],
)
def test_a_plan_with_faulty_dates_is_refused(database: Database, wrong: dict[str, object]) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        outcome = revise_plan(session, act(), class_id=class_id, plan=plan(**wrong))
        assert codes(outcome) == {"E522"}


def test_the_same_plan_filing_and_acceptance_twice_change_nothing(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        assert builders.planned_class(session) == class_id
        done(file(session, class_id))
        done(file(session, class_id))
        done(accept(session, class_id))
        done(accept(session, class_id))
        assert session.get_one(TrainingClass, class_id).version == 2


def test_a_number_in_use_is_refused_for_another_class(database: Database) -> None:
    with database.transaction() as session:
        builders.planned_class(session)
        item_id = builders.listed_project(session, "P-002")
        outcome = plan_class(
            session,
            act("enrolled"),
            number="XS2020-001",
            provider_id=1,
            item_id=item_id,
            area_id=builders.area(session),
            plan=plan(),
        )
        assert codes(outcome) == {"E522"}


def test_a_plan_is_not_changed_once_the_class_is_filed(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file(session, class_id))
        outcome = revise_plan(session, act("filed"), class_id=class_id, plan=plan(room="1号楼"))
        assert codes(outcome) == {"E1105"}


def test_a_window_that_ends_in_a_year_without_notice_refuses_nobody(database: Database) -> None:
    with database.transaction() as session:
        days = tuple(date(2021, 1, 11) + timedelta(n) for n in range(5))
        class_id = builders.planned_class(
            session, starts_on=days[0], ends_on=days[-1], lesson_days=days
        )
        rows = builders.roster(builders.people(2))
        builders.taken(
            builders.enrol(session, act(date(2020, 11, 20)), class_id=class_id, rows=rows)
        )
        assert {c.file_by for c in builders.claims(session, class_id)} == {FAR}


def test_a_class_of_another_district_is_not_filed_by_this_clerk(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        own = frozenset({builders.area(session, builders.SHANGCHENG)})
        outsider = act("filed", actor="user:8", roles=("clerk",), areas=own)
        assert codes(file_class(session, outsider, class_id=class_id)) == {"E1208"}


def test_a_class_is_not_finished_before_its_last_day(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="filed")
        early = complete_class(session, act(date(2020, 10, 22)), class_id=class_id)
        assert codes(early) == {"E1105"}
        assert complete_class(session, act(builders.ENDS), class_id=class_id).moved == {
            "completed": 3
        }


def test_a_cancelled_class_withdraws_every_claim(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        done(file(session, class_id))
        outcome = cancel_class(
            session, act("accepted", actor=PROVIDER), class_id=class_id, reason="生源不足"
        )
        assert outcome.moved == {"withdrawn": 3}
        assert builders.states(session, class_id) == ["withdrawn"] * 3
