"""Notices with their lists for everybody, and the forms for an objection and what became of it."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import file_objection, objection_progress
from subsidy.actions.views.notice_papers import versions_of
from subsidy.actions.views.notice_views import (
    ON_SHOW,
    PAST,
    LineRow,
    NoticeRow,
    lines_of,
    notice_page,
)
from subsidy.actions.views.project_views import projects
from subsidy.console.answers import page, refused
from subsidy.console.doors import Doors
from subsidy.console.notices.papers import paper_answer, sheet_answer
from subsidy.console.notices.reach import shown_notice
from subsidy.console.pages import link
from subsidy.console.routes.overview import document_titles, track_titles
from subsidy.console.throttle import LOOK_UP_BY_ADDRESS, OBJECT
from subsidy.console.visits import Entering, NotFoundError, Visit
from subsidy.rules.masking.notices import Masking, sheet_is_public

doors = Doors("/public")


@doors.get("", "public.notices")
def show_list(visit: Entering) -> Response:
    """Notices on show first, then those that were; `number` looks for one."""
    after, number = visit.query.get("after", ""), visit.query.get("number", "")[:40]
    with visit.reading() as session:
        current, _ = notice_page(session, city=visit.city, states=ON_SHOW, number=number)
        past, more = notice_page(
            session,
            city=visit.city,
            states=PAST,
            number=number,
            after=int(after) if after.isdigit() else None,
        )
    return page(
        visit,
        "public_notices.html",
        current=current,
        past=past,
        number=number,
        query=visit.query,
        first_page=link("/public", number=number or None),
        next_page=link("/public", number=number or None, after=more) if more else "",
    )


@doors.get("/notices/{notice_id}", "public.notices")
def show_one(visit: Entering, notice_id: int) -> Response:
    """One notice as it hangs out: office, days, the masked list, the versions of the list."""
    notice = shown_notice(visit, notice_id)
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice_id, removed=False)
        versions = versions_of(session, notice_id=notice_id)
    return page(
        visit,
        "public_notice.html",
        notice=notice,
        lines=lines,
        versions=versions,
        masking=Masking.read(notice.masking).words,
        documents=document_titles(visit),
        open_lines={line.claim_id for line in lines if _open(visit, notice, line)},
        sheet=sheet_is_public(visit.desk.office.packs[visit.city], on=visit.today),
    )


@doors.get("/notices/{notice_id}/print", "public.notices")
def paper(visit: Entering, notice_id: int) -> Response:
    """The notice for A4 paper."""
    return paper_answer(visit, shown_notice(visit, notice_id), public=True)


@doors.get("/notices/{notice_id}/sheet", "public.notices")
def sheet(visit: Entering, notice_id: int) -> Response:
    """The list as a spreadsheet, where the city's pack gives it to the public."""
    notice = shown_notice(visit, notice_id)
    if not sheet_is_public(visit.desk.office.packs[visit.city], on=visit.today):
        raise NotFoundError
    return sheet_answer(visit, notice, public=True)


@doors.get("/notices/{notice_id}/object/{claim_id}", "public.object")
def ask(visit: Entering, notice_id: int, claim_id: int) -> Response:
    """The form of an objection to one line."""
    notice = shown_notice(visit, notice_id)
    line = _line(visit, notice, claim_id)
    is_open = _open(visit, notice, line)
    return page(visit, "public_object.html", notice=notice, line=line, is_open=is_open)


@doors.post("/notices/{notice_id}/object/{claim_id}", "public.object")
def hand_in(visit: Entering, notice_id: int, claim_id: int) -> Response:
    """Receive an objection and give its receipt."""
    notice = shown_notice(visit, notice_id)
    line = _line(visit, notice, claim_id)
    visit.within("object", OBJECT)
    with visit.writing() as session:
        got = file_objection(
            session,
            visit.act(),
            notice_id=notice_id,
            claim_id=claim_id,
            words=visit.text("words"),
            contact=visit.text("contact")[:120],
            channel="page",
        )
    if not got.done:
        return refused(visit, got.findings, back=f"/public/notices/{notice_id}")
    return page(
        visit, "objection_receipt.html", notice=notice, line=line, receipt=got.receipt,
        received_at=visit.now, settle_by=got.settle_by, public=True,
    )  # fmt: skip


@doors.get("/objection", "public.object")
def ask_progress(visit: Entering) -> Response:
    """The form for asking what became of an objection."""
    return page(visit, "public_objection.html", progress=None, asked="")


@doors.post("/objection", "public.object")
def progress(visit: Entering) -> Response:
    """What became of an objection, for the holder of its receipt."""
    visit.within("receipt", LOOK_UP_BY_ADDRESS)
    receipt = visit.text("receipt")[:60].upper()
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


def _open(visit: Visit, notice: NoticeRow, line: LineRow) -> bool:
    """Whether an objection to the line is in time: each line has its own last day."""
    return notice.state == "posted" and line.last_day >= visit.today


def _line(visit: Visit, notice: NoticeRow, claim_id: int) -> LineRow:
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice.id, removed=False)
    for line in lines:
        if line.claim_id == claim_id:
            return line
    raise NotFoundError
