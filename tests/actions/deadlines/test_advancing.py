"""What moves by itself: notices that are over, claims that may lapse, in one city and once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from subsidy.actions.advance import advance_claims, watch_deadlines
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.seals import verify
from subsidy.records.tables import Area, ClaimHistory, Deadline, SweepWindow
from tests import builders
from tests.actions import payday
from tests.actions.deadlines.settings import LAST_DAY, assessed_class, deadlines

SIGNER = SealSigner(builders.keys())


def advance(database: Database, on: date, **more: object) -> dict[str, int]:
    """The flow's work by hand, on a business day."""
    return advance_claims(
        database,
        builders.office(),
        SIGNER,
        city="hangzhou",
        today=on,
        now=datetime(2020, 12, 30, tzinfo=UTC),
        actor="flow:advance-claims",
        **more,  # type: ignore[arg-type]
    )


def publicised(path: Path, count: int = 3) -> tuple[Database, list[int]]:
    """Claims whose notice ends on 24 November 2020."""
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        ids = payday.approved(session, count)
        payday.posted(session, ids)
    return database, ids


def test_claims_are_payable_on_the_working_day_after_the_notice(payday_file: Path) -> None:
    database, ids = publicised(payday_file)
    assert "payable" not in advance(database, payday.LAST_DAY)
    assert advance(database, payday.OPENS)["payable"] == 3
    with database.reading() as session:
        assert payday.states(session, ids) == ["payable"] * 3
    database.dispose()


def test_a_second_call_on_the_day_finds_only_what_is_new(payday_file: Path) -> None:
    database, ids = publicised(payday_file)
    with database.transaction() as session:
        blocked = open_ticket(
            session, payday.act(payday.POSTED), code="E701", claim_id=ids[0], facts={}
        )
        assert blocked
    assert advance(database, payday.OPENS)["payable"] == 2
    assert "payable" not in advance(database, payday.OPENS)
    with database.transaction() as session:
        day = payday.act(payday.OPENS)
        close_when_mended(session, day, claim_id=ids[0], codes=["E701"])
    assert advance(database, payday.OPENS)["payable"] == 1
    database.dispose()


def test_a_late_sweep_makes_claims_payable_from_the_day_the_notice_allowed(
    payday_file: Path,
) -> None:
    database, ids = publicised(payday_file, 2)
    with database.transaction() as session:
        open_ticket(session, payday.act(payday.POSTED), code="E701", claim_id=ids[0], facts={})
        freed = payday.act(payday.OPENS + timedelta(1))
        close_when_mended(session, freed, claim_id=ids[0], codes=["E701"])
    late = payday.OPENS + timedelta(6)
    assert advance(database, late)["payable"] == 2
    with database.reading() as session:
        query = select(ClaimHistory.effective_on).where(ClaimHistory.event == "clear_notice")
        days = session.exec(query.order_by(col(ClaimHistory.claim_id))).all()
        assert list(days) == [late, payday.OPENS]
        windows = select(Deadline.anchor_on).where(Deadline.window == "payment")
        assert set(session.exec(windows).all()) == {late, payday.OPENS}
        assert not verify(session, SIGNER).faults
    database.dispose()


def test_claims_of_another_city_stay_though_their_numbers_lie_between(payday_file: Path) -> None:
    database, ids = publicised(payday_file)
    with database.transaction() as session:
        area = session.exec(select(Area).where(Area.code == payday.XIAOSHAN)).one()
        area.city = "cixi"
        session.add(area)
    assert "payable" not in advance(database, payday.OPENS)
    with database.reading() as session:
        assert payday.states(session, ids) == ["grant_publicised"] * 3
    database.dispose()


def test_a_run_that_was_stopped_goes_on_behind_its_last_window(payday_file: Path) -> None:
    database, ids = publicised(payday_file, 4)
    asked = iter([False, False, True])
    first = advance(database, payday.OPENS, size=1, stopping=lambda: next(asked))
    assert "payable" not in first
    with database.reading() as session:
        done = session.exec(select(SweepWindow).where(col(SweepWindow.run).like("skip%"))).all()
        assert [row.low for row in done] == ids[:2]
        run = done[0].run
    assert advance(database, payday.OPENS, size=1)["payable"] == 4
    with database.reading() as session:
        query = select(SweepWindow).where(col(SweepWindow.run) == run)
        assert len(session.exec(query).all()) == 5, "four windows and the mark of the end"
    database.dispose()


def test_a_claim_assessed_after_its_window_was_missed_lapses_on_that_day(
    either: Database,
) -> None:
    with either.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
    counts = watch(either, LAST_DAY + timedelta(1))
    assert (counts["missed"], counts["lapsed"]) == (3, 0)
    assert "lapsed" not in advance(either, LAST_DAY + timedelta(1))
    with either.transaction() as session:
        assess_on(session, class_id, LAST_DAY + timedelta(4))
    assert advance(either, LAST_DAY + timedelta(5))["lapsed"] == 3
    with either.reading() as session:
        days = session.exec(
            select(ClaimHistory.effective_on).where(ClaimHistory.event == "lapse")
        ).all()
        assert set(days) == {LAST_DAY + timedelta(5)}


def test_a_window_that_the_sweep_has_not_seen_missed_lapses_nothing_in_bulk(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
    assert "lapsed" not in advance(database, LAST_DAY + timedelta(1))
    with database.reading() as session:
        assert builders.states(session, class_id) == ["assessed"] * 3


def test_the_sweep_over_deadlines_commits_batch_by_batch_on_both_databases(
    either: Database,
) -> None:
    with either.transaction() as session:
        class_id = assessed_class(session, heads=5)
    counts = watch(either, date(2020, 11, 20), limit=2)
    assert counts["reminders"] == 1
    counts = watch(either, LAST_DAY + timedelta(7), limit=2)
    assert (counts["missed"], counts["lapsed"]) == (5, 5)
    assert not any(watch(either, LAST_DAY + timedelta(7)).values())
    with either.reading() as session:
        assert builders.states(session, class_id) == ["lapsed"] * 5
        assert {d.closed_on for d in deadlines(session, class_id)} == {LAST_DAY + timedelta(1)}


def watch(database: Database, on: date, *, limit: int = 500) -> dict[str, int]:
    """The other flow's work by hand."""
    return watch_deadlines(
        database,
        builders.office(),
        city="hangzhou",
        today=on,
        now=datetime(on.year, on.month, on.day, 1, tzinfo=UTC),
        actor="flow:watch-deadlines",
        limit=limit,
    )


def assess_on(session: Session, class_id: int, day: date) -> None:
    """The assessor enters good results for all three on a day."""
    rows = builders.rows_of(builders.people(3), result="passed", theory="85", practice="90")
    assessor = builders.act(day, actor=builders.ASSESSOR)
    builders.taken(builders.record_assessments(session, assessor, class_id=class_id, rows=rows))
