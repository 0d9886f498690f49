"""Take in an application that hangs on no class: a unit's, or an authority's list of persons.

Each person is one claim, or, for a claim of a class or programme, one head of it. The claims enter the
road where their track begins; one that begins with the application is decided at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, select

from subsidy.actions.acting import Act
from subsidy.actions.applications.entering import enter_road
from subsidy.actions.applications.forms import (
    ApplicationForm,
    stated_text,
)
from subsidy.actions.applications.taking import TakenRow, Taker
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import Rows, RowVerdict, SheetResult, counted, verdicts_of
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.tables import (
    Application,
    CatalogueItem,
)
from subsidy.rules.checks.case import Verdicts
from subsidy.rules.checks.term import filing_term
from subsidy.rules.masking.texts import reveals
from subsidy.rules.policy import Track
from subsidy.rules.verdict import Finding

APPLICANTS = ("provider", "clerk", "industry")
LISTED = ("published",)


@dataclass(frozen=True, kw_only=True)
class Lodged:
    """What became of an application."""

    result: SheetResult
    application_id: int | None = None
    claim_ids: Sequence[int] = field(default_factory=tuple)


def lodge(session: Session, act: Act, *, form: ApplicationForm, rows: Rows = ()) -> Lodged:
    """Take an application in with its rows of persons; refused as a whole it changes nothing.

    A row with a fault stays out and says why; the others go on. The same number again adds the rows that
    are new. Claims of a person need rows; a claim of a class or programme may have none yet.
    """
    track = act.pack.tracks.get(form.track)
    faults = _faults(session, act, form, track)
    if faults or track is None:
        return Lodged(result=SheetResult.refused(*faults))
    row = _application(session, act, form, track)
    if isinstance(row, Finding):
        return Lodged(result=SheetResult.refused(row))
    taker = Taker(session, act, row, track)
    faults = taker.barred()
    if faults:
        return Lodged(result=SheetResult.refused(*faults))
    session.add(row)
    session.flush()
    if track.has_person:
        claim_ids, lines = taker.persons(rows)
    else:
        claim_ids, lines = taker.unit(rows)
    enter_road(session, act, claim_ids=claim_ids, track=track)
    return Lodged(result=counted(_result(lines)), application_id=row.id, claim_ids=tuple(claim_ids))


def _result(lines: Sequence[TakenRow]) -> SheetResult:
    good = [line for line in lines if not line.faults]
    verdicts: list[RowVerdict] = []
    for line in lines:
        verdicts += verdicts_of(line.number, line.faults or line.remarks)
    return SheetResult(
        done=True,
        taken=sum(1 for line in good if line.is_new),
        held=sum(1 for line in good if any(f.effect != "warn" for f in line.remarks)),
        unchanged=sum(1 for line in good if not line.is_new),
        bad=len(lines) - len(good),
        verdicts=verdicts,
    )


def _faults(
    session: Session, act: Act, form: ApplicationForm, track: Track | None
) -> list[Finding]:
    """What stands against the application as a whole."""
    faults = outside_of(session, act, area_id=form.area_id, roles=APPLICANTS)
    if track is None or track.spec.through != "file":
        return [*faults, entry_fault(act, "E562", faults="所选项目不按申报件办理")]
    if not form.number.strip():
        faults.append(entry_fault(act, "E562", faults="缺少申报编号"))
    if reveals(form.number) or reveals(form.period):  # both show on pages and in addresses
        faults.append(entry_fault(act, "E562", faults="编号和期间不能写个人号码"))
    if form.starts_on and form.ends_on and form.ends_on < form.starts_on:
        faults.append(entry_fault(act, "E562", faults="结束日早于开始日"))
    item = session.get(CatalogueItem, form.item_id) if form.item_id is not None else None
    theirs = item is not None and item.city == act.city and item.track in track.project_tracks
    if item is not None and not theirs:
        faults.append(entry_fault(act, "E562", faults="所选项目不属于本类补贴"))
    elif item is not None and item.state not in LISTED:
        faults.append(entry_fault(act, "E562", faults="所选项目未列入目录"))
    if form.provider_id is None and not track.has_person:
        faults.append(entry_fault(act, "E562", faults="没有申请单位"))
    out, day = Verdicts(act.pack), _deciding_day(form)
    if day is not None:  # a list of certificates has no day of its own: each claim has its own
        filing_term(act.pack, track=track.code, starts=day, filed_on=act.today, out=out)
    return [*faults, *out.refusals]


def _deciding_day(form: ApplicationForm) -> date | None:
    return form.starts_on or form.stated.period_starts


def _application(
    session: Session, act: Act, form: ApplicationForm, track: Track
) -> Application | Finding:
    """The row of this number, not yet kept if it is new; a finding where it means something else."""
    known = session.exec(
        select(Application).where(Application.city == act.city, Application.number == form.number)
    ).first()
    kind = track.spec.kind
    if known is not None:
        same = (known.track, known.kind, known.provider_id, known.item_id, known.period)
        if same != (form.track, kind, form.provider_id, form.item_id, form.period):
            return entry_fault(act, "E562", faults=f"编号{form.number}已用于另一申报件")
        return known
    return Application(
        city=act.city,
        number=form.number,
        track=form.track,
        kind=kind,
        period=form.period,
        area_id=form.area_id,
        provider_id=form.provider_id,
        item_id=form.item_id,
        stated=stated_text(form.stated),
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        lodged_on=act.today,
        lodged_by=act.actor,
        commitment_on=form.commitment_on,
    )
