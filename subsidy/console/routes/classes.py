"""Classes: lists, one class, the office's decisions on filing and changes, entries at the counter."""

from __future__ import annotations

from starlette.responses import Response

from states.training_class import TRAINING_CLASS
from subsidy.actions.class_changes import decide_change
from subsidy.actions.classes import complete_class, decide_filing
from subsidy.actions.training import issue_certificates
from subsidy.actions.views.class_views import (
    ClassView,
    changes_waiting,
    class_page,
    class_view,
)
from subsidy.actions.views.deadlines.class_clocks import class_clocks
from subsidy.actions.views.outbox import messages_of_class
from subsidy.actions.views.ticket_views import tickets_of_class
from subsidy.console.answers import done_or_refused, page
from subsidy.console.applications.reach import class_extras
from subsidy.console.doors import Doors
from subsidy.console.language.naming import state_name
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.routes.overview import group_names, track_titles
from subsidy.console.routes.review import apply_for
from subsidy.console.uplifts.showing import uplift_values
from subsidy.console.uploads import KINDS, give_blank, give_copy, take_upload, upload_page
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors()


@doors.get("/classes", "classes.list")
def show_list(visit: Entering) -> Response:
    """Classes of the caller's areas, newest first."""
    query = visit.query
    after = query.get("after", "")
    with visit.reading() as session:
        rows, more = class_page(
            session,
            city=visit.city,
            areas=visit.areas,
            state=query.get("state", ""),
            number=query.get("number", "")[:40],
            after=int(after) if after.isdigit() else None,
        )
        waiting = changes_waiting(session, city=visit.city, areas=visit.areas)
    bare = {k: v for k, v in query.items() if k != "after"}
    return page(
        visit,
        "classes.html",
        rows=rows,
        waiting=waiting,
        query=query,
        tracks=track_titles(visit),
        states=[
            (code, state_name("training_class", code, visit.language))
            for code in TRAINING_CLASS.labels
        ],
        first_page=link("/classes", **bare),
        next_page=link("/classes", **bare, after=more) if more else "",
    )


@doors.get("/classes/{class_id}", "classes.show")
def show_one(visit: Entering, class_id: int) -> Response:
    """One class: people masked, changes, deadlines, files, history."""
    view = class_in_reach(visit, class_id)
    area_id = view.row.area_id
    with visit.reading() as session:
        act = visit.act(area_id=area_id)
        tickets = tickets_of_class(session, act, class_id=class_id)
        messages = messages_of_class(session, class_id=class_id)
        clocks = class_clocks(session, act, class_id=class_id)
    return page(
        visit,
        "class.html",
        view=view,
        row=view.row,
        tickets=tickets,
        messages=messages,
        mail_doors=visit.may("outbox.list", area_id=area_id),
        clocks=clocks,
        track=track_titles(visit).get(view.row.track, view.row.track),
        group_names=group_names(visit),
        may_decide=visit.may("classes.decide", area_id=area_id),
        may_enter=visit.may("classes.enter", area_id=area_id),
        may_apply=visit.may("claims.apply", area_id=area_id),
        may_assess=visit.may("assessments.enter", area_id=area_id),
        kinds={name: visit.say(kind.title) for name, kind in KINDS.items()},
        **uplift_values(visit, view.row),
        **class_extras(visit, class_id=class_id, track=view.row.track),
    )


@doors.post("/classes/{class_id}/filing", "classes.decide")
def filing(visit: Entering, class_id: int) -> Response:
    """Accept the filing, send it back, or refuse it with reasons."""
    view = class_in_reach(visit, class_id)
    decision = visit.text("decision")
    if decision not in ("accept", "send_back", "refuse"):
        raise FieldError("decision", N_("choose one of the answers"))
    reasons = [line.strip() for line in visit.text("reasons").splitlines() if line.strip()]
    with visit.writing() as session:
        outcome = decide_filing(
            session,
            visit.act(area_id=view.row.area_id),
            class_id=class_id,
            decision=decision,  # type: ignore[arg-type]
            reasons=reasons,
        )
    return done_or_refused(
        visit, outcome, to=f"/classes/{class_id}", note=visit.say(N_("The filing is decided."))
    )


@doors.post("/classes/{class_id}/complete", "classes.enter")
def complete(visit: Entering, class_id: int) -> Response:
    """Report the end of the training."""
    view = class_in_reach(visit, class_id)
    with visit.writing() as session:
        outcome = complete_class(session, visit.act(area_id=view.row.area_id), class_id=class_id)
    return done_or_refused(
        visit, outcome, to=f"/classes/{class_id}", note=visit.say(N_("The class is completed."))
    )


@doors.post("/classes/{class_id}/issued", "classes.enter")
def issued(visit: Entering, class_id: int) -> Response:
    """Enter the day on which the certificates were issued; the days for registration run from it."""
    view = class_in_reach(visit, class_id)
    with visit.writing() as session:
        outcome = issue_certificates(
            session,
            visit.act(area_id=view.row.area_id),
            class_id=class_id,
            issued_on=visit.day("issued_on"),
        )
    return done_or_refused(
        visit, outcome, to=f"/classes/{class_id}", note=visit.say(N_("The day is entered."))
    )


@doors.post("/classes/{class_id}/changes/{change_id}", "classes.decide")
def change(visit: Entering, class_id: int, change_id: int) -> Response:
    """Grant or refuse a change of the class."""
    view = class_in_reach(visit, class_id)
    if change_id not in {c.id for c in view.changes}:
        raise NotFoundError
    with visit.writing() as session:
        outcome = decide_change(
            session,
            visit.act(area_id=view.row.area_id),
            change_id=change_id,
            grant=visit.text("grant") == "1",
            reason=visit.text("reason"),
        )
    return done_or_refused(
        visit, outcome, to=f"/classes/{class_id}", note=visit.say(N_("The change is decided."))
    )


@doors.post("/classes/{class_id}/apply", "claims.apply")
def apply(visit: Entering, class_id: int) -> Response:
    """Apply for the class at the counter, with the signed commitment."""
    view = class_in_reach(visit, class_id)
    act = visit.act(area_id=view.row.area_id)
    return apply_for(visit, act, class_id, back=f"/classes/{class_id}")


@doors.post("/classes/{class_id}/upload/assessments", "assessments.enter")
def upload_results(visit: Entering, class_id: int) -> Response:
    """The assessment body's list of results."""
    return _upload(visit, class_id, "assessments")


@doors.post("/classes/{class_id}/upload/{kind}", "classes.enter")
def upload(visit: Entering, class_id: int, kind: str) -> Response:
    """A list entered at the counter for the provider."""
    return _upload(visit, class_id, kind)


@doors.get("/classes/verdicts/{token}", "classes.show")
def verdicts(visit: Entering, token: str) -> Response:
    """The uploader's own file with the verdicts."""
    return give_copy(visit, token)


@doors.get("/classes/blank/{kind}", "classes.show")
def blank(visit: Entering, kind: str) -> Response:
    """An empty list to fill in."""
    return give_blank(visit, kind)


def class_in_reach(visit: Visit, class_id: int) -> ClassView:
    """The class if it lies within the caller's areas. Raises NotFoundError otherwise."""
    with visit.reading() as session:
        view = class_view(session, city=visit.city, class_id=class_id)
    if view is None:
        raise NotFoundError
    visit.need_area(view.row.area_id)
    return view


def _upload(visit: Visit, class_id: int, kind: str) -> Response:
    view = class_in_reach(visit, class_id)
    act = visit.act(area_id=view.row.area_id)
    taken = take_upload(visit, act, kind_name=kind, class_id=class_id)
    return upload_page(visit, taken, back=f"/classes/{class_id}")
