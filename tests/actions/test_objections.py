"""Objections: one line waits, the rest goes on; decided by somebody who did not approve the claim."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.actions.acting import Outcome
from subsidy.actions.notices import Received
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Deadline, FullView, Objection, Outbox, ReviewAct, Ticket
from tests import builders
from tests.actions import payday

WORDS = "该学员并未参加培训"
DAY = date(2020, 11, 20)


@pytest.fixture
def session(payday_file: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as opened:
        yield opened
    database.dispose()


def on_show(session: Session) -> tuple[int, list[int]]:
    """Three claims of one posted list, approved by the leader."""
    ids = payday.approved(session, 3)
    for claim_id in ids:
        session.add(
            ReviewAct(
                city=payday.CITY,
                claim_id=claim_id,
                level=1,
                act="approved",
                actor=payday.HEAD,
                acted_on=payday.APPROVED,
                claim_version=1,
            )
        )
    return payday.posted(session, ids), ids


def objected(
    session: Session, notice_id: int, claim_id: int, *, day: date = DAY, words: str = WORDS
) -> Received:
    """File an objection on the public page."""
    return notices.file_objection(
        session,
        payday.act(day, "public", roles=()),
        notice_id=notice_id,
        claim_id=claim_id,
        words=words,
        contact="someone@example.org",
    )


def decided(
    session: Session, received: Received, outcome: str, *, actor: str = payday.LEADER
) -> Outcome:
    assert received.objection_id is not None
    return notices.decide_objection(
        session,
        payday.act(date(2020, 11, 23), actor),
        objection_id=received.objection_id,
        outcome=outcome,  # type: ignore[arg-type]
        reasons="已核查考勤与影像",
    )


def test_one_objection_stops_one_claim_and_the_list_goes_on(session: Session) -> None:
    notice_id, ids = on_show(session)
    received = objected(session, notice_id, ids[0])
    assert received.done
    assert received.receipt.startswith("YY20201120-")
    notices.close_notices(session, payday.act(payday.OPENS))
    assert payday.states(session, ids) == ["objected", "payable", "payable"]


def test_the_claim_gets_a_ticket_and_its_own_time_limit(session: Session) -> None:
    notice_id, ids = on_show(session)
    objected(session, notice_id, ids[0])
    ticket = session.exec(select(Ticket).where(Ticket.claim_id == ids[0])).one()
    assert (ticket.code, ticket.queue, ticket.blocks) == ("E701", "objection", True)
    deadline = session.exec(select(Deadline).where(Deadline.window == "objection")).one()
    assert deadline.due_on == date(2020, 11, 27)
    assert payday.shown(session, notice_id)[0].status == "objected"


def test_an_objection_on_the_last_day_is_in_time_and_on_the_next_day_it_is_not(
    session: Session,
) -> None:
    notice_id, ids = on_show(session)
    assert objected(session, notice_id, ids[0], day=payday.LAST_DAY).done
    late = objected(session, notice_id, ids[1], day=payday.OPENS)
    assert [finding.code for finding in late.findings] == ["E705"]


def test_the_words_and_the_contact_are_sealed(session: Session) -> None:
    notice_id, ids = on_show(session)
    objected(session, notice_id, ids[0])
    row = session.exec(select(Objection)).one()
    assert WORDS.encode() not in row.words_sealed
    assert row.contact_sealed is not None
    assert b"someone" not in row.contact_sealed
    reader = payday.act(DAY, payday.HEAD)
    text = notices.read_objection(session, reader, objection_id=row.id or 0, reason="核查异议")
    assert text == (WORDS, "someone@example.org")
    assert session.exec(select(FullView)).one().reason == "核查异议"


def test_sending_the_same_words_twice_gives_the_same_receipt(session: Session) -> None:
    notice_id, ids = on_show(session)
    first, again = (objected(session, notice_id, ids[0]) for _ in range(2))
    assert first.receipt == again.receipt
    assert again.note == "此前已受理"
    assert len(session.exec(select(Objection)).all()) == 1


def test_an_objection_without_words_is_refused(session: Session) -> None:
    notice_id, ids = on_show(session)
    refused = objected(session, notice_id, ids[0], words="  ")
    assert [finding.code for finding in refused.findings] == ["E1209"]
    assert payday.states(session, ids[:1]) == ["grant_publicised"]


def test_who_approved_the_claim_does_not_decide_the_objection(session: Session) -> None:
    notice_id, ids = on_show(session)
    received = objected(session, notice_id, ids[0])
    refused = decided(session, received, "refused", actor=payday.HEAD)
    assert builders.codes(refused) == {"E1207"}


def test_an_upheld_objection_rejects_the_claim_with_a_letter_and_frees_the_money(
    session: Session,
) -> None:
    notice_id, ids = on_show(session)
    outcome = decided(session, objected(session, notice_id, ids[0]), "upheld")
    assert outcome.moved == {"rejected": 1}
    assert payday.balance(session) == {"approved": 2 * payday.AMOUNT}
    letters = session.exec(select(Outbox).where(Outbox.template == "claim_refused")).all()
    assert len(letters) == 1
    ticket = session.exec(select(Ticket)).one()
    assert (ticket.state, ticket.outcome) == ("resolved", "upheld")
    payday.in_order(session)


def test_a_refused_objection_lets_the_claim_go_on_where_it_stood(session: Session) -> None:
    notice_id, ids = on_show(session)
    decided(session, objected(session, notice_id, ids[0]), "refused")
    assert payday.states(session, ids) == ["grant_publicised"] * 3
    assert progress_of(session, ids[0]).blocks == 0
    done = notices.close_notices(session, payday.act(payday.OPENS))
    assert done.moved == {"payable": 3}


def test_a_claim_sent_back_to_review_is_decided_and_publicised_anew(session: Session) -> None:
    notice_id, ids = on_show(session)
    decided(session, objected(session, notice_id, ids[0]), "review")
    row = progress_of(session, ids[0])
    assert (row.state, row.decision_current, row.approved_fen) == ("applied", 0, 0)
    assert payday.shown(session, notice_id)[0].status == "removed"
    payday.in_order(session)


def test_with_two_objections_the_claim_waits_for_both_decisions(session: Session) -> None:
    notice_id, ids = on_show(session)
    first = objected(session, notice_id, ids[0])
    second = objected(session, notice_id, ids[0], words="另有他人冒名", day=date(2020, 11, 21))
    one = decided(session, first, "refused")
    assert one.note == "还有1件异议未作结论"
    assert payday.states(session, ids[:1]) == ["objected"]
    decided(session, second, "refused")
    assert payday.states(session, ids[:1]) == ["grant_publicised"]


def test_a_decision_is_not_turned_into_another_one(session: Session) -> None:
    notice_id, ids = on_show(session)
    received = objected(session, notice_id, ids[0])
    decided(session, received, "refused")
    assert decided(session, received, "refused").note == "此前已作出同样结论"
    assert builders.codes(decided(session, received, "upheld")) == {"E706"}


def test_the_receipt_shows_state_and_reasons_and_nobodys_data(session: Session) -> None:
    notice_id, ids = on_show(session)
    received = objected(session, notice_id, ids[0])
    decided(session, received, "refused")
    public = payday.act(DAY, "public", roles=())
    shown = notices.objection_progress(session, public, receipt=received.receipt)
    assert shown is not None
    assert (shown.outcome, shown.reasons) == ("refused", "已核查考勤与影像")
    assert notices.objection_progress(session, public, receipt="YY20201120-00000000") is None
