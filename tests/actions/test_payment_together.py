"""Two clerks at once, on PostgreSQL: nobody is paid twice, and the whole way runs there too."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from subsidy.actions import money, notices
from subsidy.bank_desk import send_to_bank
from subsidy.papers.sample_people import sample_person
from subsidy.records.database import Database
from subsidy.records.tables import BankFile, ClaimHistory
from tests import builders
from tests.actions import payday

pytestmark = pytest.mark.postgres
DAY = date(2020, 12, 1)


def _template(url: str) -> None:
    database = Database(url)
    builders.make_schema(database)
    with database.transaction() as session:
        payday.city(session)
    database.dispose()


@pytest.fixture
def database(postgres_copy: Callable[..., str]) -> Iterator[Database]:
    opened = Database(postgres_copy("payday", _template))
    yield opened
    opened.dispose()


def at_once(database: Database, deed: Callable[[Session], object]) -> list[object]:
    """Two clerks do the same in two transactions that begin together."""
    start = Barrier(2)

    def one() -> object:
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
            start.wait()
            return deed(session)

    with ThreadPoolExecutor(2) as pool:
        return [each.result() for each in [pool.submit(one), pool.submit(one)]]


def test_two_clerks_press_send_at_once_and_one_file_goes_out(
    database: Database, tmp_path: Path
) -> None:
    with database.transaction() as session:
        payday.ready(session, 3, track=payday.PERSONS)
        batch_id = payday.batch_of(session, DAY)
        payday.approve(session, batch_id, day=DAY)
    start = Barrier(2)

    def press(actor: str) -> None:
        start.wait()
        act = payday.act(DAY, actor)
        send_to_bank(database, act, batch_id=batch_id, folder=tmp_path / "bank")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(press, a) for a in (payday.BUILDER, payday.SECOND)]:
            done.result()
    assert len(list((tmp_path / "bank").iterdir())) == 1
    with database.reading() as session:
        assert len(session.exec(select(BankFile)).all()) == 1
        orders = session.exec(select(ClaimHistory).where(ClaimHistory.event == "order")).all()
        assert len(orders) == 3
        payday.in_order(session)


def test_two_builders_at_once_put_no_claim_into_two_batches(database: Database) -> None:
    with database.transaction() as session:
        payday.ready(session, 3, track=payday.PERSONS)
    made = at_once(database, lambda session: payday.built(session, DAY))
    batches = [b for each in made if isinstance(each, money.Built) for b in each.batches]
    assert [batch.claims for batch in batches] == [3]


def test_two_readers_of_one_return_file_book_it_once(database: Database) -> None:
    with database.transaction() as session:
        payday.ready(session, 2, track=payday.PERSONS)
        batch_id = payday.sent(session, DAY)
    told = {1: "paid", 2: "closed_account"}
    booked = at_once(database, lambda session: payday.answered(session, batch_id, told, day=DAY))
    assert sorted(b.repeated for b in booked if isinstance(b, money.Booked)) == [False, True]
    with database.reading() as session:
        payday.in_order(session)


def test_two_lists_prepared_at_once_share_no_claim(database: Database) -> None:
    with database.transaction() as session:
        payday.approved(session, 3)
        office = payday.area(session)
    who = payday.act(payday.POSTED)
    at_once(
        database,
        lambda s: notices.prepare_notice(s, who, area_id=office, track=payday.UNITS),
    )
    with database.reading() as session:
        found = notices.notices(session, who)
        assert [(n.number, n.lines) for n in found] == [("2020-G0001", 3)]


def test_the_server_refuses_early_and_double_payment(database: Database) -> None:
    with database.transaction() as session:
        ids = payday.ready(session, 1)
        payday.batch_of(session, DAY)
    early = f"UPDATE payment_item SET status = 'ordered', value_date = '{payday.LAST_DAY}'"
    with pytest.raises(DBAPIError, match="has not ended"), database.transaction() as session:
        session.execute(text(early))
    again = (
        "INSERT INTO payment_item (city, line_id, claim_id, amount_fen, status, facts_hash) "
        f"SELECT city, line_id, {ids[0]}, 1, 'built', '' FROM payment_item"
    )
    with pytest.raises(DBAPIError, match="live_claim"), database.transaction() as session:
        session.execute(text(again))


def test_the_whole_way_with_objection_return_and_second_payment_runs_on_the_server(
    database: Database,
) -> None:
    with database.transaction() as session:
        units = payday.approved(session, 2)
        people = payday.approved(session, 2, track=payday.PERSONS)
        notice_id = payday.posted(session, units)
        objection = notices.file_objection(
            session,
            payday.act(date(2020, 11, 20), "public", roles=()),
            notice_id=notice_id,
            claim_id=units[0],
            words="未参加培训",
        )
        payday.posted(session, people)
        notices.close_notices(session, payday.act(payday.OPENS))
        assert objection.objection_id is not None
        notices.decide_objection(
            session,
            payday.act(payday.OPENS, payday.HEAD),
            objection_id=objection.objection_id,
            outcome="upheld",
            reasons="经核查属实",
        )
    with database.transaction() as session:
        for batch in payday.built(session, DAY).batches:
            payday.approve(session, batch.batch_id, day=DAY)
            payday.send(session, batch.batch_id, day=DAY)
            told = {1: "closed_account"} | {2: "paid"} if batch.lines == 2 else {1: "paid"}
            payday.answered(session, batch.batch_id, told, file=f"{batch.batch_id}", day=DAY)
    with database.transaction() as session:
        card = sample_person(900, seed=3).card
        builders.done(
            money.correct_account(session, payday.act(DAY), claim_id=people[0], account=card)
        )
        head = payday.act(DAY, payday.HEAD)
        builders.done(money.confirm_account(session, head, claim_id=people[0]))
        finance = payday.act(DAY, payday.BUILDER)
        returned = money.batches(session, finance, state="partly_settled")[0].batch_id
        (follow,) = money.follow_up(session, finance, batch_id=returned).batches
        payday.approve(session, follow.batch_id, day=DAY)
        payday.send(session, follow.batch_id, day=DAY)
        payday.answered(session, follow.batch_id, {1: "paid"}, file="again", day=DAY)
        assert payday.states(session, [*units, *people]) == ["rejected", "paid", "paid", "paid"]
        assert payday.in_order(session).breaks == ()
