"""What the database refuses of a notice once it is posted, and every way to pay before its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from subsidy.records.database import Database
from subsidy.records.tables import (
    NoticeLine,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    PublicNotice,
)
from tests.records.rows import DAY, put_claims

LAST_DAY, RESTARTED = date(2020, 11, 5), date(2020, 11, 12)
NEXT = timedelta(days=1)
RESULTS = "listed enrolled filed completed assessed certified result_publicised applied reviewed approved payable paying paid"  # noqa: E501


def put_up(database: Database, *, kind: str = "grant", stages: str | None = None) -> None:
    """Claims 1 to 4: two on a posted list, the second restarted, the third taken off, the fourth on none."""
    more = {"stages": stages} if stages else {}
    put_claims(database, 4, state="payable", **more)
    with database.transaction() as session:
        session.add(
            PublicNotice(id=1, city="hangzhou", number="N-1", kind=kind, area_id=1, office="甲局",
                         posted_on=DAY, first_day=DAY, last_day=LAST_DAY, list_hash="h")
        )  # fmt: skip
        session.add(PublicNotice(id=2, city="hangzhou", number="N-2", kind=kind, area_id=1))
        session.flush()
        for claim, last in ((1, LAST_DAY), (2, RESTARTED), (3, LAST_DAY)):
            session.add(
                NoticeLine(id=claim, city="hangzhou", notice_id=1, claim_id=claim, position=claim,
                           masked_name="张*", masked_id="330***", title="叉车", amount_fen=100,
                           payee="张*", last_day=last, status="removed" if claim == 3 else "shown")
            )  # fmt: skip
        session.flush()
        session.execute(text("UPDATE public_notice SET state = 'posted' WHERE id = 1"))
        session.add(
            PaymentBatch(id=1, city="hangzhou", number="B-1", area_id=1, fund="special",
                         payee_kind="provider", built_on=DAY, built_by="user:1")
        )  # fmt: skip
        session.flush()
        session.add(
            PaymentLine(id=1, city="hangzhou", batch_id=1, position=1, payee_kind="provider",
                        payee_id=1, payee_name="甲", account_tail="1234", amount_fen=400)
        )  # fmt: skip


def items(*claims: int, on: date, status: str = "ordered") -> list[dict[str, object]]:
    """Rows of a batch that pays these claims with one value date."""
    return [
        {"city": "hangzhou", "line_id": 1, "claim_id": claim, "amount_fen": 100,
         "value_date": on, "status": status, "facts_hash": ""}
        for claim in claims
    ]  # fmt: skip


def run(database: Database, statement: object, rows: object = None) -> None:
    """Execute one statement in a transaction of its own."""
    with database.transaction() as session:
        session.execute(statement, rows)  # type: ignore[call-overload]


def count(database: Database) -> int:
    """How many items are ordered or paid."""
    with database.reading() as session:
        query = text("SELECT count(*) FROM payment_item WHERE status IN ('ordered', 'paid')")
        return int(session.execute(query).scalar_one())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE notice_line SET last_day = '2020-11-01' WHERE id = 1",
        "UPDATE notice_line SET last_day = '2020-11-06' WHERE id = 1",
        "UPDATE notice_line SET masked_name = '李*' WHERE id = 1",
        "UPDATE notice_line SET amount_fen = 999 WHERE id = 1",
        "UPDATE notice_line SET payee = '乙' WHERE id = 1",
        "UPDATE notice_line SET notice_id = 2 WHERE id = 1",
        "UPDATE notice_line SET claim_id = 4 WHERE id = 1",
        "UPDATE notice_line SET status = 'shown' WHERE id = 3",
        "DELETE FROM notice_line WHERE id = 1",
        "INSERT INTO notice_line (city, notice_id, claim_id, position, masked_name, masked_id, "
        "title, level, amount_fen, payee, last_day, status) "
        "VALUES ('hangzhou', 1, 4, 9, '王*', '', '', '', 1, '', '2020-11-05', 'shown')",
        "UPDATE public_notice SET last_day = '2020-11-01' WHERE id = 1",
        "UPDATE public_notice SET list_hash = 'other' WHERE id = 1",
        "UPDATE public_notice SET office = '乙局' WHERE id = 1",
        "UPDATE public_notice SET posted_on = '2020-10-01' WHERE id = 1",
        "UPDATE public_notice SET state = 'prepared' WHERE id = 1",
        "DELETE FROM public_notice WHERE id = 1",
    ],
)
def test_what_a_posted_notice_shows_stays_as_it_is(database: Database, change: str) -> None:
    put_up(database)
    with pytest.raises(DBAPIError, match="this notice is posted"):
        run(database, text(change))


def test_lines_and_state_of_a_posted_notice_still_take_their_course(database: Database) -> None:
    put_up(database)
    for change in (
        "UPDATE notice_line SET status = 'objected' WHERE id = 1",
        "UPDATE notice_line SET status = 'shown' WHERE id = 1",
        "UPDATE notice_line SET status = 'removed' WHERE id = 1",
        "UPDATE public_notice SET state = 'closed', version = version + 1 WHERE id = 1",
        "UPDATE public_notice SET office = '丙局', last_day = '2020-12-01' WHERE id = 2",
    ):
        run(database, text(change))


@pytest.mark.parametrize("kind", ["grant", "result"])
def test_no_way_of_writing_pays_before_the_last_day_is_over(database: Database, kind: str) -> None:
    put_up(database, kind=kind, stages=RESULTS if kind == "result" else None)
    early = "notice has not ended"
    with pytest.raises(DBAPIError, match=early):  # one
        run(database, insert(PaymentItem), items(1, on=LAST_DAY))
    with pytest.raises(DBAPIError, match=early):  # several, one of them too early
        run(database, insert(PaymentItem), items(1, 2, on=LAST_DAY + NEXT))
    with pytest.raises(DBAPIError, match=early):  # the restarted line runs longer than its notice
        run(database, insert(PaymentItem), items(2, on=RESTARTED))
    run(database, insert(PaymentItem), items(1, on=LAST_DAY, status="built"))
    with pytest.raises(DBAPIError, match=early):  # ordered in bulk
        run(database, update(PaymentItem).values(status="ordered"))
    run(database, update(PaymentItem).values(status="ordered", value_date=LAST_DAY + NEXT))
    with pytest.raises(DBAPIError, match=early):  # the date moved back afterwards
        run(database, update(PaymentItem).values(value_date=LAST_DAY))
    assert count(database) == 1
    run(database, insert(PaymentItem), items(2, on=RESTARTED + NEXT))
    assert count(database) == 2


@pytest.mark.parametrize("kind", ["grant", "result"])
@pytest.mark.parametrize("claim", [3, 4])
def test_a_claim_taken_off_or_never_listed_is_not_paid_on_any_day(
    database: Database, kind: str, claim: int
) -> None:
    put_up(database, kind=kind, stages=RESULTS if kind == "result" else None)
    with pytest.raises(DBAPIError, match="demands a public notice"):
        run(database, insert(PaymentItem), items(claim, on=date(2021, 5, 6)))


def test_a_replaced_list_alone_lets_nobody_be_paid(database: Database) -> None:
    put_up(database)
    run(database, text("UPDATE public_notice SET state = 'replaced' WHERE id = 1"))
    with pytest.raises(DBAPIError, match="demands a public notice"):
        run(database, insert(PaymentItem), items(1, on=date(2021, 5, 6)))
