"""Who acts in the tests, when, and in which office: the shipped packs with keys of the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from subsidy.actions.acting import Act, Office
from subsidy.keys import KeyRing, Keys
from subsidy.rules.policy import load_packs
from subsidy.rules.workdays import CalendarBook

CONFIG = Path(__file__).resolve().parents[1] / "config"
CITY, TRACK, PROJECT = "hangzhou", "pass_certificate", "P-001"
XIAOSHAN, SHANGCHENG = "hz-xiaoshan", "hz-shangcheng"
STARTS, ENDS = date(2020, 10, 12), date(2020, 10, 23)
LESSONS = tuple(STARTS + timedelta(n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11))
DAYS: Mapping[str, date] = {
    "set_up": date(2020, 7, 6),
    "listed": date(2020, 7, 20),
    "enrolled": date(2020, 9, 14),
    "filed": date(2020, 9, 21),
    "accepted": date(2020, 9, 24),
    "completed": date(2020, 10, 26),
    "assessed": date(2020, 10, 28),
    "issued": date(2020, 10, 30),
    "certified": date(2020, 11, 4),
}
ROAD = ("enrolled", "filed", "completed", "assessed", "certified")
ROLES = {
    "user:1": ("clerk",),
    "user:2": ("clerk", "section_head"),
    "user:3": ("leader",),
    "user:4": ("provider",),
    "user:5": ("assessor",),
    "user:6": ("finance",),
}
CLERK, HEAD, LEADER, PROVIDER, ASSESSOR, FINANCE = ROLES


@cache
def office() -> Office:
    """The shipped packs and calendar, with keys of the tests."""
    return Office(
        packs=load_packs(CONFIG), calendars=CalendarBook.load(CONFIG / "calendar"), vault=keys()
    )


@cache
def keys() -> Keys:
    """Keys that open only what tests write."""
    return Keys(
        ring=KeyRing(current=1, by_version={1: b"k" * 32}),
        index=b"i" * 32,
        signing_seed=b"s" * 32,
        session=b"c" * 32,
        scheduler_auth="subsidy:tests",
    )


def act(
    day: str | date = "enrolled",
    *,
    actor: str = PROVIDER,
    roles: Sequence[str] | None = None,
    areas: frozenset[int] | None = None,
    with_office: Office | None = None,
) -> Act:
    """A deed of one of the cast on a day (by name or date), recorded at noon in Hangzhou."""
    on = DAYS[day] if isinstance(day, str) else day
    return Act(
        office=with_office or office(),
        city=CITY,
        today=on,
        recorded_at=datetime(on.year, on.month, on.day, 4, tzinfo=UTC),
        actor=actor,
        roles=frozenset(ROLES.get(actor, ()) if roles is None else roles),
        areas=areas,
    )
