"""The frame of every sweep, called as a plain function."""

import asyncio
import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from flows import sweeps
from flows.reporting import Outcome, UnfitForFlowsError
from flows.sweeps import Sweep, SweepError, sweep
from subsidy.records.database import Database
from subsidy.records.flow_reports import begin_run
from subsidy.records.tables import FlowReport, Setting
from subsidy.settings import load_settings
from tests import builders


@pytest.fixture
def published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[tuple[Outcome, dict[str, object]]]:
    kept: list[tuple[Outcome, dict[str, object]]] = []

    async def publish(outcome: Outcome, **facts: object) -> None:
        kept.append((outcome, facts))

    monkeypatch.setattr(sweeps, "publish", publish)
    monkeypatch.setattr(sweeps, "start_journal", lambda **_: None)
    for name, value in {
        "HOME": str(tmp_path),
        "DEMO": "true",
        "BUSINESS_DATE": "2020-10-12",
    }.items():
        monkeypatch.setenv(f"SUBSIDY_{name}", value)
    database = Database(load_settings().database_url)
    builders.make_schema(database)
    database.dispose()
    return kept


def reports(folder: Path) -> list[tuple[str, str, str, str]]:
    """Runs on record: flow, business date, status and counts."""
    database = Database(f"sqlite:///{folder}/subsidy.db")
    with database.reading() as session:
        rows = session.exec(select(FlowReport).order_by(col(FlowReport.id))).all()
    database.dispose()
    return [(row.flow, row.business_date, row.status, row.counts) for row in rows]


def test_work_gets_city_business_day_and_settings_and_its_counts_come_back(
    published: list[tuple[Outcome, dict[str, object]]],
) -> None:
    seen: list[Sweep] = []

    def work(asked: Sweep) -> Outcome:
        seen.append(asked)
        return Outcome(counts={"moved": 2})

    assert asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=work)) == {"moved": 2}

    assert (seen[0].city, seen[0].today.isoformat()) == ("hangzhou", "2020-10-12")
    assert seen[0].settings.demo
    assert published[0][1]["flow"] == "advance-claims"


def test_a_fault_reaches_prefect_without_its_text(
    published: list[tuple[Outcome, dict[str, object]]], caplog: pytest.LogCaptureFixture
) -> None:
    def work(asked: Sweep) -> Outcome:
        raise ValueError("row of 王小明 is odd")

    with pytest.raises(
        SweepError, match=r"advance-claims for hangzhou failed \(ValueError\)"
    ) as caught:
        asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=work))

    assert "王小明" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert "sweep failed" in caplog.text
    assert not published


def test_every_run_is_on_record_with_its_counts_and_how_it_ended(
    published: list[tuple[Outcome, dict[str, object]]], tmp_path: Path
) -> None:
    def odd(asked: Sweep) -> Outcome:
        raise ValueError("odd")

    good = Outcome(counts={"moved": 2})
    asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=lambda asked: good))
    with pytest.raises(SweepError):
        asyncio.run(sweep(flow="watch-deadlines", city="hangzhou", work=odd))

    assert reports(tmp_path) == [
        ("advance-claims", "2020-10-12", "done", '{"moved": 2}'),
        ("watch-deadlines", "2020-10-12", "failed", "{}"),
    ]


def test_a_run_whose_process_was_killed_is_told_as_broken_off_by_the_next(
    published: list[tuple[Outcome, dict[str, object]]], tmp_path: Path
) -> None:
    def killed(asked: Sweep) -> Outcome:
        return Outcome(counts={})

    database = Database(f"sqlite:///{tmp_path}/subsidy.db")
    with database.transaction() as session:
        begin_run(
            session,
            city="hangzhou",
            flow="advance-claims",
            business_date=date(2020, 10, 11),
            run_id="",
            now=datetime(2020, 10, 11, tzinfo=UTC),
        )
    database.dispose()
    asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=killed))

    assert [status for _, _, status, _ in reports(tmp_path)] == ["broken_off", "done"]


def test_the_demos_business_date_is_the_one_that_the_story_has_reached(
    published: list[tuple[Outcome, dict[str, object]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SUBSIDY_BUSINESS_DATE")
    database = Database(f"sqlite:///{tmp_path}/subsidy.db")
    with database.transaction() as session:
        session.add(Setting(name="business_date:hangzhou", value="2020-11-09"))
    database.dispose()
    seen: list[Sweep] = []

    def work(asked: Sweep) -> Outcome:
        seen.append(asked)
        return Outcome(counts={})

    asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=work))

    assert seen[0].today == date(2020, 11, 9)


def test_an_unfit_report_is_told_as_such(
    published: list[tuple[Outcome, dict[str, object]]],
) -> None:
    def work(asked: Sweep) -> Outcome:
        return Outcome(counts={"王小明": 1})

    with pytest.raises(UnfitForFlowsError):
        asyncio.run(sweep(flow="advance-claims", city="hangzhou", work=work))


def test_a_cancelled_sweep_tells_its_work_to_stop_between_two_transactions(
    published: list[tuple[Outcome, dict[str, object]]],
) -> None:
    windows = 0

    def work(asked: Sweep) -> Outcome:
        nonlocal windows
        while not asked.stopping():
            windows += 1
        return Outcome(counts={"windows": windows})

    async def cancelled() -> None:
        task = asyncio.create_task(sweep(flow="advance-claims", city="hangzhou", work=work))
        while not windows:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(cancelled(), 10))


def test_the_trace_of_a_stop_is_not_logged_as_a_fault() -> None:
    from prefect.exceptions import TerminationSignal

    def record(error: BaseException) -> logging.LogRecord:
        return logging.LogRecord("asyncio", 40, "", 1, "x", (), (type(error), error, None))

    assert not sweeps._is_no_stop(record(TerminationSignal(15)))
    assert sweeps._is_no_stop(record(ValueError()))
