"""Payment batches: who is on which line, who may approve, when it may go out, and never twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from subsidy.actions import money
from subsidy.actions.acting import Act
from subsidy.papers.sample_people import sample_person, sample_unit
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import (
    ClaimClosed,
    ClaimProgress,
    PaymentItem,
    Person,
    Provider,
    ReviewAct,
)
from subsidy.rules.packs.values import DatedValues, Value
from tests import builders
from tests.actions import payday


@pytest.fixture
def session(payday_file: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{payday_file}")
    with database.transaction() as opened:
        yield opened
    database.dispose()


def test_a_unit_gets_one_line_for_all_its_claims(session: Session) -> None:
    payday.ready(session, 3)
    (batch,) = payday.built(session).batches
    assert (batch.lines, batch.claims, batch.total_fen) == (1, 3, 3 * payday.AMOUNT)
    assert (batch.payee_kind, batch.channel, batch.fund) == ("unit", "treasury", "special_account")


def test_trainees_get_a_line_each_and_a_batch_of_their_own(session: Session) -> None:
    payday.ready(session, 2)
    payday.ready(session, 2, track=payday.PERSONS)
    batches = payday.built(session).batches
    assert [(b.payee_kind, b.lines) for b in batches] == [("person", 2), ("unit", 1)]
    assert batches[0].channel == "bank"


def test_the_city_pays_for_the_main_city_and_a_district_for_itself(session: Session) -> None:
    payday.ready(session, 1)
    payday.ready(session, 1, district=payday.SHANGCHENG)
    offices = {batch.area_id for batch in payday.built(session).batches}
    assert offices == {payday.area(session, payday.CITY), payday.area(session, payday.XIAOSHAN)}


def test_claims_stay_payable_until_the_batch_is_sent(session: Session) -> None:
    ids = payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    assert payday.states(session, ids) == ["payable"] * 2
    payday.approve(session, batch_id)
    assert payday.states(session, ids) == ["payable"] * 2
    payday.send(session, batch_id)
    assert payday.states(session, ids) == ["paying"] * 2
    assert payday.balance(session) == {"ordered": 2 * payday.AMOUNT}
    payday.in_order(session)


def test_a_claim_of_a_draft_policy_is_left_out_with_the_reason(session: Session) -> None:
    ids = payday.ready(session, 1, may_pay=0)
    made = payday.built(session)
    assert made.batches == ()
    assert made.left == ((ids[0], ("E603",)),)


def test_a_payee_without_an_account_is_left_out(session: Session) -> None:
    ids = payday.ready(session, 1, track=payday.PERSONS, account=False)
    assert payday.built(session).left == ((ids[0], ("E106",)),)


def test_a_unit_whose_account_nobody_confirmed_is_left_out(session: Session) -> None:
    ids = payday.ready(session, 1)
    session.exec(select(Provider)).one().account_verified_on = None
    session.flush()
    assert payday.built(session).left == ((ids[0], ("E106",)),)


def test_money_of_a_departments_own_is_recorded_and_never_paid(session: Session) -> None:
    ids = payday.ready(session, 1)
    session.execute(text("UPDATE claim SET fund = 'department_own'"))
    session.expire_all()
    assert payday.built(session).left == ((ids[0], ("E905",)),)


def test_a_blocked_claim_is_left_out(session: Session) -> None:
    first, _ = payday.ready(session, 2)
    progress_of(session, first).blocks = 1
    session.flush()
    made = payday.built(session)
    assert made.left == ((first, ("nothing_blocks_it",)),)
    assert made.batches[0].claims == 1


def test_an_amount_that_changed_after_approval_is_not_paid(session: Session) -> None:
    ids = payday.ready(session, 1)
    progress_of(session, ids[0]).amount_fen = 50_000
    session.flush()
    assert payday.built(session).left == ((ids[0], ("E1211",)),)


def test_building_again_builds_nothing_twice(session: Session) -> None:
    payday.ready(session, 2)
    payday.built(session)
    again = payday.built(session)
    assert (again.batches, again.left) == ((), ())
    assert again.note == "2件已在其他批次中"


def test_who_built_the_batch_does_not_approve_it(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    builder = payday.act(payday.OPENS, payday.BUILDER)
    refused = money.approve_batch(session, builder, batch_id=batch_id)
    assert builders.codes(refused) == {"E1207"}


@pytest.mark.parametrize("did", ["reviewed", "approved", "objection_refused", "account_changed"])
def test_who_decided_on_a_claim_neither_approves_nor_sends_its_payment(
    session: Session, did: str
) -> None:
    ids = payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    _acted(session, ids[1], did, payday.CHECKER)
    checker = payday.act(payday.OPENS, payday.CHECKER)
    refused = money.approve_batch(session, checker, batch_id=batch_id)
    assert builders.codes(refused) == {"E1207"}
    payday.approve(session, batch_id, actor=payday.SECOND)
    sent = money.send_batch(session, checker, batch_id=batch_id)
    assert [finding.code for finding in sent.findings] == ["E1207"]


def test_a_flow_may_send_and_never_approves(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    flow = payday.act(payday.OPENS, "flow:pay", roles=())
    assert builders.codes(money.approve_batch(session, flow, batch_id=batch_id)) == {"E1208"}
    payday.approve(session, batch_id)
    assert money.send_batch(session, flow, batch_id=batch_id).done


def test_a_clerk_without_the_finance_role_touches_no_batch(session: Session) -> None:
    payday.ready(session, 1)
    clerk = payday.act(payday.OPENS, payday.CLERK)
    refused = money.build_batches(session, clerk)
    assert [finding.code for finding in refused.findings] == ["E1208"]


def test_an_unapproved_batch_is_not_sent(session: Session) -> None:
    ids = payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    sent = money.send_batch(session, payday.act(payday.OPENS, payday.BUILDER), batch_id=batch_id)
    assert [finding.code for finding in sent.findings] == ["E1105"]
    assert payday.states(session, ids) == ["payable"]


def test_above_the_band_two_persons_approve(session: Session) -> None:
    payday.ready(session, 2)
    batch_id = payday.batch_of(session)

    def approve(actor: str) -> str:
        who = _with_bands(payday.act(payday.OPENS, actor), "0元起1人", "2000元起2人")
        outcome = money.approve_batch(session, who, batch_id=batch_id)
        assert outcome.done
        return outcome.note

    assert approve(payday.CHECKER) == "还需1人批准"
    assert approve(payday.CHECKER) == "此前已批准"
    assert approve(payday.SECOND) == "已批准"


def test_an_account_that_changed_after_the_batch_was_built_stops_the_approval(
    session: Session,
) -> None:
    ids = payday.ready(session, 2, track=payday.PERSONS)
    batch_id = payday.batch_of(session)
    person = session.exec(select(Person).order_by(Person.id)).first()  # type: ignore[arg-type]
    assert person is not None
    person.account_sealed = b"another account"
    session.flush()
    refused = money.approve_batch(
        session, payday.act(payday.OPENS, payday.CHECKER), batch_id=batch_id
    )
    assert builders.codes(refused) == {"E907"}
    assert refused.left == ((ids[0], ("changed_since",)),)


def test_a_claim_that_is_held_after_the_approval_stops_the_sending(session: Session) -> None:
    ids = payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    progress_of(session, ids[0]).state = "held"
    session.flush()
    sent = money.send_batch(session, payday.act(payday.OPENS, payday.BUILDER), batch_id=batch_id)
    assert [finding.code for finding in sent.findings] == ["E907"]
    assert payday.states(session, ids) == ["held", "payable"]


def test_the_value_date_is_a_working_day_and_not_past(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    who = payday.act(payday.OPENS, payday.BUILDER)
    for day in (date(2020, 11, 24), date(2020, 11, 28)):
        sent = money.send_batch(session, who, batch_id=batch_id, value_date=day)
        assert "E908" in [finding.code for finding in sent.findings]
    sent = money.send_batch(session, who, batch_id=batch_id, value_date=date(2020, 11, 30))
    assert sent.order is not None
    assert sent.order.value_date == date(2020, 11, 30)


def test_the_database_refuses_a_payment_valued_on_the_last_day_of_the_notice(
    session: Session,
) -> None:
    payday.ready(session, 1)
    payday.batch_of(session)
    order = "UPDATE payment_item SET status = 'ordered', value_date = '{}'"
    with pytest.raises(IntegrityError, match="has not ended"):
        session.execute(text(order.format(payday.LAST_DAY)))


def test_the_database_refuses_a_payment_without_any_notice(session: Session) -> None:
    ids = payday.approved(session, 1)
    row = progress_of(session, ids[0])
    row.state, row.notice_last_day = "payable", date(2020, 11, 24)
    session.flush()
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    with pytest.raises(IntegrityError, match="demands a public notice"):
        money.send_batch(session, payday.act(payday.OPENS, payday.BUILDER), batch_id=batch_id)


def test_the_database_refuses_a_second_live_payment_of_one_claim(session: Session) -> None:
    ids = payday.ready(session, 1)
    line = payday.lines(session, payday.batch_of(session))[0]
    session.add(
        PaymentItem(city=payday.CITY, line_id=line.id, claim_id=ids[0], amount_fen=payday.AMOUNT)
    )
    with pytest.raises(IntegrityError, match="claim_id"):
        session.flush()


def test_a_claim_that_was_paid_before_is_not_paid_again(session: Session) -> None:
    ids = payday.ready(session, 1)
    payday.answered(session, payday.sent(session), {1: "paid"})
    # A clerk with a database tool puts the paid claim back into the queue.
    session.execute(text("UPDATE payment_item SET status = 'dissolved'"))
    row = session.get_one(ClaimClosed, ids[0])
    session.add(ClaimProgress(**(row.model_dump() | {"state": "payable"})))
    session.delete(row)
    session.flush()
    assert payday.built(session).left == ((ids[0], ("E906",)),)


def test_the_order_opens_accounts_and_prints_none(session: Session) -> None:
    payday.ready(session, 1, track=payday.PERSONS)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    sent = money.send_batch(session, payday.act(payday.OPENS, payday.BUILDER), batch_id=batch_id)
    assert sent.order is not None
    (line,) = sent.order.lines
    made = sample_person(0, seed=3)
    assert (line.payee, line.account) == (made.name, made.card)
    assert line.reference == f"{sent.order.number}-00001"
    for shown in (repr(sent), repr(line), str(sent.order)):
        assert made.card not in shown
        assert made.name not in shown


def test_a_unit_is_paid_to_its_verified_account(session: Session) -> None:
    payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    sent = money.send_batch(session, payday.act(payday.OPENS, payday.BUILDER), batch_id=batch_id)
    assert sent.order is not None
    (line,) = sent.order.lines
    assert line.account == sample_unit(1).account
    assert line.amount_fen == sent.order.total_fen == 2 * payday.AMOUNT
    assert payday.lines(session, batch_id)[0].account_tail == line.account[-4:]


def test_a_sent_batch_gives_the_same_order_until_its_file_is_on_record(session: Session) -> None:
    payday.ready(session, 1)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    who = payday.act(payday.OPENS, payday.BUILDER)
    first = money.send_batch(session, who, batch_id=batch_id)
    again = money.send_batch(session, who, batch_id=batch_id)
    assert first.order == again.order
    assert first.order is not None
    payday.record(session, batch_id, day=payday.OPENS, lines=1, total=first.order.total_fen)
    third = money.send_batch(session, who, batch_id=batch_id)
    assert (third.done, third.order, third.note) == (True, None, "此前已送出，未再次送出")
    payday.in_order(session)


def test_a_dissolved_batch_frees_its_claims(session: Session) -> None:
    payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    who = payday.act(payday.OPENS, payday.BUILDER)
    builders.done(money.dissolve_batch(session, who, batch_id=batch_id, reason="账户有误"))
    assert payday.batch_of(session) != batch_id
    refused = money.dissolve_batch(session, who, batch_id=batch_id, reason="账户有误")
    assert refused.note == "此前已作废"


def test_a_claim_taken_out_lowers_line_and_total(session: Session) -> None:
    ids = payday.ready(session, 3)
    batch_id = payday.batch_of(session)
    who = payday.act(payday.OPENS, payday.BUILDER)
    builders.done(
        money.drop_claims(session, who, batch_id=batch_id, claim_ids=ids[:1], reason="待核实")
    )
    (batch,) = money.batches(session, who)
    assert batch.total_fen == payday.lines(session, batch_id)[0].amount_fen == 2 * payday.AMOUNT
    payday.approve(session, batch_id)
    payday.send(session, batch_id)
    assert payday.states(session, ids) == ["payable", "paying", "paying"]
    payday.in_order(session)


def test_an_approved_batch_is_not_changed_any_more(session: Session) -> None:
    ids = payday.ready(session, 2)
    batch_id = payday.batch_of(session)
    payday.approve(session, batch_id)
    refused = money.drop_claims(
        session,
        payday.act(payday.OPENS, payday.BUILDER),
        batch_id=batch_id,
        claim_ids=ids[:1],
        reason="待核实",
    )
    assert builders.codes(refused) == {"E1105"}


def test_who_paid_is_written_once_for_each_claim_and_person(session: Session) -> None:
    ids = payday.ready(session, 2)
    payday.sent(session)
    rows = session.exec(select(ReviewAct).where(ReviewAct.act == "ordered")).all()
    assert sorted((row.claim_id, row.actor) for row in rows) == sorted(
        (claim_id, actor) for claim_id in ids for actor in (payday.BUILDER, payday.CHECKER)
    )


def _acted(session: Session, claim_id: int, did: str, actor: str) -> None:
    session.add(
        ReviewAct(
            city=payday.CITY,
            claim_id=claim_id,
            level=1,
            act=did,
            actor=actor,
            acted_on=payday.APPROVED,
            claim_version=1,
        )
    )
    session.flush()


def _with_bands(who: Act, *bands: str) -> Act:
    key = "payment_approvals"
    value = Value(key, bands, False, "", "", "内控设定", date(2020, 7, 1))
    dated = DatedValues(key=key, means="批准人数", unit="list", values=[value])
    pack = replace(who.pack, dated={**who.pack.dated, key: dated})
    return replace(who, office=replace(who.office, packs={payday.CITY: pack}))
