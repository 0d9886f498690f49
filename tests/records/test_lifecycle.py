"""Random walks through the life of three claims, by both paths in turn: what always holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import Session

from states.chart import Edge
from states.claim import CLAIM, CLOSED
from subsidy.records.database import Database
from subsidy.records.moves import Moved, NotMoved, move, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import ClaimClosed, ClaimHistory, ClaimProgress, Deadline, LedgerEntry
from subsidy.records.tables.claims import ProgressColumns
from tests.records.rows import AT, DAY, STAGES, PlainRules, moment, put_claims

EVENTS = CLAIM.events()
CLAIMS = [1, 2, 3]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(CLAIMS), st.integers(0, 200), st.sampled_from(["move", "move", "move_all"])
    ),
    min_size=10,
    max_size=40,
)
PLACES = {"paying": "ordered", "paid": "paid", "recovering": "paid", "bank_returned": "returned"}


ROADS = {
    "applied for": (STAGES, 12),
    "reviewed after its result": (
        "completed assessed result_publicised reviewed approved payable paying paid",
        10,
    ),
    "an award": ("approved grant_publicised payable paying paid", 8),
    "counted": ("filed completed applied approved counted", 8),
}


@pytest.mark.slow
@pytest.mark.parametrize(("stages", "least"), ROADS.values(), ids=ROADS.keys())
def test_whatever_happens_to_a_claim_its_rows_agree(
    database: Database, stages: str, least: int
) -> None:
    put_claims(database, len(CLAIMS), stages=stages, certificate_pending=int(stages == STAGES))
    reached: Counter[str] = Counter()

    @settings(
        max_examples=max(8, settings().max_examples // 4), phases=[Phase.explicit, Phase.generate]
    )
    @given(steps=STEPS)
    def check(steps: list[tuple[int, int, str]]) -> None:
        with database.transaction() as session:
            for number, (claim_id, choice, path) in enumerate(steps):
                reached[_step(session, number, claim_id, choice, path)] += 1
            for claim_id in CLAIMS:
                _rows_agree(session, claim_id)
            session.rollback()

    check()
    assert len(reached) > least, f"the walks saw too little of the chart: {sorted(reached)}"


def _step(session: Session, number: int, claim_id: int, choice: int, path: str) -> str:
    """One event, most of the time one that is open; the version goes up by one, or nothing changes."""
    session.execute(text("UPDATE claim_progress SET decision_current = 1"))
    before = progress_of(session, claim_id).model_dump()
    act = moment(AT + timedelta(seconds=number), today=DAY + timedelta(days=number))
    row = progress_of(session, claim_id)
    open_ = [
        event
        for event in CLAIM.events_from(row.state)
        if isinstance(CLAIM.choose(row, event, act), Edge)
    ]
    likely = [e for e in open_ if e not in ("withdraw", "reject", "hold") or choice % 7 == 0]
    event = likely[choice % len(likely)] if likely and choice % 9 else EVENTS[choice % len(EVENTS)]
    if path == "move" or before["state"] in CLOSED:
        done = move(session, claim_id=claim_id, event=event, moment=act, rules=PlainRules())
        moved = isinstance(done, Moved)
        assert moved or isinstance(done, NotMoved)
    else:
        scope = Scope.claims([claim_id])
        counts = move_all(session, event=event, scope=scope, moment=act, rules=PlainRules())
        moved = bool(counts)
    after = progress_of(session, claim_id).model_dump()
    if moved:
        assert after["version"] == before["version"] + 1
        assert after["since"] == act.today
    else:
        assert after == before
    return str(after["state"])


def _rows_agree(session: Session, claim_id: int) -> None:
    row = progress_of(session, claim_id)
    assert isinstance(row, ClaimClosed) is (row.state in CLOSED)
    other = ClaimProgress if row.state in CLOSED else ClaimClosed
    assert session.get(other, claim_id) is None
    _history_leads_here(session, row)
    _money_is_where_it_should_be(session, row)
    open_deadlines = session.execute(
        select(Deadline.window).where(  # type: ignore[call-overload]
            Deadline.claim_id == claim_id,
            Deadline.status.in_(("open", "stopped")),  # type: ignore[attr-defined]
        )
    ).all()
    if row.state in CLOSED:
        assert not open_deadlines


def _history_leads_here(session: Session, row: ProgressColumns) -> None:
    history = session.execute(
        select(ClaimHistory.version, ClaimHistory.source, ClaimHistory.event, ClaimHistory.target)  # type: ignore[call-overload]
        .where(ClaimHistory.claim_id == row.claim_id)
        .order_by(ClaimHistory.version)
    ).all()
    assert [h.version for h in history] == list(range(1, row.version + 1))
    state = "listed"
    for step in history:
        assert step.source == state
        assert step.target in {e.target for e in CLAIM.edges[step.source, step.event]}
        state = step.target
    assert state == row.state


def _money_is_where_it_should_be(session: Session, row: ProgressColumns) -> None:
    ledger: Counter[str] = Counter()
    entries = session.execute(
        select(LedgerEntry.debit, LedgerEntry.credit, LedgerEntry.amount_fen)  # type: ignore[call-overload]
        .where(LedgerEntry.claim_id == row.claim_id)
        .order_by(LedgerEntry.id)
    )
    for debit, credit, amount in entries:
        ledger[debit] -= amount
        ledger[credit] += amount
        assert all(n >= 0 for stage, n in ledger.items() if stage != "budget"), ledger
    assert ledger["reserved"] == row.reserved_fen
    if row.state != "recovered":
        place = PLACES.get(row.state, "approved")
        assert ledger[place] == row.approved_fen
        others = {"approved", "ordered", "paid", "returned"} - {place}
        assert not any(ledger[other] for other in others)


def test_an_act_takes_effect_on_its_day_and_keeps_the_moment_it_was_recorded(
    database: Database,
) -> None:
    put_claims(database, 1)
    act = replace(moment(), today=DAY - timedelta(days=3))
    with database.transaction() as session:
        move(session, claim_id=1, event="enrol", moment=act, rules=PlainRules())
    with database.reading() as session:
        row = session.execute(
            select(ClaimHistory.effective_on, ClaimHistory.recorded_at, ClaimHistory.actor)  # type: ignore[call-overload]
        ).one()
    assert tuple(row) == (DAY - timedelta(days=3), AT, "user:7")
