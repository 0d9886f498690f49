"""What stays undone behind its end goes one desk higher by working days, until it is done."""

from __future__ import annotations

import json
from datetime import date

from sqlmodel import Session

from states.chart import FAR
from subsidy.actions.deadlines.sweeping.rows import due_rows
from subsidy.actions.training import register_certificates
from subsidy.records.database import Database
from tests import builders
from tests.actions.deadlines.settings import assessed_class, deadlines, messages, sweep

MISSED = date(2020, 11, 11)
"""The day after the seventh working day since the certificates of 30 October were issued."""
SECTION_HEAD, LEADER = date(2020, 11, 13), date(2020, 11, 24)
"""Three and ten working days behind 10 November."""
WINDOW = "certificate_registration"


def late_certificates(session: Session, *, heads: int = 3) -> int:
    """A class whose certificates were issued and not registered."""
    class_id = assessed_class(session, heads=heads)
    act, issued = builders.act("issued"), builders.DAYS["issued"]
    builders.done(builders.issue_certificates(session, act, class_id=class_id, issued_on=issued))
    return class_id


def steps(session: Session) -> list[tuple[date, int, int]]:
    """(day, step, working days over) of what the desks were told."""
    told = [
        (one.effective_on, json.loads(one.values))
        for one in messages(session, "deadline_escalated")
    ]
    return [(on, values["step"], values["working_days_over"]) for on, values in told]


def test_an_undone_matter_goes_to_the_section_head_and_then_to_the_leader(
    either: Database,
) -> None:
    with either.transaction() as session:
        late_certificates(session)
        for day in (MISSED, date(2020, 11, 12), SECTION_HEAD, SECTION_HEAD, date(2020, 11, 23)):
            sweep(session, day)
        assert steps(session) == [(SECTION_HEAD, 1, 3)]
        assert sweep(session, LEADER).escalated == 1
        assert steps(session)[1:] == [(LEADER, 2, 10)]
        assert sweep(session, date(2020, 12, 1)).escalated == 0


def test_one_word_is_said_for_all_trainees_of_a_class_to_the_office_in_charge(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = late_certificates(session, heads=5)
        sweep(session, MISSED)
        sweep(session, SECTION_HEAD)
        (told,) = messages(session, "deadline_escalated")
        assert (told.subject, told.subject_id, told.to_kind) == ("class", class_id, "office")
        assert json.loads(told.values)["count"] == 5


def test_a_matter_done_after_its_end_is_not_taken_higher(database: Database) -> None:
    with database.transaction() as session:
        class_id = late_certificates(session)
        sweep(session, MISSED)
        rows = builders.certificates(builders.people(3), class_id=class_id)
        late = builders.act(date(2020, 11, 12))
        builders.taken(register_certificates(session, late, class_id=class_id, rows=rows))
        assert sweep(session, SECTION_HEAD).escalated == 0
        ended = deadlines(session, class_id, WINDOW)
        assert [(row.status, row.next_on) for row in ended] == [("missed", FAR)] * 3


def test_a_stop_of_a_month_tells_each_desk_once_on_following_days(database: Database) -> None:
    with database.transaction() as session:
        late_certificates(session)
        sweep(session, date(2020, 11, 30))
        assert steps(session) == []
        for day in (date(2020, 12, 1), date(2020, 12, 2), date(2020, 12, 3)):
            sweep(session, day)
        assert [step for _, step, _ in steps(session)] == [1, 2]


def test_deadlines_of_a_class_that_are_alike_are_one_row_of_the_sweep(either: Database) -> None:
    with either.transaction() as session:
        class_id = late_certificates(session, heads=4)
        ids = [row.id or 0 for row in deadlines(session, class_id, WINDOW)]
        (row,) = due_rows(session, ids)
        assert row.ids == ids
        assert len(row.claim_ids) == 4
        assert (row.of_class, row.class_id, row.open_claims) == (class_id, None, 4)
