"""Lists of deadlines: what they find, how a class stands on one line, pages that miss nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from subsidy.actions.deadlines import deadlines_of
from subsidy.actions.views.deadlines.deadline_list import (
    DeadlineLine,
    DeadlinePage,
    deadline_page,
    first_ids,
)
from subsidy.actions.views.deadlines.wanted import DeadlineFilter, windows
from subsidy.records.database import Database
from subsidy.records.tables import Claim, ClaimHistory, Deadline
from tests import builders
from tests.actions.deadlines.settings import (
    LAST_DAY,
    assessed_class,
    deadlines,
    put_class_windows_aside,
    sweep,
)
from tests.actions.deadlines.test_clock_records import class_window
from tests.actions.deadlines.test_granting import _extended
from tests.actions.desk import steps
from tests.actions.desk.test_correcting import sent_back

SOON = date(2020, 11, 27)
"""Five working days before the last day of the applications."""


@pytest.fixture(scope="module")
def filled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes that wait for their application: two of Xiaoshan, one of Shangcheng."""
    path = tmp_path_factory.mktemp("lists") / "lists.db"
    shutil.copyfile(template, path)
    made = Database(f"sqlite:///{path}")
    with made.transaction() as session:
        assessed_class(session, "XS2020-001", heads=3)
        for number, district, first in (
            ("XS2020-002", "hz-xiaoshan", 100),
            ("SC2020-001", "hz-shangcheng", 200),
        ):
            class_id = builders.class_of(session, number, heads=2, first=first, district=district)
            builders.drive(session, class_id, to="assessed", heads=2, first=first)
        _extended(session, deadlines(session, 2)[0].id)
        put_class_windows_aside(session)
    made.dispose()
    return path


@pytest.fixture
def city(filled: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of it for each test."""
    path = tmp_path / "subsidy.db"
    shutil.copyfile(filled, path)
    made = Database(f"sqlite:///{path}")
    yield made
    made.dispose()


def listed(
    session: Session, on: date = SOON, areas: list[int] | None = None, **wanted: object
) -> DeadlinePage:
    """The list as a clerk sees it on a day."""
    act = builders.act(on, actor=builders.CLERK)
    asked = DeadlineFilter(**wanted)  # type: ignore[arg-type]
    return deadline_page(session, act, wanted=asked, areas=areas)


def brief(page: DeadlinePage) -> list[tuple[str, int]]:
    """(class, how many) of each line."""
    return [(line.class_number, line.count) for line in page.lines]


def test_what_is_due_soon_is_cut_at_the_working_day(city: Database) -> None:
    with city.reading() as session:
        found = listed(session)
        assert brief(found) == [("XS2020-001", 3), ("XS2020-002", 1), ("SC2020-001", 2)]
        assert (found.lines_in_all, found.deadlines_in_all) == (3, 6)
        assert {line.working_days_left for line in found.lines} == {5}
        assert {line.told_by for line in found.lines} == {LAST_DAY}
        assert not listed(session, within=4).lines
        assert listed(session, within=15).deadlines_in_all == 7
        assert listed(session, LAST_DAY, within=0).deadlines_in_all == 6


def test_each_trainee_stands_on_a_line_where_that_is_asked_for(city: Database) -> None:
    with city.reading() as session:
        found = listed(session, each=True)
        assert (found.lines_in_all, found.deadlines_in_all) == (6, 6)
        assert all(line.claim_number and "*" in line.person for line in found.lines)
        grouped = listed(session)
        assert grouped.lines[0].claim_number == grouped.lines[0].person == ""


def test_a_list_is_narrowed_to_district_window_track_and_who_must_act(city: Database) -> None:
    with city.reading() as session:
        shangcheng = builders.area(session, builders.SHANGCHENG)
        assert brief(listed(session, area_id=shangcheng)) == [("SC2020-001", 2)]
        assert brief(listed(session, areas=[shangcheng])) == [("SC2020-001", 2)]
        assert listed(session, areas=[]).deadlines_in_all == 0
        assert listed(session, window="payment").deadlines_in_all == 0
        assert listed(session, window="application").deadlines_in_all == 6
        assert listed(session, track="pass_certificate").deadlines_in_all == 6
        assert listed(session, track="certificate").deadlines_in_all == 0
        assert listed(session, who="provider").deadlines_in_all == 6
        assert listed(session, who="trainee").deadlines_in_all == 0
        assert listed(session, who="office").deadlines_in_all == 0


def test_pages_behind_one_another_hold_every_line_once_in_either_order(city: Database) -> None:
    act = builders.act(SOON, actor=builders.CLERK)
    with city.reading() as session:
        for sort in ("due", "area"):
            wanted = DeadlineFilter(status="all", each=True, sort=sort)  # type: ignore[arg-type]
            whole = deadline_page(session, act, wanted=wanted, areas=None, size=None)
            got: list[DeadlineLine] = []
            page = deadline_page(session, act, wanted=wanted, areas=None, size=2)
            got += page.lines
            while page.next_after is not None:
                page = deadline_page(
                    session, act, wanted=wanted, areas=None, size=2, after=page.next_after
                )
                got += page.lines
            assert got == whole.lines
            assert len(got) == whole.lines_in_all == whole.deadlines_in_all == 7
            keys = [(line.area_id if sort == "area" else 0, line.told_by) for line in got]
            assert keys == sorted(keys)


def test_the_list_finds_what_the_clocks_of_every_claim_say(city: Database) -> None:
    act = builders.act(SOON, actor=builders.CLERK)
    with city.reading() as session:
        claims = session.exec(select(Claim.id)).all()
        clocks = [c for claim in claims for c in deadlines_of(session, act, claim_id=claim)]
        running = {c.id for c in clocks if c.status in ("open", "stopped")}
        assert {line.id for line in listed(session, status="all", each=True).lines} == running


def test_what_is_past_its_day_is_listed_until_the_work_is_done(city: Database) -> None:
    late = LAST_DAY + timedelta(4)
    with city.transaction() as session:
        class_id = builders.class_of(session, "XS2020-009", heads=2, first=300)
        builders.drive(session, class_id, to="completed", heads=2, first=300)
        put_class_windows_aside(session)
        unseen = listed(session, late, status="missed")
        assert unseen.deadlines_in_all == 8, "the sweep has not come yet"
        assert unseen.lines[0].working_days_left == -2
        sweep(session, late)
        found = listed(session, late, status="missed")
        assert brief(found) == [("XS2020-009", 2)], "lapsed claims wait for nobody"
        assert {line.status for line in found.lines} == {"missed"}
        for row in deadlines(session, class_id):
            _extended(session, row.id, day=late)
        assert not listed(session, late, status="missed").lines


def test_an_application_that_came_late_after_all_is_no_longer_listed(city: Database) -> None:
    late = LAST_DAY + timedelta(4)
    with city.transaction() as session:
        class_id = builders.class_of(session, "XS2020-009", heads=2, first=300)
        builders.drive(session, class_id, to="completed", heads=2, first=300)
        put_class_windows_aside(session)
        sweep(session, late)
        builders._assess(session, class_id, builders.people(2, first=300))
        first, second = deadlines(session, class_id)
        row = session.get_one(Claim, first.claim_id)
        assert len(listed(session, late, status="missed", each=True).lines) == 2
        newest = session.exec(
            select(ClaimHistory)
            .where(ClaimHistory.claim_id == row.id)
            .order_by(col(ClaimHistory.version).desc())
        ).first()
        assert newest is not None
        told = newest.model_dump() | {
            "version": newest.version + 1, "event": "apply", "source": "assessed",
        }  # fmt: skip
        session.add(ClaimHistory(**told))
        session.flush()
        left = listed(session, late, status="missed", each=True)
        assert [line.claim_id for line in left.lines] == [second.claim_id]


def test_stopped_and_provisional_ones_have_lists_of_their_own(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        sent_back(session, claim_id, "证书照片模糊")
        put_class_windows_aside(session)
        found = listed(session, date(2020, 11, 13), status="stopped")
        assert [(line.window, line.who) for line in found.lines] == [("review", "office")]
        assert not listed(session, date(2020, 11, 13), status="provisional").lines
        row = deadlines(session, 1, "review")[0]
        row.final = False
        session.add(row)
        session.flush()
        (line,) = listed(session, date(2020, 11, 13), status="provisional").lines
        assert (line.id, line.final) == (row.id, False)


def test_a_window_of_a_class_stands_on_a_line_of_its_own(city: Database) -> None:
    with city.transaction() as session:
        class_window(session, 1, due_on=LAST_DAY)
        found = [line for line in listed(session).lines if line.of_class]
        assert [(line.class_number, line.count, line.claim_id) for line in found] == [
            ("XS2020-001", 1, None)
        ]
        assert found[0].provider
        late = listed(session, LAST_DAY + timedelta(3), status="missed")
        assert [line.of_class for line in late.lines].count(True) == 1


def test_the_first_lines_of_a_filter_are_named_by_their_first_deadline(city: Database) -> None:
    act = builders.act(SOON, actor=builders.CLERK)
    with city.reading() as session:
        lines = [line.id for line in listed(session).lines]
        wanted = DeadlineFilter()
        assert first_ids(session, act, wanted=wanted, areas=None, most=1000) == lines
        assert first_ids(session, act, wanted=wanted, areas=None, most=2) == lines[:2]


def test_every_window_that_a_step_ends_is_known_to_the_list() -> None:
    assert {"application", "review", "approval", "payment", "correction"} <= set(windows())


def test_the_list_of_what_is_due_is_found_through_the_index_of_running_ones(
    city: Database,
) -> None:
    said: list[tuple[str, object]] = []
    with city.reading() as session:
        event.listen(
            city.engine,
            "before_cursor_execute",
            lambda c, cur, statement, given, context, many: said.append((statement, given)),
        )
        for status in ("due", "missed"):
            said.clear()
            listed(session, status=status)
            statement, given = next(each for each in said if each[0].startswith("WITH lines"))
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)  # type: ignore[arg-type]
            text = str(plan.fetchall())
            assert "ix_deadline_running" in text
            assert ("ix_deadline_missed" in text) == (status == "missed")
            assert "SCAN deadline" not in text


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_lines_come_from_postgresql(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        assessed_class(session)
        put_class_windows_aside(session)
        class_window(session, 1, due_on=LAST_DAY)
        for status in ("due", "missed", "stopped", "provisional", "all"):
            for each in (False, True):
                found = listed(session, LAST_DAY, status=status, each=each)
                expected = (4 if each else 2) if status in ("due", "all") else 0
                assert len(found.lines) == found.lines_in_all == expected, (status, each)
                assert session.exec(select(Deadline.id)).first() is not None
