"""The list of claims, its export, and the page of one claim with what can be done there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from starlette.responses import Response

from states.claim import CLAIM
from subsidy.actions.deadlines import deadlines_of
from subsidy.actions.views.applications import of_claim
from subsidy.actions.views.casework.claim_deeds import deeds_of, level_view
from subsidy.actions.views.casework.claim_list import (
    ClaimFilter,
    claim_count,
    claim_page,
    claims_for_export,
)
from subsidy.actions.views.casework.claim_papers import full_view, papers_of
from subsidy.actions.views.claim_page import Head, claim_id_of, claim_view
from subsidy.actions.views.ticket_views import tickets_of_claim
from subsidy.console.answers import download, page
from subsidy.console.doors import Doors
from subsidy.console.language.naming import CODES, state_name
from subsidy.console.language.words import N_
from subsidy.console.pages import link, word, yuan
from subsidy.console.routes.overview import (
    document_titles,
    group_names,
    queue_titles,
    track_titles,
)
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit
from subsidy.papers.spreadsheets import ExportColumn, export_csv

doors = Doors()
MOST_COUNTED = 10_000
EXPORTED: tuple[tuple[str, str, Literal["text", "date", "money"]], ...] = (
    ("number", N_("Claim"), "text"),
    ("state", N_("State"), "text"),
    ("track", N_("Track"), "text"),
    ("area", N_("Area"), "text"),
    ("provider", N_("Provider"), "text"),
    ("class_number", N_("Class"), "text"),
    ("person", N_("Trainee"), "text"),
    ("since", N_("Since"), "date"),
    ("next_due", N_("Due"), "date"),
    ("planned_fen", N_("Planned (yuan)"), "money"),
    ("amount_fen", N_("Decided (yuan)"), "money"),
)


@doors.get("/claims", "claims.list")
def show_list(visit: Entering) -> Response:
    """Claims of the caller's areas, narrowed by the address."""
    wanted = wanted_claims(visit)
    with visit.reading() as session:
        given = {"city": visit.city, "areas": visit.areas, "today": visit.today}
        found = claim_page(session, wanted=wanted, after=_after(visit), **given)  # type: ignore[arg-type]
        count = claim_count(session, wanted=wanted, most=MOST_COUNTED, **given)  # type: ignore[arg-type]
    query = visit.query
    return page(
        visit,
        "claims.html",
        rows=found.rows,
        count=count,
        counted_all=count < MOST_COUNTED,
        wanted=wanted,
        query=query,
        next_page=link("/claims", **{**query, "after": found.next_after})
        if found.next_after
        else "",
        first_page=link("/claims", **{k: v for k, v in query.items() if k != "after"}),
        export=link("/claims.csv", **{k: v for k, v in query.items() if k != "after"}),
        states=[(code, state_name("claim", code, visit.language)) for code in CLAIM.labels],
        tracks=track_titles(visit),
        queues=queue_titles(visit),
        areas=[(area.id, area.name) for area in visit.all_areas if area.id in visit.areas],
    )


@doors.get("/claims.csv", "claims.export")
def export(visit: Entering) -> Response:
    """The whole list of the filter as a spreadsheet; people masked."""
    tracks = track_titles(visit)
    columns = [ExportColumn(key, visit.say(title), kind) for key, title, kind in EXPORTED]
    with visit.reading() as session:
        found = claims_for_export(
            session,
            city=visit.city,
            areas=visit.areas,
            wanted=wanted_claims(visit),
            today=visit.today,
        )
        rows = (
            asdict(row)
            | {
                "state": state_name("claim", row.state, visit.language),
                "track": tracks.get(row.track, row.track),
            }
            for row in found
        )
        content = export_csv(rows, columns=columns)
    return download(f"claims-{visit.today}.csv", content)


@doors.get("/claims/by-number/{number}", "claims.show")
def by_number(visit: Entering, number: str) -> Response:
    """The claim with this number."""
    with visit.reading() as session:
        claim_id = claim_id_of(session, city=visit.city, number=number)
    if claim_id is None:
        raise NotFoundError
    return show_claim(visit, claim_id)


@doors.get("/claims/{claim_id}", "claims.show")
def show_one(visit: Entering, claim_id: int) -> Response:
    """One claim with its road, clocks, money, reasons and deeds."""
    return show_claim(visit, claim_id)


@doors.post("/claims/{claim_id}/full-view", "people.full_view")
def full(visit: Entering, claim_id: int) -> Response:
    """The trainee's own data, unmasked: logged with the reason, shown once."""
    head = head_of(visit, claim_id)
    reason = visit.text("reason")
    if len(reason) < 4:
        raise FieldError("reason", N_("say in a few words why you need it"))
    with visit.writing() as session:
        data = full_view(session, visit.act(area_id=head.area_id), claim_id=claim_id, reason=reason)
    return page(visit, "full_view.html", head=head, data=data, reason=reason)


def show_claim(visit: Visit, claim_id: int, status: int = 200) -> Response:
    """The page of one claim."""
    head = head_of(visit, claim_id)
    act = visit.act(area_id=head.area_id)
    with visit.reading() as session:
        view = claim_view(session, city=visit.city, claim_id=claim_id)
        if view is None:
            raise NotFoundError
        values = {
            "clocks": deadlines_of(session, act, claim_id=claim_id),
            "tickets": tickets_of_claim(session, act, claim_id=claim_id),
            "papers": papers_of(session, claim_id=claim_id),
            "applied_by": of_claim(session, claim_id=claim_id),
            "level": level_view(session, act, claim_id=claim_id),
            "deeds": deeds_of(
                session,
                act,
                claim_id=claim_id,
                may=lambda door: visit.may(door, area_id=head.area_id),
            ),
        }
    return page(
        visit,
        "claim.html",
        status,
        view=view,
        head=view.head,
        track=track_titles(visit).get(view.head.track, view.head.track),
        queues=queue_titles(visit),
        documents=document_titles(visit),
        group_names=group_names(visit),
        trace=trace_rows(visit, view.receipt.trace if view.receipt else []),
        may_full_view=visit.may("people.full_view", area_id=view.head.area_id),
        mail_doors=visit.may("outbox.list", area_id=view.head.area_id),
        **values,
    )


def trace_rows(visit: Visit, trace: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a decision with their values as people read them: money in yuan, codes as words."""
    pack = visit.desk.office.packs[visit.city]
    money = {dated.means for dated in pack.dated.values() if dated.unit == "yuan"}
    routes = {code: route.name for code, route in pack.spec.routing.routes.items()}
    rows = []
    for step in trace:
        value, what = step["value"], str(step["what"])
        if isinstance(value, int) and (what in money or what.endswith("（分）")):
            shown, what = yuan(value), what.removesuffix("（分）")
        else:
            shown = routes.get(str(value)) or word(CODES, str(value), language=visit.language)
        rows.append({**step, "what": what, "shown": shown})
    return rows


def head_of(visit: Visit, claim_id: int) -> Head:
    """The claim if it lies within the caller's areas. Raises NotFoundError otherwise."""
    with visit.reading() as session:
        view = claim_view(session, city=visit.city, claim_id=claim_id)
    if view is None:
        raise NotFoundError
    visit.need_area(view.head.area_id)
    return view.head


def wanted_claims(visit: Visit) -> ClaimFilter:
    """The filter that the address asks for; what cannot be read is left out."""
    query = visit.query
    return ClaimFilter(
        state=query.get("state", "") if query.get("state") in CLAIM.labels else "",
        track=query.get("track", ""),
        area_id=_number(query.get("area")),
        provider_id=_number(query.get("provider")),
        class_id=_number(query.get("class")),
        number=query.get("number", "")[:40],
        overdue=query.get("overdue") == "1",
        due_from=_date(query.get("due_from")),
        due_to=_date(query.get("due_to")),
        queue=query.get("queue", ""),
        ended=query.get("ended") == "1",
    )


def _after(visit: Visit) -> int | None:
    return _number(visit.query.get("after"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
