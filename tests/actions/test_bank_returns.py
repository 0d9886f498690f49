"""The bank's answer: booked once, line by line; what came back is mended, confirmed and paid again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import money
from subsidy.actions.money import LineAnswer
from subsidy.papers.sample_people import sample_person, sample_unit
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.reconcile import BreakKind
from subsidy.records.tables import BankFile, PaymentItem, Ticket
from tests import builders
from tests.actions import payday

NEXT = date(2020, 12, 1)
ANOTHER_CARD = sample_person(900, seed=3).card
ANOTHER_ACCOUNT = sample_unit(90).account


@pytest.fixture
def session(payday_file: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as opened:
        yield opened
    database.dispose()


def tickets(session: Session) -> list[tuple[int | None, str]]:
    """Claim and code of the open tickets that block."""
    rows = session.exec(select(Ticket).where(Ticket.state == "opened").order_by(col(Ticket.id)))
    return [(row.claim_id, row.code) for row in rows.all() if row.blocks]


def state_of(session: Session, batch_id: int) -> str:
    """State of a batch."""
    found = money.batches(session, payday.act(NEXT, payday.BUILDER))
    return next(batch.state for batch in found if batch.batch_id == batch_id)


def mend(session: Session, claim_id: int, account: str) -> None:
    """Enter another account as the clerk and confirm it as the section head."""
    clerk, head = payday.act(NEXT, payday.CLERK), payday.act(NEXT, payday.HEAD)
    entered = money.correct_account(session, clerk, claim_id=claim_id, account=account)
    builders.done(entered)
    builders.done(money.confirm_account(session, head, claim_id=claim_id))


def paid_again(session: Session, batch_id: int) -> int:
    """Build, approve and send the batch that follows; returns it."""
    finance = payday.act(NEXT, payday.BUILDER)
    (follow,) = money.follow_up(session, finance, batch_id=batch_id).batches
    payday.approve(session, follow.batch_id, day=NEXT)
    payday.send(session, follow.batch_id, day=NEXT)
    return follow.batch_id


def test_what_arrived_is_paid_and_the_batch_is_settled(session: Session) -> None:
    ids = payday.ready(session, 3, track=payday.PERSONS)
    batch_id = payday.sent(session)
    booked = payday.answered(session, batch_id, {1: "paid", 2: "paid", 3: "paid"})
    assert (booked.settled, booked.state) == (3, "settled")
    assert payday.states(session, ids) == ["paid"] * 3
    assert payday.balance(session) == {"paid": 3 * payday.AMOUNT}
    payday.in_order(session)


def test_a_partial_answer_leaves_the_batch_open(session: Session) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    assert payday.answered(session, batch_id, {2: "paid"}).state == "partly_settled"
    assert payday.states(session, ids) == ["paying", "paid"]
    waiting = payday.in_order(session).breaks
    assert [(each.kind, each.line_no) for each in waiting] == [(BreakKind.NO_ANSWER, 1)]
    later = payday.answered(session, batch_id, {1: "paid", 2: "paid"}, file="back-2")
    assert (later.settled, later.unchanged, later.state) == (1, 1, "settled")


def test_the_same_return_file_twice_changes_nothing(session: Session) -> None:
    payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "paid", 2: "closed_account"})
    before = payday.balance(session)
    again = payday.answered(session, batch_id, {1: "paid", 2: "closed_account"})
    assert (again.repeated, again.settled, again.returned) == (True, 0, 0)
    assert payday.balance(session) == before
    assert len(session.exec(select(BankFile).where(BankFile.direction == "back")).all()) == 1


def test_the_same_answers_in_another_file_change_nothing_either(session: Session) -> None:
    payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "paid", 2: "closed_account"})
    again = payday.answered(session, batch_id, {1: "paid", 2: "closed_account"}, file="resent")
    assert (again.repeated, again.unchanged) == (False, 2)
    assert len(tickets(session)) == 1
    payday.in_order(session)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("name_mismatch", "E801"),
        ("closed_account", "E802"),
        ("amount_mismatch", "E803"),
        ("duplicate", "E804"),
    ],
)
def test_each_ground_of_the_bank_opens_its_own_blocking_ticket(
    session: Session, answer: str, code: str
) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    payday.answered(session, payday.sent(session), {1: answer})
    assert payday.states(session, ids) == ["bank_returned"]
    assert tickets(session) == [(ids[0], code)]
    assert payday.balance(session) == {"returned": payday.AMOUNT}
    payday.in_order(session)


def test_a_returned_line_of_a_unit_holds_all_its_claims_and_pays_them_all_again(
    session: Session,
) -> None:
    ids = payday.ready(session, 3)
    batch_id = payday.sent(session)
    assert payday.answered(session, batch_id, {1: "name_mismatch"}).returned == 3
    assert payday.states(session, ids) == ["bank_returned"] * 3
    assert tickets(session) == [(claim_id, "E801") for claim_id in ids]
    mend(session, ids[0], ANOTHER_ACCOUNT)
    assert tickets(session) == []
    follow = paid_again(session, batch_id)
    assert payday.answered(session, follow, {1: "paid"}, file="back-2", day=NEXT).settled == 3
    assert payday.states(session, ids) == ["paid"] * 3
    payday.in_order(session)


def test_a_returned_claim_is_not_paid_again_before_its_account_is_confirmed(
    session: Session,
) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "closed_account", 2: "closed_account"})
    clerk, finance = payday.act(NEXT, payday.CLERK), payday.act(NEXT, payday.BUILDER)
    builders.done(money.correct_account(session, clerk, claim_id=ids[0], account=ANOTHER_CARD))
    early = money.follow_up(session, finance, batch_id=batch_id)
    assert early.batches == ()
    assert early.left == tuple((claim_id, ("nothing_blocks_it",)) for claim_id in ids)
    builders.done(money.confirm_account(session, payday.act(NEXT, payday.HEAD), claim_id=ids[0]))
    later = money.follow_up(session, finance, batch_id=batch_id)
    assert [batch.claims for batch in later.batches] == [1]
    assert later.left == ((ids[1], ("nothing_blocks_it",)),)


def test_the_following_batch_names_the_one_it_follows_and_pays_the_new_account(
    session: Session,
) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "paid", 2: "closed_account"})
    assert state_of(session, batch_id) == "partly_settled"
    mend(session, ids[1], ANOTHER_CARD)
    finance = payday.act(NEXT, payday.BUILDER)
    (follow,) = money.follow_up(session, finance, batch_id=batch_id).batches
    assert state_of(session, batch_id) == "settled"
    payday.approve(session, follow.batch_id, day=NEXT)
    order = payday.send(session, follow.batch_id, day=NEXT).order
    assert order is not None
    assert [line.account for line in order.lines] == [ANOTHER_CARD]
    view = money.batches(session, finance)[0]
    assert view.follows_batch_id == batch_id
    items = session.exec(select(PaymentItem).where(PaymentItem.claim_id == ids[1])).all()
    assert sorted(item.status for item in items) == ["ordered", "returned"]
    payday.in_order(session)


def test_the_account_that_was_returned_is_refused(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    payday.answered(session, payday.sent(session), {1: "closed_account"})
    clerk = payday.act(NEXT, payday.CLERK)
    for account, code in ((sample_person(0, seed=3).card, "E805"), ("6222", "E106")):
        refused = money.correct_account(session, clerk, claim_id=ids[0], account=account)
        assert builders.codes(refused) == {code}


def test_who_entered_an_account_neither_confirms_it_nor_pays_to_it(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "closed_account"})
    checker = payday.act(NEXT, payday.CHECKER)
    builders.done(money.correct_account(session, checker, claim_id=ids[0], account=ANOTHER_CARD))
    refused = money.confirm_account(session, checker, claim_id=ids[0])
    assert builders.codes(refused) == {"E1207"}
    head = payday.act(NEXT, payday.HEAD)
    builders.done(money.confirm_account(session, head, claim_id=ids[0]))
    finance = payday.act(NEXT, payday.BUILDER)
    (follow,) = money.follow_up(session, finance, batch_id=batch_id).batches
    refused = money.approve_batch(session, checker, batch_id=follow.batch_id)
    assert builders.codes(refused) == {"E1207"}


def test_an_account_that_nobody_entered_is_not_confirmed(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    payday.answered(session, payday.sent(session), {1: "closed_account"})
    head = payday.act(NEXT, payday.HEAD)
    assert builders.codes(money.confirm_account(session, head, claim_id=ids[0])) == {"E805"}


def test_money_that_comes_back_after_it_was_thought_paid_opens_the_claim_again(
    session: Session,
) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "paid", 2: "paid"})
    late = payday.answered(session, batch_id, {1: "closed_account"}, file="late", day=NEXT)
    assert (late.returned, late.state) == (1, "partly_settled")
    assert payday.states(session, ids) == ["bank_returned", "paid"]
    assert payday.balance(session) == {"paid": payday.AMOUNT, "returned": payday.AMOUNT}
    payday.in_order(session)
    mend(session, ids[0], ANOTHER_CARD)
    follow = paid_again(session, batch_id)
    payday.answered(session, follow, {1: "paid"}, file="back-2", day=NEXT)
    assert payday.balance(session) == {"paid": 2 * payday.AMOUNT}
    assert state_of(session, batch_id) == "settled"
    payday.in_order(session)


def test_an_answer_that_contradicts_the_books_moves_no_money(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "closed_account"})
    odd = payday.answered(session, batch_id, {1: "paid"}, file="odd")
    assert (odd.settled, odd.unclear) == (0, 1)
    assert payday.states(session, ids) == ["bank_returned"]
    assert {code for _, code in tickets(session)} == {"E802", "E804"}


def test_an_unknown_word_of_the_bank_waits_for_a_person_and_a_clear_one_ends_it(
    session: Session,
) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.sent(session)
    assert payday.answered(session, batch_id, {1: "unknown"}).unclear == 1
    assert payday.states(session, ids) == ["paying"]
    assert progress_of(session, ids[0]).blocks == 1
    breaks = money.reconcile(session, payday.act(NEXT, payday.BUILDER)).breaks
    assert [each.kind for each in breaks] == [BreakKind.ANSWER_UNCLEAR]
    finance = payday.act(NEXT, payday.BUILDER)
    cleared = money.answer_line(
        session, finance, batch_id=batch_id, answer=LineAnswer(1, "paid"), reason="银行来函"
    )
    assert (cleared.settled, cleared.state) == (1, "settled")
    assert tickets(session) == []
    payday.in_order(session)


def test_a_line_paid_with_another_amount_is_not_booked(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.sent(session)
    booked = payday.answered(session, batch_id, {1: "paid"}, amounts={1: 99_999})
    assert (booked.settled, booked.unclear) == (0, 1)
    assert payday.states(session, ids) == ["paying"]
    assert tickets(session) == [(ids[0], "E804")]


def test_a_file_with_a_line_that_was_never_sent_is_refused_whole(session: Session) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    refused = payday.answered(session, batch_id, {1: "paid", 7: "paid"})
    assert [finding.code for finding in refused.findings] == ["E806"]
    assert payday.states(session, ids) == ["paying"] * 2


def test_an_answer_to_a_batch_that_was_not_sent_is_refused(session: Session) -> None:
    payday.ready(session, 1)
    refused = payday.answered(session, payday.batch_of(session), {1: "paid"})
    assert [finding.code for finding in refused.findings] == ["E806"]


def test_what_was_sent_can_be_asked_for_to_check_an_answer(session: Session) -> None:
    payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.sent(session)
    found = money.sent_batch(session, payday.act(NEXT, payday.BUILDER), batch_id=batch_id)
    assert found.amounts_fen == {1: payday.AMOUNT, 2: payday.AMOUNT}
    assert found.digest == f"digest-{batch_id}"


def test_a_batch_whose_file_was_never_delivered_is_a_break(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    finance = payday.act(payday.OPENS, payday.BUILDER)
    assert money.send_batch(session, finance, batch_id=batch_id).done
    found = money.reconcile(session, finance, batch_id=batch_id)
    assert BreakKind.FILE_MISSING in {each.kind for each in found.breaks}
    assert not found.balanced


def test_a_payment_that_nobody_posted_is_a_break(session: Session) -> None:
    ids = payday.ready(session, 1)
    batch_id = payday.sent(session)
    item = session.exec(select(PaymentItem)).one()
    item.status = "paid"
    session.flush()
    found = money.reconcile(session, payday.act(NEXT, payday.BUILDER), batch_id=batch_id)
    kinds = {(each.kind, each.claim_id) for each in found.breaks}
    assert (BreakKind.PAYMENT_NOT_POSTED, ids[0]) in kinds
    assert (BreakKind.STATE_DIFFERS, ids[0]) in kinds


def test_a_total_that_is_not_the_sum_of_its_lines_is_a_break(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.sent(session)
    payday.lines(session, batch_id)[0].amount_fen = 1
    session.flush()
    found = money.reconcile(session, payday.act(NEXT, payday.BUILDER), batch_id=batch_id)
    kinds = {each.kind for each in found.breaks}
    assert {BreakKind.TOTAL_DIFFERS, BreakKind.LINE_DIFFERS} <= kinds


def test_money_in_the_wrong_stage_is_found_by_the_ledger_check(session: Session) -> None:
    ids = payday.ready(session, 2)
    finance = payday.act(NEXT, payday.BUILDER)
    assert money.ledger_check(session, finance).ok
    progress_of(session, ids[0]).state = "paying"
    session.flush()
    checked = money.ledger_check(session, finance)
    assert not checked.ok
    assert [(m.claim_id, m.stage, m.expected_fen, m.found_fen) for m in checked.misplaced] == [
        (ids[0], "approved", 0, payday.AMOUNT),
        (ids[0], "ordered", payday.AMOUNT, 0),
    ]


def test_the_entries_of_a_claim_tell_its_whole_way(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.sent(session)
    payday.answered(session, batch_id, {1: "closed_account"})
    mend(session, ids[0], ANOTHER_CARD)
    payday.answered(session, paid_again(session, batch_id), {1: "paid"}, file="2", day=NEXT)
    finance = payday.act(NEXT, payday.BUILDER)
    way = [
        (entry.debit, entry.credit)
        for entry in money.ledger_entries(session, finance, number="SQ000000")
    ]
    assert way == [
        ("budget", "approved"),
        ("approved", "ordered"),
        ("ordered", "returned"),
        ("returned", "approved"),
        ("approved", "ordered"),
        ("ordered", "paid"),
    ]
