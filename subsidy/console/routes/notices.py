"""Notices in the office: prepared, posted, objections decided."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import (
    decide_objection,
    file_objection,
    post_notice,
    prepare_notice,
    read_objection,
)
from subsidy.actions.views.notice_views import (
    NoticeRow,
    lines_of,
    notice_of,
    notice_page,
    objections_of,
    waiting_for_notice,
)
from subsidy.console.answers import done_or_refused, go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.routes.overview import document_titles, track_titles
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors()


@doors.get("/notices", "notices.list")
def show_list(visit: Entering) -> Response:
    """Notices of the caller's areas, and what waits to be put on one."""
    after = visit.query.get("after", "")
    with visit.reading() as session:
        rows, more = notice_page(
            session,
            city=visit.city,
            areas=visit.areas,
            after=int(after) if after.isdigit() else None,
        )
        waiting = waiting_for_notice(session, city=visit.city, areas=visit.areas)
    names = {area.id: area.name for area in visit.all_areas}
    offices = [area for area in visit.all_areas if area.id in visit.areas]
    return page(
        visit,
        "notices.html",
        rows=rows,
        waiting=[(names.get(area, ""), track, count) for area, track, count in waiting],
        offices=[(area.id, area.name) for area in offices],
        tracks=track_titles(visit),
        query=visit.query,
        may_prepare=visit.may("notices.prepare"),
        first_page="/notices",
        next_page=link("/notices", after=more) if more else "",
    )


@doors.post("/notices", "notices.prepare")
def prepare(visit: Entering) -> Response:
    """Write down the exact list of one office and track; nothing moves before it is posted."""
    area_id = visit.whole("area_id")
    visit.need_area(area_id)
    with visit.writing() as session:
        outcome = prepare_notice(
            session,
            visit.act(area_id=area_id),
            area_id=area_id,
            track=visit.text("track", needed=True),
            kind="result" if visit.text("kind") == "result" else "grant",
            office=visit.text("office"),
            contact=visit.text("contact"),
        )
    return done_or_refused(
        visit,
        outcome,
        to=f"/notices/{outcome.subject_id}",
        note=visit.say(N_("The list is prepared; check it before it is posted.")),
    )


@doors.get("/notices/{notice_id}", "notices.list")
def show_one(visit: Entering, notice_id: int) -> Response:
    """One notice with its lines and objections; prints as the notice itself."""
    notice = _notice(visit, notice_id)
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice_id)
        objections = objections_of(session, notice_id=notice_id)
    return page(
        visit,
        "notice.html",
        notice=notice,
        lines=lines,
        objections=objections,
        documents=document_titles(visit),
        may_post=visit.may("notices.post", area_id=notice.area_id) and notice.state == "prepared",
        may_file=visit.may("objections.file", area_id=notice.area_id) and notice.state == "posted",
        may_decide=visit.may("objections.decide", area_id=notice.area_id),
        public=False,
    )


@doors.post("/notices/{notice_id}/post", "notices.post")
def post(visit: Entering, notice_id: int) -> Response:
    """Post the list today: its days begin, its claims are on notice."""
    notice = _notice(visit, notice_id)
    with visit.writing() as session:
        outcome = post_notice(session, visit.act(area_id=notice.area_id), notice_id=notice_id)
    return done_or_refused(
        visit, outcome, to=f"/notices/{notice_id}", note=visit.say(N_("The notice is posted."))
    )


@doors.post("/notices/{notice_id}/objections", "objections.file")
def object_at_counter(visit: Entering, notice_id: int) -> Response:
    """Receive an objection at the counter."""
    notice = _notice(visit, notice_id)
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
    return go(visit, f"/notices/{notice_id}", told)


@doors.post("/notices/{notice_id}/objections/{objection_id}/read", "objections.decide")
def read(visit: Entering, notice_id: int, objection_id: int) -> Response:
    """Open the objector's words: logged with the reason."""
    notice = _notice(visit, notice_id)
    _objection_of(visit, notice_id, objection_id)
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
    notice = _notice(visit, notice_id)
    _objection_of(visit, notice_id, objection_id)
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


def _notice(visit: Visit, notice_id: int) -> NoticeRow:
    with visit.reading() as session:
        found = notice_of(session, city=visit.city, notice_id=notice_id)
    if found is None:
        raise NotFoundError
    visit.need_area(found.area_id)
    return found


def _objection_of(visit: Visit, notice_id: int, objection_id: int) -> None:
    with visit.reading() as session:
        known = {o.id for o in objections_of(session, notice_id=notice_id)}
    if objection_id not in known:
        raise NotFoundError
