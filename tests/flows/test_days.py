"""A business day's work without Prefect: in order, repeatable, and caught up after a stop."""

from __future__ import annotations

import json
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from subsidy.actions import notices
from subsidy.actions.acting import sync_roads
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.seals import verify
from subsidy.records.tables import (
    METADATA,
    ClaimHistory,
    FlowReport,
    Objection,
    Outbox,
    PublicNotice,
    SubjectHistory,
)
from tests import builders
from tests.actions import payday
from tests.actions.deadlines.settings import LAST_DAY, assessed_class
from tests.actions.messages import told
from tests.flows.conftest import Home

BOOKKEEPING = {"flow_report", "sweep_window", "seal"}
"""What every run writes about itself."""
LONG_AFTER = date(2020, 12, 14)
WEEK = timedelta(days=7)


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
            if name not in BOOKKEEPING
        }


def moves(database: Database, event: str) -> list[tuple[int, date]]:
    with database.reading() as session:
        rows = session.exec(
            select(ClaimHistory.claim_id, ClaimHistory.effective_on)
            .where(ClaimHistory.event == event)
            .order_by(col(ClaimHistory.claim_id))
        ).all()
    return [(claim_id, on) for claim_id, on in rows]


def on_show(session: Session, *, heads: int = 3) -> tuple[int, list[int]]:
    """A list of approved claims: shown 18 to 24 November 2020, the next step opens on the 25th."""
    sync_roads(session, payday.act(payday.APPROVED))
    ids = payday.approved(session, heads)
    return payday.posted(session, ids), ids


def test_a_day_done_twice_changes_nothing(home: Home) -> None:
    with home.database.transaction() as session:
        told.everything(session)
    home.day(LONG_AFTER)
    before = sizes(home.database)

    again = home.day(LONG_AFTER)

    assert sizes(home.database) == before
    moved = {k: n for counts in again.values() for k, n in counts.items() if n}
    assert set(moved) <= {"looked_at", "postponed"}


def test_claims_lapse_on_the_day_after_their_last_lawful_one_however_late_the_run(
    home: Home,
) -> None:
    with home.database.transaction() as session:
        assessed_class(session)

    counts = home.day(LONG_AFTER)

    assert counts["watch-deadlines"]["lapsed"] == 3
    assert {on for _, on in moves(home.database, "lapse")} == {LAST_DAY + timedelta(1)}


def test_a_notice_is_cleared_as_of_the_day_on_which_the_next_step_opened(home: Home) -> None:
    with home.database.transaction() as session:
        notice_id, ids = on_show(session)

    assert home.day(payday.LAST_DAY)["run-publicity"]["notices_closed"] == 0
    counts = home.day(payday.OPENS + WEEK)["run-publicity"]

    assert counts["notices_closed"] == 1
    assert moves(home.database, "clear_notice") == [(claim_id, payday.OPENS) for claim_id in ids]
    with home.database.reading() as session:
        closed = session.exec(
            select(SubjectHistory).where(
                SubjectHistory.machine == "notice", SubjectHistory.event == "close"
            )
        ).one()
        assert closed.effective_on == payday.OPENS
        assert session.get_one(PublicNotice, notice_id).state == "closed"


def test_a_notice_that_ends_before_a_weekend_opens_the_next_step_on_monday(home: Home) -> None:
    friday, saturday, monday = date(2020, 11, 27), date(2020, 11, 28), date(2020, 11, 30)
    with home.database.transaction() as session:
        sync_roads(session, payday.act(payday.APPROVED))
        ids = payday.approved(session, 1)
        payday.posted(session, ids, day=date(2020, 11, 20))

    assert home.day(friday)["run-publicity"]["payable"] == 0
    assert home.day(saturday)["run-publicity"]["payable"] == 0
    assert home.day(monday)["run-publicity"]["payable"] == 1


def test_a_claim_with_an_open_objection_stays_and_goes_on_from_the_day_it_is_decided(
    home: Home,
) -> None:
    decided = payday.OPENS + timedelta(2)
    with home.database.transaction() as session:
        notice_id, ids = on_show(session)
        act = payday.act(told.OBJECTED, "public", roles=())
        notices.file_objection(session, act, notice_id=notice_id, claim_id=ids[0], words="没有参加")
    assert home.day(payday.OPENS)["run-publicity"]["payable"] == 2
    with home.database.transaction() as session:
        builders.done(
            notices.decide_objection(
                session,
                payday.act(decided, payday.HEAD),
                objection_id=session.exec(select(Objection.id)).one() or 0,
                outcome="refused",
                reasons="考勤齐全",
            )
        )

    assert home.day(decided)["run-publicity"]["payable"] == 1
    assert moves(home.database, "clear_notice")[0] == (ids[0], decided)


def test_every_flow_of_a_day_is_on_record_with_counts(home: Home) -> None:
    counts = home.day(LONG_AFTER)

    with home.database.reading() as session:
        rows = session.exec(select(FlowReport).order_by(col(FlowReport.id))).all()
    assert [row.flow for row in rows] == list(counts)
    assert {row.status for row in rows} == {"done"}
    assert {row.business_date for row in rows} == {LONG_AFTER.isoformat()}
    assert [json.loads(row.counts) for row in rows] == list(counts.values())


def test_the_minutes_of_earlier_days_are_sealed(home: Home) -> None:
    with home.database.transaction() as session:
        told.everything(session)

    home.day(LONG_AFTER + timedelta(1))

    with home.database.reading() as session:
        seen = verify(session, SealSigner(builders.keys()))
    assert not seen.faults
    assert seen.unsealed == 0


def test_the_report_of_a_day_tells_what_moved_and_is_sent_once(home: Home) -> None:
    with home.database.transaction() as session:
        assessed_class(session)

    home.day(LONG_AFTER)
    home.day(LONG_AFTER)

    with home.database.reading() as session:
        (row,) = session.exec(select(Outbox).where(Outbox.template == "run_report")).all()
    assert {"name": "逾期", "count": 3} in json.loads(row.values)["moved"]
    assert row.status == "sent"


def test_a_day_on_which_nothing_happened_needs_no_report(home: Home) -> None:
    assert home.day(LONG_AFTER)["report-day"] == {"reports": 0}


def test_a_stop_is_heeded_between_two_flows(home: Home) -> None:
    from flows.daily import run_day
    from tests.flows.conftest import noon

    asked = iter([False, True])
    done = run_day(
        home.database,
        builders.office(),
        home.settings,
        city=builders.CITY,
        today=LONG_AFTER,
        now=noon(LONG_AFTER),
        stopping=lambda: next(asked, True),
    )

    assert len(done) == 1
