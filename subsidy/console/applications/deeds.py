"""What is done with an application after it was lodged: by the unit, by the office, by signers."""

from __future__ import annotations

from typing import Literal, cast

from starlette.responses import Response

from subsidy.actions import applications as work
from subsidy.console.answers import done_or_refused
from subsidy.console.applications.fields import entry_values
from subsidy.console.applications.lists import OFFICES
from subsidy.console.applications.lodging import BACK
from subsidy.console.applications.reach import act_in, asked_of, in_reach, root
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.uploads import take_list, upload_page
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit

doors = Doors()
BY_APPLICANTS = ("certificates", "drop_outs")


@doors.post("/applications/{application_id}/finish", "applications.enter")
@doors.post("/own/applications/{application_id}/finish", "own.apply")
def finish(visit: Entering, application_id: int) -> Response:
    """Report the end of the training or event."""
    view = in_reach(visit, application_id)
    ends_on = visit.day("ends_on")
    with visit.writing() as session:
        act = act_in(visit, view.row.area_id)
        outcome = work.finish(session, act, application_id=application_id, ends_on=ends_on)
    note = visit.say(N_("The end is reported."))
    return done_or_refused(visit, outcome, to=_at(visit, application_id), note=note)


@doors.post("/applications/{application_id}/supply", "applications.enter")
@doors.post("/own/applications/{application_id}/supply", "own.apply")
def supply(visit: Entering, application_id: int) -> Response:
    """Fill in entries and add papers, for all persons or for one claim."""
    view = in_reach(visit, application_id)
    track = visit.desk.office.packs[visit.city].tracks.get(view.row.track)
    if track is None:
        raise NotFoundError
    claim = visit.text("claim_id")
    if claim and claim not in {str(each.id) for each in view.claims}:
        raise FieldError("claim_id", N_("choose one of the answers"))
    values = entry_values(visit, asked_of(visit, track), view.stated)
    if not values:
        raise FieldError("papers", N_("fill in at least one field"))
    with visit.writing() as session:
        outcome = work.supply(
            session,
            act_in(visit, view.row.area_id),
            application_id=application_id,
            values=values,
            claim_id=int(claim) if claim else None,
        )
    note = visit.say(N_("The entries are kept."))
    return done_or_refused(visit, outcome, to=_at(visit, application_id), note=note)


@doors.post("/applications/{application_id}/apply", "applications.enter")
@doors.post("/own/applications/{application_id}/apply", "own.apply")
def apply(visit: Entering, application_id: int) -> Response:
    """Apply for its claims, with the signed commitment."""
    view = in_reach(visit, application_id)
    signed = visit.day("commitment_on")
    with visit.writing() as session:
        act = act_in(visit, view.row.area_id)
        outcome = work.apply_for(session, act, application_id=application_id, commitment_on=signed)
    note = visit.say(N_("Applied."))
    return done_or_refused(visit, outcome, to=_at(visit, application_id), note=note)


@doors.post("/applications/{application_id}/check", "applications.check")
def check(visit: Entering, application_id: int) -> Response:
    """The industry authority's first check."""
    view = in_reach(visit, application_id)
    with visit.writing() as session:
        act = act_in(visit, view.row.area_id)
        outcome = work.check_first(session, act, application_id=application_id)
    note = visit.say(N_("The first check is signed."))
    return done_or_refused(visit, outcome, to=_at(visit, application_id), note=note)


@doors.post("/applications/{application_id}/accept", "applications.accept")
def accept(visit: Entering, application_id: int) -> Response:
    """One of the two signatures under the joint acceptance."""
    view = in_reach(visit, application_id)
    office = visit.text("office")
    if office not in OFFICES:
        raise FieldError("office", N_("choose one of the answers"))
    with visit.writing() as session:
        outcome = work.accept(
            session,
            act_in(visit, view.row.area_id),
            application_id=application_id,
            office=cast(Literal["finance", "hr"], office),
        )
    note = visit.say(N_("The acceptance is signed."))
    return done_or_refused(visit, outcome, to=_at(visit, application_id), note=note)


@doors.post("/applications/{application_id}/upload/results", "applications.results")
def upload_results(visit: Entering, application_id: int) -> Response:
    """Who finished and passed."""
    return _upload(visit, application_id, "results")


@doors.post("/applications/{application_id}/upload/registers", "applications.registers")
def upload_registers(visit: Entering, application_id: int) -> Response:
    """What outside registers answered."""
    return _upload(visit, application_id, "registers")


@doors.post("/applications/{application_id}/upload/{kind}", "applications.enter")
@doors.post("/own/applications/{application_id}/upload/{kind}", "own.upload")
def upload(visit: Entering, application_id: int, kind: str) -> Response:
    """Certificates, or who left before the end."""
    if kind not in BY_APPLICANTS:
        raise NotFoundError
    return _upload(visit, application_id, kind)


def _upload(visit: Visit, application_id: int, kind: str) -> Response:
    view = in_reach(visit, application_id)
    act = act_in(visit, view.row.area_id)
    told = take_list(visit, act, f"application_{kind}", application_id=application_id)
    return upload_page(visit, told, back=_at(visit, application_id), back_title=visit.say(BACK))


def _at(visit: Visit, application_id: int) -> str:
    return f"{root(visit)}/{application_id}"
