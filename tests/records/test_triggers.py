"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from subsidy.records.database import Database
from subsidy.records.tables import (
    METADATA,
    CalendarLoad,
    ClockEntry,
    CrossCityCheck,
    Deadline,
    Decision,
    DeliveryTry,
    FullView,
    LedgerEntry,
    NoticeLine,
    NoticePlace,
    Outbox,
    PackVersion,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    Person,
    PublicNotice,
    ReviewAct,
    Seal,
    SubjectHistory,
)
from subsidy.records.triggers import APPEND_ONLY
from tests.records.rows import AT, DAY, PlainRules, moment, put_claims

LAST_DAY = date(2020, 11, 5)


def logs(session: Session) -> None:
    """One row in every log."""
    from subsidy.records.moves import move

    move(session, claim_id=1, event="enrol", moment=moment(), rules=PlainRules())
    session.add(
        Person(id_index="i", key_version=1, name_sealed=b"", id_number_sealed=b"",
               masked_name="张*", masked_id="3301**", created_at=AT)
    )  # fmt: skip
    session.add(
        Deadline(city="hangzhou", area_id=1, claim_id=1, rule_id=1, window="review", anchor_on=DAY,
                 opened_on=DAY, due_on=DAY, told_by=DAY, lapses_after=DAY, next_on=DAY,
                 opened_version=1)
    )  # fmt: skip
    told = Outbox(city="hangzhou", subject="claim", subject_id=1, template="paid", occasion="x",
                  to_kind="provider", to_id=1, effective_on=DAY, created_at=AT)  # fmt: skip
    session.add(told)
    session.add(PublicNotice(id=7, city="hangzhou", number="G-7", kind="grant", area_id=1))
    session.flush()
    city = "hangzhou"
    for row in (
        DeliveryTry(city=city, outbox_id=told.id or 0, letter="1", at=AT, on=DAY, result="sent"),
        NoticePlace(city=city, notice_id=7, place="门户网站", put_up_on=DAY, entered_by="a",
                    entered_at=AT),
        CalendarLoad(city="", number="n", title="t", year=2021, published=DAY, file="f",
                     sha256="s", versions="{}", moved="{}", actor="a", on=DAY, at=AT),
        PackVersion(city=city, version="v", content="[]", first_seen_at=AT),
        SubjectHistory(machine="ticket", subject_id=1, version=1, city=city, event="e", source="",
                       target="t", effective_on=DAY, recorded_at=AT, actor="a", batch=-1),
        Seal(chain="bulk", number=1, batch=1, low=1, high=2, rows=1, digest="d", previous="",
             signature="s", sealed_at=AT),
        LedgerEntry(city=city, fund="f", area_id=1, claim_id=1, claim_version=1, debit="budget",
                    credit="reserved", amount_fen=1, effective_on=DAY, recorded_at=AT),
        Decision(city=city, claim_id=1, decided_on=DAY, decided_at=AT, payable=True, facts="{}",
                 result="{}", pack_version="p", calendar_version="c", code_version="v"),
        ReviewAct(city=city, claim_id=1, level=1, act="reviewed", actor="a", acted_on=DAY,
                  claim_version=1),
        ClockEntry(city=city, deadline_id=1, entry="stopped", on=DAY, due_before=DAY,
                   due_after=DAY, actor="a"),
        FullView(city=city, person_id=1, actor="a", reason="r", fields="name", at=AT),
        CrossCityCheck(city=city, person_id=1, claim_id=1, question="repeat", answer=True,
                       asked_on=DAY, asked_at=AT, asked_by="a"),
    ):  # fmt: skip
        session.add(row)
        session.flush()


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_log_can_be_written_and_read_but_not_changed(database: Database, verb: str) -> None:
    put_claims(database, 1)
    with database.transaction() as session:
        logs(session)
    for table in APPEND_ONLY:
        column = METADATA.tables[table].columns.keys()[-1]
        change = f"UPDATE {table} SET {column} = {column}" if verb == "UPDATE" else ""
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
            session.execute(text(change or f"DELETE FROM {table}"))
        with database.reading() as session:
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() >= 1


@pytest.fixture
def noticed(database: Database) -> Database:
    """A claim on a grant notice whose last day is 5 November 2020, and a line to pay it on."""
    put_claims(database, 2, state="payable")
    with database.transaction() as session:
        session.add(
            PublicNotice(id=1, city="hangzhou", number="G-1", kind="grant", area_id=1,
                         last_day=LAST_DAY)
        )  # fmt: skip
        session.flush()
        session.add(
            NoticeLine(city="hangzhou", notice_id=1, claim_id=1, position=1, masked_name="张*",
                       masked_id="3301**", title="叉车", amount_fen=150_000, last_day=LAST_DAY)
        )  # fmt: skip
        session.flush()
        session.execute(text("UPDATE public_notice SET state = 'posted'"))
        session.add(
            PaymentBatch(id=1, city="hangzhou", number="B-1", area_id=1, fund="special",
                         payee_kind="provider", built_on=DAY, built_by="user:1")
        )  # fmt: skip
        session.flush()
        session.add(
            PaymentLine(id=1, city="hangzhou", batch_id=1, position=1, payee_kind="provider",
                        payee_id=1, payee_name="甲", account_tail="1234", amount_fen=150_000)
        )  # fmt: skip
    return database


def pay(
    database: Database, claim_id: int = 1, *, value_date: date, status: str = "ordered"
) -> None:
    with database.transaction() as session:
        session.execute(
            insert(PaymentItem).values(
                city="hangzhou",
                line_id=1,
                claim_id=claim_id,
                amount_fen=150_000,
                value_date=value_date,
                status=status,
                facts_hash="",
            )
        )


@pytest.mark.parametrize("status", ["ordered", "paid"])
@pytest.mark.parametrize("value_date", [date(2020, 11, 1), LAST_DAY])
def test_a_payment_on_or_before_the_last_day_of_the_notice_is_refused(
    noticed: Database, status: str, value_date: date
) -> None:
    with pytest.raises(DBAPIError, match="notice has not ended"):
        pay(noticed, value_date=value_date, status=status)


def test_a_payment_on_the_day_after_the_notice_is_taken(noticed: Database) -> None:
    pay(noticed, value_date=date(2020, 11, 6))


def test_a_built_item_may_not_be_ordered_back_into_the_notice(noticed: Database) -> None:
    pay(noticed, value_date=LAST_DAY, status="built")
    with pytest.raises(DBAPIError, match="notice has not ended"), noticed.transaction() as session:
        session.execute(text("UPDATE payment_item SET status = 'ordered'"))


def test_a_claim_without_any_notice_is_not_paid_where_its_road_demands_one(
    noticed: Database,
) -> None:
    with pytest.raises(DBAPIError, match="demands a public notice"):
        pay(noticed, 2, value_date=date(2020, 12, 1))
    with noticed.transaction() as session:
        session.execute(text("UPDATE road SET needs_notice = FALSE"))
    pay(noticed, 2, value_date=date(2020, 12, 1))


def test_a_line_that_was_removed_from_the_notice_counts_as_none(noticed: Database) -> None:
    with noticed.transaction() as session:
        session.execute(text("UPDATE notice_line SET status = 'removed'"))
    with pytest.raises(DBAPIError, match="demands a public notice"):
        pay(noticed, value_date=date(2020, 12, 1))


def test_a_claim_is_not_paid_twice_at_a_time(noticed: Database) -> None:
    pay(noticed, value_date=date(2020, 11, 6))
    with pytest.raises(IntegrityError):
        pay(noticed, value_date=date(2020, 11, 9))
    with noticed.transaction() as session:
        session.execute(text("UPDATE payment_item SET status = 'returned'"))
    pay(noticed, value_date=date(2020, 11, 10))


@pytest.mark.parametrize(
    ("debit", "amount"), [("reserved", 1), ("budget", 0), ("budget", -1), ("nowhere", 1)]
)
def test_a_transfer_to_the_same_stage_or_of_nothing_cannot_be_written(
    noticed: Database, debit: str, amount: int
) -> None:
    entry = LedgerEntry(city="hangzhou", fund="f", area_id=1, claim_id=1, claim_version=1,
                        debit=debit, credit="reserved", amount_fen=amount, effective_on=DAY,
                        recorded_at=AT)  # fmt: skip
    with noticed.reading() as session:
        session.add(entry)
        with pytest.raises(IntegrityError):
            session.flush()
