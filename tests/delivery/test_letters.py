"""At most one letter a person, matter and day: decisions in full, reminders as lines of a digest."""

from __future__ import annotations

from datetime import date, timedelta

from subsidy.records.database import Database
from tests.delivery import post_office as post
from tests.delivery.post_office import TODAY, Wire, at, deliver, rows

TOMORROW = TODAY + timedelta(1)


def test_two_decisions_about_one_class_go_out_as_one_letter_with_both_in_full(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1)
        post.decide(session, one)
        post.change(session, one)
    wire = Wire()

    counts = deliver(database, wire)

    (letter,) = wire.sent
    assert (counts["sent"], counts["letters"]) == (2, 1)
    assert letter.template == "letter"
    assert "授课计划与项目不符" in letter.text
    assert "更换教师" in letter.text
    assert letter.text.count("联系电话：0571-") == 3
    assert {row.letter for row in rows(database, "sent")} == {"1"}


def test_two_reminders_for_one_unit_on_one_day_are_one_letter(database: Database) -> None:
    with database.transaction() as session:
        for one in post.classes(session, 2):
            post.remind(session, one)
    wire = Wire()

    deliver(database, wire)

    (letter,) = wire.sent
    assert letter.template == "digest"
    assert letter.subject == "【期限提醒】共 2 项，2020-11-03"
    assert "XS2020-001" in letter.text
    assert "XS2020-002" in letter.text
    assert "https://s.example.org/own" in letter.text
    assert "<table" in (letter.html or "")


def test_a_single_reminder_stays_a_message_of_its_own(database: Database) -> None:
    with database.transaction() as session:
        post.remind(session, post.classes(session, 1)[0])
    wire = Wire()

    deliver(database, wire)

    assert [letter.template for letter in wire.sent] == ["deadline_reminder"]
    assert wire.sent[0].key == "hangzhou-1"


def test_a_digest_of_thirty_classes_is_ordered_by_urgency_and_says_how_many_are_not_shown(
    database: Database,
) -> None:
    with database.transaction() as session:
        for one in post.classes(session, 30):
            post.remind(session, one)
    wire = Wire()

    counts = deliver(database, wire, office=post.office_with(lines=12))

    (letter,) = wire.sent
    assert (counts["sent"], counts["letters"]) == (30, 1)
    assert "下列 30 项" in letter.text
    assert "另有 18 项未列出" in letter.text
    shown = [line for line in letter.text.splitlines() if "工作日" in line and "前　" in line]
    assert len(shown) == 12
    # Due on Friday the 6th: 3 working days; on the 7th and 8th, a week-end, as many.
    days = [line.split("前　")[0].strip() for line in shown]
    assert days == sorted(days)
    assert days[0].startswith("2020年11月6日")


def test_a_decision_takes_the_reminder_about_its_class_along_and_leaves_the_others_alone(
    database: Database,
) -> None:
    with database.transaction() as session:
        one, two, three = post.classes(session, 3)
        for each in (one, two, three):
            post.remind(session, each)
        post.decide(session, one)
    wire = Wire()

    deliver(database, wire)

    assert [letter.template for letter in wire.sent] == ["letter", "digest"]
    assert "XS2020-001" not in wire.sent[1].text
    assert "共 2 项" in wire.sent[1].subject


def test_what_was_told_today_is_reminded_of_tomorrow_and_a_decision_goes_at_once(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1)
        post.decide(session, one)
    wire = Wire()
    deliver(database, wire)
    with database.transaction() as session:
        post.remind(session, one)

    held = deliver(database, wire, at(11))
    assert (held["sent"], held["told_today"], held["postponed"]) == (0, 1, 1)

    with database.transaction() as session:
        post.change(session, one)
    taken_along = deliver(database, wire, at(12))
    assert (taken_along["sent"], taken_along["letters"]) == (2, 1)
    assert "还有 " in wire.sent[-1].text


def test_a_unit_has_one_digest_a_day(database: Database) -> None:
    with database.transaction() as session:
        one, two, *_ = post.classes(session, 3)
        post.remind(session, one)
    wire = Wire()
    deliver(database, wire, at(8))
    with database.transaction() as session:
        post.remind(session, two)

    assert deliver(database, wire, at(14))["told_today"] == 1
    assert deliver(database, wire, at(8, on=TOMORROW))["sent"] == 1


def test_what_is_due_today_does_not_wait_for_tomorrow(database: Database) -> None:
    with database.transaction() as session:
        one, two, _ = post.classes(session, 3, due=TODAY - timedelta(2))
        post.remind(session, one)
    wire = Wire()
    deliver(database, wire, at(8))
    with database.transaction() as session:
        post.deadline(session, two).told_by = TODAY
        post.remind(session, two)

    assert deliver(database, wire, at(14))["sent"] == 1


def test_a_reminder_that_waited_says_the_days_that_are_left_when_it_goes(
    database: Database,
) -> None:
    with database.transaction() as session:
        (one,) = post.classes(session, 1, due=date(2020, 11, 9))
        post.remind(session, one)
        post.deadline(session, one).told_by = date(2020, 11, 12)
    wire = Wire()

    deliver(database, wire, at(9, on=date(2020, 11, 6)))

    # Written on Tuesday as due on the 10th; since then two days more were granted: 9, 10, 11, 12.
    assert "2020年11月12日" in wire.sent[0].text
    assert "还有 4 个工作日" in wire.sent[0].text


def test_escalations_go_to_the_section_head_then_the_leader_then_the_leader_of_the_city(
    database: Database,
) -> None:
    with database.transaction() as session:
        one, two, _ = post.classes(session, 3)
        for step in (1, 2, 3):
            post.escalate(session, one, step=step)
        post.escalate(session, two, step=3, area="hz-shangcheng")
    wire = Wire()

    counts = deliver(database, wire, at(23))

    assert [letter.to for letter in wire.sent] == [
        "hz-xiaoshan.kezhang@hangzhou-rsj.invalid",
        "hz-xiaoshan.fenguan@hangzhou-rsj.invalid",
        "hangzhou.fenguan@hangzhou-rsj.invalid",
    ]
    assert counts["sent"] == 4
    assert "科室负责人" in wire.sent[0].text
    assert wire.sent[2].template == "digest"
    assert "涉及3件，第3次督办" in wire.sent[2].text
