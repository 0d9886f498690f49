"""The first page: the road with live counts, what is overdue and due, the queues, the last runs."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.views.overview import overview
from subsidy.console.answers import page
from subsidy.console.doors import Doors
from subsidy.console.language.words import CHINESE
from subsidy.console.visits import Entering, Visit

doors = Doors()


@doors.get("/overview", "home")
def show(visit: Entering) -> Response:
    """The road of the caller's areas today."""
    with visit.reading() as session:
        seen = overview(session, city=visit.city, areas=visit.areas, today=visit.today)
    return page(
        visit,
        "overview.html",
        seen=seen,
        areas=[area for area in visit.all_areas if area.id in visit.areas],
        queue_titles=queue_titles(visit),
        whole_city=len(visit.areas) == len(visit.all_areas),
        flow_url=flow_url(visit),
    )


def queue_titles(visit: Visit) -> dict[str, str]:
    """Queue → title in the visitor's language."""
    book = visit.desk.office.packs[visit.city].book
    chinese = visit.language == CHINESE
    return {name: spec.title_zh if chinese else spec.title_en for name, spec in book.queues.items()}


def track_titles(visit: Visit) -> dict[str, str]:
    """Track → the name the pack gives it."""
    return {code: t.name_zh for code, t in visit.desk.office.packs[visit.city].tracks.items()}


def document_titles(visit: Visit) -> dict[str, str]:
    """Document of the pack → its number, or its title."""
    documents = visit.desk.office.packs[visit.city].documents
    return {key: d.number or d.title for key, d in documents.items()}


def group_names(visit: Visit) -> dict[str, str]:
    """Group of persons or connection to the place → the name the pack gives it."""
    spec = visit.desk.office.packs[visit.city].spec
    return {
        key: item.name for part in (spec.groups, spec.connections) for key, item in part.items()
    }


def flow_url(visit: Visit) -> str:
    """Where the flow UI is; links lead there from runs."""
    return visit.desk.settings.prefect_url
