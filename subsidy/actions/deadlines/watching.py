"""The sweep over deadlines: count anew, remind, end. It asks what is due now, so a stop is caught up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, text, update
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, window_of
from subsidy.actions.deadlines.duties import Desks, Running
from subsidy.actions.deadlines.ending import Ended, end
from subsidy.actions.deadlines.recounting import attention_of, recount
from subsidy.actions.deadlines.telling import for_applicants, remind, tell_missed, tell_moved
from subsidy.actions.grounds.ticket_rows import open_ticket
from subsidy.records.tables import Claim, ClaimProgress, Deadline, WindowRule
from subsidy.records.tables.types import table_of

IS_OPEN = "deadline.status = 'open'"
IS_PROVISIONAL = "NOT deadline.final AND deadline.status IN ('open', 'stopped')"
NO_CALENDAR = "E1001"


@dataclass(frozen=True, slots=True)
class Watched:
    """What one batch of the sweep did."""

    looked_at: int = 0
    recounted: int = 0
    """Deadlines counted anew with the calendar of today."""
    moved: int = 0
    """Of those, the ones whose told day moved."""
    reminders: int = 0
    """Messages to remind, one for each class, window and day."""
    missed: int = 0
    lapsed: int = 0
    tickets: int = 0
    waiting: int = 0
    """Ended by the middle of a provisional range: they wait for the calendar and lapse nothing."""
    more: bool = False
    """The batch was full; call again in a new transaction."""

    def counts(self) -> dict[str, int]:
        """Everything that is a count, by name."""
        return {name: int(n) for name, n in asdict(self).items() if name != "more"}


def watch(session: Session, act: Act, *, limit: int = 500) -> Watched:
    """Deal with at most `limit` deadlines that want attention today; a repeat changes nothing.

    First provisional ones that an unseen calendar touches, then those whose `next_on` has come. A
    deadline is never acted on with another calendar than today's.
    """
    desks = Desks(session, act)
    changed = _locked(session, _provisional(session, act, limit))
    moved = recount(session, act, changed)
    found = _due(session, act, limit)
    due = _locked(
        session, found, col(Deadline.status) == "open", col(Deadline.next_on) <= act.today
    )
    stale = [one for one in due if one.row.calendar_version != act.calendar.version]
    moved += recount(session, act, stale)
    tell_moved(session, act, desks, moved)
    told = {one.row.id for one, _ in moved}
    over = [one for one in due if one.row.due_on < act.today and one.row.final]
    waiting = [one for one in due if one.row.due_on < act.today and not one.row.final]
    running = [one for one in due if one.row.due_on >= act.today and one.row.id not in told]
    for one in running:
        one.row.next_on = attention_of(act, one.row, window_of(one.rule))
    session.flush()
    reminders = remind(session, act, desks, running)
    opened = _wait(session, act, waiting)
    ended = end(session, act, desks, over) if over else Ended()
    tell_missed(session, act, desks, for_applicants(desks, ended.stayed))
    return Watched(
        looked_at=len(changed) + len(due),
        recounted=len(changed) + len(stale),
        moved=len(moved),
        reminders=reminders,
        missed=ended.missed,
        lapsed=ended.lapsed,
        tickets=ended.tickets + opened,
        waiting=len(waiting),
        more=len(changed) >= limit or len(found) >= limit,
    )


def _due(session: Session, act: Act, limit: int) -> list[tuple[int, int]]:
    """(deadline, claim) whose day has come, the longest overdue first."""
    query = (
        select(Deadline.id, Deadline.claim_id)
        .where(text(IS_OPEN), Deadline.next_on <= act.today, Deadline.city == act.city)
        .order_by(col(Deadline.next_on), col(Deadline.id))
        .limit(limit)
    )
    return [(row[0] or 0, row[1] or 0) for row in session.exec(query).all()]


def _provisional(session: Session, act: Act, limit: int) -> list[tuple[int, int]]:
    """(deadline, claim) that were counted with another calendar than today's."""
    query = (
        select(Deadline.id, Deadline.claim_id)
        .where(
            text(IS_PROVISIONAL),
            Deadline.calendar_version != act.calendar.version,
            Deadline.city == act.city,
        )
        .order_by(col(Deadline.id))
        .limit(limit)
    )
    return [(row[0] or 0, row[1] or 0) for row in session.exec(query).all()]


def _locked(
    session: Session, found: Sequence[tuple[int, int]], *still: ColumnElement[bool]
) -> list[Running]:
    """Lock the claims in id order, as every move does, then read their deadlines as they are now."""
    if not found:
        return []
    claims = sorted({claim_id for _, claim_id in found})
    standing = session.exec(
        select(ClaimProgress.claim_id)
        .where(col(ClaimProgress.claim_id).in_(claims))
        .order_by(col(ClaimProgress.claim_id))
        .with_for_update()
    ).all()
    _close_orphans(session, found, set(standing))
    query = (
        select(Deadline, WindowRule, Claim, ClaimProgress)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Deadline.claim_id)
        .where(
            col(Deadline.id).in_([deadline_id for deadline_id, _ in found]),
            col(Deadline.status).in_(("open", "stopped")),
            *still,
        )
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return [Running(*row) for row in session.exec(query).all()]


def _close_orphans(
    session: Session, found: Sequence[tuple[int, int]], standing: Collection[int]
) -> None:
    """A clock of a claim that has ended runs for nobody; it must not come up every day."""
    orphans = [deadline_id for deadline_id, claim_id in found if claim_id not in standing]
    if orphans:
        table = table_of(Deadline)
        session.execute(update(table).where(table.c.id.in_(orphans)).values(status="closed"))


def _wait(session: Session, act: Act, rows: Sequence[Running]) -> int:
    """Its days are over by the middle, yet no notice arranges them: somebody has to load it.

    The row sleeps until the calendar has another version.
    """
    opened = set()
    for one in rows:
        one.row.next_on = FAR
        opened.add(
            open_ticket(
                session,
                act,
                code=NO_CALENDAR,
                area_id=one.row.area_id,
                facts={"window": one.row.window, "due": one.row.due_on},
            )
        )
    session.flush()
    return len(opened)
