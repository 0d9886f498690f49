"""A holiday notice that arrives late: what it moves, what it leaves, and that nothing moves twice."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.advance import watch_deadlines
from subsidy.actions.calendar_change import loads, recount_round
from subsidy.actions.calendar_change.rounds import walk_of
from subsidy.records.tables import ClaimProgress, ClockEntry, Deadline
from tests import builders
from tests.calendars.late import (
    EARLIER,
    HANGZHOU_2020,
    KNOWN_FROM,
    LATER,
    MAY_HOLIDAY,
    SAME,
    SHIPPED,
    SPRING_2020,
    Installation,
    alone,
    installation,
    waiting,
)

NOTICE = alone("2019.yaml", MAY_HOLIDAY)
BEFORE = KNOWN_FROM - timedelta(1)
THIRD, FIFTH = date(2019, 5, 3), date(2019, 5, 5)


def test_the_longer_may_holiday_of_2019_moves_open_windows_with_entry_and_message(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [LATER, SAME], on=BEFORE)
    assert spring_2019.load(NOTICE, KNOWN_FROM) == 1
    moved, same = spring_2019.rows()
    assert (moved.due_on, moved.told_by, moved.lapses_after) == (FIFTH, FIFTH, FIFTH)
    assert same.due_on == date(2019, 4, 23)
    (entry,) = spring_2019.entries()
    assert (entry.entry, entry.due_before, entry.due_after) == ("recomputed", THIRD, FIFTH)
    assert entry.deadline_id == moved.id
    (letter,) = spring_2019.letters()
    told = json.loads(letter.values)
    assert (told["notice"], told["moved"][0]["was"]) == (MAY_HOLIDAY, "2019-05-03")
    assert told["moved"][0]["now"] == "2019-05-05"


def test_the_day_on_which_a_claim_may_lapse_moves_with_its_window(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [LATER], on=BEFORE)
    spring_2019.load(NOTICE, KNOWN_FROM)
    with spring_2019.database.reading() as session:
        progress = session.exec(select(ClaimProgress)).one()
    assert progress.lapses_after == FIFTH
    assert progress.decision_current == 0, "what was decided by the old days is decided again"


def test_rows_that_do_not_move_are_not_written(spring_2019: Installation) -> None:
    waiting(spring_2019, [SAME], on=BEFORE)
    version = spring_2019.rows()[0].calendar_version
    spring_2019.load(NOTICE, KNOWN_FROM)
    assert spring_2019.rows()[0].calendar_version == version
    with spring_2019.database.reading() as session:
        assert session.exec(select(ClaimProgress)).one().decision_current == 1


def test_a_day_that_was_told_stays_where_the_holiday_would_end_the_window_earlier(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [EARLIER], on=BEFORE)
    told = date(2019, 5, 2)
    assert spring_2019.rows()[0].told_by == told
    assert spring_2019.load(NOTICE, KNOWN_FROM) == 0
    assert (spring_2019.rows()[0].due_on, spring_2019.rows()[0].told_by) == (told, told)
    assert spring_2019.letters() == []


def test_a_class_hears_of_it_once_with_the_number_of_its_people(spring_2019: Installation) -> None:
    with spring_2019.database.transaction() as session:
        class_id = builders.planned_class(session)
        for own in session.exec(select(Deadline)).all():
            session.delete(own)  # windows of the class itself, of another year
    waiting(spring_2019, [LATER] * 4, on=BEFORE, class_id=class_id)
    assert spring_2019.load(NOTICE, KNOWN_FROM) == 4
    (letter,) = spring_2019.letters()
    assert (letter.subject, letter.subject_id) == ("class", class_id)
    assert "4人" in json.loads(letter.values)["moved"][0]["matter"]


def test_stops_and_extensions_are_counted_from_the_clock(spring_2019: Installation) -> None:
    stood, extended = waiting(spring_2019, [SAME, LATER], on=BEFORE)
    with spring_2019.database.transaction() as session:
        _enter(session, stood, "stopped", date(2019, 4, 10), date(2019, 4, 23))
        _enter(session, stood, "resumed", date(2019, 4, 19), date(2019, 5, 3))
        _enter(session, extended, "extended", date(2019, 3, 21), date(2019, 5, 31))
        for id_, day in ((stood, THIRD), (extended, date(2019, 5, 31))):
            row = session.get_one(Deadline, id_)
            row.due_on = row.told_by = day
            session.add(row)
    assert spring_2019.load(NOTICE, KNOWN_FROM) == 1
    assert [row.due_on for row in spring_2019.rows()] == [FIFTH, date(2019, 5, 31)]


def _enter(session: Session, deadline: int, entry: str, on: date, until: date) -> None:
    session.add(
        ClockEntry(
            city="hangzhou", deadline_id=deadline, entry=entry, on=on, due_before=until,
            due_after=until, actor="user:1",
        )
    )  # fmt: skip


def test_a_longer_spring_festival_moves_every_city_and_an_overlay_only_its_own(
    spring_2020: Installation,
) -> None:
    on, anchor = date(2020, 1, 26), date(2020, 1, 10)
    waiting(spring_2020, [anchor], on=on)
    waiting(spring_2020, [anchor], on=on, city="changchun")
    assert {row.due_on for city in ("hangzhou", "changchun") for row in spring_2020.rows(city)} == {
        date(2020, 2, 26)
    }
    day = date(2020, 1, 27)
    assert spring_2020.load(alone("2020.yaml", SPRING_2020), day) == 2
    national = spring_2020.rows("changchun")[0].due_on
    assert spring_2020.rows()[0].due_on == national == date(2020, 2, 28)
    assert spring_2020.load(alone("cities/hangzhou.yaml", HANGZHOU_2020), day) == 1
    assert spring_2020.rows("changchun")[0].due_on == national
    assert spring_2020.rows()[0].due_on == date(2020, 3, 6)


def test_the_preview_names_what_loading_then_moves_and_writes_nothing(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [LATER, SAME, EARLIER, LATER], on=BEFORE)
    handed = spring_2019.handed(NOTICE, KNOWN_FROM)
    plan = spring_2019.loading.plan(handed)
    assert [row.due_on for row in spring_2019.rows()].count(THIRD) == 2
    with spring_2019.database.reading() as session:
        assert (walk_of(session, city="hangzhou"), loads(session)) == (None, [])
    told = [(r.deadline_id, r.due_before, r.due_after) for r in plan.previews["hangzhou"].rows]
    spring_2019.load(NOTICE, KNOWN_FROM)
    done = [(e.deadline_id, e.due_before, e.due_after) for e in spring_2019.entries()]
    assert told == done
    assert len(told) == plan.moved == 2
    assert plan.previews["hangzhou"].by == {("上城区", "application"): 2}


def test_the_same_notice_twice_is_nothing_to_do(spring_2019: Installation) -> None:
    waiting(spring_2019, [LATER], on=BEFORE)
    spring_2019.load(NOTICE, KNOWN_FROM)
    plan = spring_2019.loading.load(spring_2019.handed(NOTICE, KNOWN_FROM))
    assert (plan.found.new, [n.number for n in plan.found.known]) == ((), [MAY_HOLIDAY])
    assert [done for _, done in spring_2019.loading.rounds(plan) if done.looked_at] == []
    assert (len(spring_2019.entries()), len(spring_2019.letters())) == (1, 1)
    with spring_2019.database.reading() as session:
        assert len(loads(session)) == 1


def test_the_log_says_who_loaded_what_and_which_versions_it_made(spring_2019: Installation) -> None:
    waiting(spring_2019, [LATER], on=BEFORE)
    old = spring_2019.act(KNOWN_FROM).calendar.version
    spring_2019.load(NOTICE, KNOWN_FROM)
    with spring_2019.database.reading() as session:
        (kept,) = loads(session)
    assert (kept.number, kept.year, kept.who) == (MAY_HOLIDAY, 2019, "flow:tests")
    assert kept.versions["hangzhou"] == [old, spring_2019.act(KNOWN_FROM).calendar.version]
    assert kept.moved["hangzhou"]["moved"] == 1


def test_a_count_that_was_killed_between_two_rounds_goes_on_behind_the_last_one(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [LATER] * 5, on=BEFORE)
    act = spring_2019.act(KNOWN_FROM)
    spring_2019.loading.load(spring_2019.handed(NOTICE, KNOWN_FROM))
    act = spring_2019.act(KNOWN_FROM)
    with spring_2019.database.transaction() as session:
        first = recount_round(session, act, limit=2)
    assert (first.moved, first.more) == (2, True)
    with pytest.raises(KeyboardInterrupt):
        _killed(spring_2019, act)
    again = 0
    more = True
    while more:
        with spring_2019.database.transaction() as session:
            done = recount_round(session, act, limit=2)
        again, more = again + done.moved, done.more
    assert again == 3
    assert [entry.deadline_id for entry in spring_2019.entries()] == [
        row.id for row in spring_2019.rows()
    ]


def _killed(made: Installation, act: Act) -> None:
    with made.database.transaction() as session:
        recount_round(session, act, limit=2)
        raise KeyboardInterrupt


def test_a_notice_that_is_shipped_is_counted_with_on_the_day_it_becomes_known(
    tmp_path: Path,
) -> None:
    made = installation(tmp_path, without={})
    waiting(made, [LATER], on=BEFORE)
    for day, due_on in ((BEFORE, THIRD), (KNOWN_FROM, FIFTH), (KNOWN_FROM, FIFTH)):
        act = made.act(day)
        watch_deadlines(
            made.database, made.office, city="hangzhou", today=day, now=act.recorded_at,
            actor="flow:watch-deadlines",
        )  # fmt: skip
        assert made.rows()[0].due_on == due_on
    assert len(made.entries()) == len(made.letters()) == 1
    made.database.dispose()


def test_a_provisional_window_may_lapse_only_when_the_notice_has_made_it_final(
    tmp_path: Path,
) -> None:
    made = installation(tmp_path, without={})
    ours = made.settings.home / "config" / "calendar"
    ours.mkdir(parents=True)
    year = (SHIPPED / "2021.yaml").read_text(encoding="utf-8")
    (ours / "2021.yaml").write_text("year: 2021\nnotices: []\n", encoding="utf-8")
    waiting(made, [date(2020, 11, 20)], on=date(2020, 11, 26))
    (row,) = made.rows()
    assert (row.final, row.lapses_after) == (False, FAR)
    assert _watched(made, date(2021, 3, 1)) == 0, "nobody lapses on a provisional date"
    assert made.load(year, date(2021, 3, 2), name="2021.yaml") == 1
    (row,) = made.rows()
    assert (row.final, row.due_on) == (True, date(2021, 1, 4))
    assert row.lapses_after == date(2021, 1, 4)
    assert _watched(made, date(2021, 3, 3)) == 1
    made.database.dispose()


def _watched(made: Installation, on: date) -> int:
    """How many claims the nightly run ends on a day."""
    now = made.act(on).recorded_at
    done = watch_deadlines(
        made.database, made.office, city="hangzhou", today=on, now=now, actor="flow:watch-deadlines"
    )
    return done["lapsed"]


def test_a_notice_of_a_day_to_come_is_taken_and_moves_nothing_before(
    spring_2019: Installation,
) -> None:
    waiting(spring_2019, [LATER], on=BEFORE)
    plan = spring_2019.loading.plan(spring_2019.handed(NOTICE, BEFORE))
    assert (plan.not_yet_known(), plan.moved) == (KNOWN_FROM, 0)
    assert spring_2019.load(NOTICE, BEFORE) == 0
    _watched(spring_2019, KNOWN_FROM)
    assert spring_2019.rows()[0].due_on == FIFTH
