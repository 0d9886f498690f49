"""Every flow run once by Prefect itself; and nothing of a person is in what Prefect keeps."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from prefect.testing.utilities import prefect_test_harness
from sqlmodel import select

from flows import sweeps
from flows.advance_claims import advance_claims
from flows.deliver_notices import deliver_notices
from flows.pay_batch import pay_batch
from flows.report_day import report_day
from flows.run_publicity import run_publicity
from flows.seal_history import seal_history
from flows.watch_deadlines import watch_deadlines
from subsidy.papers.sample_people import sample_person, sample_unit
from subsidy.records.tables import FlowReport, Setting
from tests import builders
from tests.actions import payday
from tests.actions.messages import told
from tests.flows.conftest import Home

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    # Prefect leaves the sockets of its clients to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Prefect's database file, with our home told to the flows as the runner tells it."""
    monkeypatch.setenv("SUBSIDY_HOME", str(home.settings.home))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setattr(sweeps, "load_office", lambda _settings: builders.office())
    with prefect_test_harness():
        url = str(PREFECT_API_DATABASE_CONNECTION_URL.value())
        yield Path(url.partition("///")[2])


def everything_in(path: Path) -> str:
    """Every text and blob of every table of an SQLite file."""
    parts: list[str] = []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                parts += [
                    v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row
                ]
    return "\n".join(parts)


def cast() -> set[str]:
    """Names, numbers, phones and cards of everybody in the small city, and the units' accounts."""
    people = [*builders.people(60), *(sample_person(n, seed=3) for n in range(40))]
    units = [sample_unit(n) for n in (1, 2)]
    private = {
        text for one in people for text in (one.name, one.id_number, one.phone, one.card)
    } | {unit.account for unit in units}
    return private | {told.CONTACT, "unit1@example.org"}


def test_every_flow_runs_and_prefect_keeps_ids_and_counts_only(home: Home, kept: Path) -> None:
    with home.database.transaction() as session:
        told.everything(session)
        payday.ready(session, 2)
        batch_id = payday.batch_of(session)
        payday.approve(session, batch_id)
        session.add(Setting(name="business_date:hangzhou", value=told.LAPSED.isoformat()))

    async def all_flows() -> dict[str, dict[str, int]]:
        city = builders.CITY
        return {
            "watch-deadlines": await watch_deadlines(city),
            "run-publicity": await run_publicity(city),
            "advance-claims": await advance_claims(city),
            "seal-history": await seal_history(),
            "pay-batch": await pay_batch(batch_id),
            "report-day": await report_day(city),
            "deliver-notices": await deliver_notices(city),
        }

    done = asyncio.run(all_flows())

    assert done["pay-batch"]["lines"] == 1
    assert done["deliver-notices"]["sent"] > 30
    with home.database.reading() as session:
        rows = session.exec(select(FlowReport)).all()
    assert {(row.flow, row.status) for row in rows} == {(name, "done") for name in done}
    assert {row.business_date for row in rows if row.city == builders.CITY} == {
        told.LAPSED.isoformat()
    }
    assert all(len(row.run_id) == 36 for row in rows)
    text = everything_in(kept)
    assert f"watch-deadlines hangzhou {told.LAPSED.isoformat()}" in text
    assert "# deliver-notices \\u00b7 hangzhou" in text
    assert not [each for each in cast() if each in text or json.dumps(each)[1:-1] in text]
