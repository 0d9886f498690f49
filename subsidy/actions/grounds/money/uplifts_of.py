"""The firm's uplift behind claims: by class, or by unit, track and first day of an application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from subsidy.records.tables import Application, Area, Claim, UpliftApproval
from subsidy.rules import facts as f

EMPLOYEES = "enterprise_employee"
"""四（一） raises the standard of 企业职工; others in the same class keep the plain one."""
STANDING = ("asked", "approved")


def uplifts_of(
    session: Session, rows: Sequence[tuple[Claim, Application | None]]
) -> dict[int, f.Uplift]:
    """Claim id → the request of its firm that is not refused or withdrawn, approved ones first."""
    classes = {claim.class_id for claim, _ in rows if claim.class_id is not None}
    units = {app.provider_id for _, app in rows if app is not None and app.provider_id is not None}
    if not classes and not units:
        return {}
    known = session.exec(
        select(UpliftApproval, Area.code)
        .join(Area, col(Area.id) == UpliftApproval.area_id)
        .where(
            col(UpliftApproval.state).in_(STANDING),
            col(UpliftApproval.class_id).in_(sorted(classes))
            | (col(UpliftApproval.class_id).is_(None) & col(UpliftApproval.unit_id).in_(units)),
        )
        .order_by(col(UpliftApproval.state).desc(), col(UpliftApproval.id))
    ).all()
    found: dict[int, f.Uplift] = {}
    for claim, application in rows:
        for row, insured_at in known:  # asked before approved, so that the approved one stays
            if claim.id is not None and _bears_on(row, claim, application):
                found[claim.id] = _facts(row, insured_at)
    return found


def for_employees(
    uplift: f.Uplift | None, person: f.PersonFacts, heads: Sequence[f.HeadFacts]
) -> f.Uplift | None:
    """The uplift, where the claim is for an employee, or for employees alone."""
    if uplift is None:
        return None
    people: Iterable[f.PersonFacts] = [h.person for h in heads] or [person]
    employed = all(any(g.group == EMPLOYEES for g in one.groups) for one in people)
    return uplift if employed else None


def _bears_on(row: UpliftApproval, claim: Claim, application: Application | None) -> bool:
    if row.city != claim.city:
        return False
    if application is None or row.class_id is not None:
        return row.class_id is not None and row.class_id == claim.class_id
    wanted = (application.provider_id, application.track, application.starts_on)
    if wanted != (row.unit_id, row.track, row.starts_on):
        return False
    return row.item_id in (None, application.item_id)


def _facts(row: UpliftApproval, insured_at: str) -> f.Uplift:
    approved = row.state == "approved"
    return f.Uplift(
        applied_on=row.applied_on,
        approved_on=row.approved_on if approved else None,
        percent=row.percent_approved if approved else row.percent_asked,
        approved_at=insured_at if approved else "",  # nobody else may approve
        insured_at=insured_at,
    )
