"""`subsidy bench timers`: what is due is found and fired, both sides write the same rows."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from subsidy.actions import advance
from subsidy.bench import same_rows
from subsidy.bench.timers import measure
from subsidy.bench.timers.floor import Floor
from subsidy.cli import app


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [[], pytest.param(["--database", "postgresql"], marks=pytest.mark.postgres)],
    ids=["sqlite", "postgresql"],
)
def test_all_that_is_due_is_fired_with_the_same_rows_as_by_hand(
    words: list[str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advance, "SQLITE_DEADLINES", 80)
    monkeypatch.setattr(advance, "POSTGRESQL_DEADLINES", 80)
    if words:
        words = [*words, "--url", request.getfixturevalue("postgres_url")]
    asked = ["--waiting", "600", "--due", "200", "--repeat", "1", "--json"]
    told = CliRunner().invoke(app, ["bench", "timers", *asked, *words])
    assert told.exit_code == 0, told.output
    report: dict[str, Any] = json.loads(told.stdout)
    assert {"bench", "database", "n", "seconds", "rate", "floor_rate", "ratio", "peak_rss_mb"} <= (
        set(report)
    )
    assert (report["bench"], report["n"], report["fired"]) == ("timers", 600, 200)
    assert report["next_1000_found"] == 600
    assert report["next_1000_ms"] > 0
    # 5 classes of 40: two are reminded, two wait for review, one lapses
    open_claims, lapsed = 4 * 40, 40
    rows = {
        "claims": open_claims + lapsed,
        "history, ledger, letters": 3 * lapsed,
        "reminders": 2,
        "tickets": 3 * 40 + 2,
        "deadlines": 600,
    }
    assert report["rows_compared"] == sum(rows.values())


def test_a_floor_that_writes_other_tickets_voids_the_measurement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = Floor._ticket

    def other(self: Floor, *words: Any, **more: Any) -> dict[str, str]:
        return honest(self, *words, **more) | {"clause": "another"}

    monkeypatch.setattr(Floor, "_ticket", other)
    with pytest.raises(same_rows.DifferentRowsError, match="ticket"):
        measure.measure_timers(waiting=400, due_now=200, database="sqlite", repeat=1)
