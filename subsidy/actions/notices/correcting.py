"""Correcting a posted list: what was wrong is shown anew, and only that waits its days again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlmodel import Session

from states.notice import NOTICE
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.outbox_rows import tell_listed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible
from subsidy.actions.money.terms import chunks, lock_claims, terms_of
from subsidy.actions.notices.lists import KINDS, Left, hash_of, line_of, lines_of, shown
from subsidy.actions.notices.posting import notice_row, window_of_notice
from subsidy.actions.notices.preparing import ROLES, lock_numbers, next_number
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.tables import ClaimProgress, NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of
from subsidy.rules.deadlines import notice_period
from subsidy.rules.verdict import Finding


def correct_notice(session: Session, act: Act, *, notice_id: int, reason: str) -> Outcome:
    """Replace a posted list by one with today's facts; only changed lines run their window anew.

    Lines whose claim has left the notice come off (`left`). The old list stays on record with its
    own hash. `subject_id` is the new notice, or the old one where nothing differed.
    """
    old = notice_row(session, notice_id)
    window = window_of_notice(session, act, old)
    faults = outside_of(session, act, area_id=old.area_id, roles=ROLES)
    if not reason.strip():
        faults.append(missing(act, "更正理由"))
    if old.state != "posted":
        failed = NotMoved(notice_id, "replace", old.state, ())
        faults.append(not_possible(act, failed, machine="notice"))
    if isinstance(window, Finding):
        return Outcome.refused(*faults, window, subject_id=notice_id)
    if faults:
        return Outcome.refused(*faults, subject_id=notice_id)
    kept, changed, gone = _compared(session, act, old)
    if not changed and not gone:
        return Outcome(True, notice_id, note="名单没有变化")
    last_day = notice_period(window, posted_on=act.today, calendar=act.calendar).last_day
    new = _successor(session, act, old)
    assert new.id is not None
    for line in kept:
        line.notice_id = new.id
        if line.claim_id in changed:
            line.last_day = last_day
    session.add_all(kept)
    new.list_hash = hash_of(kept)
    session.flush()
    moment = act.moment(reason)
    move_subject(session, chart=NOTICE, row=old, event="replace", moment=moment)
    move_subject(session, chart=NOTICE, row=new, event="post", moment=moment)
    _extend(session, sorted(changed), last_day)
    tell_listed(session, act, notice_id=new.id)
    left: Left = [(claim_id, ("no_longer_listed",)) for claim_id in gone]
    return Outcome(True, new.id, left=left, note=new.number)


def _compared(
    session: Session, act: Act, old: PublicNotice
) -> tuple[list[NoticeLine], set[int], list[int]]:
    """Lines of the corrected list (not yet of a notice), changed claims, and claims that left."""
    assert old.id is not None
    before = lines_of(session, notice_id=old.id)
    ids = [line.claim_id for line in before]
    lock_claims(session, ids)
    now = {terms.claim_id: terms for terms in terms_of(session, act, claim_ids=ids)}
    stage = KINDS[old.kind].stage
    kept: list[NoticeLine] = []
    changed: set[int] = set()
    gone: list[int] = []
    for line in before:
        terms = now.get(line.claim_id)
        if terms is None or stage not in (terms.state, terms.resume_to):
            gone.append(line.claim_id)
            continue
        fresh = line_of(terms, notice_id=0, city=old.city, position=len(kept) + 1, kind=old.kind)
        fresh.status, fresh.last_day = line.status, line.last_day
        if shown(fresh) != shown(line):
            changed.add(line.claim_id)
        kept.append(fresh)
    return kept, changed, gone


def _successor(session: Session, act: Act, old: PublicNotice) -> PublicNotice:
    """A notice of the same office and days, with a number of its own."""
    lock_numbers(session, act.city)
    same = ("city", "kind", "area_id", "office", "contact", "first_day", "last_day", "opens_on")
    taken = {name: getattr(old, name) for name in (*same, "clause", "assumed")}
    new = PublicNotice(
        **taken,
        number=next_number(session, act, old.kind),
        posted_on=act.today,
        calendar_version=act.calendar.version,
    )
    session.add(new)
    session.flush()
    return new


def _extend(session: Session, claim_ids: list[int], last_day: date) -> None:
    """The notice of the changed claims ends later; a guard column, so no move is needed."""
    table = table_of(ClaimProgress)
    for part in chunks(claim_ids):
        session.execute(
            update(table).where(table.c.claim_id.in_(part)).values(notice_last_day=last_day)
        )
    session.expire_all()
