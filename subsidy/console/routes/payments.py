"""Payment batches: built, approved by another person, sent with the bank's file, read back."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from subsidy.actions.money import (
    approve_batch,
    build_batches,
    dissolve_batch,
    follow_up,
    record_sent_file,
    send_batch,
)
from subsidy.actions.views.payment_views import (
    BatchView,
    batch_page,
    batch_view,
    waiting_for_payment,
)
from subsidy.bank_desk import payment_file, read_answer
from subsidy.console.answers import done_or_refused, download, go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.uploads import shelf_of
from subsidy.console.visits import Entering, NotFoundError, Visit

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
            file = payment_file(sent.order)
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
    with visit.writing() as session:
        read = read_answer(session, act, batch_id=batch_id, content=content, file_name=name)
    if read.booked is None:
        return page(
            visit, "answer.html", 422, row=view.row, booked=None, unanswered=(),
            faults=list(read.refusals),
        )  # fmt: skip
    if not read.booked.done:
        return refused(visit, read.booked.findings, back=f"/payments/{batch_id}")
    return page(
        visit, "answer.html", row=view.row, booked=read.booked, unanswered=read.unanswered,
        faults=list(read.row_faults),
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
