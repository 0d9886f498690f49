"""The sweep over deadlines: remind, end, escalate. It asks what is due now, so a stop is caught up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, next_attention
from subsidy.actions.deadlines.duties import Desks, Running
from subsidy.actions.deadlines.ending import ONE_DAY, end
from subsidy.actions.deadlines.opening.class_rows import UPLIFT
from subsidy.actions.deadlines.recounting import recount
from subsidy.actions.deadlines.sweeping.escalating import escalate
from subsidy.actions.deadlines.sweeping.marking import Mark, mark_all
from subsidy.actions.deadlines.sweeping.rows import Due, close_orphans, locked_batch, wanted_rows
from subsidy.actions.deadlines.telling import for_applicants, remind, tell_missed, tell_moved
from subsidy.actions.grounds.ticket_rows import open_ticket
from subsidy.records.among import among
from subsidy.records.tables import ClockEntry, Deadline, WindowRule
from subsidy.rules.deadlines import due as due_of_window
from subsidy.rules.workdays import DueDate

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
    escalated: int = 0
    """Messages about undone matters to the next desk."""
    waiting: int = 0
    """Ended by the middle of a provisional range: they wait for the calendar and lapse nothing."""
    more: bool = False
    """The batch was full; call again in a new transaction."""

    def counts(self) -> dict[str, int]:
        """Everything that is a count, by name."""
        return {name: int(n) for name, n in asdict(self).items() if name != "more"}


def watch(session: Session, act: Act, *, limit: int = 500) -> Watched:
    """Deal with at most `limit` deadlines that want attention today; a repeat changes nothing.

    They are taken by the day that they have wanted it since. A deadline is never acted on with another
    calendar than today's: one that another calendar counted is counted anew first. All others are counted
    anew by `calendar_change.recount_round`, which runs before this.
    """
    desks = Desks(session, act)
    rows, full = locked_batch(session, act, limit=limit)
    standing = close_orphans(session, rows)
    stale = _stale(session, act, desks, standing)
    moved = recount(session, act, _running(session, stale))
    if stale:
        standing = wanted_rows(session, act, [each for one in standing for each in one.ids])
    tell_moved(session, act, desks, {one.row.id or 0: was for one, was in moved})
    offers = [one for one in standing if _is_offer(act, one)]
    open_now = [one for one in standing if one.status == "open" and not _is_offer(act, one)]
    over = [one for one in open_now if one.due_on < act.today and one.final]
    waiting = [one for one in open_now if one.due_on < act.today and not one.final]
    told = {one.row.id for one, _ in moved}
    running = [one for one in open_now if one.due_on >= act.today and told.isdisjoint(one.ids)]
    reminders = remind(session, act, desks, running)
    mark_all(session, (*_reminded(act, desks, running), *_over(offers)))
    opened = _wait(session, act, waiting)
    ended = end(session, act, desks, over)
    tell_missed(session, act, desks, for_applicants(desks, ended.stayed))
    higher = escalate(session, act, desks, [one for one in standing if one.status == "missed"])
    session.expire_all()
    return Watched(
        looked_at=sum(len(one.ids) for one in rows) - sum(len(one.ids) for one in offers),
        recounted=len(stale),
        moved=len(moved),
        reminders=reminders,
        missed=ended.missed,
        lapsed=ended.lapsed,
        tickets=ended.tickets + opened,
        escalated=higher,
        waiting=sum(len(one.ids) for one in waiting),
        more=full,
    )


def _is_offer(act: Act, one: Due) -> bool:
    """Whether this was something to ask for, and the last day to do so has passed."""
    return one.window == UPLIFT and one.due_on < act.today


def _over(offers: Iterable[Due]) -> Iterator[tuple[Due, Mark]]:
    """What nobody has to ask for is over without having been missed."""
    for one in offers:
        yield one, Mark("closed", FAR, closed_on=one.due_on + ONE_DAY)


def _reminded(act: Act, desks: Desks, rows: Iterable[Due]) -> Iterator[tuple[Due, Mark]]:
    """When each of these wants attention again."""
    days: dict[tuple[int, date, date, date, bool], Mark] = {}
    for one in rows:
        key = (one.rule_id, one.anchor_on, one.due_on, one.told_by, one.final)
        if key not in days:
            days[key] = Mark("open", _attention(act, desks, one))
        yield one, days[key]


def _attention(act: Act, desks: Desks, one: Due) -> date:
    window = desks.window(one.rule_id)
    ends = DueDate(on=one.due_on, final=one.final, low=one.told_by, high=one.due_on)
    return next_attention(
        window, ends, anchor=one.anchor_on, today=act.today, calendar=act.calendar
    )


def _stale(session: Session, act: Act, desks: Desks, rows: Sequence[Due]) -> list[int]:
    """Open deadlines that today's calendar counts differently, or whose clock has entries to count.

    Most notices change nothing for most windows: those keep the version they were counted with.
    """
    other = [
        one for one in rows if one.status == "open" and one.calendar_version != act.calendar.version
    ]
    if not other:
        return []
    ids = [each for one in other for each in one.ids]
    found = among(session, col(ClockEntry.deadline_id), ids)
    with_entries = set(session.exec(select(ClockEntry.deadline_id).where(found)).all())
    ends: dict[tuple[int, date], DueDate] = {}
    stale: list[int] = []
    for one in other:
        key = (one.rule_id, one.anchor_on)
        if key not in ends:
            window = desks.window(one.rule_id)
            ends[key] = due_of_window(window, anchor=one.anchor_on, calendar=act.calendar)
        now = ends[key]
        if (now.on, now.told_by, now.final) != (one.due_on, one.told_by, one.final):
            stale += one.ids
        else:
            stale += [each for each in one.ids if each in with_entries]
    return stale


def _running(session: Session, deadline_ids: Iterable[int]) -> list[Running]:
    """These deadlines with their rules; rows of the mapper, for counting one by one."""
    wanted: Collection[int] = list(deadline_ids)
    if not wanted:
        return []
    query = (
        select(Deadline, WindowRule)
        .join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
        .where(among(session, col(Deadline.id), wanted))
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return [Running(row, rule) for row, rule in session.exec(query).all()]


def _wait(session: Session, act: Act, rows: Sequence[Due]) -> int:
    """Its days are over by the middle, yet no notice arranges them: somebody has to load it.

    The row sleeps until the calendar has another version.
    """
    mark_all(session, [(one, Mark("open", FAR)) for one in rows])
    first: dict[int, Due] = {}
    for one in rows:
        first.setdefault(one.area_id, one)
    for area_id, one in first.items():
        open_ticket(
            session,
            act,
            code=NO_CALENDAR,
            area_id=area_id,
            facts={"window": one.window, "due": one.due_on},
        )
    return len(first)
