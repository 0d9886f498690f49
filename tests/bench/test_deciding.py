"""`subsidy bench decide`: both sides give the same answers, and the report holds what scripts read."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from subsidy.bench.deciding import bare, measure
from subsidy.bench.deciding.claims import CITY, TODAY, claims
from subsidy.cli import app
from subsidy.rules.workdays import Calendar, CalendarBook

FORTNIGHT = timedelta(14)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return CalendarBook.load(measure.CONFIG / "calendar").seen_on(TODAY, city=CITY)


def test_the_report_tells_rate_floor_growth_and_memory_as_one_json_object() -> None:
    told = CliRunner().invoke(app, ["bench", "decide", "--claims", "300", "--json"])
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert {"bench", "database", "n", "seconds", "rate", "floor_rate", "ratio", "peak_rss_mb"} <= (
        set(report)
    )
    assert (report["bench"], report["database"], report["n"]) == ("decide", "none", 300)
    assert sum(report["answers"].values()) == 300
    assert {"payable", "refused", "held"} <= set(report["answers"])
    assert {"early_rate", "growth_ratio", "bare_rate"} <= set(report)


def test_the_same_seed_makes_the_same_facts_and_another_seed_others(calendar: Calendar) -> None:
    first = list(claims(calendar, n=50, seed=7))
    assert first == list(claims(calendar, n=50, seed=7))
    assert first != list(claims(calendar, n=50, seed=8))


def test_the_facts_hold_every_kind_of_trouble(calendar: Calendar) -> None:
    made = list(claims(calendar, n=2000, seed=1))
    assert {f.track for f in made} == {"certificate", "pass_certificate"}
    assert {len(f.history) for f in made} == set(range(7))
    starts = Counter(f.training.starts for f in made)
    assert len(starts) == 80
    assert any(f.uplift for f in made)
    certificates = [f.certificate for f in made if f.certificate is not None]
    late = [
        c for c in certificates if c.registered_on and c.registered_on > c.issued_on + FORTNIGHT
    ]
    assert not late
    assert any(c.registered_on == c.issued_on + FORTNIGHT for c in certificates)


def test_a_floor_that_answers_otherwise_voids_the_measurement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bare.Bare, "_late", lambda self, facts: False)
    with pytest.raises(bare.DifferentAnswersError, match="the floor True"):
        measure.measure_decisions(claims_wanted=400)
