"""Notices with their lists and the form for an objection, and the catalogue."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import file_objection, objection_progress
from subsidy.actions.views.notice_views import NoticeRow, lines_of, notice_of, notice_page
from subsidy.actions.views.project_views import projects
from subsidy.console.answers import page, refused
from subsidy.console.doors import Doors
from subsidy.console.pages import link
from subsidy.console.routes.overview import document_titles, track_titles
from subsidy.console.throttle import LOOK_UP_BY_ADDRESS, OBJECT
from subsidy.console.visits import Entering, NotFoundError, TooManyTriesError, Visit

doors = Doors("/public")


@doors.get("", "public.notices")
def show_list(visit: Entering) -> Response:
    """Notices that are or were on show."""
    after = visit.query.get("after", "")
    with visit.reading() as session:
        rows, more = notice_page(
            session,
            city=visit.city,
            public=True,
            after=int(after) if after.isdigit() else None,
        )
    return page(
        visit,
        "public_notices.html",
        rows=rows,
        query=visit.query,
        first_page="/public",
        next_page=link("/public", after=more) if more else "",
    )


@doors.get("/notices/{notice_id}", "public.notices")
def show_one(visit: Entering, notice_id: int) -> Response:
    """One notice as it hangs out: office, days, the masked list."""
    notice = _notice(visit, notice_id)
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice_id, removed=False)
    return page(
        visit,
        "public_notice.html",
        notice=notice,
        lines=lines,
        documents=document_titles(visit),
        may_object=_open(visit, notice),
    )


@doors.get("/notices/{notice_id}/object/{claim_id}", "public.object")
def ask(visit: Entering, notice_id: int, claim_id: int) -> Response:
    """The form of an objection to one line."""
    notice = _notice(visit, notice_id)
    return page(visit, "public_object.html", notice=notice, line=_line(visit, notice, claim_id))


@doors.post("/notices/{notice_id}/object/{claim_id}", "public.object")
def hand_in(visit: Entering, notice_id: int, claim_id: int) -> Response:
    """Receive an objection and give its receipt."""
    notice = _notice(visit, notice_id)
    _line(visit, notice, claim_id)
    if not visit.desk.throttle.allows("object", visit.address, OBJECT):
        raise TooManyTriesError
    with visit.writing() as session:
        got = file_objection(
            session,
            visit.act(),
            notice_id=notice_id,
            claim_id=claim_id,
            words=visit.text("words"),
            contact=visit.text("contact"),
            channel="page",
        )
    if not got.done:
        return refused(visit, got.findings, back=f"/public/notices/{notice_id}")
    return page(visit, "public_receipt.html", receipt=got.receipt, notice=notice)


@doors.get("/objection", "public.object")
def ask_progress(visit: Entering) -> Response:
    """The form for asking what became of an objection."""
    return page(visit, "public_objection.html", progress=None, asked="")


@doors.post("/objection", "public.object")
def progress(visit: Entering) -> Response:
    """What became of an objection, for the holder of its receipt."""
    if not visit.desk.throttle.allows("receipt", visit.address, LOOK_UP_BY_ADDRESS):
        raise TooManyTriesError
    receipt = visit.text("receipt")[:60]
    with visit.reading() as session:
        found = objection_progress(session, visit.act(), receipt=receipt)
    return page(
        visit, "public_objection.html", 200 if found else 404, progress=found, asked=receipt
    )


@doors.get("/catalogue", "public.catalogue")
def catalogue(visit: Entering) -> Response:
    """The projects in the catalogue today."""
    with visit.reading() as session:
        rows = projects(session, city=visit.city, listed_on=visit.today)
    return page(visit, "public_catalogue.html", rows=rows, tracks=track_titles(visit))


def _notice(visit: Visit, notice_id: int) -> NoticeRow:
    with visit.reading() as session:
        found = notice_of(session, city=visit.city, notice_id=notice_id, public=True)
    if found is None:
        raise NotFoundError
    return found


def _open(visit: Visit, notice: NoticeRow) -> bool:
    return notice.state == "posted" and (notice.last_day or visit.today) >= visit.today


def _line(visit: Visit, notice: NoticeRow, claim_id: int) -> object:
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice.id, removed=False)
    for line in lines:
        if line.claim_id == claim_id:
            return line
    raise NotFoundError
