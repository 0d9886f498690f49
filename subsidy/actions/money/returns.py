"""Reading the bank's answer: what arrived is paid, what came back is returned, the rest is for a person.

Each line is booked once. The same file again, or the same line in a later file, changes nothing. An
answer that contradicts what is booked moves no money: it opens a ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act, PackRules
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.actions.money.answers import (
    PAID,
    TICKETS,
    UNCLEAR_CODE,
    WORDS,
    BookedLine,
    LineAnswer,
    Work,
    sort_answer,
)
from subsidy.actions.money.approving import batch_row
from subsidy.actions.money.batches import FINANCE
from subsidy.actions.money.sending import SENT
from subsidy.actions.money.settling import refresh_state
from subsidy.actions.money.terms import chunks
from subsidy.records.moves import NotMoved, move, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.moment import RowsMovedUnderneathError
from subsidy.records.tables import (
    BankFile,
    ClaimClosed,
    ClaimProgress,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.verdict import NO_CLAUSE, Finding


@dataclass(frozen=True, slots=True)
class SentBatch:
    """What was sent, for checking an answer against it: number, check sum, line → amount in fen."""

    batch_id: int
    number: str
    payee_kind: str
    digest: str
    amounts_fen: dict[int, int]


@dataclass(frozen=True, slots=True)
class Booked:
    """What an answer changed, in claims; `unchanged` lines were booked before."""

    done: bool
    batch_id: int
    state: str = ""
    settled: int = 0
    returned: int = 0
    unclear: int = 0
    unchanged: int = 0
    repeated: bool = False
    """The very file was read before: nothing was done."""
    findings: tuple[Finding, ...] = ()


def sent_batch(session: Session, act: Act, *, batch_id: int) -> SentBatch:
    """What was sent in a batch. Raises LookupError for an unknown one."""
    batch = session.get(PaymentBatch, batch_id)
    if batch is None or batch.city != act.city:
        raise LookupError(f"no payment batch has the id {batch_id}")
    lines = session.exec(
        select_rows(PaymentLine.position, PaymentLine.amount_fen).where(
            PaymentLine.batch_id == batch_id, PaymentLine.amount_fen > 0
        )
    ).all()
    return SentBatch(batch_id, batch.number, batch.payee_kind, batch.file_hash, dict(sorted(lines)))


def read_return(
    session: Session,
    act: Act,
    *,
    batch_id: int,
    answers: Sequence[LineAnswer],
    file_name: str,
    sha256: str,
) -> Booked:
    """Book the bank's answer to a sent batch, whole or not at all.

    paid → the line's claims are paid; a refusal → all its claims are `bank_returned`, each with a
    ticket; unknown, another amount, or a contradiction → a ticket, and the money stays where it is.
    Refused when the batch was not sent or a line number is foreign to it.
    """
    batch = batch_row(session, batch_id)
    known = session.exec(
        select_rows(BankFile.id).where(
            BankFile.city == act.city, BankFile.direction == "back", BankFile.sha256 == sha256
        )
    ).first()
    if known is not None:
        return Booked(True, batch_id, batch.state, repeated=True)
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    lines = _lines(session, batch_id)
    foreign = sorted({a.line_no for a in answers} - set(lines))
    if batch.state not in SENT:
        faults.append(_not_of(act, batch, "批次尚未送出"))
    elif foreign:
        faults.append(_not_of(act, batch, f"没有行号{'、'.join(map(str, foreign[:20]))}"))
    if faults:
        return Booked(False, batch_id, batch.state, findings=tuple(faults))
    booked = _book(session, act, batch, lines, answers)
    total = sum(a.amount_fen or 0 for a in answers if a.outcome == PAID)
    session.add(
        BankFile(
            city=act.city,
            batch_id=batch_id,
            direction="back",
            name=file_name,
            sha256=sha256,
            lines=len(answers),
            total_fen=total,
            at=act.recorded_at,
            actor=act.actor,
        )
    )
    session.flush()
    return booked


def answer_line(
    session: Session, act: Act, *, batch_id: int, answer: LineAnswer, reason: str
) -> Booked:
    """Book what a person cleared with the bank about one line, with the ground for it."""
    batch = batch_row(session, batch_id)
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    lines = _lines(session, batch_id)
    if not reason.strip():
        faults.append(missing(act, "与银行核对的依据"))
    if batch.state not in SENT or answer.line_no not in lines:
        faults.append(_not_of(act, batch, f"没有已送出的行{answer.line_no}"))
    if faults:
        return Booked(False, batch_id, batch.state, findings=tuple(faults))
    return _book(session, act, batch, lines, [answer], note=reason)


def _book(
    session: Session,
    act: Act,
    batch: PaymentBatch,
    lines: dict[int, PaymentLine],
    answers: Sequence[LineAnswer],
    *,
    note: str = "",
) -> Booked:
    assert batch.id is not None
    claims = _claims(session, batch.id)
    work = Work()
    for answer in answers:
        line = lines[answer.line_no]
        books = BookedLine(line.amount_fen, line.result, tuple(claims.get(line.id or 0, ())))
        result = sort_answer(answer, books, work)
        if result != line.result:
            line.result, line.result_on = result, answer.booked_on or act.today
    session.flush()
    _settle(session, act, batch, work.settle, note)
    late = _give_back(session, act, batch, work.give_back, note)
    _ask_a_person(session, act, batch, [*work.unclear, *late])
    refresh_state(session, act, batch)
    return Booked(
        True,
        batch.id,
        batch.state,
        settled=len(work.settle),
        returned=len(work.give_back) - len(late),
        unclear=len(work.unclear) + len(late),
        unchanged=work.unchanged,
    )


def _settle(
    session: Session, act: Act, batch: PaymentBatch, claim_ids: Sequence[int], note: str
) -> None:
    for part in chunks(sorted(claim_ids)):
        moved = move_all(
            session,
            event="settle",
            scope=Scope.claims(part),
            moment=act.moment(note or batch.number),
            rules=PackRules(session, act),
            lock=True,
        )
        if moved.get("paid", 0) != len(part):
            raise RowsMovedUnderneathError(
                f"batch {batch.number}: {len(part)} claims to settle, {moved}; read it again"
            )
        _mark(session, batch, part, PAID)
    for claim_id in _with_ticket(session, claim_ids):
        close_when_mended(session, act, claim_id=claim_id, codes=(UNCLEAR_CODE,))


def _give_back(
    session: Session, act: Act, batch: PaymentBatch, answers: dict[int, str], note: str
) -> list[int]:
    """Return the money of these claims; gives back those whose state does not allow it."""
    moment = act.moment(note or batch.number)
    rules = PackRules(session, act)
    stuck: list[int] = []
    for part in chunks(sorted(answers)):
        late = _closed(session, part)
        move_all(
            session,
            event="bank_return",
            scope=Scope.claims([c for c in part if c not in late]),
            moment=moment,
            rules=rules,
            lock=True,
        )
        for claim_id in sorted(late):
            made = move(session, claim_id=claim_id, event="bank_return", moment=moment, rules=rules)
            if isinstance(made, NotMoved):
                stuck.append(claim_id)
        gone = [claim_id for claim_id in part if claim_id not in stuck]
        _mark(session, batch, gone, "returned")
        for claim_id in gone:
            _open_return(session, act, batch, claim_id, answers[claim_id])
    return stuck


def _open_return(
    session: Session, act: Act, batch: PaymentBatch, claim_id: int, answer: str
) -> None:
    close_when_mended(session, act, claim_id=claim_id, codes=(UNCLEAR_CODE,))
    facts = {"batch": batch.number, "reason": WORDS.get(answer, "")}
    open_ticket(session, act, code=TICKETS[answer], claim_id=claim_id, facts=facts)


def _ask_a_person(
    session: Session, act: Act, batch: PaymentBatch, claim_ids: Sequence[int]
) -> None:
    for claim_id in claim_ids:
        open_ticket(
            session, act, code=UNCLEAR_CODE, claim_id=claim_id, facts={"batch": batch.number}
        )


def _mark(session: Session, batch: PaymentBatch, claim_ids: Sequence[int], status: str) -> None:
    item, line = table_of(PaymentItem), table_of(PaymentLine).c
    mine = select(line.id).where(line.batch_id == batch.id)
    session.execute(
        update(item)
        .where(
            item.c.line_id.in_(mine),
            item.c.claim_id.in_(list(claim_ids)),
            item.c.status.in_(("ordered", PAID)),
        )
        .values(status=status)
    )


def _lines(session: Session, batch_id: int) -> dict[int, PaymentLine]:
    rows = session.exec(
        select_rows(PaymentLine)
        .where(PaymentLine.batch_id == batch_id, PaymentLine.amount_fen > 0)
        .execution_options(populate_existing=True)
    )
    return {line.position: line for line in rows.all()}


def _claims(session: Session, batch_id: int) -> dict[int, list[int]]:
    """Line id → claims of its items that were not taken out before it was sent."""
    rows = session.exec(
        select_rows(PaymentItem.line_id, PaymentItem.claim_id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .where(PaymentLine.batch_id == batch_id, PaymentItem.status != "dissolved")
        .order_by(col(PaymentItem.claim_id))
    )
    found: dict[int, list[int]] = {}
    for line_id, claim_id in rows.all():
        found.setdefault(line_id, []).append(claim_id)
    return found


def _closed(session: Session, claim_ids: Sequence[int]) -> set[int]:
    rows = session.exec(
        select_rows(ClaimClosed.claim_id).where(col(ClaimClosed.claim_id).in_(claim_ids))
    )
    recovering = session.exec(
        select_rows(ClaimProgress.claim_id).where(
            col(ClaimProgress.claim_id).in_(claim_ids), ClaimProgress.state != "paying"
        )
    )
    return {*rows.all(), *recovering.all()}


def _with_ticket(session: Session, claim_ids: Iterable[int]) -> list[int]:
    """Paid claims that an unclear answer had stopped before."""
    ids = list(claim_ids)
    return [
        claim_id
        for part in chunks(ids)
        for claim_id in session.exec(
            select_rows(ClaimClosed.claim_id).where(
                col(ClaimClosed.claim_id).in_(part), ClaimClosed.blocks > 0
            )
        ).all()
    ]


def _not_of(act: Act, batch: PaymentBatch, fault: str) -> Finding:
    return act.pack.book.finding(
        "E806",
        effect="refuse",
        source=NO_CLAUSE,
        facts={"batch": batch.number, "fault": fault},
    )
