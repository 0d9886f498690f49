"""The bureau where the firm is insured decides, by a second person; a request may be taken back."""

from __future__ import annotations

from typing import Literal

from sqlmodel import Session

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, no_permission, same_person
from subsidy.actions.uplifts.asking import ASKERS, not_their_unit
from subsidy.actions.uplifts.terms import STATES, against, let_go, percent_faults
from subsidy.records.tables import UpliftApproval
from subsidy.rules.verdict import NO_CLAUSE, Finding

DECIDERS = ("section_head", "leader")


def decide_uplift(
    session: Session,
    act: Act,
    *,
    uplift_id: int,
    decision: Literal["approve", "refuse"],
    percent: int | None = None,
    decision_number: str = "",
    reason: str = "",
) -> Outcome:
    """Approve a percentage (what was asked, unless less is given) with a decision number, or refuse.

    Only the bureau where the firm is insured, and not whoever asked; a no needs its reason.
    """
    row = _locked(session, act, uplift_id)
    given = row.percent_asked if percent is None else percent
    if decision == "approve" and (row.state, row.percent_approved) == ("approved", given):
        return Outcome(True, uplift_id, note="已审核同意，未作改动")
    faults = [*_not_their_bureau(act, row), *_not_asked(act, row, decision)]
    if row.asked_by == act.actor:
        faults.append(same_person(act, step="上浮审核", earlier="申请"))
    if decision == "approve":
        faults += percent_faults(act, given, on=row.applied_on, what="审批比例")
        if not decision_number.strip():
            faults.append(missing(act, "批准文号"))
    elif not reason.strip():
        faults.append(missing(act, "不予同意的理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=uplift_id)
    _sign(act, row, reason)
    if decision == "approve":
        row.state, row.percent_approved, row.approved_on = "approved", given, act.today
        row.decision_number = decision_number.strip()
    else:
        row.state = "refused"
    session.add(row)
    let_go(session, act, row)
    return Outcome(True, uplift_id)


def withdraw_uplift(session: Session, act: Act, *, uplift_id: int, reason: str) -> Outcome:
    """Take a request back: the asking side while it waits, the bureau once it is approved."""
    row = _locked(session, act, uplift_id)
    if row.state == "withdrawn":
        return Outcome(True, uplift_id, note="已撤回，未作改动")
    faults: list[Finding] = []
    if row.state == "approved":
        faults += _not_their_bureau(act, row)
    elif row.state == "asked":
        if row.asked_by != act.actor:
            faults += outside_of(session, act, area_id=row.area_id, roles=ASKERS)
            faults += not_their_unit(session, act, {row.unit_id})
    else:
        faults += _not_asked(act, row, "withdraw")
    if not reason.strip():
        faults.append(missing(act, "撤回理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=uplift_id)
    _sign(act, row, reason)
    row.state = "withdrawn"
    session.add(row)
    let_go(session, act, row)
    return Outcome(True, uplift_id)


def _sign(act: Act, row: UpliftApproval, reason: str) -> None:
    row.reason = reason.strip()
    row.decided_by, row.decided_at = act.actor, act.recorded_at


def _not_their_bureau(act: Act, row: UpliftApproval) -> list[Finding]:
    if not set(DECIDERS) & act.roles:
        return [no_permission(act, needs=DECIDERS)]
    if act.areas is not None and row.area_id not in act.areas:
        fault = "不是由企业参保所属人力社保部门审核"
        return [against(act, fault, on=row.applied_on)]
    return []


def _not_asked(act: Act, row: UpliftApproval, event: str) -> list[Finding]:
    if row.state == "asked":
        return []
    told = {"event": event, "state": STATES[row.state], "reasons": "该申请已经办结"}
    return [act.pack.book.finding("E1105", effect="refuse", source=NO_CLAUSE, facts=told)]


def _locked(session: Session, act: Act, uplift_id: int) -> UpliftApproval:
    row = session.get(UpliftApproval, uplift_id, with_for_update=True, populate_existing=True)
    if row is None or row.city != act.city:
        raise LookupError(f"{act.city} has no request {uplift_id} for an uplift")
    return row
