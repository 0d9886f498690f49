"""Letters about what was decided on a claim: correction, refusal, approval, a failed assessment."""

from __future__ import annotations

import re

from sqlmodel import col, select

from states.claim import CLAIM
from subsidy.actions.messages.source import (
    GroundsMissingError,
    Source,
    Values,
    findings_of,
    lines_of,
)
from subsidy.records.tables import (
    Area,
    Assessment,
    Enrolment,
    LedgerEntry,
    Objection,
    ReviewAct,
)
from subsidy.rules.masking import hide

CITED = re.compile(r"（依据：(?P<clause>[^（）]*(?:（[^（）]*）[^（）]*)*)）$")
PASS_WORDS = {"theory": "理论", "practice": "实操"}
FAILED_MARKS = ("不合格", "failed", "缺考", "absent")


def about_claim(source: Source, area: Area | None = None) -> Values:
    """The head of a letter about a claim, signed by the office of `area` or the one that handles it."""
    office = source.office(area or source.area(source.claim.area_id))
    return {
        "office": office.name,
        "office_phone": office.phone,
        "claim_number": source.claim.number,
        "track": source.track.name_zh,
    }


def deciding_area(source: Source) -> Area:
    """The area whose office decides on the claim last: the city's where the last level is there."""
    levels = source.track.levels(source.road.route) or ()
    if levels and levels[-1].office == "city":
        return source.city_area
    return source.area(source.claim.area_id)


def correction_needed(source: Source) -> Values:
    """Everything that is to be mended, as it was listed when the claim was sent back."""
    act = _review_act(source, "sent_back")
    running = source.deadline("correction")
    rule = source.track.windows.get("correction")
    faults = [{"message": hide(line)} for line in lines_of(act.note if act else "")]
    if not faults:
        raise GroundsMissingError(f"claim {source.claim.id} was sent back without a list of faults")
    return about_claim(source) | {
        "faults": faults,
        "reply_by": running.told_by if running else None,
        "working_days": (rule.n if rule is not None else None) or 0,
    }


def claim_refused(source: Source) -> Values:
    """The grounds with clauses: what the reviewer wrote, what the rules found, what an objection showed."""
    act = _review_act(source, "rejected")
    reasons = [*(_written(source, act) if act else ()), *_objected(source)]
    reasons += [source.reason(item) for item in findings_of(source.decision, ("refusals",))]
    if not reasons:
        raise GroundsMissingError(f"claim {source.claim.id} was refused without grounds on record")
    area = deciding_area(source) if act is None or act.level > 1 else None
    area = area or source.area(source.claim.area_id)
    return about_claim(source, area) | {
        "decided_on": source.on,
        "reasons": reasons,
        "remedies": source.remedies(area),
    }


def claim_approved(source: Source) -> Values:
    """The sum, who gets it, and the step that follows on this claim's road."""
    return about_claim(source, deciding_area(source)) | {
        "approved_on": source.on,
        "amount_fen": _approved_fen(source),
        "payee": payee_name(source),
        "next_step": _next_step(source),
    }


def assessment_failed_resit(source: Source) -> Values:
    """When it was not passed and in which parts; a resit is arranged by the organising unit."""
    sat = source.session.exec(
        select(Assessment)
        .join(Enrolment, col(Enrolment.id) == Assessment.enrolment_id)
        .where(Enrolment.claim_id == source.claim.id, Assessment.result != "passed")
        .order_by(col(Assessment.attempt).desc())
        .limit(1)
    ).first()
    unit = source.provider
    running = source.deadline("resit")
    return about_claim(source) | {
        "assessed_on": sat.sat_on if sat else source.on,
        "failed_parts": [
            words for name, words in PASS_WORDS.items() if sat and _is_failed(getattr(sat, name))
        ],
        "resit_by": running.told_by if running else None,
        "resit_how": f"由{unit.name if unit else '培训机构'}统一报名，评价机构安排补考。",
    }


def payee_name(source: Source) -> str:
    """Name of the unit that is paid, or the masked name of the trainee."""
    person, unit = source.person, source.provider
    if person is not None and (source.paid_to_trainee or unit is None):
        return person.masked_name
    return unit.name if unit is not None else ""


def _review_act(source: Source, did: str) -> ReviewAct | None:
    """The act of review that this letter follows: of its very version, else the newest."""
    query = select(ReviewAct).where(ReviewAct.claim_id == source.claim.id, ReviewAct.act == did)
    acts = source.session.exec(query.order_by(col(ReviewAct.id).desc())).all()
    return next((a for a in acts if a.claim_version == source.version), None) or (
        acts[0] if acts and not source.version else None
    )


def _written(source: Source, act: ReviewAct) -> list[Values]:
    """The reviewer's reasons; the clause cited at the end stands behind all of them."""
    cited = CITED.search(act.note)
    note = act.note[: cited.start()] if cited else act.note
    clause = cited["clause"] if cited else ""
    return [source.reason({"message": line, "clause": clause}) for line in lines_of(note)]


def _objected(source: Source) -> list[Values]:
    found = source.session.exec(
        select(Objection).where(
            Objection.claim_id == source.claim.id,
            Objection.outcome == "upheld",
            Objection.decided_on == source.on,
        )
    ).all()
    words = dict.fromkeys(hide(row.reasons) for row in found)
    return [source.reason({"message": f"公示异议经核查成立：{text}"}) for text in words]


def _approved_fen(source: Source) -> int:
    booked = source.session.exec(
        select(LedgerEntry.amount_fen).where(
            LedgerEntry.claim_id == source.claim.id,
            LedgerEntry.claim_version == source.version,
            LedgerEntry.credit == "approved",
        )
    ).first()
    return source.progress.approved_fen if booked is None else booked


def _next_step(source: Source) -> str:
    stages = source.road.stages.split()
    at = stages.index("approved") + 1 if "approved" in stages else len(stages)
    following = stages[at] if at < len(stages) else "counted"
    label = CLAIM.labels[following]
    if following != "grant_publicised":
        return label
    window = source.track.windows.get("publicity")
    return f"{label}{window.n}个工作日" if window is not None and window.n else label


def _is_failed(mark: str) -> bool:
    return any(word in mark for word in FAILED_MARKS)
