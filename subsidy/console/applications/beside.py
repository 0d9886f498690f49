"""Vouchers before the training, entries of a class, living allowances beside its claims."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.applications import claim_allowances, supply_class
from subsidy.actions.applications.asking import by_voucher
from subsidy.actions.views.applications import class_entries
from subsidy.actions.views.applications import vouchers as voucher_page
from subsidy.actions.views.class_views import ClassView
from subsidy.console.answers import done_or_refused, page
from subsidy.console.applications.fields import entry_values
from subsidy.console.applications.reach import act_in, asked_of, is_own
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.own.pages import own_class
from subsidy.console.pages import link
from subsidy.console.routes.classes import class_in_reach
from subsidy.console.routes.overview import track_titles
from subsidy.console.uploads import take_list, upload_page
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors()


@doors.get("/vouchers", "vouchers.list")
def vouchers(visit: Entering) -> Response:
    """Vouchers and credit with whom they were issued to, and which claim redeemed them."""
    query = visit.query
    after = query.get("after", "")
    with visit.reading() as session:
        rows, more = voucher_page(
            session,
            city=visit.city,
            number=query.get("number", "")[:40],
            after=int(after) if after.isdigit() else None,
        )
    tracks = visit.desk.office.packs[visit.city].tracks
    places = visit.areas_behind("vouchers.issue")
    return page(
        visit,
        "applications/vouchers.html",
        rows=rows,
        query=query,
        tracks=track_titles(visit),
        by_voucher=[(code, each.name_zh) for code, each in tracks.items() if by_voucher(each)],
        areas=[(a.id, a.name) for a in visit.all_areas if a.id in places],
        may_issue=visit.may("vouchers.issue"),
        first_page=link("/vouchers", number=query.get("number")),
        next_page=link("/vouchers", number=query.get("number"), after=more) if more else "",
    )


@doors.post("/vouchers", "vouchers.issue")
def issue(visit: Entering) -> Response:
    """Issue the vouchers of a list."""
    track = visit.text("track", needed=True)
    area_id = visit.whole("area_id")
    told = take_list(visit, act_in(visit, area_id), "vouchers", area_id=area_id, track=track)
    back = visit.say(N_("Back to the vouchers"))
    return upload_page(visit, told, back="/vouchers", back_title=back, copies="/applications")


@doors.post("/classes/{class_id}/entries", "classes.enter")
@doors.post("/own/classes/{class_id}/entries", "own.apply")
def entries(visit: Entering, class_id: int) -> Response:
    """Papers, hours and records of systems that hold for all claims of a class."""
    view = _class(visit, class_id)
    track = visit.desk.office.packs[visit.city].tracks.get(view.row.track)
    if track is None:
        raise NotFoundError
    with visit.reading() as session:
        known = class_entries(session, visit.act(), class_id=class_id)
    stated = known.stated if known is not None else None
    values = entry_values(visit, asked_of(visit, track), stated)
    if not values:
        raise FieldError("papers", N_("fill in at least one field"))
    with visit.writing() as session:
        act = act_in(visit, view.row.area_id)
        outcome = supply_class(session, act, class_id=class_id, values=values)
    note = visit.say(N_("The entries are kept."))
    return done_or_refused(visit, outcome, to=_at(visit, class_id), note=note)


@doors.post("/classes/{class_id}/allowances", "claims.apply")
@doors.post("/own/classes/{class_id}/allowances", "own.apply")
def allowances(visit: Entering, class_id: int) -> Response:
    """Claim the living allowances of a class that has ended."""
    view = _class(visit, class_id)
    with visit.writing() as session:
        act = act_in(visit, view.row.area_id)
        outcome = claim_allowances(session, act, class_id=class_id, track=visit.text("track"))
    count = sum(outcome.moved.values())
    note = visit.say(N_("%(n)s allowance claims were opened.")) % {"n": count}
    return done_or_refused(visit, outcome, to=_at(visit, class_id), note=note)


def _class(visit: Visit, class_id: int) -> ClassView:
    return own_class(visit, class_id) if is_own(visit) else class_in_reach(visit, class_id)


def _at(visit: Visit, class_id: int) -> str:
    return f"/own/classes/{class_id}" if is_own(visit) else f"/classes/{class_id}"
