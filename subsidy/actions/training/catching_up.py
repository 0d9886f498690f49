"""A claim that stood aside while its class went on goes through what it missed, under the guards."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, select

from states.claim import CLAIM
from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.class_work.class_facts import ACCEPTED, class_row
from subsidy.records.moves import Moment, Moved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Assessment, Certificate, Claim, Enrolment, TrainingClass
from subsidy.records.tables.claims import ProgressColumns

STEPS = 8
"""More class events than a claim can have missed."""


def catch_up(session: Session, act: Act, *, claim_id: int) -> Outcome:
    """Move a claim through the class events it missed, up to the certificate.

    Called when a claim comes back from `held` or `correcting`, and when a ticket that blocked it
    closes. An event is taken only where its guards hold; a filing counts on the day it came in.
    """
    claim = session.get_one(Claim, claim_id)
    if claim.class_id is None:
        return Outcome(True, claim_id, note="不随班办理")
    row = class_row(session, claim.class_id)
    moved: dict[str, int] = {}
    for _ in range(STEPS):
        step = _next(session, act, row, progress_of(session, claim_id))
        if step is None:
            return Outcome(True, claim_id, moved=moved)
        event, moment = step
        rules = PackRules(session, act)
        done = move(session, claim_id=claim_id, event=event, moment=moment, rules=rules)
        if not isinstance(done, Moved):
            left = ((claim_id, done.guards or (f"state:{done.source}",)),)
            return Outcome(True, claim_id, moved=moved, left=left)
        moved[done.target] = moved.get(done.target, 0) + 1
    return Outcome(True, claim_id, moved=moved)


def _next(
    session: Session, act: Act, row: TrainingClass, claim: ProgressColumns
) -> tuple[str, Moment] | None:
    """The class event that the claim's present state still waits for, if it has happened."""
    now = act.moment("补办班级环节")
    begins = claim.next_stage if claim.state == CLAIM.initial else ""
    if claim.state == "enrolled" or begins == "filed":
        if row.state not in ACCEPTED or row.filed_on is None:
            return None
        return "enter" if begins else "file", replace(now, today=row.filed_on)
    if claim.state == "filed" or begins == "completed":
        return ("enter" if begins else "complete", now) if row.state == "completed" else None
    if claim.state in ("completed", "failed"):
        return _result(session, claim, now)
    if claim.state in ("assessed", "applied", "correcting") and claim.certificate_pending:
        return _certificate(session, claim, now)
    return None


def _result(session: Session, claim: ProgressColumns, now: Moment) -> tuple[str, Moment] | None:
    last = session.exec(
        select(Assessment)
        .join(Enrolment, col(Enrolment.id) == Assessment.enrolment_id)
        .where(Enrolment.claim_id == claim.claim_id)
        .order_by(col(Assessment.attempt).desc())
    ).first()
    if last is None:
        return None
    if last.result == "passed":
        return "pass_assessment", now
    if last.result == "failed" and claim.state == "completed":
        return "fail_assessment", now
    return None


def _certificate(
    session: Session, claim: ProgressColumns, now: Moment
) -> tuple[str, Moment] | None:
    held = session.exec(
        select(Certificate)
        .join(Enrolment, col(Enrolment.id) == Certificate.enrolment_id)
        .where(Enrolment.claim_id == claim.claim_id)
        .order_by(col(Certificate.id).desc())
    ).first()
    if held is None:
        return None
    given = replace(now, given={"certificate_issued": held.issued_on})
    if claim.certificate_issued != held.issued_on and claim.state != "correcting":
        return "issue_certificate", given
    if held.registered_on is None:
        return None
    return ("certify" if claim.state == "assessed" else "attach_certificate"), given
