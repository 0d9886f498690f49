"""A firm asks for the higher rate: before the training starts, where it is insured (四（一）)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.grounds.permits import ABOVE, area_name
from subsidy.actions.grounds.refusals import missing, no_permission
from subsidy.actions.uplifts.terms import (
    KEY,
    STANDING,
    against,
    let_go,
    limit_on,
    percent_faults,
)
from subsidy.records.tables import (
    Account,
    Area,
    CatalogueItem,
    Provider,
    TrainingClass,
    UpliftApproval,
)
from subsidy.rules.verdict import Finding

ASKERS = ("provider", "clerk")


@dataclass(frozen=True, kw_only=True)
class UpliftForm:
    """What a firm asks for: a class, or the training that it will apply for without one."""

    insured_area_id: int
    """Area where the firm is insured; its bureau decides."""
    ground: str
    """How trade friction hits the firm; nothing personal."""
    class_id: int | None = None
    unit_id: int | None = None
    """The firm; for a class the unit that trains, unless another firm sends its employees."""
    track: str = ""
    item_id: int | None = None
    starts_on: date | None = None
    percent: int | None = None
    """What is asked for; None: as much as the clause gives."""


@dataclass(frozen=True)
class _Scope:
    """The training that is asked for, from the class or from the form."""

    unit_id: int
    track: str
    item_id: int | None
    starts_on: date
    area_id: int | None


def ask_uplift(session: Session, act: Act, *, form: UpliftForm) -> Outcome:
    """Ask for the higher rate. Refused on the first day of training and after, and above the limit."""
    if KEY not in act.pack.dated:
        return Outcome.refused(entry_fault(act, "E524", faults="本市政策没有上浮条款"))
    scope = _scope(session, act, form)
    if isinstance(scope, Finding):
        return Outcome.refused(scope)
    percent = form.percent if form.percent is not None else limit_on(act, act.today) or 0
    earlier = _standing(session, act, form, scope)
    if earlier is not None and _same(earlier, form, scope, percent):
        return Outcome(True, earlier.id, note="已申请上浮，未作改动")
    faults = [
        *_outside(session, act, form, scope),
        *_scope_faults(session, act, form, scope),
        *percent_faults(act, percent, on=act.today, what="申请比例"),
    ]
    if not form.ground.strip():
        faults.append(missing(act, "受经贸摩擦影响的说明"))
    if earlier is not None:
        faults.append(entry_fault(act, "E524", faults="该培训已有上浮申请，须先撤回"))
    if faults:
        return Outcome.refused(*faults, subject_id=earlier.id if earlier else None)
    row = _row(act, form, scope, percent)
    session.add(row)
    let_go(session, act, row)
    return Outcome(True, row.id)


def _scope(session: Session, act: Act, form: UpliftForm) -> _Scope | Finding:
    """The training, its class or firm locked: of two requests at once the second sees the first."""
    if form.class_id is not None:
        row = session.get(
            TrainingClass, form.class_id, with_for_update=True, populate_existing=True
        )
        if row is None or row.city != act.city:
            raise LookupError(f"{act.city} has no class {form.class_id}")
        return _Scope(
            form.unit_id or row.provider_id, row.track, row.item_id, row.starts_on, row.area_id
        )
    if form.unit_id is None or not form.track or form.starts_on is None:
        return missing(act, "企业、补贴类别和培训开始日期")
    session.get(Provider, form.unit_id, with_for_update=True)
    return _Scope(form.unit_id, form.track, form.item_id, form.starts_on, None)


def _scope_faults(session: Session, act: Act, form: UpliftForm, scope: _Scope) -> list[Finding]:
    faults = []
    unit, area = session.get(Provider, scope.unit_id), session.get(Area, form.insured_area_id)
    item = session.get(CatalogueItem, scope.item_id) if scope.item_id is not None else None
    track = act.pack.tracks.get(scope.track)
    if unit is None or unit.city != act.city:
        faults.append(entry_fault(act, "E524", faults="没有这个单位"))
    if area is None or area.city != act.city:
        faults.append(entry_fault(act, "E524", faults="参保地不属于本市"))
    if scope.item_id is not None and (item is None or item.track != scope.track):
        faults.append(entry_fault(act, "E524", faults="项目不属于该补贴类别"))
    if track is None or track.spec.amount.uplift == "no":
        faults.append(against(act, "该补贴类别没有可上浮的标准", on=act.today))
    if act.today >= scope.starts_on:
        faults.append(against(act, "未在培训开始前申请", on=act.today))
    return faults


def _outside(session: Session, act: Act, form: UpliftForm, scope: _Scope) -> list[Finding]:
    """A clerk takes the request where the firm is insured or where the class is held."""
    if act.actor.startswith("flow:"):
        return []
    able = {name for role in ASKERS for name in (role, *ABOVE.get(role, ()))}
    if not able & act.roles:
        return [no_permission(act, needs=ASKERS)]
    near = {form.insured_area_id, scope.area_id}
    if act.areas is not None and not near & act.areas:
        return [no_permission(act, area=area_name(session, form.insured_area_id))]
    row = session.get(TrainingClass, form.class_id) if form.class_id is not None else None
    units = {scope.unit_id, *([row.provider_id] if row is not None else [])}
    return not_their_unit(session, act, units)


def not_their_unit(session: Session, act: Act, units: Collection[int]) -> list[Finding]:
    """Whether the actor's account belongs to one unit, and that is another than these."""
    number = act.actor.removeprefix("user:")
    account = session.get(Account, int(number)) if number.isdigit() else None
    if account is None or account.provider_id is None or account.provider_id in units:
        return []
    return [no_permission(act, needs=("clerk",))]


def unit_by_code(session: Session, act: Act, credit_code: str) -> int | None:
    """Id of the city's unit with this credit code."""
    query = select(Provider.id).where(
        Provider.city == act.city, Provider.credit_code == credit_code.strip().upper()
    )
    return session.exec(query).first()


def _standing(session: Session, act: Act, form: UpliftForm, scope: _Scope) -> UpliftApproval | None:
    """The request for the same training that is not refused or withdrawn."""
    query = select(UpliftApproval).where(
        UpliftApproval.city == act.city, col(UpliftApproval.state).in_(STANDING)
    )
    if form.class_id is not None:
        query = query.where(UpliftApproval.class_id == form.class_id)
    else:
        query = query.where(
            col(UpliftApproval.class_id).is_(None),
            UpliftApproval.unit_id == scope.unit_id,
            UpliftApproval.track == scope.track,
            UpliftApproval.item_id == scope.item_id,
            UpliftApproval.starts_on == scope.starts_on,
        )
    return session.exec(query).first()


def _same(row: UpliftApproval, form: UpliftForm, scope: _Scope, percent: int) -> bool:
    return (row.unit_id, row.area_id, row.percent_asked) == (
        scope.unit_id,
        form.insured_area_id,
        percent,
    )


def _row(act: Act, form: UpliftForm, scope: _Scope, percent: int) -> UpliftApproval:
    return UpliftApproval(
        city=act.city,
        unit_id=scope.unit_id,
        area_id=form.insured_area_id,
        class_id=form.class_id,
        track=scope.track,
        item_id=scope.item_id,
        starts_on=scope.starts_on,
        applied_on=act.today,
        percent_asked=percent,
        ground=form.ground.strip(),
        asked_by=act.actor,
        asked_at=act.recorded_at,
    )
