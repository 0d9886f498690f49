"""More time, or none needed: an extension or a waiver, asked with clause and reason, granted by another.

Both act on the clock of one claim and stay in it as entries. An extension of a window that was missed lets
it run again; one of a late application lets the decision pass, with the clause that was given.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, Outcome, window_of
from subsidy.actions.class_work.together import change_facts
from subsidy.actions.deadlines.duties import code_of
from subsidy.actions.deadlines.ending import is_ours
from subsidy.actions.deadlines.mending import is_outstanding
from subsidy.actions.deadlines.recounting import EXTENDED, attention_of, set_lapses
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, same_person
from subsidy.actions.grounds.ticket_rows import MENDED, close_row
from subsidy.records.moves.interactive import TICKET_OPEN, progress_of
from subsidy.records.tables import ClockEntry, Deadline, Ticket, WindowRule
from subsidy.rules.verdict import Finding

EXTENSION_ASKED, WAIVER_ASKED, WAIVED = "extension_asked", "waiver_asked", "waived"
ASKERS, DECIDERS = ("clerk",), ("section_head",)
ENDED = ("waived", "closed")


def ask_extension(
    session: Session, act: Act, *, deadline_id: int, until: date, reason: str, clause: str
) -> Outcome:
    """Ask for a later last day (inclusive); a second person has to grant it."""
    row = _deadline(session, act, deadline_id)
    faults = _may_ask(session, act, row, reason, clause)
    if until <= row.due_on:
        faults.append(missing(act, f"晚于{row.due_on}的延期日期"))
    if faults:
        return Outcome.refused(*faults, subject_id=deadline_id)
    _enter(session, act, row, EXTENSION_ASKED, after=until, reason=reason, clause=clause)
    return Outcome(True, deadline_id, note="待第二人确认")


def ask_waiver(
    session: Session, act: Act, *, deadline_id: int, reason: str, clause: str
) -> Outcome:
    """Ask that the window shall not count; a second person has to grant it."""
    row = _deadline(session, act, deadline_id)
    faults = _may_ask(session, act, row, reason, clause)
    if faults:
        return Outcome.refused(*faults, subject_id=deadline_id)
    _enter(session, act, row, WAIVER_ASKED, after=row.due_on, reason=reason, clause=clause)
    return Outcome(True, deadline_id, note="待第二人确认")


def extend(session: Session, act: Act, *, deadline_id: int) -> Outcome:
    """Grant the extension that was asked for, as the second person."""
    row = _deadline(session, act, deadline_id)
    asked = _asked(session, deadline_id, EXTENSION_ASKED)
    faults = _may_grant(session, act, row, asked, what="延期")
    if faults or asked is None:
        return Outcome.refused(*faults, subject_id=deadline_id)
    before, until = row.due_on, asked.due_after
    again = row.status == "missed" and until >= act.today and is_outstanding(session, row)
    window = window_of(session.get_one(WindowRule, row.rule_id))
    row.due_on = row.told_by = until
    row.final = True
    row.calendar_version = act.calendar.version
    row.lapses_after = until if window.may_lapse else FAR
    if again:
        row.status, row.closed_on = "open", None
    if row.status in ("open", "stopped"):
        row.next_on = attention_of(act, row, window)
    session.add(row)
    _grant(session, act, row, asked, EXTENDED, before=before)
    return Outcome(True, deadline_id, note=until.isoformat())


def waive(session: Session, act: Act, *, deadline_id: int) -> Outcome:
    """Grant the waiver that was asked for, as the second person."""
    row = _deadline(session, act, deadline_id)
    asked = _asked(session, deadline_id, WAIVER_ASKED)
    faults = _may_grant(session, act, row, asked, what="免除期限")
    if faults or asked is None:
        return Outcome.refused(*faults, subject_id=deadline_id)
    row.status, row.closed_on = "waived", act.today
    row.next_on = row.lapses_after = FAR
    session.add(row)
    _grant(session, act, row, asked, WAIVED, before=row.due_on)
    return Outcome(True, deadline_id)


def _deadline(session: Session, act: Act, deadline_id: int) -> Deadline:
    """The deadline, its claim locked first as every move does."""
    row = session.get(Deadline, deadline_id)
    if row is None or row.city != act.city:
        raise LookupError(f"{act.city} has no deadline with the id {deadline_id}")
    if row.claim_id is not None:
        progress_of(session, row.claim_id, lock=True)
    return session.get_one(Deadline, deadline_id, with_for_update=True, populate_existing=True)


def _may_ask(session: Session, act: Act, row: Deadline, reason: str, clause: str) -> list[Finding]:
    faults = outside_of(session, act, area_id=row.area_id, roles=ASKERS)
    needed = (("延期或免除的理由", reason), ("依据的条款或决定文号", clause))
    faults += [missing(act, what) for what, given in needed if not given.strip()]
    if row.status in ENDED:
        faults.append(missing(act, "仍在计时或已逾期的期限"))
    if window_of(session.get_one(WindowRule, row.rule_id)).direction == "before":
        # Counted back from the start of the training: whoever needs more time moves the start.
        faults.append(missing(act, "可以延期的期限（开班前的期限不能延期，请变更开班日期）"))
    return faults


def _may_grant(
    session: Session, act: Act, row: Deadline, asked: ClockEntry | None, *, what: str
) -> list[Finding]:
    faults = outside_of(session, act, area_id=row.area_id, roles=DECIDERS)
    if asked is None:
        faults.append(missing(act, f"{what}的申请"))
    elif asked.actor == act.actor:
        faults.append(same_person(act, step=f"确认{what}", earlier=f"申请{what}"))
    return faults


def _asked(session: Session, deadline_id: int, wanted: str) -> ClockEntry | None:
    """The newest request of this kind that has not been granted yet."""
    last = session.exec(
        select(ClockEntry)
        .where(
            ClockEntry.deadline_id == deadline_id,
            col(ClockEntry.entry).in_((EXTENSION_ASKED, WAIVER_ASKED, EXTENDED, WAIVED)),
        )
        .order_by(col(ClockEntry.id).desc())
    ).first()
    return last if last is not None and last.entry == wanted else None


def _enter(
    session: Session,
    act: Act,
    row: Deadline,
    entry: str,
    *,
    after: date,
    reason: str,
    clause: str,
) -> None:
    assert row.id is not None
    session.add(
        ClockEntry(
            city=row.city,
            deadline_id=row.id,
            entry=entry,
            on=act.today,
            due_before=row.due_on,
            due_after=after,
            actor=act.actor,
            clause=clause.strip(),
            reason=reason.strip(),
        )
    )
    session.flush()


def _grant(
    session: Session, act: Act, row: Deadline, asked: ClockEntry, entry: str, *, before: date
) -> None:
    """Write the entry, keep the claim's columns, decide it again, close the ticket of the miss."""
    session.add(
        ClockEntry(
            city=row.city,
            deadline_id=asked.deadline_id,
            entry=entry,
            on=act.today,
            due_before=before,
            due_after=row.due_on,
            actor=asked.actor,
            second_person=act.actor,
            clause=asked.clause,
            reason=asked.reason,
        )
    )
    session.flush()
    if row.status in ("open", "waived"):
        _close_tickets(session, act, row)
    if row.claim_id is None:
        return
    if row.status in ("open", "waived"):
        set_lapses(session, [row.claim_id])
    change_facts(session, [row.claim_id])
    decide_claims(session, act, claim_ids=[row.claim_id])


def _close_tickets(session: Session, act: Act, row: Deadline) -> None:
    """The tickets that the miss of this deadline opened."""
    query = select(Ticket).where(
        Ticket.claim_id == row.claim_id if row.claim_id else Ticket.class_id == row.class_id,
        Ticket.code == code_of(row.window),
        col(Ticket.state).in_(TICKET_OPEN),
    )
    for ticket in session.exec(query).all():
        if is_ours(ticket) and ticket.claim_id == row.claim_id:
            close_row(session, act, ticket, event="resolve", outcome=MENDED)
