"""`subsidy bench sweep`: both sides write the same rows, and the report holds what scripts read."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from subsidy.bench import same_rows, sweep
from subsidy.bench.floor import Floor
from subsidy.cli import app


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [[], pytest.param(["--database", "postgresql"], marks=pytest.mark.postgres)],
    ids=["sqlite", "postgresql"],
)
def test_the_report_tells_rates_ratio_memory_and_how_many_rows_were_compared(
    words: list[str], request: pytest.FixtureRequest
) -> None:
    if words:
        words = [*words, "--url", request.getfixturevalue("postgres_url")]
    told = CliRunner().invoke(
        app, ["bench", "sweep", "--claims", "90", "--repeat", "1", "--json", *words]
    )
    assert told.exit_code == 0, told.output
    report: dict[str, Any] = json.loads(told.stdout)
    assert {"bench", "database", "n", "seconds", "rate", "floor_rate", "ratio", "peak_rss_mb"} <= (
        set(report)
    )
    assert (report["bench"], report["n"], report["transitions"]) == ("sweep", 90, 720)
    # 90 claims, 8 moves, 3 transfers, 1 message and 4 deadlines each
    assert report["rows_compared"] == 90 * (1 + 8 + 3 + 1 + 4)
    assert report["core"]["rows_compared"] == 90 * (1 + 8)
    assert set(report["by_event"]) == {step.event for step in sweep.steps(sweep.TODAY, sweep.GIVEN)}


def test_a_floor_that_writes_other_rows_voids_the_measurement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = Floor._update
    monkeypatch.setattr(
        Floor,
        "_update",
        lambda self, step: honest(self, step).replace("levels_done + 1", "levels_done"),
    )
    with pytest.raises(same_rows.DifferentRowsError, match="claim_progress"):
        sweep.measure_sweep(claims=12, database="sqlite", repeat=1, modes=("core",))


def test_an_unknown_database_is_refused_in_words() -> None:
    told = CliRunner().invoke(app, ["bench", "sweep", "--database", "oracle"])
    assert told.exit_code == 2
    assert "sqlite or postgresql" in told.output
