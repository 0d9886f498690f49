"""Sending an approved batch: the claims are ordered, and the order for the bank is put together.

Only here are accounts opened. The order goes straight into the bank's file: it prints nothing of a
payee, is in no log, and is never stored. Asking again for a sent batch gives the same order, so that
a run that was killed before the file was delivered can deliver it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.payment_batch import PAYMENT_BATCH
from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.grounds.outbox_rows import tell_payees
from subsidy.actions.grounds.permits import area_name, city_area, outside_of
from subsidy.actions.grounds.refusals import not_possible, same_person
from subsidy.actions.money.approving import (
    batch_row,
    decided_on_it,
    no_longer_as_built,
    note_payers,
)
from subsidy.actions.money.batches import FINANCE, changed_claims
from subsidy.actions.money.terms import UNIT
from subsidy.actions.providers import read_account
from subsidy.records.moves import NotMoved, move_all, move_subject
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.moment import RowsMovedUnderneathError
from subsidy.records.people import read_field
from subsidy.records.tables import (
    BankFile,
    ClaimProgress,
    NoticeLine,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    Person,
    Provider,
    PublicNotice,
    SubjectHistory,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.masking import tail
from subsidy.rules.verdict import NO_CLAUSE, FactValue, Finding
from subsidy.rules.workdays import next_working_day

PURPOSE = "职业培训补贴"
SENT = ("sent", "partly_settled", "settled")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One transfer. Name and account are in the clear and kept out of every print of the object."""

    line_no: int
    payee: str = field(repr=False)
    account: str = field(repr=False)
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A sent batch as the bank's file needs it. Amounts in fen."""

    batch_id: int
    number: str
    city: str
    fund: str
    payer: str
    payee_kind: str
    channel: str
    made_on: date
    """Day of the sending, also when the order is asked for again: the file stays the same."""
    value_date: date
    purpose: str
    lines: tuple[OrderLine, ...] = field(repr=False)
    total_fen: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending: the order to deliver, or every reason why not."""

    done: bool
    batch_id: int
    order: BankOrder | None = None
    findings: tuple[Finding, ...] = ()
    left: tuple[tuple[int, tuple[str, ...]], ...] = ()
    note: str = ""


def send_batch(
    session: Session, act: Act, *, batch_id: int, value_date: date | None = None
) -> Sent:
    """Order the payment of an approved batch; its claims are `paying` from here on.

    `value_date` is a working day, today or later (without one: the next working day from today) and
    lies after the last day of every claim's notice. A batch that was sent before gives its order
    again as long as no delivered file is on record (`record_sent_file`).
    """
    batch = batch_row(session, batch_id)
    if batch.state in SENT:
        return _again(session, act, batch)
    day = value_date or next_working_day(act.calendar, on_or_after=act.today).on
    faults = _may_send(session, act, batch, day)
    if faults:
        return Sent(False, batch_id, findings=tuple(faults))
    if changed := changed_claims(session, act, batch_id=batch_id):
        refused = no_longer_as_built(act, batch_id, changed)
        return Sent(False, batch_id, findings=tuple(refused.findings), left=tuple(changed))
    _order(session, act, batch, day)
    note_payers(session, act, batch_id)
    batch.value_date, batch.sent_by = day, act.actor
    move_subject(session, chart=PAYMENT_BATCH, row=batch, event="send", moment=act.moment())
    return Sent(True, batch_id, order=_bank_order(session, act, batch))


def record_sent_file(
    session: Session,
    act: Act,
    *,
    batch_id: int,
    name: str,
    sha256: str,
    digest: str,
    lines: int,
    total_fen: int,
) -> Outcome:
    """Put on record that the file of a sent batch was delivered; the same file again changes nothing.

    `digest` is the check sum printed in the file, by which the bank's answer will be known.
    """
    batch = batch_row(session, batch_id)
    if batch.state not in SENT:
        failed = NotMoved(batch_id, "record", batch.state, ())
        return Outcome.refused(
            not_possible(act, failed, machine="payment_batch"), subject_id=batch_id
        )
    known = session.exec(
        select_rows(BankFile).where(
            BankFile.city == act.city, BankFile.direction == "out", BankFile.sha256 == sha256
        )
    ).first()
    if known is not None:
        return Outcome(True, batch_id, note="此前已登记")
    batch.file_hash = digest
    session.add(
        BankFile(
            city=act.city,
            batch_id=batch_id,
            direction="out",
            name=name,
            sha256=sha256,
            lines=lines,
            total_fen=total_fen,
            at=act.recorded_at,
            actor=act.actor,
        )
    )
    tell_payees(session, act, batch_id=batch_id)
    session.flush()
    return Outcome(True, batch_id)


def _again(session: Session, act: Act, batch: PaymentBatch) -> Sent:
    assert batch.id is not None
    delivered = session.exec(
        select_rows(BankFile.id).where(BankFile.batch_id == batch.id, BankFile.direction == "out")
    ).first()
    if delivered is not None:
        return Sent(True, batch.id, note="此前已送出，未再次送出")
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    if faults:
        return Sent(False, batch.id, findings=tuple(faults))
    order = _bank_order(session, act, batch)
    return Sent(True, batch.id, order=order, note="此前已送出但没有送达记录，请送达同一份文件")


def _may_send(session: Session, act: Act, batch: PaymentBatch, day: date) -> list[Finding]:
    assert batch.id is not None
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    if decided_on_it(session, act, batch.id):
        faults.append(same_person(act, step="送出拨付", earlier="审核、异议处理或账户更正"))
    if batch.state != "approved":
        failed = NotMoved(batch.id, "send", batch.state, ())
        faults.append(not_possible(act, failed, machine="payment_batch"))
    wrong = ""
    if day < act.today:
        wrong = "早于今天"
    elif not act.calendar.is_working(day):
        wrong = act.calendar.reason(day)
    if wrong:
        facts: dict[str, FactValue] = {"day": day, "fault": wrong}
        faults.append(act.pack.book.finding("E908", effect="refuse", source=NO_CLAUSE, facts=facts))
    running = _notice_until(session, batch.id)
    if running is not None and running >= day:
        faults.append(
            act.pack.book.finding(
                "E704", effect="refuse", source=NO_CLAUSE, facts={"last_day": running}
            )
        )
    return faults


def _notice_until(session: Session, batch_id: int) -> date | None:
    """Latest last day of the running or closed notices of the batch's claims."""
    return session.exec(
        select_rows(func.max(NoticeLine.last_day))
        .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
        .join(PaymentItem, col(PaymentItem.claim_id) == NoticeLine.claim_id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .where(
            PaymentLine.batch_id == batch_id,
            PaymentItem.status != "dissolved",
            NoticeLine.status != "removed",
            col(PublicNotice.state).in_(("posted", "closed")),
        )
    ).one()


def _order(session: Session, act: Act, batch: PaymentBatch, day: date) -> None:
    """Order every claim of the batch, all or none: a difference means another writer interfered."""
    item, line = table_of(PaymentItem), table_of(PaymentLine).c
    mine = select(line.id).where(line.batch_id == batch.id)
    claims = select(item.c.claim_id).where(item.c.line_id.in_(mine), item.c.status == "built")
    count = session.execute(select(func.count()).select_from(claims.subquery())).scalar_one()
    moved = move_all(
        session,
        event="order",
        scope=Scope((col(ClaimProgress.claim_id).in_(claims),)),
        moment=act.moment(batch.number),
        rules=PackRules(session, act),
    )
    if moved.get("paying", 0) != count:
        raise RowsMovedUnderneathError(
            f"batch {batch.number}: {count} claims, {moved.get('paying', 0)} ordered; send again"
        )
    session.execute(
        update(item)
        .where(item.c.line_id.in_(mine), item.c.status == "built")
        .values(status="ordered", value_date=day)
    )
    session.expire_all()


def _bank_order(session: Session, act: Act, batch: PaymentBatch) -> BankOrder:
    assert batch.id is not None
    assert batch.value_date is not None
    lines = tuple(_lines(session, act, batch))
    return BankOrder(
        batch_id=batch.id,
        number=batch.number,
        city=city_area(session, batch.city).name,
        fund=batch.fund,
        payer=area_name(session, batch.area_id),
        payee_kind=batch.payee_kind,
        channel=batch.channel,
        made_on=_sent_on(session, batch.id) or act.today,
        value_date=batch.value_date,
        purpose=PURPOSE,
        lines=lines,
        total_fen=sum(line.amount_fen for line in lines),
    )


def _sent_on(session: Session, batch_id: int) -> date | None:
    return session.exec(
        select_rows(col(SubjectHistory.effective_on)).where(
            SubjectHistory.machine == PAYMENT_BATCH.name,
            SubjectHistory.subject_id == batch_id,
            SubjectHistory.event == "send",
        )
    ).first()


def _lines(session: Session, act: Act, batch: PaymentBatch) -> Iterator[OrderLine]:
    vault = act.office.vault
    model = Provider if batch.payee_kind == UNIT else Person
    rows = session.execute(
        select(PaymentLine, model)
        .join(model, col(model.id) == col(PaymentLine.payee_id))
        .where(col(PaymentLine.batch_id) == batch.id, col(PaymentLine.amount_fen) > 0)
        .order_by(col(PaymentLine.position))
    ).all()
    for line, paid in rows:
        if isinstance(paid, Provider):
            name, account = paid.account_name or paid.name, read_account(vault, paid)
        else:
            name, account = read_field(vault, paid, "name"), read_field(vault, paid, "account")
        line.account_tail = tail(account)
        reference = f"{batch.number}-{line.position:05d}"
        yield OrderLine(line.position, name, account, line.amount_fen, reference)
    session.flush()
