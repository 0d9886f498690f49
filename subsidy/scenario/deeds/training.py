"""Deeds in and after the class room: attendance, completion, assessments, certificates."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions import classes, training
from subsidy.records.tables import ClaimProgress
from subsidy.scenario.reading import Step
from subsidy.scenario.stage import Stage, deed

LEVELS = {
    "5": "五级",
    "4": "四级",
    "3": "三级",
    "2": "二级",
    "1": "一级",
    "special": "专项职业能力",
}


@deed
def upload_attendance(stage: Stage, step: Step) -> None:
    """Hand in who came on which day; `short` and `absent_days` lower the days of some rows."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    fewer = {t["row"]: t["days"] for t in (*step.get("short", ()), *step.get("absent_days", ()))}
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, part.key)
        days = [date.fromisoformat(text) for text in row.lesson_days.split()]
        here = stage.claims(session, part.key)
        gone = set(range(1, len(stage.cast.roster(part)) + 1)) - set(here)
        content = stage.cast.attendance_sheet(part, days, attended=fewer, gone=gone)
        stage.upload(step, session, act, kind="attendance", content=content)


@deed
def complete_class(stage: Stage, step: Step) -> None:
    """Finish a class."""
    step = step.model_copy(update={"city": stage.part(step.get("class")).city})
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, step.get("class"))
        assert row.id is not None
        stage.check(step, classes.complete_class(session, act, class_id=row.id))


@deed
def upload_assessments(stage: Stage, step: Step) -> None:
    """Hand in the results of a sitting, and say when certificates were issued."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    failed, absent = set(step.get("failed", ())), set(step.get("absent", ()))
    resit = step.get("resit")
    with stage.deed(step) as (session, act):
        here = stage.claims(session, part.key)
        sat = set(resit) if resit else _in_state(session, here, ("completed",))
        results = {
            n: "不合格" if n in failed else "缺考" if n in absent else "合格" for n in sorted(sat)
        }
        content = stage.cast.assessment_sheet(
            part, results, on=stage.today, attempt=2 if resit else 1
        )
        stage.upload(step, session, act, kind="assessments", content=content, sat_on=stage.today)
        issued = step.get("issued")
        if issued is not None:
            row = stage.class_row(session, part.key)
            assert row.id is not None
            passed = [here[n] for n, result in results.items() if result == "合格"]
            done = training.issue_certificates(
                session, act, class_id=row.id, issued_on=issued, claim_ids=passed
            )
            stage.check(step, done)


def _in_state(session: Session, here: dict[int, int], states: tuple[str, ...]) -> set[int]:
    standing = session.exec(
        select(ClaimProgress.claim_id).where(
            col(ClaimProgress.claim_id).in_(list(here.values())),
            col(ClaimProgress.state).in_(states),
        )
    ).all()
    return {n for n, claim_id in here.items() if claim_id in set(standing)}


@deed
def upload_certificates(stage: Stage, step: Step) -> None:
    """Register the certificates of everybody who passed and has none yet."""
    part = stage.part(step.get("class"))
    project = next(p for p in stage.story.projects if p.key == part.project)
    step = step.model_copy(update={"city": part.city})
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, part.key)
        here = stage.claims(session, part.key)
        progress = {
            p.claim_id: p
            for p in session.exec(
                select(ClaimProgress).where(
                    col(ClaimProgress.claim_id).in_(list(here.values())),
                    col(ClaimProgress.state).in_(("assessed", "applied")),
                )
            )
        }
        issued: dict[int, date] = {}
        for number, claim_id in here.items():
            claim = progress.get(claim_id)
            if claim is not None and claim.certificate_pending:
                known = claim.certificate_issued
                issued[number] = step.get("issued") or (
                    known if known <= stage.today else row.ends_on
                )
        content = stage.cast.certificate_sheet(
            part,
            issued,
            level=LEVELS.get(project.level, ""),
            repeated=step.get("repeated_number", 0),
        )
        stage.upload(step, session, act, kind="certificates", content=content)
