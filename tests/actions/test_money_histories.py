"""Whatever happens to the batches, in whatever order: after each step the books and the bank agree."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions import money
from subsidy.papers.sample_people import sample_person, sample_unit
from subsidy.records import ledger
from subsidy.records.database import Database
from subsidy.records.reconcile import BreakKind
from subsidy.records.tables import ClaimClosed, ClaimProgress, PaymentItem, PaymentLine
from tests.actions import payday

DAY = date(2020, 12, 1)
ANSWERS = ("paid", "paid", "paid", "closed_account", "name_mismatch", "duplicate", "unknown")
LIVE = ("built", "ordered", "paid")

Step = Callable[[Session, int], None]


def add_claims(session: Session, pick: int) -> None:
    """One to three claims more, of a unit or of trainees."""
    track = payday.UNITS if pick % 2 else payday.PERSONS
    payday.ready(session, pick % 3 + 1, track=track, provider=pick % 2 + 1)


def build(session: Session, pick: int) -> None:
    """Put what is payable into batches."""
    payday.built(session, DAY)


def approve_one(session: Session, pick: int) -> None:
    """Approve one built batch, if there is one."""
    if (batch := one_of(session, pick, "built")) is not None:
        money.approve_batch(session, payday.act(DAY, payday.CHECKER), batch_id=batch)


def send_one(session: Session, pick: int) -> None:
    """Send one approved batch, if there is one."""
    if (batch := one_of(session, pick, "approved")) is not None:
        payday.send(session, batch, day=DAY)


def dissolve_one(session: Session, pick: int) -> None:
    """Give up a batch that was not sent."""
    if (batch := one_of(session, pick, "built", "approved")) is not None:
        who = payday.act(DAY, payday.BUILDER)
        money.dissolve_batch(session, who, batch_id=batch, reason="重新编制")


def answer_one(session: Session, pick: int) -> None:
    """The bank says something about some lines of a sent batch, sometimes for the second time."""
    batch = one_of(session, pick, "sent", "partly_settled", "settled")
    if batch is None:
        return
    lines = payday.lines(session, batch)
    told = {
        line.position: ANSWERS[(pick + line.position) % len(ANSWERS)]
        for line in lines
        if (pick >> line.position) % 3
    }
    payday.answered(session, batch, told, file=f"{batch}-{pick}", day=DAY)


def mend_one(session: Session, pick: int) -> None:
    """One returned payee brings another account, and a second person confirms it."""
    row = session.exec(
        select(ClaimProgress.claim_id)
        .where(ClaimProgress.state == "bank_returned")
        .order_by(col(ClaimProgress.claim_id))
    ).first()
    if row is None:
        return
    kind = session.exec(
        select(PaymentLine.payee_kind)
        .join(PaymentItem, col(PaymentItem.line_id) == PaymentLine.id)
        .where(PaymentItem.claim_id == row)
    ).first()
    other = 500 + pick
    account = sample_unit(other).account if kind == "unit" else sample_person(other, seed=3).card
    money.correct_account(session, payday.act(DAY), claim_id=row, account=account)
    money.confirm_account(session, payday.act(DAY, payday.HEAD), claim_id=row)


def follow_one(session: Session, pick: int) -> None:
    """Pay again what a batch got back, as far as it is mended."""
    if (batch := one_of(session, pick, "partly_settled")) is not None:
        money.follow_up(session, payday.act(DAY, payday.BUILDER), batch_id=batch)


STEPS: tuple[Step, ...] = (
    *(add_claims, build, build, approve_one, approve_one, send_one, send_one),
    *(answer_one, answer_one, mend_one, follow_one, dissolve_one),
)


BEGINNING = ((1, 0), (3, 0), (3, 0), (5, 0), (5, 0), (7, 23))
"""Most histories begin with batches that are sent and answered: what is random comes after."""


def one_of(session: Session, pick: int, *states: str) -> int | None:
    """One of the batches in these states."""
    who = payday.act(DAY, payday.BUILDER)
    found = [b.batch_id for state in states for b in money.batches(session, who, state=state)]
    return found[pick % len(found)] if found else None


class _HistoryOverError(Exception):
    """Rolls a history back, so that the next one starts from the same city."""


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 5)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 200)), min_size=4, max_size=12
    )
)
def test_any_history_of_batches_returns_and_repairs_reconciles_at_every_step(
    payday_file: Path, steps: list[tuple[int, int]]
) -> None:
    database = Database(f"sqlite:///{payday_file}")
    with suppress(_HistoryOverError), database.transaction() as session:
        payday.ready(session, 2, track=payday.PERSONS)
        payday.ready(session, 2)
        for which, pick in (*BEGINNING, *steps):
            STEPS[which](session, pick)
            agree(session)
        raise _HistoryOverError
    database.dispose()


def agree(session: Session) -> None:
    """Ledger, claims, batches and bank tell one story, and nobody is paid twice."""
    checked = ledger.check(session, city=payday.CITY)
    assert checked.ok, checked.misplaced
    found = money.reconcile(session, payday.act(DAY, payday.BUILDER))
    wrong = [b for b in found.breaks if not b.waits and b.kind is not BreakKind.ANSWER_UNCLEAR]
    assert not wrong, wrong
    live = session.exec(
        select(PaymentItem.claim_id)
        .where(col(PaymentItem.status).in_(LIVE))
        .group_by(col(PaymentItem.claim_id))
        .having(func.count() > 1)
    ).all()
    assert not live
    paid = session.exec(
        select(func.coalesce(func.sum(ClaimClosed.approved_fen), 0)).where(
            ClaimClosed.state == "paid"
        )
    ).one()
    assert payday.balance(session).get("paid", 0) == paid
