"""The end of a class: finished, with the attendance looked at, or cancelled with all its claims."""

from __future__ import annotations

from sqlmodel import Session

from states.training_class import TRAINING_CLASS
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.together import claims_of, move_together, withdraw_together
from subsidy.actions.classes.planning import PLANNERS
from subsidy.actions.deadlines.opening.class_rows import STEPS, close_class_windows
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible
from subsidy.actions.training.attendance import look_at_shares
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.tables import TrainingClass


def complete_class(session: Session, act: Act, *, class_id: int) -> Outcome:
    """Finish a class on or after its last day; the application window of its claims opens."""
    row = class_row(session, class_id, lock=True)
    if row.state == "completed":
        return Outcome(True, class_id, note="已结业，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    guards = ("class_has_ended",) if act.today < row.ends_on else ()
    if guards or (row.state, "complete") not in TRAINING_CLASS.edges:
        failed = NotMoved(class_id, "complete", row.state, guards)
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    move_subject(session, chart=TRAINING_CLASS, row=row, event="complete", moment=act.moment())
    done = move_together(
        session,
        act,
        event="complete",
        moment=act.moment(),
        rows=claims_of(session, class_id=class_id),
        target="completed",
    )
    if row.attendance_on is not None:
        look_at_shares(session, act, row=row)
    return Outcome(True, class_id, moved=done.moved, left=done.left)


def cancel_class(session: Session, act: Act, *, class_id: int, reason: str) -> Outcome:
    """Cancel a class that is not accepted yet; an accepted one is cancelled by a granted change."""
    row = class_row(session, class_id, lock=True)
    if row.state == "cancelled":
        return Outcome(True, class_id, note="已取消，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    if not reason.strip():
        faults.append(missing(act, "取消理由"))
    if row.state == "accepted" or (row.state, "cancel") not in TRAINING_CLASS.edges:
        failed = NotMoved(class_id, "cancel", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    return cancelled(session, act, row=row, note=reason)


def cancelled(session: Session, act: Act, *, row: TrainingClass, note: str) -> Outcome:
    """Cancel the class and withdraw every open claim of it."""
    assert row.id is not None
    session.add(row)
    move_subject(session, chart=TRAINING_CLASS, row=row, event="cancel", moment=act.moment(note))
    close_class_windows(session, act, row, *STEPS, status="closed")
    rows = claims_of(session, class_id=row.id)
    done = withdraw_together(session, act, rows=rows, note=note)
    return Outcome(True, row.id, moved=done.moved, left=done.left)
