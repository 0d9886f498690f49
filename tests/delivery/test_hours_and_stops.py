"""People are not woken, and nobody is reminded of what is done."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.claims import apply_for_class, withdraw
from subsidy.actions.deadlines import watch
from subsidy.clock import SHANGHAI
from subsidy.delivery import running
from subsidy.records.database import Database
from subsidy.records.tables import Outbox
from subsidy.rules.packs.contacts import QuietHours
from tests import builders
from tests.delivery import post_office as post
from tests.delivery.post_office import TODAY, Wire, at, deliver, rows

TOMORROW = TODAY + timedelta(1)
NIGHT = QuietHours(time(22), time(8), False, "夜间不打扰")
WITH_REST_DAYS = QuietHours(time(22), time(8), True, "夜间和休息日不打扰")
FRIDAY, SATURDAY, MONDAY = date(2020, 11, 6), date(2020, 11, 7), date(2020, 11, 9)


def waits(database: Database, *, due: date = date(2020, 11, 12)) -> int:
    with database.transaction() as session:
        (one,) = post.classes(session, 1, due=due - timedelta(1))
        post.remind(session, one)
    return one


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (at(21, 59, 59), True),
        (at(22, 0, 0), False),
        (at(23, 59, 59), False),
        (at(0, 0, 0), False),
        (at(7, 59, 59), False),
        (at(8, 0, 0), True),
    ],
)
def test_the_quiet_hours_begin_at_ten_sharp_and_end_at_eight_sharp(
    database: Database, moment: datetime, goes: bool
) -> None:
    waits(database)

    counts = deliver(database, Wire(), moment)

    assert counts["sent"] == int(goes)
    assert counts["quiet_hours"] == counts["postponed"] == int(not goes)


def test_a_decision_waits_for_the_morning_as_well(database: Database) -> None:
    with database.transaction() as session:
        post.decide(session, post.classes(session, 1)[0])
    wire = Wire()

    assert deliver(database, wire, at(22, 30))["quiet_hours"] == 1
    assert deliver(database, wire, at(8, on=TOMORROW))["sent"] == 1


def test_what_is_due_today_goes_at_night_because_tomorrow_is_too_late(database: Database) -> None:
    waits(database, due=TODAY)

    assert deliver(database, Wire(), at(22, 30))["sent"] == 1


def test_what_is_due_today_waits_from_midnight_to_the_morning_of_the_day(
    database: Database,
) -> None:
    waits(database, due=TODAY)

    assert deliver(database, Wire(), at(0, 5))["quiet_hours"] == 1
    assert deliver(database, Wire(), at(8))["sent"] == 1


def test_of_a_digest_only_what_cannot_wait_goes_at_night(database: Database) -> None:
    with database.transaction() as session:
        one, two, three = post.classes(session, 3, due=date(2020, 11, 12))
        post.deadline(session, one).told_by = TODAY
        for each in (one, two, three):
            post.remind(session, each)
    wire = Wire()

    counts = deliver(database, wire, at(23))

    assert (counts["sent"], counts["quiet_hours"]) == (1, 2)
    assert "XS2020-001" in wire.sent[0].text


def test_mail_of_the_office_goes_at_any_hour(database: Database) -> None:
    with database.transaction() as session:
        post.escalate(session, post.classes(session, 1)[0], step=1)

    assert deliver(database, Wire(), at(3))["sent"] == 1


def test_a_played_day_has_no_hours(database: Database) -> None:
    waits(database)

    assert deliver(database, Wire(), at(23), hours=False)["sent"] == 1


@pytest.mark.parametrize(
    ("local", "opens"),
    [
        (at(12, on=FRIDAY), at(12, on=FRIDAY)),
        (at(22, on=FRIDAY), at(8, on=MONDAY)),
        (at(12, on=SATURDAY), at(8, on=MONDAY)),
        (at(7, on=MONDAY), at(8, on=MONDAY)),
        (at(9, on=date(2020, 10, 1)), at(8, on=date(2020, 10, 9))),
        (at(9, on=date(2020, 9, 27)), at(9, on=date(2020, 9, 27))),
    ],
)
def test_rest_days_are_quiet_where_the_city_says_so_and_make_up_days_are_not(
    local: datetime, opens: datetime
) -> None:
    works = post.act(MONDAY).calendar.is_working

    assert WITH_REST_DAYS.open_from(local, works=works) == opens


def test_hours_within_one_day_are_quiet_as_well() -> None:
    noon = QuietHours(time(12), time(14), False, "午休")
    works = post.act(MONDAY).calendar.is_working

    assert noon.open_from(at(12), works=works) == at(14)
    assert noon.open_from(at(14), works=works) == at(14)
    assert noon.open_from(at(11, 59, 59), works=works) == at(11, 59, 59)
    assert NIGHT.open_from(at(23), works=works).tzinfo is SHANGHAI


@pytest.mark.parametrize("status", ["met", "waived", "closed", "missed"])
def test_a_reminder_of_what_is_settled_is_cancelled_and_says_why(
    database: Database, status: str
) -> None:
    one = waits(database)
    with database.transaction() as session:
        post.deadline(session, one).status = status
    wire = Wire()

    counts = deliver(database, wire)

    (row,) = rows(database)
    assert (counts["cancelled"], counts["sent"], wire.sent) == (1, 0, [])
    assert (row.status, row.error) == ("cancelled", f"stopped_{status}")


def test_a_reminder_of_a_stopped_clock_still_goes(database: Database) -> None:
    one = waits(database)
    with database.transaction() as session:
        post.deadline(session, one).status = "stopped"

    assert deliver(database, Wire())["sent"] == 1


def test_news_of_a_miss_is_not_sent_once_the_work_is_done(database: Database) -> None:
    one = waits(database)
    with database.transaction() as session:
        found = post.deadline(session, one)
        post.put(
            session, post.act(), subject="class", subject_id=one, template="deadline_missed",
            occasion=f"deadline:{found.id}:x", to_kind="provider", to_id=1, deadline_id=found.id,
            number="XS2020-001", matter="开班备案期限", due_on=TODAY, consequence="转工作人员核查",
            remedies=[], clause="", document="",
        )  # fmt: skip
        found.status = "closed"

    assert deliver(database, Wire())["cancelled"] == 2
    assert {row.error for row in rows(database)} == {"stopped_closed"}


def test_a_night_builds_only_what_may_not_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        one, two, three = post.classes(session, 3, due=date(2020, 11, 12))
        post.decide(session, one)
        post.remind(session, two)
        post.deadline(session, three).told_by = TODAY
        post.remind(session, three)
    built: list[int] = []
    real = running.build

    def build(session: Session, act: Act, row: Outbox, *, public_url: str) -> running.Built:
        built.append(row.id or 0)
        return real(session, act, row, public_url=public_url)

    monkeypatch.setattr(running, "build", build)

    counts = deliver(database, Wire(), at(23))

    assert (counts["sent"], counts["quiet_hours"]) == (1, 2)
    assert built == [3]


@pytest.mark.parametrize("ending", ["applied", "withdrawn"])
def test_the_reminder_of_a_class_is_not_sent_once_its_claims_applied_or_ended(
    database: Database, ending: str
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session, heads=2)
        builders.drive(session, class_id, to="certified", heads=2)
        session.exec(update(Outbox).values(status="cancelled"))
        reminded = date(2020, 12, 1)
        watch(session, builders.act(reminded, actor=post.SWEEP))
        wanted = select(Outbox).where(Outbox.status == "waiting")
        assert {row.template for row in session.exec(wanted).all()} == {"deadline_reminder"}
        clerk = builders.act(reminded)
        if ending == "applied":
            assert apply_for_class(session, clerk, class_id=class_id).done
        else:
            for claim in builders.claims(session, class_id):
                gone = withdraw(session, clerk, claim_id=claim.claim_id, reason="申请人撤回")
                builders.done(gone)
    wire = Wire()

    counts = deliver(database, wire, at(10, on=reminded))

    assert counts["cancelled"] == 1
    assert not [subject for subject in wire.subjects if "期限提醒" in subject]
    assert [row.error for row in rows(database, "cancelled") if row.error] == ["stopped_met"]


def test_the_reminder_of_a_class_counts_the_heads_that_are_left(database: Database) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session, heads=3)
        builders.drive(session, class_id, to="certified")
        session.exec(update(Outbox).values(status="cancelled"))
        watch(session, builders.act(date(2020, 12, 1), actor=post.SWEEP))
        first = builders.claims(session, class_id)[0].claim_id
        builders.done(
            withdraw(session, builders.act(date(2020, 12, 1)), claim_id=first, reason="撤回")
        )
        session.exec(
            update(Outbox).where(col(Outbox.subject) == "claim").values(status="cancelled")
        )
    wire = Wire()

    deliver(database, wire, at(10, on=date(2020, 12, 2)))

    (letter,) = wire.sent
    assert "，2人）" in letter.text
    assert "还有 2 个工作日" in letter.text
