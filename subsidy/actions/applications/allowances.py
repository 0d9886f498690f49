"""Child claims of a class: a living allowance for each trainee of its groups, beside the main claim."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome, sync_roads
from subsidy.actions.applications.entering import enter_road
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.tables import Claim, ClaimProgress, Enrolment, Entitlement, Road, TrainingClass

APPLICANTS = ("provider", "clerk")
ENDED = ("completed",)


def claim_allowances(
    session: Session, act: Act, *, class_id: int, track: str, person_ids: Sequence[int] = ()
) -> Outcome:
    """Make the allowance claims of a class that has ended, for those whose group the track is for.

    They hang on the entitlement of the class and run on their own: a failed assessment does not end
    them. Making them again adds only those that are missing.
    """
    row = class_row(session, class_id, lock=True)
    plan = act.pack.tracks.get(track)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if plan is None or plan.spec.kind != "allowance" or row.track not in plan.spec.of_tracks:
        faults.append(entry_fault(act, "E562", faults="该班级没有这类补贴"))
    elif row.state not in ENDED:
        faults.append(entry_fault(act, "E562", faults="培训尚未结束"))
    if faults or plan is None:
        return Outcome.refused(*faults, subject_id=class_id)
    main = session.get_one(Road, row.road_id)
    road = session.get_one(Road, sync_roads(session, act)[track, main.route])
    groups = plan.spec.only_groups.groups if plan.spec.only_groups else []
    made = []
    for line, claim in _lines(session, class_id):
        wanted = not person_ids or line.person_id in person_ids
        if wanted and (not groups or line.group in groups):
            child = _child(session, act, row, claim, road, track)
            made += [child] if child is not None else []
    enter_road(session, act, claim_ids=made, track=plan)
    return Outcome(True, class_id, moved={plan.stages[0]: len(made)})


def _lines(session: Session, class_id: int) -> Sequence[tuple[Enrolment, Claim]]:
    query = (
        select(Enrolment, Claim)
        .join(Claim, col(Claim.id) == Enrolment.claim_id)
        .where(Enrolment.class_id == class_id, col(Enrolment.dropped_on).is_(None))
        .order_by(col(Enrolment.id))
    )
    return session.exec(query).all()


def _child(
    session: Session, act: Act, training: TrainingClass, parent: Claim, road: Road, track: str
) -> int | None:
    """The allowance claim under the parent's entitlement; None where it is there already."""
    entitlement = session.get_one(Entitlement, parent.entitlement_id)
    known = session.exec(
        select(Claim).where(
            Claim.entitlement_id == entitlement.id, Claim.kind == "allowance", Claim.period == ""
        )
    ).first()
    if known is not None:
        return None
    claim = Claim(
        city=parent.city,
        number=f"{parent.number}-SH",
        entitlement_id=entitlement.id or 0,
        kind="allowance",
        area_id=parent.area_id,
        road_id=road.id or 0,
        track=track,
        class_id=parent.class_id,
        person_id=parent.person_id,
        provider_id=parent.provider_id,
        fund=road.fund,
        created_on=act.today,
    )
    session.add(claim)
    session.flush()
    stages = road.stages.split()
    session.add(
        ClaimProgress(
            claim_id=claim.id or 0,
            road_id=road.id or 0,
            area_id=parent.area_id,
            state="listed",
            since=act.today,
            next_stage=stages[1] if stages[0] == "listed" else stages[0],
            levels=road.levels,
            certificate_pending=int("certified" in stages),
            training_starts=training.starts_on,
            training_ends=training.ends_on,
            may_pay=int(act.pack.may_pay(anchor=training.starts_on, track=track)),
        )
    )
    session.flush()
    return claim.id
