"""Who acts, on which business day, under which rules: what every action is given.

`Office` is loaded once a process (packs, calendar, keys). An `Act` is one deed of one person or flow.
Actions commit nothing: the edge that opened the session does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlmodel import Session, select

from states.chart import FAR
from subsidy.records.moves import Moment, OpenTicket, OpenWindow
from subsidy.records.pack_archive import keep
from subsidy.records.people import Vault
from subsidy.records.tables import Area, Road, WindowRule
from subsidy.rules.clocks import Run, ends_on
from subsidy.rules.deadlines import Window, due, reminders
from subsidy.rules.packs.contacts import Contacts, shipped_contacts
from subsidy.rules.packs.occupations import Occupations, shipped_occupations
from subsidy.rules.packs.running import runs_on
from subsidy.rules.policy import Pack, road_of
from subsidy.rules.verdict import Finding
from subsidy.rules.workdays import (
    Calendar,
    Calendars,
    DueDate,
    working_days_after,
)


@dataclass(frozen=True)
class Office:
    """The rules and keys of one installation; read once, shared by threads."""

    packs: Mapping[str, Pack]
    calendars: Calendars
    vault: Vault
    contacts: Mapping[str, Contacts] = field(default_factory=shipped_contacts)
    """Offices and remedies by city, for what people are told."""
    occupations: Occupations = field(default_factory=shipped_occupations)
    """The classification: what codes and names of other lists mean here."""


@dataclass(frozen=True)
class Act:
    """One deed: whose, in which city, on which business day, recorded when."""

    office: Office
    city: str
    today: date
    """The business day; rules count from it."""
    recorded_at: datetime
    """The moment of the clock, UTC."""
    actor: str
    """`user:<account id>` or `flow:<name>`."""
    roles: frozenset[str] = frozenset()
    areas: frozenset[int] | None = None
    """Area ids the actor may act in; None means every one (flows)."""

    @property
    def pack(self) -> Pack:
        """The city's policy pack. Raises KeyError if the city has none."""
        return self.office.packs[self.city]

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar as known on the business day."""
        return self.office.calendars.seen_on(self.today, city=self.city)

    def moment(self, note: str = "", *, window_batch: int = 0, **given: object) -> Moment:
        """The record of this act for one move; `given` feeds the edges."""
        return Moment(self.today, self.recorded_at, self.actor, note, given, window_batch)


@dataclass(frozen=True)
class Outcome:
    """What became of an action: done, or refused with every reason. Refusals are not exceptions."""

    done: bool
    subject_id: int | None = None
    findings: Sequence[Finding] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    """Target state → how many claims moved."""
    left: Sequence[tuple[int, tuple[str, ...]]] = ()
    """Claims that stayed: id, and the guards or codes that held them."""
    note: str = ""

    @classmethod
    def refused(cls, *findings: Finding, subject_id: int | None = None) -> Outcome:
        """Nothing was changed; here is every reason."""
        return cls(False, subject_id, findings)


class PackRules:
    """What the moves ask about windows and tickets, answered from rows and today's calendar."""

    def __init__(self, session: Session, act: Act) -> None:
        """Bind to one session and act; rules are read once for each road."""
        self._session = session
        self._act = act
        self._windows: dict[tuple[int, str], WindowRule | None] = {}

    def _rule(self, road_id: int, name: str) -> WindowRule | None:
        key = (road_id, name)
        if key not in self._windows:
            self._windows[key] = self._session.exec(
                select(WindowRule).where(WindowRule.road_id == road_id, WindowRule.name == name)
            ).first()
        return self._windows[key]

    def window(self, *, road_id: int, window: str, anchor: date) -> OpenWindow | None:
        """The deadline that `window` makes from `anchor`; None where the pack leaves it unset."""
        rule = self._rule(road_id, window)
        if rule is None:
            return None
        end = due(window_of(rule), anchor=anchor, calendar=self._act.calendar)
        return self._open(rule, end, anchor=anchor)

    def resumed(
        self, *, road_id: int, window: str, anchor: date, run: Run, today: date
    ) -> OpenWindow | None:
        """The deadline whose clock runs on today, counted anew from its anchor."""
        rule = self._rule(road_id, window)
        if rule is None:
            return None
        end = ends_on(
            window_of(rule), anchor=anchor, run=run, today=today, calendar=self._act.calendar
        )
        return self._open(rule, end, anchor=today)

    def _open(self, rule: WindowRule, end: DueDate, *, anchor: date) -> OpenWindow:
        assert rule.id is not None
        window = window_of(rule)
        return OpenWindow(
            rule_id=rule.id,
            due_on=end.on,
            told_by=end.told_by,
            lapses_after=end.lapses_after if window.may_lapse else FAR,
            next_on=next_attention(
                window, end, anchor=anchor, today=self._act.today, calendar=self._act.calendar
            ),
            final=end.final,
            calendar_version=self._act.calendar.version,
        )

    def ticket(self, *, code: str, today: date) -> OpenTicket:
        """A ticket of `code` opened on `today`, with its queue and time limit."""
        known = self._act.pack.book[code]
        limit = working_days_after(self._act.calendar, anchor=today, days=known.limit_days)
        return OpenTicket(
            code=code, queue=known.queue, blocks=True, due_on=limit.on, clause=known.clause
        )


def window_of(rule: WindowRule) -> Window:
    """The rule of a stored window."""
    return Window(
        name=rule.name,
        n=rule.n,
        unit=rule.unit,  # type: ignore[arg-type]
        direction=rule.direction,  # type: ignore[arg-type]
        anchor="",
        clause=rule.clause,
        document=rule.document,
        assumed=rule.assumed or None,
        at_end=tuple(rule.at_end.split()),  # type: ignore[arg-type]
        remind_at=tuple(int(n) for n in rule.remind_at.split()),
        escalate_at=tuple(int(n) for n in rule.escalate_at.split()),
        first_day_counts=rule.first_day_counts,
    )


def next_attention(
    window: Window, end: DueDate, *, anchor: date, today: date, calendar: Calendar
) -> date:
    """The next day on which a deadline wants attention: a reminder, else the day after its end."""
    days = reminders(window, due_date=end, anchor=anchor, calendar=calendar)
    return min((day for day in days if day > today), default=end.on + timedelta(days=1))


def sync_roads(session: Session, act: Act) -> dict[tuple[str, str], int]:
    """Write the roads and windows of the city's pack and keep it, once for each version of it.

    Returns (track, route) → road id. The routes are those the pack's routing names.
    """
    pack = act.pack
    keep_pack(session, act)
    found: dict[tuple[str, str], int] = {}
    for track in pack.tracks.values():
        for route in pack.spec.routing.routes:
            found[track.code, route] = _road(session, pack, track.code, route)
    return found


def keep_pack(session: Session, act: Act) -> None:
    """Put the pack of now into the archive, where receipts and claims find it again."""
    pack = act.pack
    keep(
        session,
        city=pack.city,
        version=pack.version,
        content=pack.content,
        at=act.recorded_at,
    )


def _road(session: Session, pack: Pack, track_code: str, route: str) -> int:
    row = session.exec(
        select(Road).where(
            Road.city == pack.city,
            Road.pack_version == pack.version,
            Road.track == track_code,
            Road.route == route,
        )
    ).first()
    if row is None:
        track = pack.tracks[track_code]
        order = road_of(track, route)
        row = Road(
            city=pack.city,
            track=track_code,
            route=route,
            pack_version=pack.version,
            stages=" ".join(order.stages),
            levels=order.levels,
            early=" ".join(f"{a}>{b}" for a, b in order.early.items()),
            needs_notice=not {"grant_publicised", "result_publicised"}.isdisjoint(order.stages),
            fund=track.fund,
            unit=track.unit,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        for window in track.windows.values():
            if window.n is not None and runs_on(track, window.name, levels=order.levels):
                session.add(_window_row(pack.city, row.id, window))
        session.flush()
        session.info.pop("road_orders", None)
    assert row.id is not None
    return row.id


def _window_row(city: str, road_id: int, window: Window) -> WindowRule:
    assert window.n is not None
    return WindowRule(
        city=city,
        road_id=road_id,
        name=window.name,
        n=window.n,
        unit=window.unit,
        direction=window.direction,
        first_day_counts=window.first_day_counts,
        clause=window.clause,
        document=window.document,
        assumed=window.assumed or "",
        at_end=" ".join(window.at_end),
        remind_at=" ".join(str(n) for n in window.remind_at),
        escalate_at=" ".join(str(n) for n in window.escalate_at),
    )


def area_named(session: Session, *, city: str, code: str) -> Area | None:
    """The area with this division id."""
    return session.exec(select(Area).where(Area.city == city, Area.code == code)).first()
