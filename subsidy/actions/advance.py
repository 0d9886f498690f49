"""What moves by itself: bulk events over all open claims of a city, and the loops that commit them.

Every step asks what may move now, so a second call on the same day finds only what is new, and a call
that was killed is gone on with behind its last committed window. Guards and effects are the chart's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from states.claim import CLAIM
from subsidy.actions.acting import Act, Office, PackRules
from subsidy.actions.calendar_change import recount_round
from subsidy.actions.deadlines.ending import lapse_after
from subsidy.actions.deadlines.mending import close_mended_tickets
from subsidy.actions.deadlines.watching import watch
from subsidy.actions.decisions import decide_claims, forget, stale_claims
from subsidy.actions.grounds.money.advances import freed_by_advance
from subsidy.actions.notices.clearing import after_notice
from subsidy.actions.registers import ask_round
from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.seals import Signer
from subsidy.records.tables import Area, Claim, ClaimProgress, Deadline, SweepWindow

FINISHED = 2**62
"""Upper bound of the empty window that marks an attempt as finished: no claim has such an id."""
BATCH = 500
SQLITE_DEADLINES, POSTGRESQL_DEADLINES = 4_000, 20_000
"""Deadlines of one transaction of the sweep over them."""
P = ClaimProgress
Stopping = Callable[[], bool]
Apply = Callable[[Session, Act, Scope, int], dict[str, int]]
"""(session, act, scope, batch) → target state → how many moved."""


class _StopAskedError(Exception):
    """Ends the commit loop between two windows; what was committed stays."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event that needs no person, and how a window of claims takes it."""

    event: str
    apply: Apply


def lapse_missed(session: Session, act: Act, scope: Scope, batch: int) -> dict[str, int]:
    """Claims that come to a state that may lapse after their window was missed.

    The window itself is ended by `watch`, which counts it anew first; here only those follow whose
    deadline it has found missed.
    """
    row = aliased(Deadline)
    missed = exists().where(
        col(row.claim_id) == P.claim_id,
        col(row.status) == "missed",
        col(row.lapses_after) == P.lapses_after,
    )
    may = [edge.source for edge in CLAIM.edges_of("lapse")]
    mine = Scope((*scope.conditions, col(P.state).in_(may), missed))
    query = select(col(P.lapses_after)).where(*mine.conditions, col(P.lapses_after) < act.today)
    moved = sum(
        lapse_after(session, act, last=last, scope=mine, note=f"截止{last}", window_batch=batch)
        for last in sorted(set(session.exec(query.distinct()).all()))
    )
    return {"lapsed": moved} if moved else {}


def _plain(event: str, session: Session, act: Act, scope: Scope, batch: int) -> dict[str, int]:
    moment = act.moment(window_batch=batch)
    return move_all(session, event=event, scope=scope, moment=moment, rules=PackRules(session, act))


def _after_notice(event: str, source: str, target: str) -> Step:
    return Step(event, partial(after_notice, event, source, target))


STEPS = (
    Step("skip_notice", partial(_plain, "skip_notice")),
    Step("count", partial(_plain, "count")),
    _after_notice("clear_notice", "grant_publicised", "payable"),
    _after_notice("begin_review", "result_publicised", "result_publicised"),
    Step("lapse", lapse_missed),
)
"""In the order they are taken. Nothing here needs a decision of a person."""


def advance_claims(
    database: Database,
    office: Office,
    signer: Signer,
    *,
    city: str,
    today: date,
    now: datetime,
    actor: str,
    stopping: Stopping | None = None,
    size: int | None = None,
    events: Collection[str] | None = None,
) -> dict[str, int]:
    """Take every step over the open claims of the city; return target state → how many moved.

    Each window of claims is one sealed transaction. With `tickets_closed` among the counts: tickets
    of missed windows whose reason went away. When `stopping` says so it ends between two windows.
    With `events` only these steps are taken, and no ticket is closed.
    """
    asked = stopping or (lambda: False)
    act = _act(office, city, today, now, actor)
    with database.reading() as session:
        areas = _areas(session, city)
    counts: dict[str, int] = {}
    try:
        for step in (s for s in STEPS if events is None or s.event in events):
            done = _run(database, act, signer, step, areas, asked, size)
            for state, moved in done.items():
                counts[state] = counts.get(state, 0) + moved
    except _StopAskedError:
        return counts
    if events is None:
        counts["tickets_closed"] = _close_mended(database, act, asked)
    return counts


def watch_deadlines(
    database: Database,
    office: Office,
    *,
    city: str,
    today: date,
    now: datetime,
    actor: str,
    stopping: Stopping | None = None,
    limit: int | None = None,
) -> dict[str, int]:
    """Watch every deadline that is due, batch by batch, each in its own transaction; return counts.

    Before that all running deadlines are counted anew where the calendar has another version than the
    one they were counted with, so that nothing ends by a calendar that is out of date. Without `limit`
    a batch is as large as the database bears: SQLite's writer keeps the console waiting.
    """
    asked = stopping or (lambda: False)
    act = _act(office, city, today, now, actor)
    size = limit or (SQLITE_DEADLINES if database.is_sqlite else POSTGRESQL_DEADLINES)
    counts = _count_anew(database, act, asked)
    more = True
    while more and not asked():
        with database.transaction() as session:
            seen = watch(session, act, limit=size)
        for name, count in seen.counts().items():
            counts[name] = counts.get(name, 0) + count
        more = seen.more
        if more and database.is_sqlite:
            time.sleep(windows.SQLITE_YIELD_SECONDS)
    return counts


def _count_anew(database: Database, act: Act, asked: Stopping) -> dict[str, int]:
    """Take the rounds that are left for today's calendar; a stopped one is gone on with tomorrow."""
    counts = {"recounted": 0, "moved": 0}
    more = True
    while more and not asked():
        with database.transaction() as session:
            done = recount_round(session, act)
        counts["recounted"] += done.recounted
        counts["moved"] += done.moved
        more = done.more
        if more and database.is_sqlite:
            time.sleep(windows.SQLITE_YIELD_SECONDS)
    return counts


def ask_registers(database: Database, act: Act, *, stopping: Stopping) -> dict[str, int]:
    """Ask the loaded extracts about claims that wait for a register; return answer → how many."""
    counts: dict[str, int] = {}
    after: int | None = 0
    while after is not None and not stopping():
        with database.transaction() as session:
            after, new = ask_round(session, act, after=after, waiting=True)
        for answer, count in new.items():
            counts[answer] = counts.get(answer, 0) + count
    return counts


def decide_stale(
    database: Database,
    office: Office,
    *,
    city: str,
    today: date,
    now: datetime,
    actor: str,
    stopping: Stopping | None = None,
    limit: int = BATCH,
) -> dict[str, int]:
    """Decide again the claims of the city whose facts, pack or calendar changed; return counts."""
    asked = stopping or (lambda: False)
    act = _act(office, city, today, now, actor)
    counts = {"decided": 0, "payable": 0}
    after = 0
    with database.transaction() as session:
        forget(session, claim_ids=freed_by_advance(session, city=city))
    while not asked():
        with database.transaction() as session:
            found = stale_claims(session, after=after, limit=limit)
            if not found:
                break
            after = found[-1]
            mine = session.exec(
                select(Claim.id).where(col(Claim.id).in_(found), Claim.city == city)
            ).all()
            decided = decide_claims(session, act, claim_ids=sorted(i for i in mine if i))
        counts["decided"] += len(decided)
        counts["payable"] += sum(1 for each in decided if each.payable)
    return counts


def _act(office: Office, city: str, today: date, now: datetime, actor: str) -> Act:
    return Act(office=office, city=city, today=today, recorded_at=now, actor=actor)


def _areas(session: Session, city: str) -> list[int]:
    """Ids of the city's areas: guard columns know no city, and claim ids are shared by all."""
    found = session.exec(select(Area.id).where(Area.city == city).order_by(col(Area.id))).all()
    return [area_id for area_id in found if area_id is not None]


def _run(
    database: Database,
    act: Act,
    signer: Signer,
    step: Step,
    areas: list[int],
    asked: Stopping,
    size: int | None,
) -> dict[str, int]:
    """Walk one step over all windows under the attempt of today that is not finished."""
    run = _attempt(database, f"{step.event} {act.city} {act.today} ")
    mine: ColumnElement[bool] = col(P.area_id).in_(areas)

    def apply(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        if asked():
            raise _StopAskedError
        scope = Scope((*Scope.window(low, high).conditions, mine))
        return step.apply(session, replace(act, recorded_at=at), scope, batch)

    totals = windows.each(
        database, run=run, apply=apply, signer=signer, size=size, now=lambda: act.recorded_at
    )
    with database.transaction() as session:
        mark = SweepWindow(
            run=run, low=FINISHED, high=FINISHED, moved=0, recorded_at=act.recorded_at
        )
        session.add(mark)
    return totals.moved


def _attempt(database: Database, prefix: str) -> str:
    """Name of the first attempt that is not finished: a killed one, else a new one."""
    with database.reading() as session:
        finished = session.exec(
            select(func.count()).where(
                col(SweepWindow.run) >= prefix,
                col(SweepWindow.run) < f"{prefix}~",
                SweepWindow.high == FINISHED,
            )
        ).one()
    return f"{prefix}{finished + 1}"


def _close_mended(database: Database, act: Act, asked: Stopping) -> int:
    closed, after, more = 0, 0, True
    while more and not asked():
        with database.transaction() as session:
            done = close_mended_tickets(session, act, after=after, limit=BATCH)
        closed += done.closed
        after, more = done.last_id, done.more
    return closed
