"""What ends a notice: its last line's last day. The next step opened on the working day after it (R6).

That day is the one everything takes effect on, however late this runs, except for claims that moved, or
were freed of a ticket, after it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import case, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.notice import NOTICE
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.money.terms import lock_claims
from subsidy.actions.notices.clearing import after_notice
from subsidy.actions.notices.lists import REMOVED, claims_on
from subsidy.actions.notices.posting import notice_row, on_notices
from subsidy.records.moves import move_subject
from subsidy.records.tables import NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of
from subsidy.rules.verdict import NO_CLAUSE
from subsidy.rules.workdays import working_days_after

AFTERWARDS = {
    "grant": ("clear_notice", "grant_publicised", "payable"),
    "result": ("begin_review", "result_publicised", "result_publicised"),
}
"""What the claims of a list go on with when it is over; where somebody applies, results go on by that."""


def close_notices(session: Session, act: Act, *, notice_id: int | None = None) -> Outcome:
    """Close every posted notice of the actor's areas that is over; claims whose line is over go on.

    A claim with an open objection stays; the rest of the list is not held up by it, nor by a line
    that a correction restarted. With `notice_id` only that one; refused (E704) while it runs.
    """
    running = [row for row in _posted(session, act) if notice_id in (None, row[0])]
    over = [(found, opens) for found, _, opens in running if opens <= act.today]
    if notice_id is not None and running and not over:
        facts = {"last_day": running[0][1]}
        fault = act.pack.book.finding("E704", effect="refuse", source=NO_CLAUSE, facts=facts)
        return Outcome.refused(fault, subject_id=notice_id)
    moved = _go_on(session, act, [found for found, _, _ in running])
    for found, opens in over:
        on = replace(act, today=opens)
        row = notice_row(session, found)
        move_subject(session, chart=NOTICE, row=row, event="close", moment=on.moment())
    return Outcome(True, notice_id, moved=moved, note=f"{len(over)}份公示期满")


def due_to_close(session: Session, act: Act) -> list[tuple[int, date]]:
    """Posted notices whose every line is over: id and the working day on which the next step opened.

    A line that a correction restarted keeps its notice open for as long as that line runs.
    """
    return [(found, opens) for found, _, opens in _posted(session, act) if opens <= act.today]


def _posted(session: Session, act: Act) -> list[tuple[int, date, date]]:
    """(id, last day, day on which the next step opens) of posted notices; a line taken off counts not."""
    line, notice = table_of(NoticeLine).c, table_of(PublicNotice).c
    last = func.max(case((line.status != REMOVED, line.last_day)))
    query = (
        select(notice.id, last, notice.last_day)
        .join(table_of(NoticeLine), line.notice_id == notice.id)
        .where(notice.city == act.city, notice.state == "posted")
        .group_by(notice.id, notice.last_day)
        .order_by(notice.id)
    )
    if act.areas is not None:
        query = query.where(notice.area_id.in_(act.areas))
    found = []
    for notice_id, of_lines, printed in session.execute(query):
        ends = of_lines or printed or act.today
        opens = working_days_after(act.calendar, anchor=ends, days=1).on
        found.append((notice_id, ends, opens))
    return found


def _go_on(session: Session, act: Act, notice_ids: list[int]) -> dict[str, int]:
    moved: dict[str, int] = {}
    if not notice_ids:
        return moved
    kinds = session.exec(
        select_rows(PublicNotice.id, PublicNotice.kind).where(col(PublicNotice.id).in_(notice_ids))
    ).all()
    for kind, (event, source, target) in AFTERWARDS.items():
        mine = [found for found, of_kind in kinds if found is not None and of_kind == kind]
        if not mine:
            continue
        lock_claims(session, list(session.execute(claims_on(mine)).scalars()))
        done = after_notice(event, source, target, session, act, on_notices(mine), 0)
        for state, count in done.items():
            moved[state] = moved.get(state, 0) + count
    return moved
