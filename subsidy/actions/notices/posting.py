"""Posting a prepared list: its window starts, its claims are on notice.

The window is the pack's `publicity` (R6). While a year's holidays are unpublished the printed last day
is the latest one possible, so that no later publication can make a notice too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.notice import NOTICE
from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.outbox_rows import tell_listed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.actions.money.terms import gap, lock_claims, terms_of
from subsidy.actions.notices.faces import faces
from subsidy.actions.notices.lists import (
    KINDS,
    OBJECTED,
    REMOVED,
    SHOWN,
    Left,
    claims_on,
    hash_of,
    line_of,
    lines_of,
    shown,
)
from subsidy.actions.notices.preparing import ROLES
from subsidy.records.moves import NotMoved, move_all, move_subject
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import Claim, ClaimProgress, NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of
from subsidy.rules.deadlines import Window, notice_period
from subsidy.rules.masking.notices import Masking
from subsidy.rules.verdict import NO_CLAUSE, Finding

HASH_MARK = "sha256:"


def post_notice(session: Session, act: Act, *, notice_id: int) -> Outcome:
    """Post a prepared list today: its window starts, its claims are `grant_publicised`.

    Lines whose claim changed since the list was prepared come off it and go on the next one.
    """
    notice = notice_row(session, notice_id)
    if notice.state == "posted":
        return Outcome(True, notice_id, note="此前已公示")
    faults = outside_of(session, act, area_id=notice.area_id, roles=ROLES)
    if notice.state != "prepared":
        failed = NotMoved(notice_id, "post", notice.state, ())
        faults.append(not_possible(act, failed, machine="notice"))
    window = window_of_notice(session, act, notice)
    if isinstance(window, Finding):
        faults.append(window)
    if faults or isinstance(window, Finding):
        return Outcome.refused(*faults, subject_id=notice_id)
    standing, left = _still_ready(session, act, notice)
    if not standing:
        empty = act.pack.book.finding("E703", effect="refuse", source=NO_CLAUSE)
        return replace(Outcome.refused(empty, subject_id=notice_id), left=left)
    _print(notice, act, window, standing)
    _supersede(session, notice)
    moment = act.moment(posting_note(notice))
    move_subject(session, chart=NOTICE, row=notice, event="post", moment=moment)
    moved = move_all(
        session,
        event=KINDS[notice.kind].event,
        scope=on_notices([notice_id]),
        moment=act.moment(notice.number, notice_last_day=notice.last_day),
        rules=PackRules(session, act),
    )
    if notice.kind == "result":
        # Where nobody applies, review follows the notice: what it decides on must stand by then.
        decide_claims(session, act, claim_ids=[line.claim_id for line in standing])
    tell_listed(session, act, notice_id=notice_id)
    return Outcome(True, notice_id, moved=moved, left=left, note=notice.number)


def posting_note(notice: PublicNotice) -> str:
    """What the sealed history keeps of a posting: the hash of the exact list that was put up."""
    return f"{HASH_MARK}{notice.list_hash}"


def notice_row(session: Session, notice_id: int) -> PublicNotice:
    """The notice, locked. Raises LookupError if there is none."""
    row = session.get(PublicNotice, notice_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"no notice has the id {notice_id}")
    return row


def on_notices(notice_ids: Sequence[int]) -> Scope:
    """The claims whose lines are shown on these notices."""
    return Scope((col(ClaimProgress.claim_id).in_(claims_on(notice_ids)),))


def window_of_notice(session: Session, act: Act, notice: PublicNotice) -> Window | Finding:
    """The pack's window for the notice's track, or the gap where nobody has set its length."""
    track = session.exec(
        select_rows(Claim.track)
        .join(NoticeLine, col(NoticeLine.claim_id) == col(Claim.id))
        .where(NoticeLine.notice_id == notice.id)
        .limit(1)
    ).one()
    window = act.pack.tracks[track].window("publicity", on=act.today)
    if window.n is not None:
        return window
    own = f"{track}.windows.publicity"
    key = own if own in act.pack.dated else "windows.publicity"
    return gap(act, act.pack.value(key, on=act.today))


def _print(notice: PublicNotice, act: Act, window: Window, lines: Sequence[NoticeLine]) -> None:
    """Put the dates and the hash of what is really shown on the notice."""
    period = notice_period(window, posted_on=act.today, calendar=act.calendar)
    for line in lines:
        line.last_day = period.last_day
    notice.posted_on = act.today
    notice.first_day = period.starts
    notice.last_day = period.last_day
    notice.opens_on = period.opens_on
    notice.calendar_version = act.calendar.version
    notice.clause = window.clause
    notice.assumed = window.assumed or ""
    notice.list_hash = hash_of(notice, lines)


def _still_ready(session: Session, act: Act, notice: PublicNotice) -> tuple[list[NoticeLine], Left]:
    """Lines that still say what is true; the others are taken off the list."""
    assert notice.id is not None
    lines = lines_of(session, notice_id=notice.id)
    ids = [line.claim_id for line in lines]
    lock_claims(session, ids)
    now = {terms.claim_id: terms for terms in terms_of(session, act, claim_ids=ids)}
    kind = KINDS[notice.kind]
    seen = faces(session, act, list(now.values()), Masking.read(notice.masking))
    standing: list[NoticeLine] = []
    left: Left = []
    for line in lines:
        terms = now.get(line.claim_id)
        wrong: list[str] = []
        if terms is None or terms.state not in kind.sources:
            wrong.append(f"state_is_{terms.state if terms else 'closed'}")
        else:
            if terms.blocks:
                wrong.append("nothing_blocks_it")
            fresh = line_of(
                terms,
                seen[terms.claim_id],
                notice_id=notice.id,
                city=notice.city,
                position=line.position,
                kind=notice.kind,
            )
            if shown(fresh) != shown(line):
                wrong.append("changed_since")
        if wrong:
            line.status = REMOVED
            left.append((line.claim_id, tuple(wrong)))
        else:
            standing.append(line)
    session.flush()
    return standing, left


def _supersede(session: Session, notice: PublicNotice) -> None:
    """Lines of earlier notices for the same claims no longer count: the claims were decided anew."""
    session.flush()
    line, earlier = table_of(NoticeLine), table_of(PublicNotice).c
    others = select(earlier.id).where(
        earlier.kind == notice.kind, earlier.city == notice.city, earlier.id != notice.id
    )
    mine = select(line.c.claim_id).where(line.c.notice_id == notice.id, line.c.status == SHOWN)
    session.execute(
        update(line)
        .where(
            line.c.claim_id.in_(mine),
            line.c.notice_id.in_(others),
            line.c.status.in_((SHOWN, OBJECTED)),
        )
        .values(status=REMOVED)
    )
    session.flush()
