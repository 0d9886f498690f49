"""Providers: registered by credit code, accounts sealed and verified by another, agreements."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from subsidy.actions import providers
from subsidy.papers.sample_people import sample_unit
from subsidy.records.database import Database
from subsidy.records.tables import Provider, SubjectHistory
from tests import builders
from tests.builders import CLERK, HEAD, act, codes, done

UNIT, OTHER = sample_unit(1), sample_unit(2)


def test_a_wrong_credit_code_is_refused(database: Database) -> None:
    wrong = UNIT.credit_code[:-1] + ("A" if UNIT.credit_code[-1] != "A" else "B")
    with database.transaction() as session:
        outcome = providers.register_provider(
            session,
            act("set_up", actor=CLERK),
            area_id=builders.area(session),
            name=UNIT.name,
            credit_code=wrong,
        )
        assert codes(outcome) == {"E107"}


def test_a_unit_account_is_sealed_and_lists_show_its_tail(database: Database) -> None:
    with database.transaction() as session:
        row = session.exec(select(Provider)).one()
        assert row.account_sealed is not None
        assert UNIT.account.encode() not in row.account_sealed
        assert row.account_tail == UNIT.account[-4:]
        assert providers.read_account(builders.keys(), row) == UNIT.account


def test_a_changed_account_waits_for_another_person_to_verify_it(database: Database) -> None:
    with database.transaction() as session:
        row = session.exec(select(Provider)).one()
        clerk, provider_id = act("filed", actor=CLERK), row.id or 0
        done(
            providers.change_account(
                session,
                clerk,
                provider_id=provider_id,
                account_name=row.name,
                account=OTHER.account,
            )
        )
        assert row.account_verified_on is None
        assert codes(providers.verify_account(session, clerk, provider_id=provider_id)) == {"E1207"}
        done(
            providers.verify_account(session, act("accepted", actor=HEAD), provider_id=provider_id)
        )
        assert row.account_verified_on == builders.DAYS["accepted"]
        deeds = session.exec(
            select(SubjectHistory.event)
            .where(SubjectHistory.machine == "provider")
            .order_by(col(SubjectHistory.version))
        ).all()
        assert deeds[-2:] == ["change_account", "verify_account"]


def test_an_account_in_another_name_is_not_verified(database: Database) -> None:
    with database.transaction() as session:
        row = session.exec(select(Provider)).one()
        changed = providers.change_account(
            session,
            act("filed", actor=CLERK),
            provider_id=row.id or 0,
            account_name="某人",
            account=OTHER.account,
        )
        assert changed.done
        assert codes(changed) == {"E106"}
        outcome = providers.verify_account(
            session, act("accepted", actor=HEAD), provider_id=row.id or 0
        )
        assert codes(outcome) == {"E106"}


def test_the_same_account_again_stays_verified(database: Database) -> None:
    with database.transaction() as session:
        row = session.exec(select(Provider)).one()
        outcome = providers.change_account(
            session,
            act("filed", actor=CLERK),
            provider_id=row.id or 0,
            account_name=row.name,
            account=UNIT.account,
        )
        assert outcome.note == "账户未变，未作改动"
        assert row.account_verified_on is not None


def test_an_agreement_covers_its_days_and_its_occupations(database: Database) -> None:
    with database.transaction() as session:
        provider_id = builders.provider(session, 2)
        done(
            providers.sign_agreement(
                session,
                act("set_up", actor=CLERK),
                provider_id=provider_id,
                number="协议-002",
                valid_from=date(2020, 7, 1),
                valid_until=date(2021, 7, 1),
                scope=["elderly-carer"],
            )
        )

        def covers(on: date, occupation: str) -> bool:
            found = providers.agreement_for(
                session, provider_id=provider_id, on=on, occupation=occupation
            )
            return found is not None and (found.valid_until or on) > on

        assert covers(date(2021, 6, 30), "elderly-carer")
        assert not covers(date(2021, 7, 1), "elderly-carer")
        assert not covers(date(2021, 6, 30), "barista")


def test_the_number_of_an_agreement_is_not_used_for_another_one(database: Database) -> None:
    with database.transaction() as session:
        row = session.exec(select(Provider)).one()
        for first, expected in ((date(2020, 7, 1), "已登记，未作改动"), (date(2020, 8, 1), "")):
            outcome = providers.sign_agreement(
                session,
                act("set_up", actor=CLERK),
                provider_id=row.id or 0,
                number="协议-001",
                valid_from=first,
                valid_until=date(2022, 1, 1),
            )
            assert outcome.note == expected
        assert codes(outcome) == {"E1209"}
