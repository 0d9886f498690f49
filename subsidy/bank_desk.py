"""Between the books and the bank: the order becomes a file and is delivered, the answer is read back.

The console, the flows and the commands come here. It stands above the actions, which know no files, and
the papers, which know no database. A run that was killed is simply run again: an order that was not put
on record as delivered gives the same bytes, and a file that lies in the folder is not dropped twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from subsidy.actions import money
from subsidy.actions.acting import Act
from subsidy.papers import bank_file
from subsidy.papers.bank_file.payment import Format
from subsidy.records.database import Database
from subsidy.records.tables import PaymentBatch
from subsidy.senders.bank_folder import BankFolder
from subsidy.senders.envelope import Attachment, Envelope

LAYOUTS = {"unit": "units", "person": "persons"}
"""Payee kind → layout under config/bank."""


@dataclass(frozen=True)
class Delivered:
    """What became of sending one batch. `file_name` is empty where nothing was delivered now."""

    sent: money.Sent
    file_name: str = ""
    count: int = 0
    total_fen: int = 0


@dataclass(frozen=True)
class Answered:
    """What became of a return file: refused by the reader (in Chinese), or booked."""

    batch_number: str
    refusals: tuple[str, ...] = ()
    booked: money.Booked | None = None
    unanswered: tuple[int, ...] = ()
    """Lines sent and not in the file."""
    row_faults: tuple[str, ...] = ()
    """Rows of the file that could not be read; the rest was booked."""


def payment_file(order: money.BankOrder, *, file_format: Format = "xlsx") -> bank_file.PaymentFile:
    """Write the order in the layout of its payees; the same order always gives the same bytes.

    Raises BankFileError naming the lines that the bank would not take: drop their claims.
    """
    return bank_file.write(
        [
            bank_file.PaymentLine(
                line_no=line.line_no,
                payee=line.payee,
                account=line.account,
                bank="",
                amount_fen=line.amount_fen,
                purpose=order.purpose,
                reference=line.reference,
            )
            for line in order.lines
        ],
        layout=bank_file.bank_layout(LAYOUTS[order.payee_kind]),
        batch=bank_file.Batch(
            batch_number=order.number,
            city=order.city,
            fund=order.fund,
            payer=order.payer,
            made_on=order.made_on,
        ),
        file_format=file_format,
    )


def send_to_bank(database: Database, act: Act, *, batch_id: int, folder: Path) -> Delivered:
    """Send an approved batch and drop its file into the bank's folder, in two transactions.

    First the claims are ordered; then the file is delivered and put on record. Killed in between, the
    next call delivers the same file. Raises BankFileError, with nothing changed, for lines that cannot
    be written, and the senders' failures when the folder cannot be used.
    """
    with database.transaction() as session:
        sent = money.send_batch(session, act, batch_id=batch_id)
        # Written before the commit: a batch that no file can carry must not be sent.
        file = payment_file(sent.order) if sent.order is not None else None
    if file is None or sent.order is None:
        return Delivered(sent)
    BankFolder(folder).send(
        Envelope(
            city=act.city,
            outbox_id=sent.order.number,
            template="payment_file",
            created_at=act.recorded_at,
            attachments=(Attachment(file.name, file.content, file.media_type),),
        )
    )
    with database.transaction() as session:
        money.record_sent_file(
            session,
            act,
            batch_id=batch_id,
            name=file.name,
            sha256=hashlib.sha256(file.content).hexdigest(),
            digest=file.digest,
            lines=file.count,
            total_fen=file.total_fen,
        )
    return Delivered(sent, file.name, file.count, file.total_fen)


def city_of_batch(session: Session, *, batch_id: int) -> str:
    """The city of a batch. Raises LookupError for an unknown one."""
    city = session.exec(select(PaymentBatch.city).where(PaymentBatch.id == batch_id)).first()
    if city is None:
        raise LookupError(f"no payment batch has the id {batch_id}")
    return city


def batch_of_answer(session: Session, act: Act, *, content: bytes) -> int | None:
    """Find the sent batch that a return file names on its cover; None if it names none of the city."""
    for name in LAYOUTS.values():
        told = bank_file.read_return(content, layout=bank_file.bank_layout(name))
        if told.batch_number:
            found = session.exec(
                select(PaymentBatch.id).where(
                    PaymentBatch.city == act.city, PaymentBatch.number == told.batch_number
                )
            ).first()
            if found is not None:
                return found
    return None


def read_answer(
    session: Session, act: Act, *, batch_id: int, content: bytes, file_name: str
) -> Answered:
    """Check a return file against what was sent and book it, whole or not at all."""
    known = money.sent_batch(session, act, batch_id=batch_id)
    answer = bank_file.read_return(
        content,
        layout=bank_file.bank_layout(LAYOUTS[known.payee_kind]),
        expected=bank_file.Expected(known.number, known.digest, known.amounts_fen),
    )
    if not answer.ok:
        return Answered(known.number, tuple(fault.message_zh for fault in answer.refusals))
    booked = money.read_return(
        session,
        act,
        batch_id=batch_id,
        answers=[
            money.LineAnswer(line.line_no, str(line.outcome), line.amount_fen, line.booked_on)
            for line in answer.results
        ],
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return Answered(
        known.number,
        booked=booked,
        unanswered=answer.unanswered,
        row_faults=tuple(fault.message_zh for fault in answer.row_faults),
    )
