"""The one reader of uploads: what it takes, what it marks, what it refuses."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from subsidy.papers.spreadsheets import Limits, Sheet, blank_sheet, read_rows, sheet_columns
from tests.papers.sheets import csv_text, xlsx

ROSTER = sheet_columns("roster")
HEADER = ["姓名", "证件号码", "手机号", "人员类别", "与本地的联系"]
ID_ONE, ID_TWO = "11010519491231002X", "330106199001010016"
GOOD = ["张三", ID_ONE, "15400000001", "失业人员", "户籍"]
PLAIN = xlsx([HEADER, GOOD])


def codes(sheet: object) -> list[str]:
    return [fault.code for fault in sheet.all_faults]  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_roster_reads_alike_in_every_encoding_that_offices_save(encoding: str) -> None:
    sheet = read_rows(csv_text([HEADER, GOOD], encoding=encoding), columns=ROSTER)

    assert sheet.ok, sheet.all_faults
    assert sheet.rows[0].number == 2
    assert sheet.rows[0].values["name"] == "张三"
    assert sheet.rows[0].values["category"] == "unemployed"
    assert sheet.rows[0].values["connection"] == "household"
    assert sheet.rows[0].values["employer"] == ""


def test_a_workbook_reads_as_the_csv_of_the_same_rows_does() -> None:
    rows = [HEADER, GOOD]

    from_workbook = read_rows(xlsx(rows), columns=ROSTER)
    from_text = read_rows(csv_text(rows), columns=ROSTER)

    assert from_workbook.rows == from_text.rows
    assert (from_workbook.format, from_text.format) == ("xlsx", "csv")


def test_headers_are_known_in_chinese_and_english_with_stars_and_brackets() -> None:
    header = ["Full Name", "身份证号（18位）*", "MOBILE", "人员 类别", "connection"]

    sheet = read_rows(csv_text([header, GOOD]), columns=ROSTER)

    assert sheet.ok, sheet.all_faults
    assert sheet.rows[0].values["id_number"] == ID_ONE


def test_title_lines_above_and_sums_below_the_list_are_not_people() -> None:
    rows = [["学员名册"], [], HEADER, GOOD, [], ["合计", "1 人"], ["注：一式两份"]]

    sheet = read_rows(xlsx(rows), columns=ROSTER)

    assert [row.number for row in sheet.rows] == [4]
    assert sheet.above == (("学员名册",),)
    assert sheet.skipped == [(6, "合计行"), (7, "说明行")]


def test_an_id_typed_into_a_number_cell_is_marked_because_its_tail_is_lost() -> None:
    rows = [HEADER, ["张三", 330106199001010016, 15400000001, "失业人员", "户籍"]]

    row = read_rows(xlsx(rows), columns=ROSTER).rows[0]

    assert [(fault.code, fault.cell) for fault in row.faults] == [("precision_lost", "B2")]
    assert row.values["id_number"] == ""
    assert row.values["phone"] == "15400000001"
    assert "文本" in row.faults[0].message_zh


def test_an_account_in_scientific_notation_is_marked_in_a_csv_too() -> None:
    rows = [[*HEADER, "银行账号"], [*GOOD, "6.217E+18"]]

    row = read_rows(csv_text(rows), columns=ROSTER).rows[0]

    assert [fault.code for fault in row.faults] == ["precision_lost"]


@pytest.mark.parametrize(
    "typed",
    [
        f"'{ID_ONE}",
        f'="{ID_ONE}"',
        f"\t{ID_ONE}",
        " 110105 19491231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_the_usual_ways_to_keep_digits_in_a_csv_are_understood(typed: str) -> None:
    row = read_rows(csv_text([HEADER, [GOOD[0], typed, *GOOD[2:]]]), columns=ROSTER).rows[0]

    assert row.ok, row.faults
    assert row.values["id_number"] == ID_ONE


def test_formulas_are_never_computed_and_always_marked() -> None:
    rows = [HEADER, ["=A1", ID_ONE, "=1+1", "=B2", "户籍"]]

    for content in (xlsx(rows), csv_text(rows)):
        row = read_rows(content, columns=ROSTER).rows[0]
        assert [fault.code for fault in row.faults] == ["formula"] * 3


def test_filler_spaces_in_two_character_names_are_removed_and_latin_names_keep_theirs() -> None:
    rows = [HEADER, ["张　三", *GOOD[1:]], ["Anna  Li", ID_TWO, *GOOD[2:]]]

    sheet = read_rows(xlsx(rows), columns=ROSTER)

    assert [row.values["name"] for row in sheet.rows] == ["张三", "Anna Li"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (date(2020, 10, 12), None),
        (datetime(2020, 10, 12, 9, 30), None),  # noqa: DTZ001
        ("2020-10-12", None),
        ("2020/10/12", None),
        ("2020.10.12", None),
        ("2020年10月12日", None),
        ("20201012", None),
        (20201012, None),
        ("2020-10-12 00:00:00", None),
        (44116, "date_number"),
        ("10月12日", "date_without_year"),
        ("2020-02-30", "bad_date"),
        ("明天", "bad_date"),
    ],
)
def test_dates_are_taken_as_people_write_them_and_never_guessed(
    typed: object, code: str | None
) -> None:
    rows = [[*HEADER, "类别证明日期"], [*GOOD, typed]]

    row = read_rows(xlsx(rows), columns=ROSTER).rows[0]

    assert [fault.code for fault in row.faults] == ([code] if code else [])
    assert row.values["category_proved_on"] == ("" if code else "2020-10-12")


def test_a_missing_column_is_named_with_the_names_it_may_have() -> None:
    sheet = read_rows(csv_text([HEADER[:1] + HEADER[2:], GOOD[:1] + GOOD[2:]]), columns=ROSTER)

    assert not sheet.usable
    (fault,) = [fault for fault in sheet.faults if fault.blocking]
    assert fault.code == "missing_column"
    assert "证件号码" in fault.message_zh
    assert "身份证号" in fault.message_zh


def test_the_same_column_twice_stops_the_file_and_names_both_letters() -> None:
    sheet = read_rows(csv_text([[*HEADER, "身份证号"], [*GOOD, ID_TWO]]), columns=ROSTER)

    assert not sheet.usable
    assert "B 列和 F 列" in sheet.faults[0].message_zh


def test_an_unknown_column_is_a_notice_with_the_nearest_name() -> None:
    sheet = read_rows(csv_text([[*HEADER, "开户行行"], [*GOOD, "某行"]]), columns=ROSTER)

    assert sheet.ok
    assert [fault.code for fault in sheet.faults] == ["unknown_column"]
    assert "开户银行" in sheet.faults[0].message_zh


def test_a_choice_outside_the_list_is_answered_with_the_list() -> None:
    row = read_rows(csv_text([HEADER, [*GOOD[:3], "闲人", "户籍"]]), columns=ROSTER).rows[0]

    assert [fault.code for fault in row.faults] == ["unknown_choice"]
    assert "失业人员" in row.faults[0].message_zh


def test_the_same_person_twice_is_marked_on_the_second_row_without_the_number() -> None:
    sheet = read_rows(csv_text([HEADER, GOOD, GOOD]), columns=ROSTER)

    assert sheet.rows[0].ok
    (fault,) = sheet.rows[1].faults
    assert (fault.code, fault.row) == ("repeated", 3)
    assert "第 2 行" in fault.message_zh
    assert ID_ONE not in fault.message_zh


def test_no_fault_text_repeats_what_a_cell_says() -> None:
    secret = "机密0571机密"
    rows = [
        [*HEADER, "类别证明日期", "银行账号"],
        [secret * 20, "x", "y", secret, secret, secret, secret * 5],
    ]

    for fault in read_rows(csv_text(rows), columns=ROSTER).all_faults:
        assert "机密" not in fault.message_zh


def test_attendance_reads_one_column_a_day_with_real_or_written_dates() -> None:
    rows = [
        ["姓名", "证件号码", date(2020, 10, 13), "2020年10月12日", "合计"],
        ["张三", ID_ONE, "√", 1, 2],
        ["李四", ID_TWO, "请假", "", 0],
        ["王五", "G0000001", "半天", "×", 0],
    ]

    sheet = read_rows(xlsx(rows), columns=sheet_columns("attendance"))

    assert sheet.usable, sheet.faults
    assert sheet.days == (date(2020, 10, 13), date(2020, 10, 12))
    assert [row.values["days"] for row in sheet.rows] == ["2020-10-12,2020-10-13", "", ""]
    assert [fault.code for fault in sheet.rows[2].faults] == ["bad_mark"]
    assert "2020-10-13" in sheet.rows[2].faults[0].message_zh


def test_attendance_reads_a_list_of_days_too() -> None:
    rows = [
        ["姓名", "证件号码", "出勤日期"],
        ["张三", ID_ONE, "2020-10-13、2020-10-12；2020-10-13"],
    ]

    sheet = read_rows(csv_text(rows), columns=sheet_columns("attendance"))

    assert sheet.rows[0].values["days"] == "2020-10-12,2020-10-13"


def test_attendance_headers_without_a_year_are_refused() -> None:
    rows = [["姓名", "证件号码", "10月12日"], ["张三", ID_ONE, "√"]]

    sheet = read_rows(csv_text(rows), columns=sheet_columns("attendance"))

    assert codes(sheet)[:2] == ["day_without_year", "missing_column"]


def test_money_is_read_in_yuan_and_handed_on_in_fen() -> None:
    header = ["姓名", "证件号码", "申报金额（元）"]
    rows = [
        header,
        ["甲", "G1", "1,500.00"],
        ["乙", "G2", 650.1],
        ["丙", "G3", "￥100元"],
        ["丁", "G4", "1.234"],
    ]

    sheet = read_rows(xlsx(rows), columns=sheet_columns("applications"))

    assert [row.values["amount_fen"] for row in sheet.rows] == ["150000", "65010", "10000", ""]
    assert [fault.code for fault in sheet.rows[3].faults] == ["bad_money"]


def test_scores_and_attempts_stay_inside_their_range() -> None:
    header = ["姓名", "证件号码", "理论成绩", "实操成绩", "考核结果", "考核次数"]
    rows = [header, ["甲", "G1", 85.5, "60", "合格", 1], ["乙", "G2", 101, -1, "通过", 1.5]]

    sheet = read_rows(xlsx(rows), columns=sheet_columns("assessment"))

    assert sheet.rows[0].values["theory"] == "85.5"
    assert sheet.rows[0].values["result"] == "passed"
    assert [fault.code for fault in sheet.rows[1].faults] == [
        "out_of_range",
        "out_of_range",
        "not_whole",
    ]


def test_certificate_levels_are_read_as_people_name_them() -> None:
    header = ["姓名", "证件号码", "证书编号", "发证日期", "等级"]
    rows = [
        header,
        ["甲", "G1", "S000033000001204000001", "2020-09-25", "四级/中级工"],
        ["乙", "G1", "T2", "2020-09-25", "高级技师"],
    ]

    sheet = read_rows(csv_text(rows), columns=sheet_columns("certificates"))

    assert sheet.ok, sheet.all_faults
    assert [row.values["level"] for row in sheet.rows] == ["4", "1"]


def test_the_levels_above_the_first_are_read() -> None:
    header = ["姓名", "证件号码", "证书编号", "发证日期", "等级"]
    rows = [
        header,
        ["甲", "G1", "T1", "2020-09-25", "特级技师"],
        ["乙", "G1", "T2", "2020-09-25", "首席技师"],
    ]

    sheet = read_rows(csv_text(rows), columns=sheet_columns("certificates"))

    assert sheet.ok, sheet.all_faults
    assert [row.values["level"] for row in sheet.rows] == ["special_technician", "chief_technician"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n", "empty_file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old_format"),
        (b"PK\x03\x04 not a zip", "broken_file"),
        (b"\xff" * 50, "unknown_encoding"),
        (b"\x00\x01\x02", "unknown_encoding"),
        ("没有,表头\n一,二\n".encode(), "no_header_row"),
        ("姓名,证件号码,手机号,人员类别,与本地的联系\n".encode(), "no_rows"),
    ],
)
def test_files_that_are_no_roster_are_refused_with_what_to_do(content: bytes, code: str) -> None:
    sheet = read_rows(content, columns=ROSTER)

    assert sheet.rows == []
    assert codes(sheet) == [code]
    assert "请" in sheet.faults[0].message_zh


def test_limits_on_size_rows_and_width_are_kept() -> None:
    many = csv_text([HEADER, *[["甲", f"G{number}", *GOOD[2:]] for number in range(30)]])

    assert codes(read_rows(many, columns=ROSTER, limits=Limits(file_bytes=50))) == ["too_large"]
    cut = read_rows(many, columns=ROSTER, limits=Limits(rows=10))
    assert (len(cut.rows), codes(cut), cut.usable) == (10, ["too_many_rows"], False)
    assert codes(read_rows(many, columns=ROSTER, limits=Limits(cells=20)))[-1] == "too_many_rows"
    assert codes(read_rows(many, columns=ROSTER, limits=Limits(columns=3))) == ["too_wide"]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 20_000_000)

    sheet = read_rows(out.getvalue(), columns=ROSTER, limits=Limits(unzipped_bytes=10_000_000))

    assert codes(sheet) == ["too_large"]


def test_a_workbook_with_an_entity_bomb_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx([HEADER, GOOD]))) as source,
        zipfile.ZipFile(out, "w") as copy,
    ):
        for entry in source.namelist():
            copy.writestr(entry, bomb if entry.endswith("sheet1.xml") else source.read(entry))

    assert codes(read_rows(out.getvalue(), columns=ROSTER)) == ["broken_file"]


def test_the_sheet_that_looks_like_the_list_is_taken_and_hidden_ones_are_not() -> None:
    book = load_workbook(io.BytesIO(xlsx([["填表说明"], ["请认真填写"]], title="说明")))
    for title, state in (("旧名册", "hidden"), ("名册", "visible")):
        page = book.create_sheet(title)
        page.append(HEADER)
        page.append([title, *GOOD[1:]])
        page.sheet_state = state
    out = io.BytesIO()
    book.save(out)

    sheet = read_rows(out.getvalue(), columns=ROSTER)

    assert [row.values["name"] for row in sheet.rows] == ["名册"]


def test_the_blank_template_is_read_by_the_reader_with_all_its_columns() -> None:
    for name in ("roster", "attendance", "assessment", "certificates", "applications"):
        columns = sheet_columns(name)
        sheet = read_rows(blank_sheet(columns, title="模板"), columns=columns)
        assert codes(sheet) == ["no_rows"]


def test_an_empty_workbook_has_no_header_row() -> None:
    out = io.BytesIO()
    Workbook().save(out)

    assert codes(read_rows(out.getvalue(), columns=ROSTER)) == ["no_header_row"]


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_bytes_at_all_make_the_reader_fall_over(content: bytes) -> None:
    assert isinstance(read_rows(content, columns=ROSTER), Sheet)


@given(at=st.integers(0, 10**6), junk=st.binary(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_damaged_part_of_a_workbook_is_an_answer_and_not_a_crash(at: int, junk: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as source, zipfile.ZipFile(out, "w") as copy:
        names = sorted(source.namelist())
        for name in names:
            body = source.read(name)
            if name == names[at % len(names)]:
                place = at % max(len(body), 1)
                body = body[:place] + junk + body[place + len(junk) :]
            copy.writestr(name, body)

    assert isinstance(read_rows(out.getvalue(), columns=ROSTER), Sheet)
