"""Days without a record of their own: a claim on public notice shows them among its deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions.deadlines import DeadlineClock, deadlines_of
from subsidy.records.database import Database
from subsidy.records.tables import Deadline
from tests import builders
from tests.actions import payday
from tests.actions.payday import FIRST_DAY, LAST_DAY, OPENS, POSTED


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Database(f"sqlite:///{tmp_path / 'money.db'}")
    builders.make_schema(made)
    with made.transaction() as opened:
        payday.city(opened)
        yield opened
    made.dispose()


def notice_of(session: Session, claim_id: int, on: date) -> DeadlineClock:
    found = deadlines_of(session, payday.act(on), claim_id=claim_id)
    [drawn] = [one for one in found if one.window == "publicity"]
    return drawn


def test_a_claim_on_notice_shows_from_when_to_when_and_under_which_rule(session: Session) -> None:
    [claim_id] = payday.approved(session, 1)
    payday.posted(session, [claim_id])
    drawn = notice_of(session, claim_id, FIRST_DAY)
    assert (drawn.status, drawn.anchor_on, drawn.due_on) == ("shown", POSTED, LAST_DAY)
    assert (drawn.clause, bool(drawn.assumed), drawn.lapses) == ("", True, False)
    assert drawn.id == 0  # nobody can ask for more time


def test_after_its_last_day_the_notice_is_over_and_nothing_was_missed(session: Session) -> None:
    [claim_id] = payday.approved(session, 1)
    payday.payable(session, [claim_id])
    drawn = notice_of(session, claim_id, OPENS)
    assert (drawn.status, drawn.closed_on) == ("met", LAST_DAY)
    written = session.exec(select(Deadline).where(Deadline.window == "publicity")).all()
    assert written == []


def test_a_claim_that_was_never_on_notice_shows_none(session: Session) -> None:
    [claim_id] = payday.approved(session, 1)
    found = deadlines_of(session, payday.act(POSTED), claim_id=claim_id)
    assert {one.window for one in found} == {"notice_posting"}
