"""Sending an approved batch: one file, once; what stands in the way is named by its code."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlmodel import select

from flows import pay_batch
from flows.reporting import Outcome
from flows.sweeps import Sweep
from subsidy.actions.acting import sync_roads
from subsidy.records.tables import Outbox
from tests import builders
from tests.actions import payday
from tests.flows.conftest import Home, noon


@dataclass(frozen=True)
class Batch:
    home: Home
    batch_id: int

    def pay(self) -> Outcome:
        asked = Sweep(
            city=builders.CITY,
            today=payday.OPENS,
            now=noon(payday.OPENS),
            settings=self.home.settings,
            stopping=lambda: False,
            house=(self.home.database, builders.office()),
        )
        return pay_batch.work(asked, batch_id=self.batch_id)

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.home.settings.home / "bank").glob("*"))


@pytest.fixture
def batch(home: Home) -> Batch:
    with home.database.transaction() as session:
        sync_roads(session, payday.act(payday.APPROVED))
        payday.ready(session, 3)
        return Batch(home, payday.batch_of(session))


def approve(batch: Batch) -> None:
    with batch.home.database.transaction() as session:
        payday.approve(session, batch.batch_id)


def test_an_approved_batch_becomes_one_file_and_is_told_to_the_payee(batch: Batch) -> None:
    approve(batch)

    outcome = batch.pay()

    assert outcome.counts == {"lines": 1, "total_fen": 300_000}
    assert outcome.milestones[0].subject == f"batch-{batch.batch_id}"
    assert len(batch.files()) == 1
    with batch.home.database.reading() as session:
        told = session.exec(select(Outbox).where(Outbox.template == "payment_sent")).all()
    assert len(told) == 1


def test_sending_a_batch_again_pays_nobody_twice(batch: Batch) -> None:
    approve(batch)
    batch.pay()

    again = batch.pay()

    assert again.counts == {"lines": 0, "total_fen": 0}
    assert len(batch.files()) == 1


def test_a_batch_that_nobody_approved_is_not_sent(batch: Batch) -> None:
    outcome = batch.pay()

    assert [skipped.why for skipped in outcome.skipped] == ["E1105"]
    assert not batch.files()
