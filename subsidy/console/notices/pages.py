"""Notices in the office: what is on show, what waits for a list, one notice with all that hangs on it."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import post_notice, prepare_notice
from subsidy.actions.views.notice_papers import objections_of, places_of, versions_of
from subsidy.actions.views.notice_views import lines_of, notice_page, waiting_for_notice
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.notices.reach import own_notice, proof
from subsidy.console.pages import link
from subsidy.console.routes.overview import document_titles, track_titles
from subsidy.console.visits import Entering
from subsidy.rules.masking.notices import Masking

doors = Doors()


@doors.get("/notices", "notices.list")
def show_list(visit: Entering) -> Response:
    """Notices of the caller's areas, and what waits to be put on one."""
    after, number = visit.query.get("after", ""), visit.query.get("number", "")[:40]
    with visit.reading() as session:
        rows, more = notice_page(
            session,
            city=visit.city,
            areas=visit.areas,
            number=number,
            after=int(after) if after.isdigit() else None,
        )
        waiting = waiting_for_notice(session, city=visit.city, areas=visit.areas)
    names = {area.id: area.name for area in visit.all_areas}
    offices = [area for area in visit.all_areas if area.id in visit.areas]
    return page(
        visit,
        "notices.html",
        rows=rows,
        waiting=[(names.get(area, ""), track, kind, n) for area, track, kind, n in waiting],
        offices=[(area.id, area.name) for area in offices],
        tracks=track_titles(visit),
        query=visit.query,
        may_prepare=visit.may("notices.prepare"),
        first_page=link("/notices", number=number or None),
        next_page=link("/notices", number=number or None, after=more) if more else "",
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
        to=f"/notices/{outcome.subject_id}" if outcome.done else "/notices",
        note=visit.say(N_("The list is prepared; check it before it is posted.")),
    )


@doors.get("/notices/{notice_id}", "notices.list")
def show_one(visit: Entering, notice_id: int) -> Response:
    """One notice with its lines, its proof, its versions, objections, and where else it hangs."""
    notice = own_notice(visit, notice_id)
    with visit.reading() as session:
        lines = lines_of(session, notice_id=notice_id)
        objections = objections_of(session, notice_id=notice_id)
        versions = versions_of(session, notice_id=notice_id)
        places = places_of(session, notice_id=notice_id)
    here, posted = notice.area_id, notice.state == "posted"
    return page(
        visit,
        "notice.html",
        notice=notice,
        lines=lines,
        objections=objections,
        versions=versions,
        places=places,
        proof=proof(visit, notice_id),
        masking=Masking.read(notice.masking).words,
        documents=document_titles(visit),
        may_post=visit.may("notices.post", area_id=here) and notice.state == "prepared",
        may_correct=visit.may("notices.correct", area_id=here) and posted,
        may_place=visit.may("notices.place", area_id=here) and notice.state != "prepared",
        may_file=visit.may("objections.file", area_id=here) and posted,
        may_decide=visit.may("objections.decide", area_id=here),
    )


@doors.post("/notices/{notice_id}/post", "notices.post")
def post(visit: Entering, notice_id: int) -> Response:
    """Post the list today: its days begin, its claims are on notice."""
    notice = own_notice(visit, notice_id)
    with visit.writing() as session:
        outcome = post_notice(session, visit.act(area_id=notice.area_id), notice_id=notice_id)
    return done_or_refused(
        visit, outcome, to=f"/notices/{notice_id}", note=visit.say(N_("The notice is posted."))
    )
