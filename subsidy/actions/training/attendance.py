"""Attendance: the distinct days a person came, and the share of the plan that a person looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.class_facts import ACCEPTED, class_row, days_of, days_text
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    Trainee,
    counted,
    not_found,
    remember,
    seen_before,
    trainees_of,
    verdicts_of,
    who,
)
from subsidy.actions.class_work.together import change_facts
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.actions.training.catching_up import catch_up
from subsidy.records.moves import NotMoved
from subsidy.records.tables import Attendance, Ticket, TrainingClass
from subsidy.rules.verdict import NO_CLAUSE, Finding, source_of

KIND = "attendance"
MARKERS = ("provider", "clerk")
SHARE, NEVER_CAME, TOO_MANY = "E214", "E513", "E1201"


def record_attendance(
    session: Session, act: Act, *, class_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Keep each person's days (`days`: ISO dates joined by commas); a later list replaces them.

    Days outside the class dates or the lesson plan are marked, kept and left to a person. Once the
    class is over, a share below the one that the bureau set opens a ticket that holds the claim.
    """
    row = class_row(session, class_id, lock=True)
    again = seen_before(session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=MARKERS)
    if row.state not in ACCEPTED:
        failed = NotMoved(class_id, "record_attendance", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return SheetResult.refused(*faults)
    trainees = trainees_of(session, class_id=class_id)
    kept = _attendance(session, trainees)
    verdicts: list[RowVerdict] = []
    changed: list[int] = []
    good = bad = 0
    for number, values in rows:
        trainee, code = who(act, trainees, values)
        if trainee is None:
            verdicts += verdicts_of(number, [not_found(act, code)])
            bad += 1
            continue
        days = tuple(date.fromisoformat(d) for d in values.get("days", "").split(",") if d)
        verdicts += verdicts_of(number, _off_plan(act, row, days))
        good += 1
        if _keep(session, act, row, trainee, kept, days):
            changed.append(trainee.enrolment.claim_id or 0)
    if changed:
        change_facts(session, changed)
    row.attendance_on = act.today
    session.add(row)
    session.flush()
    look_at_shares(session, act, row=row)
    result = SheetResult(
        done=True,
        taken=len(changed),
        unchanged=good - len(changed),
        bad=bad,
        verdicts=verdicts,
    )
    return remember(
        session,
        act,
        kind=KIND,
        subject=f"class:{class_id}",
        sha256=sha256,
        result=counted(result),
    )


def look_at_shares(session: Session, act: Act, *, row: TrainingClass) -> None:
    """Look at everybody's attendance once the class is over and the marks are in.

    No clause gives a share, so a low one only holds; days that are mended close the ticket and the
    claim catches up.
    """
    if act.today < row.ends_on or row.attendance_on is None or row.id is None:
        return
    trainees = trainees_of(session, class_id=row.id)
    kept = _attendance(session, trainees)
    for trainee in trainees.values():
        assert trainee.enrolment.id is not None
        mine = kept.get(trainee.enrolment.id)
        days = days_of(mine.days) if mine is not None else ()
        _look_at_share(session, act, row, trainee.enrolment.claim_id or 0, days)


def _look_at_share(
    session: Session, act: Act, row: TrainingClass, claim_id: int, days: Sequence[date]
) -> None:
    found = {finding.code: finding for finding in _share_faults(act, row, days)}
    mended = [code for code in (SHARE, NEVER_CAME, TOO_MANY) if code not in found]
    if close_when_mended(session, act, claim_id=claim_id, codes=mended):
        catch_up(session, act, claim_id=claim_id)
    looked_at = _looked_at(session, claim_id, days)
    for finding in found.values():
        if finding.code not in looked_at:
            open_ticket(
                session,
                act,
                code=finding.code,
                claim_id=claim_id,
                facts=dict(finding.facts),
                clause=finding.clause,
            )


def _looked_at(session: Session, claim_id: int, days: Sequence[date]) -> set[str]:
    """Codes that a person has settled for just these days: they are not opened again."""
    closed = session.exec(
        select(Ticket.code, Ticket.facts).where(
            Ticket.claim_id == claim_id,
            col(Ticket.code).in_((SHARE, NEVER_CAME, TOO_MANY)),
            col(Ticket.state).in_(("resolved", "overridden")),
            Ticket.outcome != "mended",
        )
    ).all()
    attended = f'"attended": {len(days)},'
    return {code for code, facts in closed if not days or attended in facts}


def _share_faults(act: Act, row: TrainingClass, days: Sequence[date]) -> list[Finding]:
    """What a person has to see in one day-set: too few, none, or more days than planned."""
    planned = len(row.lesson_days.split())
    inside = [day for day in days if row.starts_on <= day <= row.ends_on]
    if not inside:
        return [entry_fault(act, NEVER_CAME, effect="hold")]
    if len(inside) > planned:
        return [entry_fault(act, TOO_MANY, effect="hold", attended=len(inside), planned=planned)]
    dated = act.pack.dated.get("attendance_percent")
    share = dated.on(row.starts_on) if dated is not None else None
    if share is None or share.unset or len(inside) * 100 >= planned * share.value:
        return []
    return [
        entry_fault(
            act,
            SHARE,
            effect="hold",
            source=source_of(share),
            attended=len(inside),
            planned=planned,
            percent=share.value,
        )
    ]


def _off_plan(act: Act, row: TrainingClass, days: Sequence[date]) -> list[Finding]:
    """Days that are no lesson days: outside the class, or between the lessons."""
    outside = [day for day in days if not row.starts_on <= day <= row.ends_on]
    lessons = set(days_of(row.lesson_days))
    between = [day for day in days if day not in lessons and day not in outside]
    found = []
    for code, wrong in (("E1204", outside), ("E525", between)):
        if wrong:
            found.append(
                entry_fault(
                    act, code, effect="warn", column="days", source=NO_CLAUSE, count=len(set(wrong))
                )
            )
    return found


def _attendance(session: Session, trainees: Mapping[str, Trainee]) -> dict[int, Attendance]:
    ids = [trainee.enrolment.id for trainee in trainees.values()]
    found = session.exec(select(Attendance).where(col(Attendance.enrolment_id).in_(ids))).all()
    return {row.enrolment_id: row for row in found}


def _keep(
    session: Session,
    act: Act,
    row: TrainingClass,
    trainee: Trainee,
    kept: dict[int, Attendance],
    days: Sequence[date],
) -> bool:
    """Write a day-set; False if it says nothing new."""
    enrolment_id = trainee.enrolment.id
    assert enrolment_id is not None
    text = days_text(days)
    mine = kept.get(enrolment_id)
    if mine is not None and mine.days == text:
        return False
    if mine is None:
        mine = Attendance(enrolment_id=enrolment_id, city=row.city, entered_at=act.recorded_at)
        kept[enrolment_id] = mine
    mine.days = text
    mine.day_count = len({day for day in days if row.starts_on <= day <= row.ends_on})
    mine.entered_by, mine.entered_at = act.actor, act.recorded_at
    session.add(mine)
    return True
