"""File a class and decide the filing: gates, working days before the start, and the claims' `file`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from states.training_class import TRAINING_CLASS
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.class_facts import class_row, heads_of, training_facts
from subsidy.actions.class_work.entry import entry_fault, last_actor
from subsidy.actions.class_work.telling import reason, tell_provider
from subsidy.actions.class_work.together import Together, claims_of, move_together
from subsidy.actions.classes.planning import PLANNERS
from subsidy.actions.deadlines.opening.class_rows import (
    FILING,
    FILING_REVIEW,
    close_class_windows,
    keep_filing_window,
    open_class_window,
)
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Ticket, TrainingClass
from subsidy.rules.eligibility import check_filing, first_lawful_start_of
from subsidy.rules.verdict import Finding, source_of

EXAMINERS = ("clerk",)
GATES = ("E212", "E401", "E503", "E504", "E505", "E506", "E507", "E516", "E602", "E604", "E606",
         "E610", "E1001")  # fmt: skip
"""Codes that a check of the filing may open on a class; they close by themselves when mended."""


def file_class(session: Session, act: Act, *, class_id: int) -> Outcome:
    """Hand the filing in today. Refused with every gate that is shut, late ones with the first
    lawful start under `facts["first_start"]`; what only a person can settle opens a ticket.
    """
    row = class_row(session, class_id, lock=True)
    if row.state == "filed":
        return Outcome(True, class_id, note="已提交备案，未作改动")
    found = _check(session, act, row, filed_on=act.today)
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    faults += [f for f in found if f.effect == "refuse"]
    if (row.state, "file") not in TRAINING_CLASS.edges:
        failed = NotMoved(class_id, "file", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    _tickets(session, act, row, found)
    row.filed_on, row.decided_on = act.today, None
    session.add(row)
    move_subject(session, chart=TRAINING_CLASS, row=row, event="file", moment=act.moment())
    close_class_windows(session, act, row, FILING)
    open_class_window(session, act, row, FILING_REVIEW, anchor=act.today)
    return Outcome(True, class_id, found)


def decide_filing(
    session: Session,
    act: Act,
    *,
    class_id: int,
    decision: Literal["accept", "send_back", "refuse"],
    reasons: Sequence[str] = (),
) -> Outcome:
    """Examine a filing. Accepting moves the claims of the roster; whoever filed may not examine.

    The day that counts for the claims is the day of the filing, not of its examination.
    """
    row = class_row(session, class_id, lock=True)
    if decision == "accept" and row.state == "accepted":
        return Outcome(True, class_id, note="备案已通过，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=EXAMINERS)
    filer = last_actor(session, machine=TRAINING_CLASS.name, subject_id=class_id, event="file")
    if filer == act.actor:
        faults.append(same_person(act, step="备案审核", earlier="备案提交"))
    if (row.state, decision) not in TRAINING_CLASS.edges or row.filed_on is None:
        failed = NotMoved(class_id, decision, row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    elif decision == "accept":
        faults += _against_acceptance(session, act, row, row.filed_on)
    if decision != "accept" and not any(text.strip() for text in reasons):
        faults.append(missing(act, "退回或不予备案的理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    row.decided_on = act.today
    session.add(row)
    note = "；".join(reasons)
    move_subject(session, chart=TRAINING_CLASS, row=row, event=decision, moment=act.moment(note))
    close_class_windows(session, act, row, FILING_REVIEW)
    if decision != "accept":
        keep_filing_window(session, act, row)
        _tell_refused(session, act, row, reasons)
        return Outcome(True, class_id)
    _tell_accepted(session, act, row)
    done = file_claims(session, act, row=row)
    return Outcome(True, class_id, moved=done.moved, left=done.left)


def file_claims(session: Session, act: Act, *, row: TrainingClass) -> Together:
    """Move the claims of an accepted class to `filed`, as of the day the filing came in."""
    assert row.id is not None
    assert row.filed_on is not None
    moment = replace(act.moment(), today=row.filed_on)
    return move_together(
        session,
        act,
        event="file",
        moment=moment,
        rows=claims_of(session, class_id=row.id),
        target="filed",
    )


def first_lawful_start(act: Act, *, track: str) -> date | None:
    """The first day on which a class of this track filed today may start; None: window unset."""
    return first_lawful_start_of(
        track=track, pack=act.pack, filed_on=act.today, calendar=act.calendar
    )


def _check(session: Session, act: Act, row: TrainingClass, *, filed_on: date) -> list[Finding]:
    return check_filing(
        replace(training_facts(session, row), filed_on=filed_on),
        track=row.track,
        pack=act.pack,
        filed_on=filed_on,
        calendar=act.calendar,
    )


def _tickets(session: Session, act: Act, row: TrainingClass, found: Iterable[Finding]) -> None:
    """Open what waits for a person, close what is mended."""
    waiting = [f for f in found if f.effect in ("hold", "gap")]
    codes = {f.code for f in waiting}
    close_when_mended(
        session, act, class_id=row.id, codes=[code for code in GATES if code not in codes]
    )
    settled = _settled(session, row)
    for finding in waiting:
        if finding.code not in settled:
            open_ticket(
                session,
                act,
                code=finding.code,
                class_id=row.id,
                facts=finding.facts,
                blocks=True,
                clause=finding.clause,
            )


def _settled(session: Session, row: TrainingClass) -> set[str]:
    """Codes that a person has closed for this class: an override, or looked into and let be."""
    ended = select(Ticket.code).where(
        Ticket.class_id == row.id,
        col(Ticket.claim_id).is_(None),
        col(Ticket.state).in_(("overridden", "resolved")),
        Ticket.outcome != "mended",
    )
    return set(session.exec(ended).all())


def _against_acceptance(
    session: Session, act: Act, row: TrainingClass, filed_on: date
) -> list[Finding]:
    """Gates still shut, tickets still open, or a class that began before anyone agreed."""
    found = _check(session, act, row, filed_on=filed_on)
    _tickets(session, act, row, found)
    faults = [f for f in found if f.effect == "refuse"]
    if act.today > row.starts_on:
        faults.append(_started_before(act, row))
    waiting = {f.code: f for f in found if f.effect in ("hold", "gap")}
    still_open = session.exec(
        select(Ticket.code).where(
            Ticket.class_id == row.id,
            col(Ticket.claim_id).is_(None),
            col(Ticket.blocks).is_(True),
            col(Ticket.state).in_(TICKET_OPEN),
        )
    ).all()
    return faults + [
        waiting.get(code) or entry_fault(act, "E522", faults=f"例外事项{code}尚未办结")
        for code in still_open
    ]


def _started_before(act: Act, row: TrainingClass) -> Finding:
    gates = act.pack.tracks[row.track].spec.gates
    source = next((source_of(g) for g in gates if g.gate == "filing_approved"), None)
    if source is None:
        return entry_fault(act, "E404", starts=row.starts_on)
    return act.pack.book.finding(
        "E404", effect="refuse", source=source, facts={"starts": row.starts_on}
    )


def _tell_accepted(session: Session, act: Act, row: TrainingClass) -> None:
    assert row.id is not None
    tell_provider(
        session,
        act,
        row=row,
        template="class_filed",
        occasion=f"v{row.version}",
        filed_on=row.filed_on,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        heads=heads_of(session, class_id=row.id),
    )


def _tell_refused(session: Session, act: Act, row: TrainingClass, reasons: Sequence[str]) -> None:
    assert row.filed_on is not None
    found = _check(session, act, row, filed_on=row.filed_on)
    words = [{"message": text, "remedy": "", "clause": "", "document": ""} for text in reasons]
    tell_provider(
        session,
        act,
        row=row,
        template="class_filing_refused",
        occasion=f"v{row.version}",
        reasons=words + [reason(f) for f in found if f.effect != "warn"],
        first_lawful_start=first_lawful_start(act, track=row.track),
    )
