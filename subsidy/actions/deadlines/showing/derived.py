"""Days that follow from other rows and have no record of their own: notices on show, one allowance a year.

A notice keeps its days itself (they are printed and hashed), and its end asks nobody to act: a record
beside it could only disagree. One allowance a year is a calendar year and no length from a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import document_of, means_of
from subsidy.actions.deadlines.showing import clocks
from subsidy.actions.deadlines.showing.clock_face import DeadlineClock, Said, Start
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, NoticeLine, PublicNotice
from subsidy.rules.workdays import rest_days

ONE_DAY = timedelta(1)
SHOWN = "shown"
"""Status while a notice is on show: nobody can ask for more time."""
PUBLICITY, ALLOWANCE_YEAR = "publicity", "allowance_year"
NOTHING_SAID = Said("", "")
GRANTED = ("approved", "grant_publicised", "payable", "paying", "paid", "bank_returned")


def deadlines_of(
    session: Session, act: Act, *, claim_id: int | None = None, class_id: int | None = None
) -> list[DeadlineClock]:
    """Every deadline of a claim, or of a class itself, with what follows from other rows; current first.

    What has no record has the id 0: it can be neither extended nor waived. Raises ValueError where
    neither is named.
    """
    rows = clocks.deadlines_of(session, act, claim_id=claim_id, class_id=class_id)
    claim = session.get(Claim, claim_id) if claim_id is not None else None
    if claim is None or claim.city != act.city:
        return rows
    drawn = [*_on_notices(session, act, claim), *_once_a_year(session, act, claim)]
    return sorted([*rows, *drawn], key=lambda one: (not one.current, one.due_on, one.id))


def _on_notices(session: Session, act: Act, claim: Claim) -> Iterator[DeadlineClock]:
    """The notices on which the claim is or was, those that were really posted."""
    found = session.exec(
        select(NoticeLine, PublicNotice)
        .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
        .where(NoticeLine.claim_id == claim.id, col(PublicNotice.posted_on).is_not(None))
        .order_by(col(NoticeLine.id))
    ).all()
    for line, notice in found:
        if notice.posted_on is None or notice.first_day is None:
            continue
        over = line.last_day < act.today
        gone = line.status != "shown"
        yield _drawn(
            act,
            claim,
            PUBLICITY,
            status="closed" if gone else "met" if over else SHOWN,
            anchor=notice.posted_on,
            ends=line.last_day,
            clause=notice.clause,
            assumed=notice.assumed,
            document=_document(act, claim.track, on=notice.posted_on),
            final=act.calendar.is_final(notice.first_day, line.last_day),
            closed_on=line.last_day if over and not gone else None,
        )


def _once_a_year(session: Session, act: Act, claim: Claim) -> Iterator[DeadlineClock]:
    """The year in which a granted allowance was the only one; the next is possible the day after."""
    track = act.pack.tracks.get(claim.track)
    key = track.spec.own_limit if track is not None else None
    row = progress_of(session, claim.id or 0)
    if key is None or row.state not in GRANTED or row.training_ends == FAR:
        return
    limit = act.pack.value(key, on=row.training_starts)
    if limit.unset or limit.value != 1:
        return
    ends = date(row.training_ends.year, 12, 31)
    yield _drawn(
        act,
        claim,
        ALLOWANCE_YEAR,
        means=f"{_means(act, key)}：{ends.year}年度已享受，下一次自{ends + ONE_DAY}起",
        status="met" if ends < act.today else SHOWN,
        anchor=row.training_ends,
        ends=ends,
        clause=limit.clause,
        assumed=limit.assumed or "",
        document=document_of(act, limit.document),
        final=True,
        closed_on=ends if ends < act.today else None,
    )


def _means(act: Act, key: str) -> str:
    """What a parameter is called, in Chinese."""
    return act.pack.dated[key].means


def _drawn(
    act: Act,
    claim: Claim,
    window: str,
    *,
    status: str,
    anchor: date,
    ends: date,
    clause: str,
    assumed: str,
    document: str,
    final: bool,
    closed_on: date | None,
    means: str = "",
) -> DeadlineClock:
    skipped = rest_days(act.calendar, first=anchor + ONE_DAY, last=ends)
    return DeadlineClock(
        id=0,
        claim_id=claim.id,
        class_id=None,
        window=window,
        means=means or means_of(act, track=claim.track, window=window),
        status=status,
        start=Start("", "", "", "", anchor, ""),
        anchor="",
        anchor_on=anchor,
        due_on=ends,
        told_by=ends,
        final=final,
        low=ends,
        high=ends,
        ends_if_mended_next_day=None,
        calendar_version=act.calendar.version,
        lapses=False,
        rule=NOTHING_SAID,
        at_end=NOTHING_SAID,
        escalated=0,
        clause=clause,
        document=document,
        assumed=assumed,
        unit="working",
        total=0,
        used=0,
        stopped=0,
        left=0,
        overrun=0,
        running=status == SHOWN,
        words="",
        words_en="",
        outstanding=False,
        strip=None,
        strip_words=NOTHING_SAID,
        skipped=skipped if window == PUBLICITY else (),
        closed_on=closed_on,
        entries=(),
    )


def _document(act: Act, track: str, *, on: date) -> str:
    known = act.pack.tracks.get(track)
    if known is None or PUBLICITY not in known.windows:
        return ""
    return document_of(act, known.window(PUBLICITY, on=on).document)
