"""File a project of the catalogue, or file a returned one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from subsidy.actions.catalogue import file_project
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.projects.forms import entries_of, kept, project_form, written
from subsidy.console.projects.pages import project_in_reach
from subsidy.console.routes.overview import track_titles
from subsidy.console.visits import Entering, FieldError, Visit
from subsidy.papers.annexes import annex_of_track
from subsidy.rules.policy import Track
from subsidy.rules.verdict import Finding

doors = Doors()
AGAIN = ("drafted", "returned")


@doors.get("/projects/new", "catalogue.file")
def new(visit: Entering) -> Response:
    """The tracks to choose from, then the form of the track; `item` opens a returned one again."""
    item = visit.query.get("item", "")
    if item.isdigit():
        row = project_in_reach(visit, int(item))
        if row.state in AGAIN:
            return _form(visit, row.track, kept(row), again=True)
    track = visit.query.get("track", "")
    if track in _choices(visit):
        return _form(visit, track, {"track": track})
    titles = track_titles(visit)
    choices = [(t, titles[t], annex_of_track(visit.city, t)) for t in _choices(visit)]
    return page(visit, "project_tracks.html", choices=choices)


@doors.post("/projects", "catalogue.file")
def file(visit: Entering) -> Response:
    """File it; what is missing comes back on the form with everything that was written."""
    track = visit.text("track", needed=True)
    if track not in _choices(visit):
        raise FieldError("track", N_("choose one of the answers"))
    area_id = visit.whole("area_id")
    visit.need_area(area_id)
    form = project_form(visit, track)
    with visit.writing() as session:
        outcome = file_project(
            session,
            visit.act(area_id=area_id),
            area_id=area_id,
            code=visit.text("code", needed=True),
            track=track,
            form=form,
        )
    if not outcome.done:
        again = visit.text("again") == "1"
        return _form(visit, track, written(visit), outcome.findings, again=again)
    to = f"/projects/{outcome.subject_id}"
    note = visit.say(N_("The project is filed and waits for the opinion."))
    return done_or_refused(visit, outcome, to=to, note=note)


def _choices(visit: Visit) -> list[str]:
    """Tracks whose training stands on a project of the catalogue."""
    tracks = visit.desk.office.packs[visit.city].tracks
    return [code for code, track in tracks.items() if _has_projects(track)]


def _has_projects(track: Track) -> bool:
    if track.spec.kind != "main":
        return False
    return track.spec.through == "class" or any(
        gate.gate == "approved_project" for gate in track.spec.gates
    )


def _form(
    visit: Visit,
    track: str,
    values: Mapping[str, str],
    findings: Sequence[Finding] = (),
    *,
    again: bool = False,
) -> Response:
    return page(
        visit,
        "project_form.html",
        409 if findings else 200,
        track=track,
        track_title=track_titles(visit)[track],
        annex=annex_of_track(visit.city, track),
        entries=entries_of(visit, track),
        values=values,
        findings=findings,
        again=again,
        areas=[(area.id, area.name) for area in visit.all_areas if area.id in visit.areas],
    )
