"""More time by reason, clause and two persons; tickets that close once the work is done; clocks."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from subsidy.actions.claims import apply_for_class, withdraw
from subsidy.actions.deadlines import (
    ask_extension,
    ask_waiver,
    close_mended_tickets,
    deadlines_of,
    extend,
    waive,
)
from subsidy.records.database import Database
from subsidy.records.tables import ClaimProgress
from tests import builders
from tests.actions.deadlines.settings import (
    LAST_DAY,
    SWEEP,
    assessed_class,
    deadlines,
    entries,
    sweep,
    tickets,
)

DAY = date(2020, 12, 1)
UNTIL = date(2020, 12, 18)
GROUNDS = {"reason": "机构所在楼宇封控，无法取回材料", "clause": "杭人社延〔2020〕8号"}


def test_time_is_extended_by_two_persons_with_reason_and_clause(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        row = deadlines(session, class_id)[0]
        _extended(session, row.id)
        (asked, granted) = entries(session, row.id)
        assert (asked.entry, granted.entry) == ("extension_asked", "extended")
        assert (granted.actor, granted.second_person) == (builders.CLERK, builders.HEAD)
        assert (granted.due_before, granted.due_after) == (LAST_DAY, UNTIL)
        assert (row.due_on, row.told_by, row.lapses_after, row.final) == (UNTIL, UNTIL, UNTIL, True)
        claim = session.get_one(ClaimProgress, row.claim_id)
        assert claim.lapses_after == UNTIL


def test_nobody_grants_what_they_asked_for(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        head = builders.act(DAY, actor=builders.HEAD)
        assert row.id is not None
        builders.done(ask_extension(session, head, deadline_id=row.id, until=UNTIL, **GROUNDS))
        assert builders.codes(extend(session, head, deadline_id=row.id)) == {"E1207"}
        assert row.due_on == LAST_DAY


def test_an_extension_that_nobody_asked_for_or_without_grounds_is_refused(
    database: Database,
) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        assert row.id is not None
        clerk, head = (builders.act(DAY, actor=a) for a in (builders.CLERK, builders.HEAD))
        assert builders.codes(extend(session, head, deadline_id=row.id)) == {"E1209"}
        empty = {"reason": " ", "clause": ""}
        asked = ask_extension(session, clerk, deadline_id=row.id, until=LAST_DAY, **empty)
        assert len(asked.findings) == 3
        provider = builders.act(DAY)
        asked = ask_extension(session, provider, deadline_id=row.id, until=UNTIL, **GROUNDS)
        assert builders.codes(asked) == {"E1208"}


def test_an_extended_claim_does_not_lapse_with_its_class(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        _extended(session, deadlines(session, class_id)[0].id)
        sweep(session, LAST_DAY + timedelta(1))
        assert builders.states(session, class_id) == ["assessed", "lapsed", "lapsed"]
        sweep(session, UNTIL + timedelta(1))
        assert builders.states(session, class_id) == ["lapsed"] * 3


def test_an_extension_lets_a_missed_window_run_again_and_closes_its_ticket(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
        sweep(session, LAST_DAY + timedelta(1))
        row = deadlines(session, class_id)[0]
        _extended(session, row.id, day=LAST_DAY + timedelta(3))
        assert (row.status, row.closed_on) == ("open", None)
        assert [t.state for t in tickets(session, "E403")] == ["resolved", "opened", "opened"]


def test_a_waived_window_ends_no_claim(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        row = deadlines(session, class_id)[0]
        assert row.id is not None
        clerk, head = (builders.act(DAY, actor=a) for a in (builders.CLERK, builders.HEAD))
        builders.done(ask_waiver(session, clerk, deadline_id=row.id, **GROUNDS))
        builders.done(waive(session, head, deadline_id=row.id))
        sweep(session, LAST_DAY + timedelta(1))
        assert row.status == "waived"
        assert builders.states(session, class_id) == ["assessed", "lapsed", "lapsed"]


def test_a_late_application_is_refused_by_clause_until_more_time_is_granted(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session)
        builders.drive(session, class_id, to="completed")
        late = LAST_DAY + timedelta(1)
        sweep(session, late)
        builders._assess(session, class_id, builders.people(3))
        provider = builders.act(late)
        refused = apply_for_class(session, provider, class_id=class_id, commitment_on=late)
        assert builders.codes(refused) == {"E403"}
        for row in deadlines(session, class_id):
            _extended(session, row.id, day=late)
        assert {t.state for t in tickets(session, "E403")} == {"resolved"}
        passed = apply_for_class(session, provider, class_id=class_id, commitment_on=late)
        assert passed.moved == {"applied": 3}
        assert not [t for t in tickets(session, "E403") if t.state != "resolved"]


def test_office_work_that_is_done_late_closes_its_tickets_and_the_leaders(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        builders._certify(session, class_id, builders.people(3))
        on = date(2020, 11, 9)
        act = builders.act(on)
        outcome = apply_for_class(session, act, class_id=class_id, commitment_on=on)
        assert outcome.moved == {"applied": 3}
        late = date(2020, 11, 24)
        seen = sweep(session, late)
        assert (seen.missed, seen.lapsed) == (3, 0)
        assert len(tickets(session, "E405")) == 3
        (leaders,) = tickets(session, "E407")
        assert (leaders.class_id, leaders.claim_id) == (class_id, None)
        assert _mended(session, late) == 0
        for claim in builders.claims(session, class_id):
            _withdraw(session, claim.claim_id, late)
        assert {t.outcome for t in tickets(session, "E405")} == {"撤回"}
        assert _mended(session, late) == 1, "the leader's ticket of the class"
        assert {t.state for t in tickets(session, "E407")} == {"resolved"}


def test_a_page_shows_what_is_used_and_left_and_which_days_were_skipped(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        claim = builders.claims(session, class_id)[0]
        act = builders.act(date(2020, 11, 6), actor=builders.CLERK)
        (shown,) = deadlines_of(session, act, claim_id=claim.claim_id)
        assert (shown.window, shown.due_on, shown.final) == ("application", LAST_DAY, True)
        assert (shown.total, shown.used, shown.left) == (30, 10, 20)
        assert shown.words == "已用10个工作日（共30个）"
        assert shown.lapses
        assert (date(2020, 10, 24), "周末") in shown.skipped


def _extended(session: Session, deadline_id: int | None, *, day: date = DAY) -> None:
    assert deadline_id is not None
    clerk, head = (builders.act(day, actor=a) for a in (builders.CLERK, builders.HEAD))
    asked = ask_extension(session, clerk, deadline_id=deadline_id, until=UNTIL, **GROUNDS)
    assert builders.done(asked) == deadline_id
    builders.done(extend(session, head, deadline_id=deadline_id))


def _mended(session: Session, day: date) -> int:
    return close_mended_tickets(session, builders.act(day, actor=SWEEP)).closed


def _withdraw(session: Session, claim_id: int, day: date) -> None:
    builders.done(withdraw(session, builders.act(day), claim_id=claim_id, reason="不再申领"))


def test_time_to_file_before_the_start_is_not_extended_but_the_start_is_moved(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = builders.planned_class(session)
        mine = deadlines_of(session, builders.act("filed"), class_id=class_id)
        filing = next(row for row in mine if row.window == "filing_before_start")
        asked = ask_extension(
            session, builders.act("filed"), deadline_id=filing.id, until=UNTIL, **GROUNDS
        )
        assert not asked.done
        assert "请变更开班日期" in " ".join(found.message_zh for found in asked.findings)
