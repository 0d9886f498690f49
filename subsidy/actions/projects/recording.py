"""Entered after the opinion: a district's approval filed with the city, and who proposed the standard.

Both are facts of every claim of the project, so open decisions are let go and made again.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.catalogue import EXAMINERS, FILERS
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.decisions import forget
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.records.tables import Application, CatalogueItem, Claim, ClaimProgress, TrainingClass

RECORDERS = ("clerk", *EXAMINERS)
CHUNK = 500


def record_city_filing(
    session: Session, act: Act, *, item_id: int, record: str, filed_on: date | None = None
) -> Outcome:
    """The city's bureau enters that a project which a district approved was filed with it (三（三）1（3）).

    No clause gives a time limit, so a late filing is entered like any other.
    """
    item = _locked(session, act, item_id)
    day = filed_on or item.city_filed_on or act.today
    if (item.city_filed_on, item.city_filed_record) == (day, record.strip()):
        return Outcome(True, item_id, note="已登记市级备案，未作改动")
    city = city_area(session, act.city).id or 0
    faults = outside_of(session, act, area_id=city, roles=RECORDERS)
    if not record.strip():
        faults.append(missing(act, "市级备案编号"))
    if item.approved_by != "district" or item.approved_on is None:
        told = "项目不是由区、县（市）审核同意的，无须报市级备案"
        faults.append(entry_fault(act, "E524", faults=told))
    elif not item.approved_on <= day <= act.today:
        told = "备案日须在区、县（市）审核同意之日至今日之间"
        faults.append(entry_fault(act, "E524", faults=told))
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    item.city_filed_on, item.city_filed_record = day, record.strip()
    return _entered(session, item)


def record_standard(
    session: Session, act: Act, *, item_id: int, level: Literal["city", "district"], record: str
) -> Outcome:
    """Enter which industry authority stands behind the standard, with its letter (四（二）)."""
    item = _locked(session, act, item_id)
    if (item.standard_by, item.standard_record) == (level, record.strip()):
        return Outcome(True, item_id, note="未作改动")
    faults = outside_of(session, act, area_id=item.area_id, roles=FILERS)
    if not record.strip():
        faults.append(missing(act, "行业主管部门的文号"))
    if level not in ("city", "district"):
        told = "补贴标准提出单位须为市级或区、县（市）级"
        faults.append(entry_fault(act, "E524", faults=told))
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    item.standard_by, item.standard_record = level, record.strip()
    return _entered(session, item)


def _entered(session: Session, item: CatalogueItem) -> Outcome:
    session.add(item)
    session.flush()
    item_id = item.id
    ids = session.exec(
        select(ClaimProgress.claim_id)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Application, col(Application.id) == Claim.application_id)
        .where(
            func.coalesce(TrainingClass.item_id, Application.item_id) == item_id,
            ClaimProgress.decision_current == 1,
        )
        .order_by(col(ClaimProgress.claim_id))
    ).all()
    for start in range(0, len(ids), CHUNK):
        forget(session, claim_ids=ids[start : start + CHUNK])
    return Outcome(True, item_id)


def _locked(session: Session, act: Act, item_id: int) -> CatalogueItem:
    item = session.get(CatalogueItem, item_id, with_for_update=True, populate_existing=True)
    if item is None or item.city != act.city:
        raise LookupError(f"{act.city} has no catalogue item {item_id}")
    return item
