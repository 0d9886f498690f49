"""A provider's own classes, claims and money; what it plans, files, uploads and asks for."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from subsidy.actions.class_changes import request_change
from subsidy.actions.classes import (
    ClassPlan,
    complete_class,
    file_class,
    plan_class,
    revise_plan,
)
from subsidy.actions.training import issue_certificates
from subsidy.actions.views.class_views import ClassView, class_page, class_view
from subsidy.actions.views.deadlines.class_clocks import class_clocks
from subsidy.actions.views.own_views import Unit, claim_counts, money_of, to_mend, unit_of
from subsidy.actions.views.project_views import projects
from subsidy.console.answers import done_or_refused, page
from subsidy.console.applications.reach import class_extras
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.routes.overview import group_names, track_titles
from subsidy.console.routes.review import apply_for
from subsidy.console.uplifts.showing import uplift_values
from subsidy.console.uploads import KINDS, give_blank, give_copy, take_upload, upload_page
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors("/own")
OWN_KINDS = ("roster", "attendance", "certificates")


@doors.get("", "own.show")
def show(visit: Entering) -> Response:
    """The unit's first page: what is to be done, classes, money."""
    with visit.reading() as session:
        classes, _ = class_page(session, city=visit.city, provider_id=visit.provider_id)
        return page(
            visit,
            "own.html",
            unit=_unit(visit),
            classes=classes[:12],
            mend=to_mend(session, provider_id=visit.provider_id),
            counts=claim_counts(session, provider_id=visit.provider_id),
            money=money_of(session, provider_id=visit.provider_id),
        )


@doors.get("/classes/new", "own.plan")
def new(visit: Entering) -> Response:
    """The form of a new class."""
    with visit.reading() as session:
        listed = projects(session, city=visit.city, listed_on=visit.today)
    return page(
        visit,
        "own_plan.html",
        projects=listed,
        areas=[(a.id, a.name) for a in visit.all_areas if not a.is_city],
        unit=_unit(visit),
        view=None,
    )


@doors.post("/classes", "own.plan")
def plan(visit: Entering) -> Response:
    """Plan a class."""
    with visit.writing() as session:
        outcome = plan_class(
            session,
            visit.act(),
            number=visit.text("number", needed=True),
            provider_id=visit.provider_id,
            item_id=visit.whole("item_id"),
            area_id=visit.whole("area_id"),
            plan=_plan(visit),
        )
    return done_or_refused(
        visit,
        outcome,
        to=f"/own/classes/{outcome.subject_id}",
        note=visit.say(N_("The class is planned; upload the roster, then file it.")),
    )


@doors.get("/classes/{class_id}", "own.show")
def show_class(visit: Entering, class_id: int) -> Response:
    """One of the unit's classes with everything the unit can do for it."""
    view = own_class(visit, class_id)
    with visit.reading() as session:
        act = visit.act(area_id=view.row.area_id)
        clocks = class_clocks(session, act, class_id=class_id)
    return page(
        visit,
        "own_class.html",
        view=view,
        row=view.row,
        clocks=clocks,
        track=track_titles(visit).get(view.row.track, view.row.track),
        group_names=group_names(visit),
        kinds={name: visit.say(kind.title) for name, kind in KINDS.items() if name in OWN_KINDS},
        **uplift_values(visit, view.row),
        **class_extras(visit, class_id=class_id, track=view.row.track),
    )


@doors.post("/classes/{class_id}/plan", "own.plan")
def revise(visit: Entering, class_id: int) -> Response:
    """Change the plan before it is filed."""
    view = own_class(visit, class_id)
    with visit.writing() as session:
        outcome = revise_plan(
            session, visit.act(area_id=view.row.area_id), class_id=class_id, plan=_plan(visit)
        )
    return done_or_refused(
        visit, outcome, to=_at(class_id), note=visit.say(N_("The plan is changed."))
    )


@doors.post("/classes/{class_id}/file", "own.file")
def file(visit: Entering, class_id: int) -> Response:
    """Hand the filing in; refused when the days before the start no longer suffice."""
    view = own_class(visit, class_id)
    with visit.writing() as session:
        outcome = file_class(session, visit.act(area_id=view.row.area_id), class_id=class_id)
    return done_or_refused(
        visit, outcome, to=_at(class_id), note=visit.say(N_("The class is filed."))
    )


@doors.post("/classes/{class_id}/complete", "own.file")
def complete(visit: Entering, class_id: int) -> Response:
    """Report the end of the training."""
    view = own_class(visit, class_id)
    with visit.writing() as session:
        outcome = complete_class(session, visit.act(area_id=view.row.area_id), class_id=class_id)
    return done_or_refused(
        visit, outcome, to=_at(class_id), note=visit.say(N_("The class is completed."))
    )


@doors.post("/classes/{class_id}/issued", "own.upload")
def issued(visit: Entering, class_id: int) -> Response:
    """Enter the day on which the certificates were issued."""
    view = own_class(visit, class_id)
    with visit.writing() as session:
        outcome = issue_certificates(
            session,
            visit.act(area_id=view.row.area_id),
            class_id=class_id,
            issued_on=visit.day("issued_on"),
        )
    return done_or_refused(
        visit, outcome, to=_at(class_id), note=visit.say(N_("The day is entered."))
    )


@doors.post("/classes/{class_id}/upload/{kind}", "own.upload")
def upload(visit: Entering, class_id: int, kind: str) -> Response:
    """A list of the unit's class."""
    view = own_class(visit, class_id)
    if kind not in OWN_KINDS:
        raise NotFoundError
    act = visit.act(area_id=view.row.area_id)
    taken = take_upload(visit, act, kind_name=kind, class_id=class_id)
    return upload_page(visit, taken, back=_at(class_id))


@doors.post("/classes/{class_id}/apply", "own.apply")
def apply(visit: Entering, class_id: int) -> Response:
    """Apply for the subsidy of a class, with the signed commitment."""
    view = own_class(visit, class_id)
    act = visit.act(area_id=view.row.area_id)
    return apply_for(visit, act, class_id, back=_at(class_id))


@doors.post("/classes/{class_id}/changes", "own.change")
def ask_change(visit: Entering, class_id: int) -> Response:
    """Ask for a change of a filed class."""
    view = own_class(visit, class_id)
    kind = visit.text("kind")
    with visit.writing() as session:
        outcome = request_change(
            session,
            visit.act(area_id=view.row.area_id),
            class_id=class_id,
            kind=kind,
            wanted=_wanted(visit, kind),
            reason=visit.text("reason"),
        )
    return done_or_refused(
        visit, outcome, to=_at(class_id), note=visit.say(N_("The change is asked for."))
    )


@doors.get("/verdicts/{token}", "own.upload")
def verdicts(visit: Entering, token: str) -> Response:
    """The unit's own file with the verdicts."""
    return give_copy(visit, token)


@doors.get("/blank/{kind}", "own.upload")
def blank(visit: Entering, kind: str) -> Response:
    """An empty list to fill in."""
    return give_blank(visit, kind)


def own_class(visit: Visit, class_id: int) -> ClassView:
    """The class if it is the unit's own. Raises NotFoundError otherwise."""
    with visit.reading() as session:
        view = class_view(session, city=visit.city, class_id=class_id)
    if view is None or view.row.provider_id != visit.provider_id:
        raise NotFoundError
    return view


def _unit(visit: Visit) -> Unit:
    with visit.reading() as session:
        unit = unit_of(session, provider_id=visit.provider_id)
    if unit is None:
        raise NotFoundError
    return unit


def _at(class_id: int) -> str:
    return f"/own/classes/{class_id}"


def _plan(visit: Visit) -> ClassPlan:
    heads = visit.text("planned_heads")
    return ClassPlan(
        title=visit.text("title", needed=True),
        starts_on=visit.day("starts_on"),
        ends_on=visit.day("ends_on"),
        lesson_days=_days(visit, "lesson_days"),
        teacher=visit.text("teacher"),
        room=visit.text("room"),
        planned_heads=int(heads) if heads.isdigit() else 0,
    )


def _days(visit: Visit, field: str) -> list[date]:
    try:
        words = visit.text(field).replace(",", " ").replace("，", " ").split()
        return sorted({date.fromisoformat(word) for word in words})
    except ValueError:
        raise FieldError(field, N_("enter dates such as 2020-10-12, with blanks between")) from None


def _wanted(visit: Visit, kind: str) -> dict[str, object]:
    if kind == "start":
        return {
            "starts_on": visit.day("starts_on"),
            "ends_on": visit.day("ends_on"),
            "lesson_days": _days(visit, "lesson_days"),
        }
    if kind in ("teacher", "room"):
        return {kind: visit.text("value", needed=True)}
    if kind == "drop_out":
        return {"person_ids": visit.wholes("person_id")}
    if kind == "cancel":
        return {}
    raise FieldError("kind", N_("choose one of the answers"))
