"""What a granted change does to the class and to its claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from states.training_class import TRAINING_CLASS
from subsidy.actions.acting import Act
from subsidy.actions.class_changes.wanted import plan_dates
from subsidy.actions.class_work.together import Together, change_facts, claims_of, withdraw_together
from subsidy.actions.classes.finishing import cancelled
from subsidy.actions.classes.planning import plan_of, plan_onto_claims, write_plan
from subsidy.actions.uplifts.terms import keep_uplift_window
from subsidy.records.moves import move_subject
from subsidy.records.tables import Claim, ClaimProgress, Enrolment, LedgerEntry, TrainingClass

Effect = Callable[[Session, Act, TrainingClass, Mapping[str, Any], str], Together]


def _new_version(session: Session, act: Act, row: TrainingClass, note: str) -> None:
    """Lead the class through filing and acceptance once more: the history shows both."""
    session.add(row)
    for event in ("refile", "accept"):
        move_subject(session, chart=TRAINING_CLASS, row=row, event=event, moment=act.moment(note))


def _start(
    session: Session, act: Act, row: TrainingClass, values: Mapping[str, Any], note: str
) -> Together:
    """New dates: last day for filing, training dates and planned amounts follow; decisions lapse."""
    write_plan(act, row, plan_of(row, **plan_dates(values)))
    row.decided_on = act.today
    _new_version(session, act, row, note)
    plan_onto_claims(session, act, row)
    keep_uplift_window(session, act, row)
    assert row.id is not None
    _reserve_anew(session, act, claims_of(session, class_id=row.id))
    return Together()


def _reserve_anew(session: Session, act: Act, rows: list[ClaimProgress]) -> None:
    """Bring the money reserved for filed claims to the new plan, with a transfer of the difference."""
    for claim in rows:
        difference = claim.planned_fen - claim.reserved_fen
        if claim.reserved_fen == 0 or difference == 0:
            continue
        own = session.get_one(Claim, claim.claim_id)
        sides = ("budget", "reserved") if difference > 0 else ("reserved", "budget")
        session.add(
            LedgerEntry(
                city=own.city,
                fund=own.fund,
                area_id=own.area_id,
                claim_id=claim.claim_id,
                claim_version=claim.version,
                debit=sides[0],
                credit=sides[1],
                amount_fen=abs(difference),
                effective_on=act.today,
                recorded_at=act.recorded_at,
            )
        )
        change_facts(session, [claim.claim_id], reserved_fen=claim.planned_fen)
    session.flush()


def _teacher_or_room(
    session: Session, act: Act, row: TrainingClass, values: Mapping[str, Any], note: str
) -> Together:
    for name, value in values.items():
        setattr(row, name, value)
    _new_version(session, act, row, note)
    return Together()


def _drop_out(
    session: Session, act: Act, row: TrainingClass, values: Mapping[str, Any], note: str
) -> Together:
    """Withdraw the claims of those who left, and of nobody else."""
    assert row.id is not None
    lines = session.exec(
        select(Enrolment)
        .where(
            Enrolment.class_id == row.id,
            col(Enrolment.person_id).in_(values["person_ids"]),
            col(Enrolment.dropped_on).is_(None),
        )
        .order_by(col(Enrolment.id))
    ).all()
    for line in lines:
        line.dropped_on = act.today
        session.add(line)
    gone = {line.claim_id for line in lines}
    rows = [c for c in claims_of(session, class_id=row.id) if c.claim_id in gone]
    return withdraw_together(session, act, rows=rows, note=note)


def _cancel(
    session: Session, act: Act, row: TrainingClass, values: Mapping[str, Any], note: str
) -> Together:
    done = cancelled(session, act, row=row, note=note)
    return Together(done.moved, done.left)


APPLY: Mapping[str, Effect] = {
    "start": _start,
    "teacher": _teacher_or_room,
    "room": _teacher_or_room,
    "drop_out": _drop_out,
    "cancel": _cancel,
}
