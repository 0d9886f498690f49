"""Drive claims of any track from where it enters to where it ends, through the real actions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions import applications
from subsidy.actions.claims import apply_for_class
from subsidy.actions.classes import (
    ClassPlan,
    complete_class,
    decide_filing,
    file_class,
    plan_class,
)
from subsidy.actions.registers import record_answers, record_line_answers
from subsidy.actions.rosters import enrol
from subsidy.actions.training import (
    issue_certificates,
    record_assessments,
    record_attendance,
    register_certificates,
)
from subsidy.records.tables import Claim, Person
from subsidy.rules.policy import Track
from tests.tracks.ending import publicise_results
from tests.tracks.entries import days_of, needs_period, stated_for
from tests.tracks.town import (
    AFTER,
    ASSESSOR,
    AUTHORITY,
    CLERK,
    ENDS,
    FINANCE,
    HEAD,
    ISSUED,
    LESSONS,
    LODGED,
    REGISTERED,
    STARTS,
    UNIT,
    Town,
    brief_rows,
    done,
    level_of_rates,
    project_of,
    register_rows,
    rows_for,
    taken,
)

APPLIED = date(2020, 11, 18)
LISTED_ON = date(2020, 11, 2)
"""Day of applications that come when everything has happened."""


def through_class(town: Town, track: Track) -> list[int]:
    """A class of the track with its people, taken to the state before the application."""
    session = town.session
    ids = _class_until_completed(town, track, rows_for(town, track))
    class_id = session.get_one(Claim, ids[0]).class_id or 0
    stages = set(track.stages)
    if "assessed" in stages:
        rows = brief_rows(town, result="passed", theory="85", practice="90")
        assessor = town.act(AFTER, ASSESSOR)
        taken(record_assessments(session, assessor, class_id=class_id, rows=rows))
    if "certified" in stages:
        issued = town.act(ISSUED, UNIT)
        done(issue_certificates(session, issued, class_id=class_id, issued_on=town.on(ISSUED)))
        act = town.act(REGISTERED, UNIT)
        taken(register_certificates(session, act, class_id=class_id, rows=_certificates(town)))
    answers = town.act(REGISTERED, CLERK)
    taken(record_answers(session, answers, class_id=class_id, rows=register_rows(town)))
    publicise_results(town, track, ids)
    if "applied" in stages:
        act = town.act(APPLIED, UNIT)
        done(apply_for_class(session, act, class_id=class_id, commitment_on=town.on(APPLIED)))
    return ids


def as_allowance(town: Town, track: Track) -> list[int]:
    """The allowance claims of a class of the parent track."""
    parent = town.pack.tracks[track.spec.of_tracks[0]]
    session = town.session
    helped = track if track.spec.only_groups is not None else parent
    ids = _class_until_completed(town, parent, rows_for(town, helped))
    class_id = session.get_one(Claim, ids[0]).class_id or 0
    act = town.act(AFTER, UNIT)
    done(applications.claim_allowances(session, act, class_id=class_id, track=track.code))
    answers = town.act(REGISTERED, CLERK)
    taken(record_answers(session, answers, class_id=class_id, rows=register_rows(town)))
    act = town.act(APPLIED, UNIT)
    children = _ids(session, Claim.class_id == class_id, Claim.track == track.code)
    done(
        apply_for_class(
            session, act, class_id=class_id, claim_ids=children, commitment_on=town.on(APPLIED)
        )
    )
    return children


def _class_until_completed(
    town: Town, track: Track, rows: Sequence[tuple[int, dict[str, str]]]
) -> list[int]:
    session, item_id = town.session, project_of(town, track)
    plan = ClassPlan(
        title=track.name_zh,
        starts_on=town.on(STARTS),
        ends_on=town.on(ENDS),
        lesson_days=[town.on(day) for day in LESSONS],
        teacher="陈老师",
        room="201",
        planned_heads=40,
    )
    planner = town.act(LODGED, UNIT)
    class_id = done(
        plan_class(
            session,
            planner,
            number=f"B-{track.code}",
            provider_id=town.unit_id,
            item_id=item_id,
            area_id=town.area_id,
            plan=plan,
        )
    )
    taken(enrol(session, planner, class_id=class_id, rows=list(rows)))
    _vouchers(town, track)
    _state_class(town, track, class_id)
    done(file_class(session, planner, class_id=class_id))
    clerk = town.act(LODGED, CLERK)
    done(decide_filing(session, clerk, class_id=class_id, decision="accept"))
    done(complete_class(session, town.act(AFTER, UNIT), class_id=class_id))
    days = ",".join(town.on(day).isoformat() for day in LESSONS)
    act = town.act(AFTER, UNIT)
    taken(record_attendance(session, act, class_id=class_id, rows=brief_rows(town, days=days)))
    return _ids(session, Claim.class_id == class_id)


def through_file(town: Town, track: Track, *, number: str = "") -> list[int]:
    """An application of the track, taken to the state before the review."""
    session, stages = town.session, set(track.stages)
    starts, ends = days_of(town, track)
    begins = track.stages[0]
    days = {"applied": LISTED_ON, "assessed": LISTED_ON, "approved": LISTED_ON, "completed": AFTER}
    day = days.get(begins, LODGED)
    item_id = None
    if starts is not None or any(g.gate == "approved_project" for g in track.spec.gates):
        item_id = project_of(town, track)
    form = applications.ApplicationForm(
        number=number or f"A-{track.code}",
        track=track.code,
        area_id=town.area_id,
        provider_id=town.unit_id,
        item_id=item_id,
        period=needs_period(town, track),
        stated=stated_for(town, track),
        starts_on=starts,
        ends_on=ends,
        commitment_on=town.on(day),
    )
    rows = rows_for(town, track, **_trade(town, track))
    wants_rows = track.has_person or bool(set(track.spec.amount.heads_by) - {"planned"})
    lodged = applications.lodge(
        session, town.act(day, UNIT), form=form, rows=rows if wants_rows else ()
    )
    taken(lodged.result)
    application_id = lodged.application_id or 0
    if any(gate.gate == "first_check" for gate in track.spec.gates):
        checker = town.act(day, AUTHORITY)
        done(applications.check_first(session, checker, application_id=application_id))
    _go_on(town, track, application_id, rows=wants_rows)
    if any(gate.gate == "joint_acceptance" for gate in track.spec.gates):
        for office, actor in (("finance", FINANCE), ("hr", HEAD)):
            signer = town.act(APPLIED, actor)
            done(
                applications.accept(
                    session,
                    signer,
                    application_id=application_id,
                    office=office,  # type: ignore[arg-type]
                )
            )
    ids = _ids(session, Claim.application_id == application_id)
    assert ids
    publicise_results(town, track, ids)
    if "applied" in stages and begins != "applied":
        act = town.act(APPLIED, UNIT)
        done(
            applications.apply_for(
                session, act, application_id=application_id, commitment_on=town.on(APPLIED)
            )
        )
    return ids


def _trade(town: Town, track: Track) -> dict[str, str]:
    """Level and occupation that the person's certificate is for, where the track looks at them."""
    keys = {
        gate.gate: gate.key for gate in track.spec.gates if gate.gate in ("occupation", "level")
    }
    listed = {
        name: value.value[0]
        for name, key in keys.items()
        if key
        for value in [town.pack.value(key, on=town.on(STARTS))]
        if not value.unset
    }
    level = listed.get("level") or level_of_rates(track)
    trade = listed.get("occupation", "")
    return {k: v for k, v in (("level", level), ("occupation", trade)) if v}


def _go_on(town: Town, track: Track, application_id: int, *, rows: bool) -> None:
    """End, results, certificates and registers of an application, as far as its road has them."""
    session, stages = town.session, track.stages
    if "completed" in stages and stages[0] not in ("completed",):
        act = town.act(AFTER, UNIT)
        done(
            applications.finish(session, act, application_id=application_id, ends_on=town.on(ENDS))
        )
    if rows and (("assessed" in stages and stages[0] != "assessed") or not track.has_person):
        values = {"finished": "yes", "theory": "yes", "practice": "yes", "result": "passed"}
        assessor = town.act(AFTER, ASSESSOR)
        listed = brief_rows(town, **values)
        act = assessor
        taken(applications.record_results(session, act, application_id=application_id, rows=listed))
    elif rows and track.needs_certificate:
        listed = brief_rows(town, finished="yes", result="passed")
        assessor = town.act(REGISTERED, ASSESSOR)
        taken(
            applications.record_results(
                session, assessor, application_id=application_id, rows=listed
            )
        )
    if rows and track.spec.certificate_kinds:
        act = town.act(REGISTERED, UNIT)
        kind = track.spec.certificate_kinds[0]
        listed = _certificates(
            town, certificate_kind=kind, level=_trade(town, track).get("level", "")
        )
        taken(
            applications.register_line_certificates(
                session, act, application_id=application_id, rows=listed
            )
        )
    if rows:
        clerk = town.act(REGISTERED, CLERK)
        listed = register_rows(town)
        taken(record_line_answers(session, clerk, application_id=application_id, rows=listed))


def _certificates(town: Town, **more: str) -> list[tuple[int, dict[str, str]]]:
    rows = brief_rows(town, issued_on=town.on(ISSUED).isoformat(), issuer="national", **more)
    return [
        (at, {**values, "certificate_number": f"ZS{at:08d}{more.get('certificate_kind', '')[:2]}"})
        for at, values in rows
    ]


def _vouchers(town: Town, track: Track) -> None:
    """A voucher for each person, where the track is paid through them."""
    key = next((g.key for g in track.spec.gates if g.gate == "instrument"), None)
    if key is None:
        return
    kinds = town.pack.value(key, on=town.on(STARTS)).value
    people = town.session.exec(select(Person).order_by(col(Person.id))).all()
    for at, person in enumerate(people):
        form = applications.InstrumentForm(
            number=f"Q-{at}",
            kind=kinds[0],
            track=track.code,
            person_id=person.id or 0,
            valid_until=town.on(date(2021, 6, 1)),
        )
        clerk = town.act(LODGED, CLERK)
        done(applications.issue_instrument(town.session, clerk, area_id=town.area_id, form=form))


def _state_class(town: Town, track: Track, class_id: int) -> None:
    """What holds for the whole class: papers, hours, the records in the systems."""
    stated = stated_for(town, track)
    values = {
        "papers": " ".join(stated.papers),
        "hours": str(stated.hours or ""),
        "systems": json.dumps(
            [
                {"system": r.system, "registered_on": r.registered_on.isoformat()}
                for r in stated.systems
            ]
        )
        if stated.systems
        else "",
    }
    if any(values.values()):
        act = town.act(LODGED, UNIT)
        done(applications.supply_class(town.session, act, class_id=class_id, values=values))


def _ids(session: Session, *where: object) -> list[int]:
    found = session.exec(select(Claim.id).where(*where).order_by(col(Claim.id))).all()  # type: ignore[arg-type]
    return [claim_id for claim_id in found if claim_id is not None]
