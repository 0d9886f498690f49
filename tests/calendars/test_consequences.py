"""What follows from a loaded notice: decisions taken again, a live office, both databases, Chinese faults."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.calendar_change import recount_round
from subsidy.actions.calendar_change.forgetting import first_changed_day
from subsidy.office import load_office
from subsidy.records.database import Database
from subsidy.records.tables import CalendarLoad, Claim, ClaimProgress, Deadline, Decision
from subsidy.rules.calendars import checks, files, located
from subsidy.rules.calendars.arriving import offering
from subsidy.rules.calendars.arriving.fault_words import WORDS, sentence
from tests import builders
from tests.calendars.late import (
    KNOWN_FROM,
    LATER,
    MAY_HOLIDAY,
    SAME,
    Installation,
    alone,
    waiting,
)

NOTICE = alone("2019.yaml", MAY_HOLIDAY)
BEFORE = KNOWN_FROM - timedelta(1)
LATE_LOAD = date(2019, 5, 6)
"""The change of May is loaded only after its days."""


def decided(session: Session, made: Installation, claim_id: int, on: date) -> None:
    """A receipt of a claim, taken on a day with the calendar of now."""
    session.add(
        Decision(
            city="hangzhou", claim_id=claim_id, decided_on=on, payable=True, payee="", facts="{}",
            decided_at=datetime(on.year, on.month, on.day, tzinfo=UTC), result="{}",
            pack_version="", calendar_version=made.act(on).calendar.version, code_version="",
        )
    )  # fmt: skip


def test_decisions_that_counted_days_which_changed_are_taken_again(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [SAME, SAME], on=BEFORE)
    with spring_2019.database.transaction() as session:
        recount_round(session, spring_2019.act(LATE_LOAD))
        early, late = session.exec(select(Claim.id).order_by(col(Claim.id))).all()
        decided(session, spring_2019, early or 0, date(2019, 4, 26))
        decided(session, spring_2019, late or 0, date(2019, 5, 5))
        for row in session.exec(select(Deadline)).all():
            row.status = "met"
            session.add(row)
    spring_2019.load(NOTICE, LATE_LOAD)
    with spring_2019.database.reading() as session:
        rows = session.exec(select(ClaimProgress).order_by(col(ClaimProgress.claim_id))).all()
        assert [row.decision_current for row in rows] == [1, 0]


def test_a_notice_of_days_to_come_leaves_what_was_decided_before(
    spring_2019: Installation,
) -> None:
    act = spring_2019.act(KNOWN_FROM)
    known = [notice.number for notice in act.calendar.notices]
    spring_2019.load(NOTICE, KNOWN_FROM)
    now = spring_2019.act(KNOWN_FROM)
    assert first_changed_day(now, seen=known) == date(2019, 4, 28)
    assert first_changed_day(act, seen=[*known, "国办发明电〔1999〕1号"]) == date.min


def test_an_office_that_stays_up_counts_with_a_notice_as_soon_as_it_is_loaded(
    spring_2019: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = load_office(spring_2019.settings, keys=builders.keys(), live=True)
    assert office.calendars.seen_on(KNOWN_FROM).is_working(date(2019, 5, 2))
    spring_2019.load(NOTICE, KNOWN_FROM)
    assert not office.calendars.seen_on(KNOWN_FROM).is_working(date(2019, 5, 2))
    broken = spring_2019.settings.home / "config" / "calendar" / "2019.yaml"
    broken.write_text("year: [", encoding="utf-8")
    assert not office.calendars.seen_on(KNOWN_FROM).is_working(date(2019, 5, 2))


def test_what_cannot_be_put_on_record_is_not_kept(
    spring_2019: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = spring_2019.settings.home / "config" / "calendar" / "2019.yaml"
    before = own.read_bytes()
    real = spring_2019.database.transaction

    @contextmanager
    def failing() -> Iterator[Session]:
        with real() as session:
            yield session
            assert MAY_HOLIDAY in own.read_text(encoding="utf-8")
            raise OSError("the disk is full")

    monkeypatch.setattr(spring_2019.database, "transaction", failing)
    with pytest.raises(OSError, match="full"):
        spring_2019.load(NOTICE, KNOWN_FROM)
    assert own.read_bytes() == before
    with spring_2019.database.reading() as session:
        assert session.exec(select(CalendarLoad)).all() == []


@pytest.mark.postgres
def test_postgresql_counts_the_same_days(
    spring_2019: Installation, postgres_copy: Callable[..., str]
) -> None:
    def build(url: str) -> None:
        database = Database(url)
        builders.make_schema(database)
        builders.set_up_city(database)
        database.dispose()

    database = Database(postgres_copy("late_calendar", build))
    made = replace(spring_2019, database=database)
    waiting(made, [LATER, SAME, LATER], on=BEFORE)
    plan = made.loading.load(made.handed(NOTICE, KNOWN_FROM))
    assert [done.moved for city, done in made.loading.rounds(plan)] == [2]
    assert [row.due_on.isoformat() for row in made.rows()] == [
        "2019-05-05",
        "2019-04-23",
        "2019-05-05",
    ]
    assert len(made.entries()) == len(made.letters()) == 2
    database.dispose()


@pytest.mark.parametrize("module", [checks, files, located, offering])
def test_every_fault_of_a_calendar_file_has_its_chinese_words(module: ModuleType) -> None:
    source = inspect.getsource(module)
    says = re.findall(r'(?:says|remedy)\s*=\s*\(?\s*f?"([^"]+)"', source)
    says += re.findall(r'remedy=f?"([^"]+)"', source)
    assert says or module is located
    for text in says:
        told = re.sub(r"\{[^}]*\}", "某", text)
        assert sentence(told), f"add to WORDS: {told}"
    assert len(set(WORDS.values())) == len(WORDS)
