"""`subsidy deadlines`: lists that fit a terminal, one record in full, reminders by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from subsidy.records.database import Database
from subsidy.records.tables import ClockEntry, Deadline, Outbox
from tests import builders
from tests.actions.deadlines.settings import sweep
from tests.actions.deadlines.test_clock_records import class_window
from tests.commands.test_casework_commands import (
    database,
    deadline_of,
    number_of,
    read,
    run,
    template,
)

__all__ = ["database", "template"]
LAST_DAY = date(2020, 12, 4)


@pytest.fixture(autouse=True)
def _rules_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped packs are read once a process, not once a command."""
    monkeypatch.setattr("subsidy.office.load_office", lambda settings: builders.office())


def width(line: str) -> int:
    """Columns of a terminal."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in line)


def test_the_list_fits_a_terminal_and_names_day_class_and_clause(database: Database) -> None:
    listed = run("deadlines")
    assert listed.exit_code == 0, listed.output
    head, line, total = listed.stdout.splitlines()
    assert head.split() == ["编号", "截止", "剩余", "期限", "对象", "区域", "应由", "依据"]
    assert line.split()[1:6] == ["2020-12-04", "5工作日", "补贴申领期限", "XS2020-001", "3人"]
    assert total == "1行，3项期限"
    assert max(map(width, listed.stdout.splitlines())) <= 120
    each = run("deadlines", "--each").stdout.splitlines()
    assert len(each) == 5
    assert number_of(database) in each[1]
    assert run("deadlines", "--each", "--limit", "2").stdout.count("XS2020-001-") == 2


def test_the_list_is_narrowed_by_window_track_and_status(database: Database) -> None:
    def count(*words: str) -> object:
        return read("deadlines", *words)["deadlines_in_all"]

    assert count("--window", "application") == 3
    assert count("--window", "certificate_registration") == 0
    assert count("--track", "pass_certificate") == 3
    assert count("--track", "certificate") == 0
    assert count("--status", "stopped") == count("--status", "provisional") == 0
    assert count("--status", "all") == 3
    assert count("--overdue") == count("--status", "missed") == 0
    with database.transaction() as session:
        late = LAST_DAY + timedelta(3)
        builders.drive(session, builders.class_of(session, "X-9", heads=2, first=50),
                       to="completed", heads=2, first=50)  # fmt: skip
        sweep(session, late)
    told = read("deadlines", "--overdue", "--as-of", late.isoformat())["deadlines"]
    assert [(d["class_number"], d["count"]) for d in told] == [("X-9", 2)]  # type: ignore[attr-defined]
    shown = run("deadlines", "--overdue", "--as-of", late.isoformat()).stdout
    assert "超1工作日" in shown
    assert "（已逾期）" in shown


def test_what_is_not_known_is_named_with_what_is(database: Database) -> None:
    for words, says in (
        (("--status", "soon"), "due, missed, stopped, provisional, all"),
        (("--window", "nowhere"), "application"),
        (("--track", "nowhere"), "pass_certificate"),
        (("--district", "hz-nowhere"), "hz-xiaoshan"),
    ):
        refused = run("deadlines", *words)
        assert refused.exit_code == 2
        assert says in refused.stderr


def test_windows_of_a_class_are_in_the_list_and_have_a_record(database: Database) -> None:
    with database.transaction() as session:
        row_id = class_window(session, 1, due_on=date(2020, 12, 1)).id
    (first, _) = read("deadlines")["deadlines"]  # type: ignore[misc]
    assert (first["id"], first["of_class"], first["claim_id"]) == (row_id, True, None)
    shown = run("deadlines", "show", str(row_id))
    assert shown.exit_code == 0, shown.output
    assert "开始计时" in shown.stdout


def test_one_deadline_is_printed_in_full_with_its_days_drawn(database: Database) -> None:
    shown = run("deadlines", "show", str(deadline_of(database)))
    assert shown.exit_code == 0, shown.output
    for words in (
        "已用25个工作日（共30个）",
        "30个工作日内（三（三）2（2）③）",
        "已结业（complete）",
        "到期后  转工作人员核查；逾期不再受理",
        "2020-10-26  开始计时  2020-12-04",
        "27·今  28休   29休",
        "4止",
    ):
        assert words in shown.stdout
    told = read("deadlines", "show", str(deadline_of(database)))["deadline"]
    assert isinstance(told, dict)
    assert told["rule"]["zh"].startswith("30个工作日内")
    assert told["words_en"] == "25 of 30 working days used"
    assert told["entries"][0]["entry"] == "started"
    assert len(told["strip"]["weeks"]) == 7
    assert run("deadlines", "show", "987654").exit_code == 2


def test_the_office_reminds_from_the_command_line_once_a_day(database: Database) -> None:
    first = str(deadline_of(database))
    sent = run("deadlines", "remind", first, "--as", "li", login=True)
    assert sent.exit_code == 0, sent.output
    assert "已发出1条消息，涉及3项期限" in sent.stdout
    again = run("deadlines", "remind", "--due-within", "5", "--as", "li", login=True)
    assert again.exit_code == 1
    assert "E417" in again.stderr
    with database.reading() as session:
        found = session.exec(select(Outbox).where(Outbox.template == "deadline_reminder")).all()
        assert len(found) == 1
        entries = session.exec(select(ClockEntry).where(ClockEntry.entry == "reminded")).all()
        assert len(entries) == len(session.exec(select(Deadline.id)).all()) == 3
    assert "催办" in run("claim", "show", number_of(database)).stdout


def test_a_reminder_names_deadlines_or_days_and_never_both(database: Database) -> None:
    for words in ((), ("1", "--due-within", "5")):
        refused = run("deadlines", "remind", *words, "--as", "li", login=True)
        assert refused.exit_code == 2
        assert "not both" in refused.stderr
    elsewhere = ("--due-within", "5", "--district", "hz-shangcheng", "--as", "li")
    assert run("deadlines", "remind", *elsewhere, login=True).exit_code == 1
