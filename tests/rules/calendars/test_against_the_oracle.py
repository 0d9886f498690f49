"""Random windows over moving days, stops, extensions and late notices: each step against the oracle."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from subsidy.rules.clocks import clock, ends_on, run_of
from subsidy.rules.deadlines import Window, due, notice_period, skipped_days
from subsidy.rules.workdays import FAR, CalendarBook, DueDate
from tests.rules.calendars import oracle
from tests.rules.calendars.oracle import Files, Happened, Period

CALENDAR = Path(__file__).parents[3] / "config" / "calendar"
BOUNDED_FROM = date(2020, 3, 1)
"""From here on the years seen before bound the next ones, and no notice was amended any more."""
LATENESS = (0, 12, 30, 45)
PUBLISHED = re.compile(r"(published: )(\d{4}-\d{2}-\d{2})")


@cache
def world(late: int) -> tuple[CalendarBook, Files]:
    """Both readings of the calendar, with every notice published so many days later than it was."""

    def later(found: re.Match[str]) -> str:
        return f"{found[1]}{date.fromisoformat(found[2]) + timedelta(late)}"

    with TemporaryDirectory() as place:
        folder = Path(place) / "calendar"
        shutil.copytree(CALENDAR, folder)
        for path in [*folder.glob("20*.yaml"), *folder.glob("cities/*.yaml")]:
            path.write_text(PUBLISHED.sub(later, path.read_text("utf-8")), "utf-8")
        return CalendarBook.load(folder), Files.read(folder)


LENGTHS = {"working": 60, "calendar": 150, "month": 14, "year": 2}


@st.composite
def periods(draw: Any) -> Period:
    """Any window that a pack could declare."""
    unit = draw(st.sampled_from(["working", "working", *LENGTHS]))
    return Period(
        n=draw(st.integers(1, LENGTHS[unit])),
        unit=unit,
        direction=draw(st.sampled_from(["after", "after", "after", "before"])),
        first_day_counts=draw(st.booleans()),
    )


class Running:
    """A window with its clock, and what was said of its end since something last happened to it."""

    def __init__(self, period: Period, anchor: date) -> None:
        self.period, self.anchor = period, anchor
        self.window = Window(
            "w", period.n, period.unit, period.direction, "a", "三", "HZ",  # type: ignore[arg-type]
            at_end=("lapse",), first_day_counts=period.first_day_counts,
        )  # fmt: skip
        self.entries: list[tuple[str, date, date]] = []
        self.said: list[DueDate] = []

    @property
    def stands(self) -> bool:
        """Whether it is stopped now."""
        marks = [entry for entry, _, _ in self.entries if entry != "extended"]
        return bool(marks) and marks[-1] == "stopped"

    def enter(self, entry: str, on: date, named: date) -> None:
        """Something happens to it; what was said before no longer binds."""
        self.entries.append((entry, on, named))
        self.said = []


class Clocks(RuleBasedStateMachine):
    """One office through the years, with up to four windows at a time."""

    @initialize(
        today=st.dates(date(2018, 1, 2), date(2026, 6, 30)),
        late=st.sampled_from(LATENESS),
        city=st.sampled_from([None, "hangzhou", "cixi"]),
    )
    def begin(self, today: date, late: int, city: str | None) -> None:
        """A city on a day, where notices come so many days late."""
        self.today, self.city, self.began = today, city, today
        self.book, self.files = world(late)
        self.windows: list[Running] = []

    @rule(period=periods(), back=st.integers(-40, 90))
    def open(self, period: Period, back: int) -> None:
        """A window from a day around today; the oldest one makes room."""
        self.windows = [*self.windows[-3:], Running(period, self.today - timedelta(back))]

    @rule(days=st.sampled_from([1, 1, 2, 3, 7, 20, 60]))
    def go_on(self, days: int) -> None:
        """Later; notices of these days have come."""
        self.today = min(self.today + timedelta(days), date(2026, 12, 31))

    @rule(days=st.integers(-2, 2))
    def new_year(self, days: int) -> None:
        """On to a day around the next change of the year."""
        self.today = min(
            max(self.today, date(self.today.year + 1, 1, 1) + timedelta(days)), date(2026, 12, 31)
        )

    @precondition(lambda self: self.windows)
    @rule(which=st.integers(0, 3))
    def stop_or_resume(self, which: int) -> None:
        """A correction is asked for, or it has come; both may be on one day, or on a day of rest."""
        one = self.windows[which % len(self.windows)]
        one.enter("resumed" if one.stands else "stopped", self.today, self.today)

    @precondition(lambda self: self.windows)
    @rule(which=st.integers(0, 3), days=st.integers(0, 80))
    def extend(self, which: int, days: int) -> None:
        """A later last day is granted."""
        one = self.windows[which % len(self.windows)]
        one.enter("extended", self.today, self.today + timedelta(days))

    @invariant()
    def both_count_alike(self) -> None:
        """The end, whether it is final, what is used and stopped, and the range told before."""
        calendar = self.book.seen_on(self.today, city=self.city)
        known = self.files.known(self.today, self.city)
        for one in self.windows:
            happened = Happened(tuple(one.entries))
            found = ends_on(
                one.window,
                anchor=one.anchor,
                run=run_of(one.entries),
                today=self.today,
                calendar=calendar,
            )
            expected = oracle.end(known, one.period, one.anchor, self.today, happened)
            assert found.final == (expected is not None)
            assert found.low <= found.on <= found.high
            if expected is None:
                assert found.lapses_after == FAR, "nobody lapses on a provisional date"
            else:
                assert found == DueDate(expected, True, expected, expected)
                assert found.lapses_after == found.told_by == expected
            self.agrees_with_what_was_said(one, found)
            self.runs_alike(one, happened, found)
            if not one.entries:
                assert found == due(one.window, anchor=one.anchor, calendar=calendar)
                self.says_alike(one, found)

    def agrees_with_what_was_said(self, one: Running, found: DueDate) -> None:
        """The truth lies in every range that was told before; a final day stays where it is."""
        if one.stands:
            one.said = []
        elif self.began >= BOUNDED_FROM:
            for earlier in one.said:
                if found.final:
                    assert earlier.low <= found.on <= earlier.high, (earlier, found)
            if one.said and one.said[-1].final:
                assert found == one.said[-1]
            one.said.append(found)

    def runs_alike(self, one: Running, happened: Happened, found: DueDate) -> None:
        """Used, stopped and left, for a window that runs forward over days that are known."""
        if one.period.direction == "before":
            return
        calendar = self.book.seen_on(self.today, city=self.city)
        known = self.files.known(self.today, self.city)
        run = run_of(one.entries)
        told = clock(one.window, anchor=one.anchor, today=self.today, run=run, calendar=calendar)
        assert told.due == found
        assert told.running != one.stands
        assert told.used + told.left - told.overrun == told.total
        used = oracle.used(known, one.period, one.anchor, self.today, happened)
        if used is not None:
            stood = oracle.stood(known, one.period, one.anchor, self.today, happened)
            assert (told.used, told.stopped) == (used, stood)
        if one.period.unit == "working" and found.final and not happened.extension:
            then = clock(one.window, anchor=one.anchor, today=found.on, run=run, calendar=calendar)
            assert one.stands or then.used == then.total == one.period.n

    def says_alike(self, one: Running, found: DueDate) -> None:
        """The days of rest that moved it, and the notice that it makes."""
        calendar = self.book.seen_on(self.today, city=self.city)
        known = self.files.known(self.today, self.city)
        if not found.final or one.period.direction == "before":
            return
        if one.period.unit == "working":
            first = one.anchor + timedelta(not one.period.first_day_counts)
            skipped = skipped_days(one.window, anchor=one.anchor, calendar=calendar)
            assert [day for day, _ in skipped] == oracle.rests(known, first, found.on)
            assert all(reason for _, reason in skipped)
        notice = notice_period(one.window, posted_on=one.anchor, calendar=calendar)
        opens = oracle.next_work(known, found.on)
        assert notice.last_day == found.on
        assert notice.final == (opens is not None)
        assert notice.opens_on == opens or not notice.final


def test_clocks_count_as_somebody_who_walks_from_day_to_day() -> None:
    many = settings().max_examples
    run_state_machine_as_test(Clocks, settings=settings(max_examples=many, stateful_step_count=12))
