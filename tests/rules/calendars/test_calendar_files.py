"""Bad calendar files are refused with file, key, line and what to do."""

import shutil
from pathlib import Path

import pytest

from subsidy.rules.workdays import CalendarBook, CalendarFileError

GOOD = """\
year: 2027
notices:
  - number: 国办发明电〔2026〕9号
    title: 国务院办公厅关于2027年部分节假日安排的通知
    issued: 2026-11-10
    published: 2026-11-10
    days:
      - {date: 2027-01-01, kind: holiday, festival: 元旦}
      - {date: 2027-02-06, kind: holiday, festival: 春节}
      - {date: 2027-02-07, kind: holiday, festival: 春节}
      - {date: 2027-02-08, kind: holiday, festival: 春节}
      - {date: 2027-02-14, kind: make_up, festival: 春节}
"""


@pytest.fixture
def folder(tmp_path: Path, calendar_folder: Path) -> Path:
    copied = tmp_path / "config" / "calendar"
    shutil.copytree(calendar_folder, copied)
    return copied


def faults_of(folder: Path, text: str, *, name: str = "2027.yaml") -> str:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(CalendarFileError) as refused:
        CalendarBook.load(folder)
    return str(refused.value)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_file_of_a_new_year_is_read(folder: Path) -> None:
    (folder / "2027.yaml").write_text(GOOD, "utf-8")
    assert any(n.year == 2027 for n in CalendarBook.load(folder).notices)


@pytest.mark.parametrize(
    ("change", "line", "says", "remedy"),
    [
        (("number: 国办发明电〔2026〕9号", "number:"), 3, "number is missing", "Copy the number"),
        (("国办发明电〔2026〕9号", "9号"), 3, "is no document number", "Copy the number"),
        (("    published: 2026-11-10\n", ""), 3, "published is missing", "YYYY-MM-DD"),
        (("issued: 2026-11-10", "issued: 2026-13-10"), 5, "is no day", "YYYY-MM-DD"),
        (("published: 2026-11-10", "published: 2026-11-09"), 3, "before issued", "Correct one"),
        (
            ("2027-02-08, kind: holiday", "2027-02-07, kind: holiday"),
            11,
            "overlaps 春节",
            "one row",
        ),
        (
            ("2027-02-14, kind: make_up", "2027-02-15, kind: make_up"),
            12,
            "周一",
            "Correct the date",
        ),
        (("2027-02-08, kind: holiday", "2027-02-10, kind: holiday"), 11, "working day", "one span"),
        (("kind: make_up", "kind: makeup"), 12, "is makeup", "Use one of: holiday, make_up"),
        (("kind: make_up", "kind: ordinary"), 12, "is ordinary", "only a notice that amends"),
        (("date: 2027-02-14", "date: 2026-02-14"), 12, "not a day of 2027", "Correct the year"),
        (("year: 2027", "year: 2028"), 1, "year is 2028", "make both agree"),
        (("    title:", "    tittle:"), 4, "is not a known key", "Use one of: number"),
        ((", festival: 元旦", ""), 8, "festival is missing", "Name the festival"),
        (("    days:", "    issued: 2026-11-10\n    days:"), 7, "stands here twice", "Keep one"),
        (("year: 2027", "\tyear: 2027"), 1, "is not YAML", "Mend the indentation"),
    ],
)
def test_a_fault_is_told_with_its_line_and_its_remedy(
    folder: Path, change: tuple[str, str], line: int, says: str, remedy: str
) -> None:
    told = [row for row in faults_of(folder, changed(*change)).splitlines() if says in row]
    assert told, "the fault is not told"
    assert told[0].startswith(f"config/calendar/2027.yaml:{line}: ")
    assert remedy in told[0]


def test_all_faults_are_told_at_once(folder: Path) -> None:
    text = changed("number: 国办发明电〔2026〕9号", "number:").replace("make_up", "makeup")
    assert len(faults_of(folder, text).splitlines()) == 2


def test_a_number_used_twice_is_refused_with_the_first_place(folder: Path) -> None:
    told = faults_of(folder, changed("国办发明电〔2026〕9号", "国办发明电〔2025〕7号"))
    assert "国办发明电〔2025〕7号 stands in config/calendar/2026.yaml:4 already" in told


def test_a_second_notice_of_a_year_must_say_what_it_amends(folder: Path) -> None:
    second = GOOD.split("notices:\n")[1].replace("〔2026〕9号", "〔2027〕1号")
    told = faults_of(folder, GOOD + second)
    assert "add `amends: 国办发明电〔2026〕9号`" in told


def test_an_amendment_of_an_unknown_notice_is_refused(folder: Path) -> None:
    told = faults_of(folder, changed("    days:", "    amends: 国办发明电〔1999〕1号\n    days:"))
    assert "amends names 国办发明电〔1999〕1号, not loaded" in told


def test_two_years_may_not_arrange_the_same_day(folder: Path) -> None:
    row = "      - {date: 2026-12-31, kind: holiday, festival: 元旦}\n"
    (folder / "2026.yaml").write_text((folder / "2026.yaml").read_text("utf-8") + row, "utf-8")
    text = changed("    days:\n", "    days:\n" + row)
    assert "days 2026-12-31 is arranged by 国办发明电〔2025〕7号" in faults_of(folder, text)


def test_a_city_file_needs_its_city_and_a_number(folder: Path) -> None:
    text = GOOD.replace("year: 2027\n", "").replace("number: 国办发明电〔2026〕9号", "number: ''")
    told = faults_of(folder, text, name="cities/cixi.yaml")
    assert "config/calendar/cities/cixi.yaml:1: city is missing" in told
    assert "config/calendar/cities/cixi.yaml:2: notices[0].number is missing" in told


def test_an_amendment_may_make_a_day_ordinary_again(folder: Path) -> None:
    amendment = GOOD.split("notices:\n")[1].split("    days:\n", maxsplit=1)[0]
    amendment = amendment.replace("〔2026〕9号", "〔2027〕1号").replace("2026-11-10", "2027-01-20")
    rows = "    amends: 国办发明电〔2026〕9号\n    days:\n"
    rows += "      - {date: 2027-02-14, kind: ordinary, festival: 春节}\n"
    (folder / "2027.yaml").write_text(GOOD + amendment + rows, "utf-8")
    book = CalendarBook.load(folder)
    day = book.notices[-1].days[0].on
    assert book.seen_on(book.notices[-2].published).is_working(day)
    assert not book.seen_on(book.notices[-1].published).is_working(day)


def test_the_law_of_days_off_must_be_there(folder: Path) -> None:
    (folder / "statutory.yaml").unlink()
    with pytest.raises(CalendarFileError, match=r"statutory\.yaml:1: regulations is missing"):
        CalendarBook.load(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no calendar folder"):
        CalendarBook.load(tmp_path / "nowhere")


def test_a_file_of_the_bureau_replaces_the_shipped_one_of_the_same_name(
    folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "2027.yaml").write_text(GOOD, "utf-8")
    assert any(n.year == 2027 for n in CalendarBook.load(folder, own).notices)
