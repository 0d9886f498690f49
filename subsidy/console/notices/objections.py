"""Objections in the office: received at the counter, read with a reason, decided."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import decide_objection, file_objection, read_objection
from subsidy.actions.views.notice_views import lines_of
from subsidy.console.answers import done_or_refused, go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.notices.reach import objection_to, own_notice
from subsidy.console.visits import Entering, FieldError, NotFoundError

doors = Doors()


@doors.post("/notices/{notice_id}/objections", "objections.file")
def object_at_counter(visit: Entering, notice_id: int) -> Response:
    """Receive an objection at the counter; its receipt is ready to print."""
    notice = own_notice(visit, notice_id)
    with visit.writing() as session:
        got = file_objection(
            session,
            visit.act(area_id=notice.area_id),
            notice_id=notice_id,
            claim_id=visit.whole("claim_id"),
            words=visit.text("words"),
            contact=visit.text("contact"),
            channel="counter",
        )
    if not got.done:
        return refused(visit, got.findings, back=f"/notices/{notice_id}")
    told = f"{visit.say(N_('Received under the number'))} {got.receipt}"
    return go(visit, f"/notices/{notice_id}/objections/{got.objection_id}/receipt", told)


@doors.get("/notices/{notice_id}/objections/{objection_id}/receipt", "notices.list")
def receipt(visit: Entering, notice_id: int, objection_id: int) -> Response:
    """The receipt of an objection, to print for whoever handed it in."""
    notice = own_notice(visit, notice_id)
    row = objection_to(visit, notice_id, objection_id)
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice_id)
    line = next((each for each in lines if each.claim_id == row.claim_id), None)
    if line is None:
        raise NotFoundError
    return page(
        visit, "objection_receipt.html", notice=notice, line=line, receipt=row.receipt,
        received_at=row.received_at, settle_by=row.settle_by, public=False,
    )  # fmt: skip


@doors.post("/notices/{notice_id}/objections/{objection_id}/read", "objections.decide")
def read(visit: Entering, notice_id: int, objection_id: int) -> Response:
    """Open the objector's words: logged with the reason."""
    notice = own_notice(visit, notice_id)
    objection_to(visit, notice_id, objection_id)
    reason = visit.text("reason", needed=True)
    with visit.writing() as session:
        words, contact = read_objection(
            session, visit.act(area_id=notice.area_id), objection_id=objection_id, reason=reason
        )
    return page(
        visit, "objection.html", notice=notice, objection_id=objection_id, words=words,
        contact=contact, reason=reason,
    )  # fmt: skip


@doors.post("/notices/{notice_id}/objections/{objection_id}", "objections.decide")
def decide(visit: Entering, notice_id: int, objection_id: int) -> Response:
    """Decide an objection with reasons."""
    notice = own_notice(visit, notice_id)
    objection_to(visit, notice_id, objection_id)
    answer = visit.text("outcome")
    if answer not in ("upheld", "review", "refused"):
        raise FieldError("outcome", N_("choose one of the answers"))
    with visit.writing() as session:
        outcome = decide_objection(
            session,
            visit.act(area_id=notice.area_id),
            objection_id=objection_id,
            outcome=answer,  # type: ignore[arg-type]
            reasons=visit.text("reasons"),
        )
    return done_or_refused(
        visit, outcome, to=f"/notices/{notice_id}", note=visit.say(N_("The objection is decided."))
    )
