"""The paper and the spreadsheet of a notice, and pictures of where it hung, for the office."""

from __future__ import annotations

import secrets

from starlette.responses import HTMLResponse, Response

from subsidy.actions.notices import record_place
from subsidy.actions.views.notice_papers import places_of
from subsidy.actions.views.notice_views import NoticeRow
from subsidy.console.answers import done_or_refused, download, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.notices.reach import own_notice
from subsidy.console.visits import Entering, NotFoundError, Visit
from subsidy.notice_desk import (
    LARGEST_EVIDENCE,
    MEDIA,
    Evidence,
    EvidenceError,
    NotPostedError,
    evidence_folder,
    kind_of,
    printed,
    spreadsheet,
)
from subsidy.rules.verdict import NO_CLAUSE

doors = Doors()


@doors.get("/notices/{notice_id}/print", "notices.list")
def paper(visit: Entering, notice_id: int) -> Response:
    """The notice for A4 paper, as it was posted."""
    return paper_answer(visit, own_notice(visit, notice_id))


@doors.get("/notices/{notice_id}/sheet", "notices.list")
def sheet(visit: Entering, notice_id: int) -> Response:
    """Exactly the listed lines as a spreadsheet."""
    return sheet_answer(visit, own_notice(visit, notice_id))


@doors.post("/notices/{notice_id}/places", "notices.place")
def put_up(visit: Entering, notice_id: int) -> Response:
    """Enter where the notice also hangs out, with a picture or scan if there is one."""
    notice = own_notice(visit, notice_id)
    act = visit.act(area_id=notice.area_id)
    name, kept = "", ""
    if getattr(visit.form.get("file"), "filename", ""):
        name, content = visit.file("file")
        try:
            kept = _evidence(visit).keep(content)
        except EvidenceError:
            facts = {"mb": LARGEST_EVIDENCE // 1024**2}
            fault = act.pack.book.finding("E708", effect="refuse", source=NO_CLAUSE, facts=facts)
            return refused(visit, [fault], back=f"/notices/{notice_id}")
    with visit.writing() as session:
        outcome = record_place(
            session,
            act,
            notice_id=notice_id,
            place=visit.text("place"),
            url=visit.text("url"),
            put_up_on=visit.day("put_up_on"),
            file_name=name,
            file_hash=kept,
        )
    return done_or_refused(
        visit, outcome, to=f"/notices/{notice_id}", note=visit.say(N_("The place is entered."))
    )


@doors.get("/notices/{notice_id}/places/{token}", "notices.list")
def picture(visit: Entering, notice_id: int, token: str) -> Response:
    """The picture or scan of a place, to keep; only one that was entered for this notice."""
    own_notice(visit, notice_id)
    with visit.reading() as session:
        known = {row.file_hash: row.file_name for row in places_of(session, notice_id=notice_id)}
    content = _evidence(visit).read(token) if token in known else None
    if not token or content is None:
        raise NotFoundError
    return download(known[token], content, kind=MEDIA.get(kind_of(content), ""))


def paper_answer(visit: Visit, notice: NoticeRow, *, public: bool = False) -> Response:
    """The printed notice with its own styles allowed. Raises NotFoundError before the posting."""
    nonce = secrets.token_urlsafe(16)
    try:
        with visit.reading() as session:
            html = printed(
                session,
                visit.act(),
                notice_id=notice.id,
                public_url=visit.desk.settings.console_url,
                public=public,
                nonce=nonce,
            )
    except NotPostedError:
        raise NotFoundError from None
    rules = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(html, headers={"content-security-policy": rules})


def sheet_answer(visit: Visit, notice: NoticeRow, *, public: bool = False) -> Response:
    """The spreadsheet of the list. Raises NotFoundError before the posting."""
    try:
        with visit.reading() as session:
            content = spreadsheet(session, visit.act(), notice_id=notice.id, public=public)
    except NotPostedError:
        raise NotFoundError from None
    return download(f"{notice.number}.xlsx", content)


def _evidence(visit: Visit) -> Evidence:
    return Evidence(evidence_folder(visit.desk.settings.files_folder))
