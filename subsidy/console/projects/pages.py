"""Projects of the catalogue: the list, one project, and what the office enters for it."""

from __future__ import annotations

import json

from starlette.responses import Response

from subsidy.actions.catalogue import (
    close_project,
    decide_project,
    publish_project,
    record_procurement,
)
from subsidy.actions.projects import record_city_filing, record_standard
from subsidy.actions.views.project_views import ProjectRow, project, projects
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.routes.overview import track_titles
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit
from subsidy.papers.annexes import annex_of_track

doors = Doors()


@doors.get("/projects", "catalogue.list")
def show_projects(visit: Entering) -> Response:
    """Projects of the caller's areas: what is listed, what waits for the city's opinion."""
    with visit.reading() as session:
        rows = projects(session, city=visit.city, areas=visit.areas)
    return page(
        visit,
        "projects.html",
        rows=rows,
        tracks=track_titles(visit),
        may_decide=visit.may("catalogue.decide"),
        may_file=visit.may("catalogue.file"),
    )


@doors.get("/projects/{item_id}", "catalogue.list")
def show_one(visit: Entering, item_id: int) -> Response:
    """One project: its form, its opinion, its dates, and what may be entered now."""
    row = project_in_reach(visit, item_id)
    pack = visit.desk.office.packs[visit.city]
    known = pack.tracks.get(row.track)
    gates = {gate.gate for gate in known.spec.gates} if known is not None else set()
    city = next((area.id for area in visit.all_areas if area.is_city), 0)
    return page(
        visit,
        "project.html",
        row=row,
        track=track_titles(visit).get(row.track, row.track),
        annex=annex_of_track(visit.city, row.track),
        entries=json.loads(row.annex_entries),
        asks_standard="standard_from_city" in gates or bool(row.standard_by),
        asks_city_filing=row.approved_by == "district",
        may_decide=visit.may("catalogue.decide", area_id=row.area_id),
        may_list=visit.may("catalogue.decide", area_id=city),
        may_file=visit.may("catalogue.file", area_id=row.area_id),
        may_city=visit.may("catalogue.city_filing", area_id=city),
    )


@doors.post("/projects/{item_id}", "catalogue.decide")
def examine(visit: Entering, item_id: int) -> Response:
    """The bureau's opinion on a project, or its listing."""
    project_in_reach(visit, item_id)
    decision = visit.text("decision")
    if decision not in ("approve", "send_back", "refuse", "publish"):
        raise FieldError("decision", N_("choose one of the answers"))
    with visit.writing() as session:
        if decision == "publish":
            outcome = publish_project(
                session,
                visit.act(),
                item_id=item_id,
                listed_on=visit.day_or_none("listed_on"),
                ends_on=visit.day_or_none("ends_on"),
            )
        else:
            outcome = decide_project(
                session,
                visit.act(),
                item_id=item_id,
                decision=decision,  # type: ignore[arg-type]
                opinion=visit.text("opinion"),
            )
    return done_or_refused(
        visit, outcome, to="/projects", note=visit.say(N_("The project is decided."))
    )


@doors.post("/projects/{item_id}/procurement", "catalogue.file")
def procurement(visit: Entering, item_id: int) -> Response:
    """Enter the number of the government purchase."""
    project_in_reach(visit, item_id)
    with visit.writing() as session:
        record = visit.text("record")
        outcome = record_procurement(session, visit.act(), item_id=item_id, record=record)
    return done_or_refused(visit, outcome, to=_at(item_id), note=_entered(visit))


@doors.post("/projects/{item_id}/standard", "catalogue.file")
def standard(visit: Entering, item_id: int) -> Response:
    """Enter which authority stands behind the standard, with its letter."""
    project_in_reach(visit, item_id)
    level = visit.text("standard_by", needed=True)
    with visit.writing() as session:
        outcome = record_standard(
            session,
            visit.act(),
            item_id=item_id,
            level=level,  # type: ignore[arg-type]
            record=visit.text("record"),
        )
    return done_or_refused(visit, outcome, to=_at(item_id), note=_entered(visit))


@doors.post("/projects/{item_id}/city-filing", "catalogue.city_filing")
def city_filing(visit: Entering, item_id: int) -> Response:
    """The city's bureau enters that a district's project was filed with it."""
    project_in_reach(visit, item_id)
    with visit.writing() as session:
        outcome = record_city_filing(
            session,
            visit.act(),
            item_id=item_id,
            record=visit.text("record"),
            filed_on=visit.day_or_none("filed_on"),
        )
    return done_or_refused(visit, outcome, to=_at(item_id), note=_entered(visit))


@doors.post("/projects/{item_id}/close", "catalogue.decide")
def close(visit: Entering, item_id: int) -> Response:
    """Take a project off the catalogue; classes filed before go on."""
    project_in_reach(visit, item_id)
    with visit.writing() as session:
        outcome = close_project(
            session,
            visit.act(),
            item_id=item_id,
            reason=visit.text("reason"),
            ends_on=visit.day_or_none("ends_on"),
        )
    note = visit.say(N_("The project is off the catalogue."))
    return done_or_refused(visit, outcome, to=_at(item_id), note=note)


def project_in_reach(visit: Visit, item_id: int) -> ProjectRow:
    """The project if it lies within the caller's areas. Raises NotFoundError otherwise."""
    with visit.reading() as session:
        row = project(session, city=visit.city, item_id=item_id)
    if row is None:
        raise NotFoundError
    visit.need_area(row.area_id)
    return row


def _at(item_id: int) -> str:
    return f"/projects/{item_id}"


def _entered(visit: Visit) -> str:
    return visit.say(N_("Entered; open claims of the project are decided again."))
