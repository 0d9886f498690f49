"""Applications: the list, and one of them with what its visitor may do."""

from __future__ import annotations

from starlette.responses import Response

from states.claim import CLAIM
from subsidy.actions.applications.asking import tracks_by_file
from subsidy.actions.views.applications import ApplicationFilter, application_page
from subsidy.console.answers import page
from subsidy.console.applications.reach import asked_of, in_reach, is_own, root
from subsidy.console.doors import Doors
from subsidy.console.language.naming import state_name
from subsidy.console.pages import link
from subsidy.console.routes.overview import document_titles, group_names, track_titles
from subsidy.console.uploads import give_blank, give_copy
from subsidy.console.visits import Entering, Visit

doors = Doors()
OFFICES = {"finance": ("finance",), "hr": ("section_head", "leader")}


@doors.get("/applications", "applications.list")
@doors.get("/own/applications", "own.show")
def show_list(visit: Entering) -> Response:
    """Applications of the caller's areas, or of the caller's unit."""
    query = visit.query
    after, area = query.get("after", ""), query.get("area", "")
    wanted = ApplicationFilter(
        track=query.get("track", ""),
        state=query.get("state", ""),
        area_id=int(area) if area.isdigit() else None,
        provider_id=visit.provider_id if is_own(visit) else None,
        number=query.get("number", "")[:40],
    )
    with visit.reading() as session:
        rows, more = application_page(
            session,
            city=visit.city,
            areas=None if is_own(visit) else visit.areas,
            wanted=wanted,
            after=int(after) if after.isdigit() else None,
        )
    bare = {k: v for k, v in query.items() if k != "after"}
    known = tracks_by_file(visit.desk.office.packs[visit.city])
    return page(
        visit,
        "applications/list.html",
        rows=rows,
        wanted=wanted,
        query=query,
        root=root(visit),
        own=is_own(visit),
        may_lodge=is_own(visit) or visit.may("applications.enter"),
        tracks=track_titles(visit),
        by_file=[(code, track.name_zh) for code, track in known.items()],
        states=[(code, state_name("claim", code, visit.language)) for code in CLAIM.labels],
        areas=[(a.id, a.name) for a in visit.all_areas if is_own(visit) or a.id in visit.areas],
        first_page=link(root(visit), **bare),
        next_page=link(root(visit), **bare, after=more) if more else "",
    )


@doors.get("/applications/verdicts/{token}", "applications.list")
def verdicts(visit: Entering, token: str) -> Response:
    """The uploader's own file with the verdicts."""
    return give_copy(visit, token)


@doors.get("/applications/blank/{kind}", "applications.list")
def blank(visit: Entering, kind: str) -> Response:
    """An empty list to fill in."""
    return give_blank(visit, kind)


@doors.get("/applications/{application_id}", "applications.show")
@doors.get("/own/applications/{application_id}", "own.show")
def show_one(visit: Entering, application_id: int) -> Response:
    """One application: what is stated, persons with their verdicts, claims, deeds."""
    view = in_reach(visit, application_id)
    track = visit.desk.office.packs[visit.city].tracks.get(view.row.track)
    return page(
        visit,
        "applications/show.html",
        view=view,
        row=view.row,
        root=root(visit),
        own=is_own(visit),
        track=track_titles(visit).get(view.row.track, view.row.track),
        stages=track.stages if track is not None else (),
        asked=asked_of(visit, track) if track is not None else None,
        group_names=group_names(visit),
        documents=document_titles(visit),
        occupations={key: each.name_zh for key, each in visit.desk.office.occupations.items()},
        may=_may(visit, view.row.area_id),
        signs=_signs(visit, view.row.area_id),
        claims_open=not is_own(visit) and visit.may("claims.show", area_id=view.row.area_id),
    )


def _may(visit: Visit, area_id: int) -> dict[str, bool]:
    """Which deeds the visitor's roles open; what a deed then demands it says itself."""
    if is_own(visit):
        return {"enter": True, "results": False, "registers": False, "check": False}
    return {
        name: visit.may(f"applications.{name}", area_id=area_id)
        for name in ("enter", "results", "registers", "check")
    }


def _signs(visit: Visit, area_id: int) -> list[str]:
    """The offices for which the visitor may sign an acceptance."""
    if is_own(visit) or not visit.may("applications.accept", area_id=area_id):
        return []
    roles = visit.roles_in(area_id)
    return [office for office, able in OFFICES.items() if roles & set(able)]
