"""A payment run that is killed anywhere and started again pays everybody once, with one file a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import money
from subsidy.actions.acting import Act
from subsidy.bank_desk import LAYOUTS, batch_of_answer, read_answer, send_to_bank
from subsidy.papers import bank_file
from subsidy.papers.sample_people import sample_person
from subsidy.records.database import Database
from subsidy.records.tables import ClaimHistory, ClaimProgress, PaymentItem
from tests.actions import payday

DAY = date(2020, 12, 1)


class KilledError(Exception):
    """The process is gone."""


class Mortal(Database):
    """A database whose process dies at its nth transaction: before the commit, or right after it."""

    def __init__(self, url: str, *, dies_at: int, after_commit: bool) -> None:
        super().__init__(url)
        self._left = dies_at
        self._after = after_commit

    @contextmanager
    def transaction(self, **how: Any) -> Iterator[Session]:
        """As the real one, but for the nth."""
        self._left -= 1
        with super().transaction(**how) as session:
            yield session
            if self._left == 0 and not self._after:
                raise KilledError
        if self._left == 0 and self._after:
            raise KilledError


def pay_run(database: Database, folder: Path) -> None:
    """Everything from payable to paid, asking at each step what there is to do."""
    finance, checker = payday.act(DAY, payday.BUILDER), payday.act(DAY, payday.CHECKER)
    with database.transaction() as session:
        money.build_batches(session, finance)
    for _ in range(2):  # the batches, then those that follow them
        for batch_id in waiting(database, finance, "built"):
            with database.transaction() as session:
                money.approve_batch(session, checker, batch_id=batch_id)
        for batch_id in waiting(database, finance, "approved", "sent"):
            send_to_bank(database, finance, batch_id=batch_id, folder=folder)
        for content in answers(database, finance):
            with database.transaction() as session:
                which = batch_of_answer(session, finance, content=content)
                assert which is not None
                read_answer(session, finance, batch_id=which, content=content, file_name="r.csv")
        mend_all(database)
        for batch_id in waiting(database, finance, "partly_settled"):
            with database.transaction() as session:
                money.follow_up(session, finance, batch_id=batch_id)


def waiting(database: Database, act: Act, *states: str) -> list[int]:
    """Batches in these states, the oldest first."""
    with database.reading() as session:
        return sorted(b.batch_id for s in states for b in money.batches(session, act, state=s))


def answers(database: Database, act: Act) -> list[bytes]:
    """What the bank says to each sent batch: the first line of a first batch comes back."""
    found = []
    for batch_id in waiting(database, act, "sent"):
        with database.reading() as session:
            known = money.sent_batch(session, act, batch_id=batch_id)
            batch = next(b for b in money.batches(session, act) if b.batch_id == batch_id)
        wrong = {} if batch.follows_batch_id else {1: "closed_account"}
        lines = [
            bank_file.ReturnLine(
                line_no=at,
                outcome=bank_file.Outcome(wrong.get(at, "paid")),
                amount_fen=amount,
                booked_on=DAY,
                bank_reference=f"{at}",
                bank_words="",
            )
            for at, amount in known.amounts_fen.items()
        ]
        layout = bank_file.bank_layout(LAYOUTS[known.payee_kind])
        found.append(
            bank_file.write_return(
                lines, layout=layout, batch_number=known.number, digest=known.digest
            )
        )
    return found


def mend_all(database: Database) -> None:
    """Every returned payee brings another card; entering and confirming are two transactions."""
    with database.reading() as session:
        returned = session.exec(
            select(ClaimProgress.claim_id).where(
                ClaimProgress.state == "bank_returned", ClaimProgress.blocks > 0
            )
        ).all()
    for claim_id in sorted(returned):
        card = sample_person(700 + claim_id, seed=3).card
        with database.transaction() as session:
            money.correct_account(session, payday.act(DAY), claim_id=claim_id, account=card)
        with database.transaction() as session:
            money.confirm_account(session, payday.act(DAY, payday.HEAD), claim_id=claim_id)


@pytest.mark.slow
@pytest.mark.parametrize("after_commit", [False, True], ids=["before", "after"])
def test_a_run_killed_at_any_commit_and_started_again_pays_everybody_once(
    payday_template: Path, tmp_path: Path, after_commit: bool
) -> None:
    begun = tmp_path / "begun.db"
    begun.write_bytes(payday_template.read_bytes())
    first = Database(f"sqlite:///{begun}")
    with first.transaction() as session:
        ids = payday.ready(session, 3, track=payday.PERSONS)
    first.dispose()
    deaths = 0
    while True:
        place = tmp_path / str(deaths)
        place.mkdir()
        url = f"sqlite:///{place / 'pay.db'}"
        (place / "pay.db").write_bytes(begun.read_bytes())
        fresh = Database(url)
        mortal = Mortal(url, dies_at=deaths + 1, after_commit=after_commit)
        try:
            pay_run(mortal, place / "bank")
            survived = True
        except KilledError:
            survived = False
        mortal.dispose()
        pay_run(fresh, place / "bank")
        paid_once(fresh, ids, place / "bank")
        fresh.dispose()
        deaths += 1
        if survived:
            break
    assert deaths > 8, "the run has fewer commits than its steps"


def paid_once(database: Database, ids: list[int], folder: Path) -> None:
    """All are paid, one of them after a return; books and bank agree; two files went out."""
    with database.reading() as session:
        assert payday.states(session, ids) == ["paid"] * len(ids)
        assert payday.balance(session) == {"paid": len(ids) * payday.AMOUNT}
        payday.in_order(session)
        orders = session.exec(select(ClaimHistory).where(ClaimHistory.event == "order")).all()
        assert len(orders) == len(ids) + 1
        items = session.exec(select(PaymentItem).order_by(col(PaymentItem.id))).all()
        assert sorted(i.status for i in items) == ["paid"] * len(ids) + ["returned"]
    files = sorted(folder.iterdir())
    assert len(files) == 2
    assert len({hashlib.sha256(f.read_bytes()).hexdigest() for f in files}) == 2


def test_a_file_that_could_not_be_delivered_is_delivered_by_the_next_run(
    payday_file: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as session:
        payday.ready(session, 2, track=payday.PERSONS)
        batch_id = payday.batch_of(session, DAY)
        payday.approve(session, batch_id, day=DAY)
    act = payday.act(DAY, payday.BUILDER)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(Exception, match="bank folder cannot be written"):
        send_to_bank(database, act, batch_id=batch_id, folder=blocked)
    with database.reading() as session:
        breaks = money.reconcile(session, act).breaks
    assert "file_missing" in {each.kind for each in breaks}
    later = payday.act(date(2020, 12, 3), payday.BUILDER)
    done = send_to_bank(database, later, batch_id=batch_id, folder=tmp_path / "bank")
    assert (done.count, done.sent.note[:6]) == (2, "此前已送出但")
    with database.reading() as session:
        payday.in_order(session)
    again = send_to_bank(database, later, batch_id=batch_id, folder=tmp_path / "bank")
    assert again.file_name == ""
    assert len(list((tmp_path / "bank").iterdir())) == 1
    database.dispose()


def test_a_batch_whose_file_cannot_be_written_is_not_sent(
    payday_file: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as session:
        ids = payday.ready(session, 1, track=payday.PERSONS)
        _break_card(session)
        batch_id = payday.batch_of(session, DAY)
        payday.approve(session, batch_id, day=DAY)
    act = payday.act(DAY, payday.BUILDER)
    with pytest.raises(bank_file.BankFileError, match=r"lines 1 \(account\)"):
        send_to_bank(database, act, batch_id=batch_id, folder=tmp_path / "bank")
    with database.reading() as session:
        assert payday.states(session, ids) == ["payable"]
    database.dispose()


def _break_card(session: Session) -> None:
    """Give the person a card number that no bank takes."""
    from subsidy.records.people import seal_text
    from subsidy.records.tables import Person
    from tests import builders

    person = session.exec(select(Person)).one()
    bound = f"person.account:{person.id_index}"
    person.account_sealed = seal_text(builders.keys(), "6222000000000001", bound_to=bound)
    session.flush()
