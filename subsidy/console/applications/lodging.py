"""A new application: choose the subsidy, then a form with exactly what it asks for."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.access.accounts import provider_choices
from subsidy.actions.applications import ApplicationForm, lodge
from subsidy.actions.applications.asking import tracks_by_file
from subsidy.actions.views.applications import application_id_of
from subsidy.actions.views.project_views import projects
from subsidy.console.answers import go, page, refused
from subsidy.console.applications.fields import gives_file, stated_of_form
from subsidy.console.applications.reach import act_in, asked_of, is_own, root
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.uploads import take_list, upload_page
from subsidy.console.visits import Entering, FieldError, Visit
from subsidy.rules.policy import Track

doors = Doors()


@doors.get("/applications/new", "applications.enter")
@doors.get("/own/applications/new", "own.apply")
def new(visit: Entering) -> Response:
    """The subsidies to choose from, or the form of the chosen one."""
    known = tracks_by_file(visit.desk.office.packs[visit.city])
    track = known.get(visit.query.get("track", ""))
    if track is None:
        return page(
            visit,
            "applications/choose.html",
            tracks=[(code, each.name_zh, each.unit) for code, each in known.items()],
            root=root(visit),
        )
    with visit.reading() as session:
        listed = projects(session, city=visit.city, listed_on=visit.today)
        units = [] if is_own(visit) else provider_choices(session, city=visit.city)
    return page(
        visit,
        "applications/new.html",
        track=track,
        asked=asked_of(visit, track),
        areas=_areas(visit),
        units=units,
        projects=[each for each in listed if each.track in track.project_tracks],
        root=root(visit),
        own=is_own(visit),
    )


@doors.post("/applications", "applications.enter")
@doors.post("/own/applications", "own.apply")
def take_in(visit: Entering) -> Response:
    """Lodge it, with its list of persons where there is one; the rows come back with verdicts."""
    known = tracks_by_file(visit.desk.office.packs[visit.city])
    track = known.get(visit.text("track", needed=True))
    if track is None:
        raise FieldError("track", N_("choose one of the answers"))
    area_id = visit.whole("area_id")
    form = _form(visit, track, area_id)
    act = act_in(visit, area_id)
    again = f"{root(visit)}/new?track={track.code}"
    if gives_file(visit):
        told = take_list(visit, act, "application", form=form)
        if told.result is None or not told.result.done:
            return upload_page(
                visit, told, back=again, back_title=visit.say(N_("Back to the form"))
            )
        return upload_page(visit, told, back=_at(visit, form.number), back_title=visit.say(BACK))
    if track.has_person:
        raise FieldError("file", N_("choose a file"))
    with visit.writing() as session:
        lodged = lodge(session, act, form=form)
    if not lodged.result.done:
        return refused(visit, lodged.result.findings, back=again)
    return go(visit, _at(visit, form.number), visit.say(N_("The application is lodged.")))


BACK = N_("Back to the application")


def _form(visit: Visit, track: Track, area_id: int) -> ApplicationForm:
    asked = asked_of(visit, track)
    unit = visit.text("provider_id")
    item = visit.text("item_id")
    return ApplicationForm(
        number=visit.text("number", needed=True)[:60],
        track=track.code,
        area_id=area_id,
        provider_id=visit.provider_id if is_own(visit) else int(unit) if unit.isdigit() else None,
        item_id=int(item) if item.isdigit() else None,
        period=visit.text("period")[:20],
        stated=stated_of_form(visit, asked),
        starts_on=visit.day_or_none("starts_on"),
        ends_on=visit.day_or_none("ends_on"),
        commitment_on=visit.day_or_none("commitment_on"),
    )


def _at(visit: Visit, number: str) -> str:
    with visit.reading() as session:
        found = application_id_of(session, city=visit.city, number=number)
    return f"{root(visit)}/{found}" if found is not None else root(visit)


def _areas(visit: Visit) -> list[tuple[int, str]]:
    """Areas that may handle it: districts first, the city's own bureau last."""
    mine = [a for a in visit.all_areas if is_own(visit) or a.id in visit.areas]
    return [(a.id, a.name) for a in sorted(mine, key=lambda area: area.is_city)]
