"""The frame of every sweep, called as a plain function."""

import asyncio
import logging
from pathlib import Path

import pytest

from flows import sweeps
from flows.reporting import Outcome, UnfitForFlowsError
from flows.sweeps import Sweep, SweepError, sweep


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
    return kept


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
