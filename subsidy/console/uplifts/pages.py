"""Requests for the higher rate: the office's list and decisions, and asking from a class's page."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from subsidy.actions.acting import Outcome
from subsidy.actions.uplifts import (
    UpliftForm,
    UpliftRow,
    ask_uplift,
    decide_uplift,
    unit_by_code,
    uplift_row,
    uplifts,
    withdraw_uplift,
)
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.own.pages import own_class
from subsidy.console.routes.classes import class_in_reach
from subsidy.console.routes.overview import track_titles
from subsidy.console.uplifts.showing import area_choices
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors()
STATES = ("asked", "approved", "refused", "withdrawn")


@doors.get("/uplifts", "uplifts.list")
def show_list(visit: Entering) -> Response:
    """Requests of firms insured in the caller's areas, or for classes held there."""
    state = visit.query.get("state", "")
    with visit.reading() as session:
        rows = uplifts(session, city=visit.city, areas=visit.areas, state=state)
    pack = visit.desk.office.packs[visit.city]
    titles = track_titles(visit)
    return page(
        visit,
        "uplifts.html",
        rows=rows,
        state=state,
        states=STATES,
        tracks=titles,
        asked_for=[
            (code, titles[code])
            for code, track in pack.tracks.items()
            if track.spec.through == "file" and track.spec.amount.uplift != "no"
        ],
        areas=area_choices(visit),
        may_ask=visit.may("uplifts.ask"),
        may_decide=visit.may("uplifts.decide"),
    )


@doors.post("/uplifts", "uplifts.ask")
def ask(visit: Entering) -> Response:
    """Take in the request of a firm that will apply without a class."""
    act = visit.act()
    with visit.writing() as session:
        unit_id = unit_by_code(session, act, visit.text("credit_code", needed=True))
        if unit_id is None:
            raise FieldError("credit_code", N_("no unit of the city has this credit code"))
        form = UpliftForm(
            unit_id=unit_id,
            track=visit.text("track", needed=True),
            starts_on=visit.day("starts_on"),
            **_asked(visit),
        )
        outcome = ask_uplift(session, act, form=form)
    return _asked_for(visit, outcome, to="/uplifts")


@doors.post("/classes/{class_id}/uplift", "uplifts.ask")
def ask_for_class(visit: Entering, class_id: int) -> Response:
    """Take in the request of the firm that trains its employees in a class."""
    view = class_in_reach(visit, class_id)
    with visit.writing() as session:
        form = UpliftForm(class_id=view.row.id, **_asked(visit))
        outcome = ask_uplift(session, visit.act(), form=form)
    return _asked_for(visit, outcome, to=f"/classes/{class_id}#uplift")


@doors.post("/own/classes/{class_id}/uplift", "own.uplift")
def ask_for_own(visit: Entering, class_id: int) -> Response:
    """Ask for the unit's own class."""
    view = own_class(visit, class_id)
    with visit.writing() as session:
        form = UpliftForm(class_id=view.row.id, unit_id=visit.provider_id, **_asked(visit))
        outcome = ask_uplift(session, visit.act(), form=form)
    return _asked_for(visit, outcome, to=f"/own/classes/{class_id}#uplift")


@doors.post("/uplifts/{uplift_id}", "uplifts.decide")
def decide(visit: Entering, uplift_id: int) -> Response:
    """Approve a percentage with the number of the decision, or refuse with the reason."""
    _in_reach(visit, uplift_id)
    decision = visit.text("decision")
    if decision not in ("approve", "refuse"):
        raise FieldError("decision", N_("choose one of the answers"))
    with visit.writing() as session:
        outcome = decide_uplift(
            session,
            visit.act(),
            uplift_id=uplift_id,
            decision=decision,  # type: ignore[arg-type]
            percent=_percent(visit),
            decision_number=visit.text("decision_number"),
            reason=visit.text("reason"),
        )
    note = visit.say(N_("The request is decided; open claims are decided again."))
    return done_or_refused(visit, outcome, to="/uplifts", note=note)


@doors.post("/uplifts/{uplift_id}/withdraw", "uplifts.ask")
def withdraw(visit: Entering, uplift_id: int) -> Response:
    """Take a request back at the counter."""
    _in_reach(visit, uplift_id)
    return _withdrawn(visit, uplift_id, to="/uplifts")


@doors.post("/own/uplifts/{uplift_id}/withdraw", "own.uplift")
def withdraw_own(visit: Entering, uplift_id: int) -> Response:
    """Take the unit's own request back."""
    with visit.reading() as session:
        row = uplift_row(session, city=visit.city, uplift_id=uplift_id)
    if row is None or row.unit_id != visit.provider_id:
        raise NotFoundError
    return _withdrawn(
        visit, uplift_id, to=f"/own/classes/{row.class_id}" if row.class_id else "/own"
    )


def _asked(visit: Visit) -> dict[str, Any]:
    return {
        "insured_area_id": visit.whole("insured_area_id"),
        "percent": _percent(visit),
        "ground": visit.text("ground"),
    }


def _percent(visit: Visit) -> int | None:
    return visit.whole("percent") if visit.text("percent") else None


def _asked_for(visit: Visit, outcome: Outcome, *, to: str) -> Response:
    note = visit.say(N_("The request is with the bureau where the firm is insured."))
    return done_or_refused(visit, outcome, to=to, note=note)


def _withdrawn(visit: Visit, uplift_id: int, *, to: str) -> Response:
    with visit.writing() as session:
        reason = visit.text("reason")
        outcome = withdraw_uplift(session, visit.act(), uplift_id=uplift_id, reason=reason)
    return done_or_refused(visit, outcome, to=to, note=visit.say(N_("The request is taken back.")))


def _in_reach(visit: Visit, uplift_id: int) -> UpliftRow:
    with visit.reading() as session:
        row = uplift_row(session, city=visit.city, uplift_id=uplift_id, areas=visit.areas)
    if row is None:
        raise NotFoundError
    return row
