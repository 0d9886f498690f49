"""The day on which certificates were issued starts the clock of their registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from states.chart import FAR
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.together import Together, claims_of, move_together
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.records.moves import NotMoved
from subsidy.records.tables import ClaimProgress, TrainingClass
from subsidy.rules.verdict import Finding

REGISTRARS = ("provider", "assessor", "clerk")


def issue_certificates(
    session: Session, act: Act, *, class_id: int, issued_on: date, claim_ids: Sequence[int] = ()
) -> Outcome:
    """Record the day on which certificates were issued: the window of their registration opens.

    `claim_ids` limits it to some of the class; those whose day is known stay as they are.
    """
    row = class_row(session, class_id, lock=True)
    faults = outside_of(session, act, area_id=row.area_id, roles=REGISTRARS)
    if row.state != "completed":
        failed = NotMoved(class_id, "issue_certificates", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    faults += date_faults(act, row, issued_on)
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    wanted = set(claim_ids)
    rows = [
        claim
        for claim in claims_of(session, class_id=class_id)
        if (not wanted or claim.claim_id in wanted) and claim.certificate_issued == FAR
    ]
    if not rows:
        return Outcome(True, class_id, note="发证日期已登记，未作改动")
    if row.certificates_on is None or issued_on > row.certificates_on:
        row.certificates_on = issued_on
        session.add(row)
    done = start_clock(session, act, rows, issued_on)
    return Outcome(True, class_id, moved=done.moved, left=done.left)


def start_clock(
    session: Session, act: Act, rows: Sequence[ClaimProgress], issued_on: date
) -> Together:
    """Start the clock of registration for claims that are assessed or have applied."""
    moment = act.moment(certificate_issued=issued_on)
    waiting = [claim for claim in rows if claim.certificate_pending]
    return move_together(session, act, event="issue_certificate", moment=moment, rows=waiting)


def date_faults(act: Act, row: TrainingClass, issued_on: date) -> list[Finding]:
    """A day of issue lies between the end of the class and today."""
    fault = ""
    if issued_on > act.today:
        fault = "晚于今天"
    elif issued_on < row.ends_on:
        fault = "早于结业日"
    return [entry_fault(act, "E527", column="issued_on", fault=fault)] if fault else []
