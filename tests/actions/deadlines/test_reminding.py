"""Reminding by hand: one message for a class, once a day, kept in the clocks, within one's areas."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from subsidy.actions.acting import Outcome, window_of
from subsidy.actions.deadlines import deadlines_of, remind_now
from subsidy.actions.deadlines.recounting import counted_end, entries_of
from subsidy.actions.deadlines.reminding import MOST_AT_ONCE
from subsidy.actions.training import register_certificates
from subsidy.actions.views.deadlines.deadline_list import deadline_page
from subsidy.actions.views.deadlines.wanted import DeadlineFilter
from subsidy.records.database import Database
from subsidy.records.tables import WindowRule
from tests import builders
from tests.actions.deadlines.settings import (
    LAST_DAY,
    assessed_class,
    deadlines,
    entries,
    messages,
    put_class_windows_aside,
    sweep,
)
from tests.actions.deadlines.test_clock_records import class_window
from tests.actions.desk import steps
from tests.actions.desk.test_correcting import sent_back

DAY = date(2020, 11, 19)
"""A working day on which the sweep reminds of nothing."""


def press(
    session: Session, *ids: int | None, on: date = DAY, actor: str = builders.CLERK,
    areas: frozenset[int] | None = None,
) -> Outcome:  # fmt: skip
    """Somebody presses the button."""
    act = builders.act(on, actor=actor, areas=areas)
    return remind_now(session, act, deadline_ids=[i or 0 for i in ids], reason="电话未接通")


def test_a_class_is_reminded_in_one_message_and_every_clock_says_so(database: Database) -> None:
    with database.transaction() as session:
        rows = deadlines(session, assessed_class(session, heads=5))
        done = press(session, rows[2].id)
        assert done.moved == {"messages": 1, "deadlines": 5}
        (message,) = messages(session, "deadline_reminder")
        assert (message.subject, message.to_kind) == ("class", "provider")
        assert "5人" in message.values
        for row in rows:
            (entry,) = entries(session, row.id)
            assert (entry.entry, entry.on, entry.actor) == ("reminded", DAY, builders.CLERK)
            assert (entry.reason, entry.due_after) == ("电话未接通", row.due_on)


def test_a_second_press_on_the_day_changes_nothing_and_says_so(database: Database) -> None:
    with database.transaction() as session:
        rows = deadlines(session, assessed_class(session))
        assert press(session, rows[0].id).done
        again = press(session, rows[1].id, actor=builders.HEAD)
        assert not again.done
        assert again.left == [(rows[1].id, ("E417",))]
        assert builders.codes(again) == {"E417"}
        assert len(messages(session, "deadline_reminder")) == 1
        assert all(len(entries(session, row.id)) == 1 for row in rows)
        assert press(session, rows[0].id, on=DAY + timedelta(1)).moved["messages"] == 1


def test_whoever_the_sweep_reminded_today_is_not_told_again(database: Database) -> None:
    with database.transaction() as session:
        rows = deadlines(session, assessed_class(session))
        told = date(2020, 11, 20)
        assert sweep(session, told).reminders == 1
        assert builders.codes(press(session, rows[0].id, on=told)) == {"E417"}


def test_several_lines_are_one_message_each_and_a_line_named_twice_counts_once(
    database: Database,
) -> None:
    with database.transaction() as session:
        one = deadlines(session, assessed_class(session))
        other = deadlines(session, assessed_class(session, "XS2020-002"))
        done = press(session, one[0].id, one[1].id, other[0].id, one[0].id)
        assert done.moved == {"messages": 2, "deadlines": 6}
        assert not done.left


def test_what_is_over_met_or_stopped_is_not_reminded_of(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        sent_back(session, claim_id, "证书照片模糊")
        act = builders.act(date(2020, 11, 13), actor=builders.CLERK)
        by_window = {c.window: c for c in deadlines_of(session, act, claim_id=claim_id)}
        assert by_window["review"].status == "stopped"
        assert by_window["application"].status == "met"
        ids = [by_window[name].id for name in ("review", "application")]
        refused = remind_now(session, act, deadline_ids=ids)
        assert refused.left == [(ids[0], ("E418",)), (ids[1], ("E418",))]
        mixed = remind_now(session, act, deadline_ids=[*ids, by_window["correction"].id])
        assert (mixed.done, mixed.moved["messages"], len(mixed.left)) == (True, 1, 2)


def test_what_is_late_and_undone_is_pressed_for_once_a_day_until_it_is_done(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        act, issued = builders.act("issued"), builders.DAYS["issued"]
        builders.done(
            builders.issue_certificates(session, act, class_id=class_id, issued_on=issued)
        )
        late, after = date(2020, 11, 11), date(2020, 11, 12)
        sweep(session, late)
        ids = [row.id for row in deadlines(session, class_id, "certificate_registration")]
        assert press(session, ids[0], on=after).moved == {"messages": 1, "deadlines": 3}
        assert len(messages(session, "certificates_late")) == 2
        assert builders.codes(press(session, ids[1], on=after)) == {"E417"}
        rows = builders.certificates(builders.people(3), class_id=class_id)
        taken = register_certificates(session, builders.act(after), class_id=class_id, rows=rows)
        builders.taken(taken)
        assert builders.codes(press(session, ids[0], on=date(2020, 11, 13))) == {"E418"}


def test_a_window_whose_day_has_passed_is_a_matter_of_lateness(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        unseen = press(session, row.id, on=LAST_DAY + timedelta(3))
        assert builders.codes(unseen) == {"E418"}
        assert press(session, row.id, on=LAST_DAY).done


def test_a_deadline_of_another_district_is_left_alone(database: Database) -> None:
    with database.transaction() as session:
        ours, theirs = builders.area(session), builders.area(session, builders.SHANGCHENG)
        row = deadlines(session, assessed_class(session))[0]
        elsewhere = press(session, row.id, areas=frozenset({theirs}))
        assert elsewhere.left == [(row.id, ("E419",))]
        assert builders.codes(press(session, 987_654)) == {"E419"}
        assert not messages(session, "deadline_reminder")
        assert press(session, row.id, areas=frozenset({ours})).done


def test_only_the_office_reminds_and_no_more_than_a_thousand_lines_at_once(
    database: Database,
) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        assert builders.codes(press(session, row.id, actor=builders.PROVIDER)) == {"E1208"}
        assert builders.codes(press(session)) == {"E1209"}
        many = press(session, *range(1, MOST_AT_ONCE + 2))
        assert builders.codes(many) == {"E420"}
        assert "1001" in many.findings[0].message_zh
        assert not messages(session, "deadline_reminder")


def test_a_reminder_moves_no_end_and_shows_in_clock_and_list(database: Database) -> None:
    with database.transaction() as session:
        row = deadlines(session, assessed_class(session))[0]
        put_class_windows_aside(session)
        act = builders.act(DAY, actor=builders.CLERK)
        window = window_of(session.get_one(WindowRule, row.rule_id))
        assert press(session, row.id).done
        found = entries_of(session, [row.id or 0])[row.id or 0]
        end = counted_end(window, anchor=row.anchor_on, entries=found, calendar=act.calendar)
        assert end.on == row.due_on == LAST_DAY
        (shown,) = deadlines_of(session, act, claim_id=row.claim_id)
        assert [e.entry for e in shown.entries] == ["started", "reminded"]
        assert (shown.used, shown.stopped, shown.due_on) == (19, 0, LAST_DAY)
        listed = deadline_page(session, act, wanted=DeadlineFilter(within=15), areas=None)
        assert [line.reminded_on for line in listed.lines] == [DAY]


def test_a_window_of_a_class_reminds_its_provider(database: Database) -> None:
    with database.transaction() as session:
        class_id = assessed_class(session)
        row = class_window(session, class_id, due_on=LAST_DAY)
        row.window = "filing_before_start"
        session.add(row)
        session.flush()
        assert press(session, row.id).moved == {"messages": 1, "deadlines": 1}
        (message,) = messages(session, "deadline_reminder")
        assert (message.subject, message.subject_id, message.to_kind) == (
            "class", class_id, "provider",
        )  # fmt: skip
