"""Correcting a posted list: what was wrong is shown anew, and only that waits its days again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import update
from sqlmodel import Session

from states.notice import NOTICE
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.outbox_rows import tell_listed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible
from subsidy.actions.money.terms import Terms, chunks, lock_claims, terms_of
from subsidy.actions.notices.faces import faces
from subsidy.actions.notices.lists import (
    HEAD,
    KINDS,
    SHOWN,
    Left,
    hash_of,
    line_of,
    lines_of,
    shown,
)
from subsidy.actions.notices.posting import notice_row, posting_note, window_of_notice
from subsidy.actions.notices.preparing import ROLES, lock_numbers, next_number
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import ClaimProgress, NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of
from subsidy.rules.deadlines import notice_period
from subsidy.rules.masking.notices import Masking
from subsidy.rules.verdict import Finding

SAME = "名单没有变化"
_PAID = ("payable", "paying", "paid", "bank_returned", "recovering", "recovered")
WENT_ON = {
    "grant": _PAID,
    "result": ("applied", "correcting", "reviewed", "approved", "counted", *_PAID),
}
"""Where claims stand that went on when their own line was over: their line stays as it was shown."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a correction would show today. Lines of the new list belong to no notice yet."""

    lines: list[NoticeLine] = field(default_factory=list)
    """The new list in its order."""
    changed: dict[int, NoticeLine] = field(default_factory=dict)
    """Claim id → the line as it hangs out now, of claims whose line begins its days anew."""
    gone: list[NoticeLine] = field(default_factory=list)
    """Lines that come off: their claim has left the notice."""
    last_day: date | None = None
    """Last day of the changed lines; None where nothing changes."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to correct."""
        return bool(self.changed or self.gone)


def compare_notice(
    session: Session, act: Act, *, notice_id: int
) -> Comparison | tuple[Finding, ...]:
    """What would change if the list were corrected today, or every reason why it cannot be.

    Writes nothing. Raises LookupError for an unknown notice.
    """
    old = session.get(PublicNotice, notice_id)
    if old is None:
        raise LookupError(f"no notice has the id {notice_id}")
    faults = _faults(session, act, old)
    return faults or _compared(session, act, old)


def correct_notice(session: Session, act: Act, *, notice_id: int, reason: str) -> Outcome:
    """Replace a posted list by one with today's facts; only changed lines run their window anew.

    Lines whose claim has left the notice come off (`left`). The old list stays on record with its
    own hash, and the new one names it. A line under objection stays under it. `subject_id` is the
    new notice, or the old one where nothing differed.
    """
    old = notice_row(session, notice_id)
    faults = [*_faults(session, act, old)]
    if not reason.strip():
        faults.append(missing(act, "更正理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=notice_id)
    lock_claims(session, [line.claim_id for line in lines_of(session, notice_id=notice_id)])
    found = _compared(session, act, old)
    if not found.differs:
        return Outcome(True, notice_id, note=SAME)
    new = _successor(session, act, old)
    assert new.id is not None
    for line in found.lines:
        line.notice_id = new.id
    session.add_all(found.lines)
    new.list_hash = hash_of(new, found.lines)
    session.flush()
    move_subject(session, chart=NOTICE, row=old, event="replace", moment=act.moment(reason.strip()))
    posted = act.moment(posting_note(new))
    move_subject(session, chart=NOTICE, row=new, event="post", moment=posted)
    if found.last_day is not None:
        _extend(session, sorted(found.changed), found.last_day)
        tell_listed(session, act, notice_id=new.id, claim_ids=sorted(found.changed))
    left: Left = [(line.claim_id, ("no_longer_listed",)) for line in found.gone]
    return Outcome(True, new.id, left=left, note=new.number)


def _faults(session: Session, act: Act, old: PublicNotice) -> tuple[Finding, ...]:
    faults = outside_of(session, act, area_id=old.area_id, roles=ROLES)
    if old.state != "posted":
        failed = NotMoved(old.id or 0, "replace", old.state, ())
        faults.append(not_possible(act, failed, machine="notice"))
    window = window_of_notice(session, act, old)
    if isinstance(window, Finding):
        faults.append(window)
    return tuple(faults)


def _compared(session: Session, act: Act, old: PublicNotice) -> Comparison:
    assert old.id is not None
    before = lines_of(session, notice_id=old.id)
    now = {
        terms.claim_id: terms
        for terms in terms_of(session, act, claim_ids=[line.claim_id for line in before])
    }
    seen = faces(session, act, list(now.values()), Masking.read(old.masking))
    lines: list[NoticeLine] = []
    changed: dict[int, NoticeLine] = {}
    gone: list[NoticeLine] = []
    for line in before:
        terms, at = now.get(line.claim_id), len(lines) + 1
        if terms is not None and KINDS[old.kind].stage in (terms.state, terms.resume_to):
            face = seen[line.claim_id]
            fresh = line_of(terms, face, notice_id=0, city=old.city, position=at, kind=old.kind)
            if shown(fresh) != shown(line):
                changed[line.claim_id] = line
            else:
                fresh.corrected_on = line.corrected_on
            fresh.status, fresh.last_day = line.status, line.last_day
            lines.append(fresh)
        elif _went_on(session, act, old, line, terms):
            lines.append(_copy(line, position=at))
        else:
            gone.append(line)
    return Comparison(lines, changed, gone, _restart(session, act, old, lines, changed))


def _went_on(
    session: Session, act: Act, old: PublicNotice, line: NoticeLine, terms: Terms | None
) -> bool:
    """Whether the claim went on after its line was over, and so is no longer on notice by right."""
    if line.status != SHOWN or line.last_day >= act.today:
        return False
    after = WENT_ON[old.kind]
    if terms is not None:
        return terms.state in after or terms.resume_to in after
    return progress_of(session, line.claim_id).state in after


def _copy(line: NoticeLine, *, position: int) -> NoticeLine:
    own = line.model_dump(exclude={"id", "notice_id", "position"})
    return NoticeLine(**own, notice_id=0, position=position)


def _restart(
    session: Session,
    act: Act,
    old: PublicNotice,
    lines: list[NoticeLine],
    changed: dict[int, NoticeLine],
) -> date | None:
    """Let the changed lines run their window from today (R6); the last day is never an earlier one."""
    window = window_of_notice(session, act, old)
    if not changed or isinstance(window, Finding):
        return None
    last_day = notice_period(window, posted_on=act.today, calendar=act.calendar).last_day
    last_day = max(last_day, *(line.last_day for line in changed.values()))
    for line in lines:
        if line.claim_id in changed:
            line.last_day, line.corrected_on = last_day, act.today
    return last_day


def _successor(session: Session, act: Act, old: PublicNotice) -> PublicNotice:
    """A notice of the same office and days, with a number of its own and the old one named."""
    lock_numbers(session, act.city)
    own = ("number", "list_version", "corrects_id", "posted_on")
    taken = {name: getattr(old, name) for name in HEAD if name not in own}
    new = PublicNotice(
        **taken,
        area_id=old.area_id,
        number=next_number(session, act, old.kind),
        list_version=old.list_version + 1,
        corrects_id=old.id,
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
