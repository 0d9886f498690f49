"""Bulk runs: resumed where they were killed, shared among sweepers, polite to people at work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session

from subsidy.records import windows
from subsidy.records.database import Database
from subsidy.records.moves import Moved, NotMoved, move, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.seals import verify
from subsidy.records.tables import ClaimHistory, ClaimProgress, Seal, SweepWindow
from tests.records.rows import PlainRules, PlainSigner, moment, put_claims, sweeping


def counted(database: Database, table: Any, *where: Any) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def run(database: Database, event: str, *, size: int = 7, **more: Any) -> windows.Totals:
    return windows.each(
        database, run=event, apply=sweeping(event), signer=PlainSigner(), size=size, **more
    )


def test_a_run_moves_every_claim_window_by_window_and_a_second_one_none(database: Database) -> None:
    put_claims(database, 30)
    first = run(database, "enrol")
    assert (first.windows, first.moved) == (5, {"enrolled": 30})
    assert run(database, "enrol").all == 0
    assert counted(database, ClaimHistory) == 30


def test_a_killed_run_goes_on_behind_its_last_window(database: Database) -> None:
    put_claims(database, 30)
    windows_seen: list[int] = []

    def dying(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        windows_seen.append(low)
        moved = sweeping("enrol")(session, low, high, batch, at)
        if len(windows_seen) == 3:
            raise KeyboardInterrupt
        return moved

    with pytest.raises(KeyboardInterrupt):
        windows.each(database, run="enrol", apply=dying, signer=PlainSigner(), size=7)
    assert counted(database, ClaimHistory) == 14
    assert run(database, "enrol").moved == {"enrolled": 16}
    assert counted(database, ClaimHistory) == 30
    with database.reading() as session:
        spans = session.execute(select(SweepWindow.low, SweepWindow.high)).all()
        assert sorted(tuple(s) for s in spans) == [(1, 8), (8, 15), (15, 22), (22, 29), (29, 31)]
        assert verify(session, PlainSigner()).faults == ()


def test_ids_without_open_claims_are_passed_over(database: Database) -> None:
    put_claims(database, 30)
    with database.transaction() as session:
        session.execute(text("DELETE FROM claim_progress WHERE claim_id BETWEEN 3 AND 28"))
    totals = run(database, "enrol", size=5)
    assert (totals.windows, totals.all) == (2, 4)


def test_shards_of_one_run_do_not_take_each_others_place(database: Database) -> None:
    put_claims(database, 30)
    assert run(database, "enrol", low=16, high=31).all == 15
    assert run(database, "enrol", low=1, high=16).all == 15
    assert run(database, "enrol", low=1, high=16).all == 0


def test_a_set_moves_only_where_its_guards_hold_and_counts_the_rest_out(database: Database) -> None:
    put_claims(database, 10)
    with database.transaction() as session:
        session.execute(text("UPDATE claim_progress SET next_stage = 'applied' WHERE claim_id > 6"))
    assert run(database, "enrol").moved == {"enrolled": 6}
    assert counted(database, ClaimProgress, ClaimProgress.state == "listed") == 4  # type: ignore[arg-type]


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgresql"])
def test_sweepers_at_the_same_time_move_no_claim_twice(database: Database) -> None:
    put_claims(database, 400)
    start = threading.Barrier(4)

    def sweep(number: int) -> int:
        start.wait()
        return windows.each(
            database,
            run=f"sweeper {number}",
            apply=sweeping("enrol"),
            signer=PlainSigner(),
            size=(37, 41, 53, 61)[number],
        ).all

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(sweep, range(4)))
    assert sum(moved) == 400
    assert counted(database, ClaimHistory) == 400
    with database.reading() as session:
        assert verify(session, PlainSigner()).faults == ()
        chains = session.execute(select(Seal.chain).distinct()).scalars().all()
        assert set(chains) <= {"bulk", "bulk-1", "bulk-2", "bulk-3"}


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgresql"])
def test_clerks_and_sweepers_at_the_same_time_move_no_claim_twice(database: Database) -> None:
    put_claims(database, 120)
    start = threading.Barrier(3)

    def clerk(claim_ids: range) -> int:
        start.wait()
        moved = 0
        for claim_id in claim_ids:
            with database.transaction() as session:
                done = move(
                    session, claim_id=claim_id, event="enrol", moment=moment(), rules=PlainRules()
                )
            moved += isinstance(done, Moved)
        return moved

    def sweeper() -> int:
        start.wait()
        return run(database, "enrol", size=10).all

    with ThreadPoolExecutor(3) as pool:
        work = [
            pool.submit(clerk, range(1, 121)),
            pool.submit(clerk, range(120, 0, -1)),
            pool.submit(sweeper),
        ]
        assert sum(w.result() for w in work) == 120
    assert counted(database, ClaimHistory) == 120


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_class_event_waits_for_a_clerk_who_holds_one_of_its_claims(database: Database) -> None:
    put_claims(database, 5)
    holding, done = threading.Event(), threading.Event()

    def clerk() -> None:
        with database.transaction() as session:
            move(session, claim_id=3, event="withdraw", moment=moment(), rules=PlainRules())
            holding.set()
            done.wait(timeout=10)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(clerk)
        assert holding.wait(timeout=10)
        second = pool.submit(_whole_class, database)
        threading.Timer(0.2, done.set).start()
        assert second.result() == {"enrolled": 4}
        first.result()
    assert counted(database, ClaimHistory) == 5


def _whole_class(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        scope = Scope.claims([1, 2, 3, 4, 5])
        return move_all(session, event="enrol", scope=scope, moment=moment(), rules=PlainRules())


def test_a_window_is_narrower_after_one_that_kept_the_lock_too_long() -> None:
    assert windows._fitting(8_000, 0.30) == 4_000
    assert windows._fitting(8_000, 3.0) == 4_000
    assert windows._fitting(8_000, 0.10) == 12_000
    assert windows._fitting(8_000, 0.0) == 16_000
    assert windows._fitting(1_000, 9.0) == windows.SQLITE_NARROWEST
    assert windows._fitting(19_000, 0.01) == windows.SQLITE_WIDEST


def test_what_is_no_conflict_is_not_tried_again(database: Database) -> None:
    put_claims(database, 3)
    tries: list[int] = []

    def broken(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        tries.append(batch)
        session.execute(text("SELECT * FROM nowhere"))
        return {}

    with pytest.raises(Exception, match="nowhere"):
        windows.each(database, run="x", apply=broken, signer=PlainSigner())
    assert len(tries) == 1


def test_a_window_that_met_a_conflict_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from subsidy.records.moves import RowsMovedUnderneathError

    put_claims(database, 3)
    monkeypatch.setattr(windows.time, "sleep", lambda seconds: None)
    tries: list[int] = []

    def unlucky(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        tries.append(batch)
        if len(tries) < 3:
            raise RowsMovedUnderneathError
        return sweeping("enrol")(session, low, high, batch, at)

    totals = windows.each(database, run="x", apply=unlucky, signer=PlainSigner())
    assert (len(tries), totals.all) == (3, 3)


def test_a_move_of_a_claim_that_nobody_knows_is_an_error(database: Database) -> None:
    put_claims(database, 1)
    with database.transaction() as session, pytest.raises(LookupError, match="number 99"):
        move(session, claim_id=99, event="enrol", moment=moment(), rules=PlainRules())


def test_a_refused_move_changes_nothing(database: Database) -> None:
    put_claims(database, 1, blocks=1, state="enrolled")
    with database.transaction() as session:
        done = move(session, claim_id=1, event="file", moment=moment(), rules=PlainRules())
    assert done == NotMoved(1, "file", "enrolled", ("nothing_blocks_it",))
    assert counted(database, ClaimHistory) == 0
