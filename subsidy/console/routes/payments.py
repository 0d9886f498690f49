"""Payment batches: built, approved by another person, sent with the bank's file, read back."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from subsidy.actions.money import (
    BankOrder,
    LineAnswer,
    SentBatch,
    approve_batch,
    build_batches,
    dissolve_batch,
    follow_up,
    read_return,
    record_sent_file,
    send_batch,
    sent_batch,
)
from subsidy.actions.views.payment_views import (
    BatchView,
    batch_page,
    batch_view,
    waiting_for_payment,
)
from subsidy.console.answers import done_or_refused, download, go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.uploads import shelf_of
from subsidy.console.visits import Entering, NotFoundError, Visit
from subsidy.papers.bank_file import Batch, Expected, PaymentLine, bank_layout, write
from subsidy.papers.bank_file import read_return as read_answer

doors = Doors()
OFFICE = "office"
"""Bank files on the shelf belong to the office that pays, not to one person."""


@doors.get("/payments", "payments.list")
def show_list(visit: Entering) -> Response:
    """Batches of the caller's offices, and what waits to be paid."""
    after = visit.query.get("after", "")
    with visit.reading() as session:
        rows, more = batch_page(
            session,
            city=visit.city,
            areas=visit.areas,
            after=int(after) if after.isdigit() else None,
        )
        waiting, waiting_fen = waiting_for_payment(session, city=visit.city, areas=visit.areas)
    return page(
        visit,
        "payments.html",
        rows=rows,
        waiting=waiting,
        waiting_fen=waiting_fen,
        query=visit.query,
        may_build=visit.may("payments.build"),
        first_page="/payments",
        next_page=link("/payments", after=more) if more else "",
    )


@doors.post("/payments", "payments.build")
def build(visit: Entering) -> Response:
    """Put the payable claims into batches; what cannot be paid is listed with its reasons."""
    with visit.writing() as session:
        built = build_batches(session, visit.act())
    if not built.done:
        return refused(visit, built.findings, back="/payments", left=built.left)
    return page(visit, "built.html", built=built)


@doors.get("/payments/{batch_id}", "payments.list")
def show_one(visit: Entering, batch_id: int) -> Response:
    """One batch with lines, claims and files."""
    view = _batch(visit, batch_id)
    area_id, state = view.row.area_id, view.row.state
    return page(
        visit,
        "payment.html",
        view=view,
        row=view.row,
        may_approve=visit.may("payments.approve", area_id=area_id) and state == "built",
        may_dissolve=visit.may("payments.build", area_id=area_id)
        and state in ("built", "approved"),
        may_send=visit.may("payments.send", area_id=area_id)
        and (state == "approved" or (state == "sent" and not view.files)),
        may_file=visit.may("payments.file", area_id=area_id) and shelf_of(visit).has(_token(view)),
        may_read=visit.may("payments.read_back", area_id=area_id)
        and state in ("sent", "partly_settled", "settled"),
        may_follow=visit.may("payments.build", area_id=area_id) and state == "partly_settled",
    )


@doors.post("/payments/{batch_id}/approve", "payments.approve")
def approve(visit: Entering, batch_id: int) -> Response:
    """Approve the batch as somebody who neither built it nor decided on its claims."""
    view = _batch(visit, batch_id)
    with visit.writing() as session:
        outcome = approve_batch(session, visit.act(area_id=view.row.area_id), batch_id=batch_id)
    return done_or_refused(
        visit, outcome, to=f"/payments/{batch_id}", note=visit.say(N_("The batch is approved."))
    )


@doors.post("/payments/{batch_id}/dissolve", "payments.build")
def dissolve(visit: Entering, batch_id: int) -> Response:
    """Give up a batch that is not sent."""
    view = _batch(visit, batch_id)
    with visit.writing() as session:
        outcome = dissolve_batch(
            session,
            visit.act(area_id=view.row.area_id),
            batch_id=batch_id,
            reason=visit.text("reason"),
        )
    return done_or_refused(
        visit, outcome, to=f"/payments/{batch_id}", note=visit.say(N_("The batch is dissolved."))
    )


@doors.post("/payments/{batch_id}/send", "payments.send")
def send(visit: Entering, batch_id: int) -> Response:
    """Order the payment and make the bank's file, which is kept sealed for download."""
    view = _batch(visit, batch_id)
    act = visit.act(area_id=view.row.area_id)
    with visit.writing() as session:
        sent = send_batch(
            session, act, batch_id=batch_id, value_date=visit.day_or_none("value_date")
        )
        if sent.done and sent.order is not None:
            file = write(
                _lines(sent.order),
                layout=bank_layout(_layout(sent.order.payee_kind)),
                batch=_cover(sent.order, visit),
            )
            shelf_of(visit).put(_token(view), owner=OFFICE, name=file.name, content=file.content)
            record_sent_file(
                session,
                act,
                batch_id=batch_id,
                name=file.name,
                sha256=hashlib.sha256(file.content).hexdigest(),
                digest=file.digest,
                lines=file.count,
                total_fen=file.total_fen,
            )
    if not sent.done:
        return refused(visit, sent.findings, back=f"/payments/{batch_id}", left=sent.left)
    return go(
        visit,
        f"/payments/{batch_id}",
        sent.note or visit.say(N_("Ordered. Download the file and hand it to the bank.")),
    )


@doors.get("/payments/{batch_id}/file", "payments.file")
def bank_file(visit: Entering, batch_id: int) -> Response:
    """The file for the bank; holds accounts in the clear."""
    view = _batch(visit, batch_id)
    found = shelf_of(visit).get(_token(view), owner=OFFICE)
    if found is None:
        raise NotFoundError
    return download(*found)


@doors.post("/payments/{batch_id}/answer", "payments.read_back")
def answer(visit: Entering, batch_id: int) -> Response:
    """Book the bank's answer, whole or not at all."""
    view = _batch(visit, batch_id)
    act = visit.act(area_id=view.row.area_id)
    name, content = visit.file("file")
    with visit.reading() as session:
        expected = sent_batch(session, act, batch_id=batch_id)
    read = read_answer(
        content, layout=bank_layout(_layout(view.row.payee_kind)), expected=_expected(expected)
    )
    if not read.ok:
        return page(
            visit, "answer.html", 422, row=view.row, booked=None, unanswered=(),
            faults=[fault.message_zh for fault in read.refusals],
        )  # fmt: skip
    answers = [
        LineAnswer(line.line_no, line.outcome.value, line.amount_fen, line.booked_on)
        for line in read.results
    ]
    with visit.writing() as session:
        booked = read_return(
            session,
            act,
            batch_id=batch_id,
            answers=answers,
            file_name=name,
            sha256=hashlib.sha256(content).hexdigest(),
        )
    if not booked.done:
        return refused(visit, booked.findings, back=f"/payments/{batch_id}")
    faults = [fault.message_zh for fault in read.row_faults]
    return page(
        visit, "answer.html", row=view.row, booked=booked, unanswered=read.unanswered,
        faults=faults,
    )  # fmt: skip


@doors.post("/payments/{batch_id}/follow", "payments.build")
def follow(visit: Entering, batch_id: int) -> Response:
    """Pay again what came back and is mended."""
    view = _batch(visit, batch_id)
    with visit.writing() as session:
        built = follow_up(session, visit.act(area_id=view.row.area_id), batch_id=batch_id)
    if not built.done:
        return refused(visit, built.findings, back=f"/payments/{batch_id}", left=built.left)
    return page(visit, "built.html", built=built)


def _batch(visit: Visit, batch_id: int) -> BatchView:
    with visit.reading() as session:
        found = batch_view(session, city=visit.city, batch_id=batch_id)
    if found is None:
        raise NotFoundError
    visit.need_area(found.row.area_id)
    return found


def _token(view: BatchView) -> str:
    return f"bank-{view.row.id}"


def _layout(payee_kind: str) -> str:
    return "persons" if payee_kind == "person" else "units"


def _lines(order: BankOrder) -> list[PaymentLine]:
    return [
        PaymentLine(
            line.line_no, line.payee, line.account, "", line.amount_fen, order.purpose,
            line.reference,
        )
        for line in order.lines
    ]  # fmt: skip


def _cover(order: BankOrder, visit: Visit) -> Batch:
    return Batch(order.number, order.city, order.fund, order.payer, visit.today)


def _expected(sent: SentBatch) -> Expected:
    return Expected(sent.number, sent.digest, sent.amounts_fen)
