"""The window of review of a real claim over moving days, against the oracle that walks from day to day.

The claim is sent back and handed in again, more time is granted by two people, notices come late, and
the sweep comes when it comes. After each step its deadline is what somebody counting days would say.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
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
from sqlmodel import Session, select

from states.chart import FAR
from subsidy.actions import advance, reviews
from subsidy.actions.acting import Act
from subsidy.actions.deadlines import ask_extension, ask_waiver, deadlines_of, extend, waive
from subsidy.actions.deadlines.showing.clock_face import DeadlineClock
from subsidy.records.database import Database
from subsidy.records.tables import Claim, Deadline, WindowRule
from tests import builders
from tests.actions.deadlines.settings import SWEEP
from tests.actions.desk import steps
from tests.rules.calendars import oracle
from tests.rules.calendars.oracle import Happened, Period
from tests.rules.calendars.test_against_the_oracle import LATENESS, world

OPENED = steps.APPLIED
LAST = date(2021, 3, 31)
GROUNDS = {"reason": "机构所在楼宇封控，无法取回材料", "clause": "杭人社延〔2020〕8号"}


@dataclass
class Expected:
    """What the row must say, kept by the oracle's answers alone."""

    due: date
    told: date
    final: bool
    status: str = "open"
    closed_on: date | None = None
    entries: tuple[tuple[str, date, date], ...] = ()


class Desk(RuleBasedStateMachine):
    """One claim under review, whose window is of a random length and kind."""

    template: ClassVar[Path]

    @initialize(
        n=st.integers(2, 40),
        unit=st.sampled_from(["working", "working", "calendar"]),
        late=st.sampled_from(LATENESS),
    )
    def begin(self, n: int, unit: str, late: int) -> None:
        """The claim is applied for; its review has so many days."""
        self.place = TemporaryDirectory()
        path = Path(self.place.name) / "subsidy.db"
        shutil.copyfile(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        self.book, self.files = world(late)
        self.office = replace(builders.office(), calendars=self.book)
        self.today, self.period = OPENED, Period(n, unit)
        with self.database.transaction() as session:
            for each in session.exec(select(WindowRule).where(WindowRule.name == "review")).all():
                each.n, each.unit = n, unit
            self.claim = session.exec(select(Claim.id)).one()
            class_id = session.exec(select(Claim.class_id)).one()
            builders.done(
                steps.claims.apply_for_class(
                    session,
                    self.act(builders.PROVIDER),
                    class_id=class_id or 0,
                    commitment_on=OPENED,
                )
            )
        row = self.row()
        self.expected = Expected(row.due_on, row.told_by, row.final)
        end = self.counted()
        assert row.final == (end is not None)
        assert row.due_on == end or not row.final

    def teardown(self) -> None:
        """The city of this history is gone."""
        self.database.dispose()
        self.place.cleanup()

    def act(self, actor: str) -> Act:
        """A deed on the day that it is."""
        return builders.act(self.today, actor=actor, with_office=self.office)

    def row(self) -> DeadlineClock:
        """The window of review as people see it."""
        with self.database.reading() as session:
            shown = deadlines_of(session, self.act(builders.CLERK), claim_id=self.claim)
        (found,) = [each for each in shown if each.window == "review"]
        return found

    def counted(self) -> date | None:
        """The end by the oracle, without a stop that still lasts; None while nobody can know it."""
        entries = self.expected.entries
        marks = [entry for entry in entries if entry[0] != "extended"]
        if marks and marks[-1][0] == "stopped":
            entries = tuple(entry for entry in entries if entry is not marks[-1])
        known = self.files.known(self.today, builders.CITY)
        return oracle.end(known, self.period, OPENED, self.today, Happened(entries))

    def count_anew(self) -> None:
        """The row is counted with what is known today; nobody's day comes earlier than told."""
        end = self.counted()
        self.expected.final = end is not None
        if end is not None:
            self.expected.due = self.expected.told = max(end, self.expected.told)
        else:
            row = self.row()
            assert self.expected.told <= row.told_by <= row.due_on
            self.expected.due, self.expected.told = row.due_on, row.told_by

    def passed(self) -> list[tuple[int | None, int | None]]:
        """Days used and stopped, until today or until it was closed; a missed one may run on."""
        told, found = self.expected, []
        known, happened = self.files.known(self.today, builders.CITY), Happened(told.entries)
        days = [told.closed_on or self.today]
        if told.status == "missed":
            days.append(self.today)
        for until in days:
            counted = (known, self.period, OPENED, until, happened)
            used, stood = oracle.used(*counted), oracle.stood(*counted)
            found.append((used, stood) if used is not None else self.shown())
        return found

    def shown(self) -> tuple[int, int]:
        """What people see while the days that passed are not known yet."""
        row = self.row()
        return row.used, row.stopped

    @rule(days=st.sampled_from([1, 1, 2, 3, 7, 14]), swept=st.booleans())
    def go_on(self, days: int, swept: bool) -> None:
        """Later; the sweep may have been kept from running."""
        self.today = min(self.today + timedelta(days), LAST)
        if swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        """The flow of the night, twice: the second time changes nothing."""
        for _ in range(2):
            advance.watch_deadlines(
                self.database,
                self.office,
                city=builders.CITY,
                today=self.today,
                now=datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=UTC),
                actor=SWEEP,
            )
        told = self.expected
        if told.status in ("open", "stopped"):
            self.count_anew()
        if told.status == "open" and told.final and told.due < self.today:
            told.status, told.closed_on = "missed", told.due + timedelta(1)

    @rule()
    def send_back_or_resubmit(self) -> None:
        """The clerk asks for a correction, or the applicant hands it in."""
        told = self.expected
        with self.database.transaction() as session:
            if steps.at(session, self.claim).state == "correcting":
                act = self.act(builders.PROVIDER)
                builders.done(reviews.resubmit(session, act, claim_id=self.claim))
            else:
                clerk = self.act(builders.CLERK)
                done = reviews.send_back(session, clerk, claim_id=self.claim, faults=["签字页"])
                builders.done(done)
                if told.status == "open":
                    told.status = "stopped"
                    told.entries += (("stopped", self.today, told.due),)
                return
        if told.status == "stopped":
            told.status = "open"
            told.entries += (("resumed", self.today, self.today),)
            self.count_anew()

    @rule(days=st.integers(1, 40))
    def extend(self, days: int) -> None:
        """Two people grant a later last day; a window that was missed runs again."""
        told = self.expected
        until = told.due + timedelta(days)
        row = self.row()
        with self.database.transaction() as session:
            asked = ask_extension(
                session, self.act(builders.CLERK), deadline_id=row.id, until=until, **GROUNDS
            )
            assert asked.done == (told.status != "waived")
            if not asked.done:
                return
            builders.done(extend(session, self.act(builders.HEAD), deadline_id=row.id))
        told.due = told.told = until
        told.final = True
        told.entries += (("extended", self.today, until),)
        if told.status == "missed" and until >= self.today:
            told.status, told.closed_on = "open", None

    @precondition(lambda self: len(self.expected.entries) > 2)
    @rule()
    def waive(self) -> None:
        """Two people say that the window shall not count."""
        row = self.row()
        with self.database.transaction() as session:
            clerk, head = self.act(builders.CLERK), self.act(builders.HEAD)
            if ask_waiver(session, clerk, deadline_id=row.id, **GROUNDS).done:
                builders.done(waive(session, head, deadline_id=row.id))
                self.expected.status, self.expected.closed_on = "waived", self.today

    @invariant()
    def the_row_is_what_was_counted(self) -> None:
        """Last day, day told, whether final, status, day of the miss; used and stopped days."""
        row, told = self.row(), self.expected
        assert (row.status, row.closed_on) == (told.status, told.closed_on)
        assert (row.due_on, row.told_by, row.final) == (told.due, told.told, told.final)
        assert row.used + row.left - row.overrun == row.total
        if (told.closed_on or self.today) <= self.today:
            assert (row.used, row.stopped) in self.passed()
        with self.database.reading() as session:
            kept = session.get_one(Deadline, row.id)
            assert kept.lapses_after == FAR, "a window of the office ends no claim"


@pytest.fixture(scope="module")
def ready(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of one person, certified and with every register answered, ready to be applied for."""
    path = tmp_path_factory.mktemp("ready") / "subsidy.db"
    shutil.copyfile(template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        _ready(session)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


def _ready(session: Session) -> None:
    class_id = steps.certified(session, heads=1)
    steps.answer(session, class_id, heads=1)


@pytest.mark.slow
def test_the_clock_of_a_claim_is_what_somebody_who_walks_from_day_to_day_counts(
    ready: Path,
) -> None:
    Desk.template = ready
    many = max(settings().max_examples // 7, 1)
    run_state_machine_as_test(Desk, settings=settings(max_examples=many, stateful_step_count=10))
