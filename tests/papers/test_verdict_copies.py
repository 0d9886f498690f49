"""The same spreadsheet back, with what was said about each row beside it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from subsidy.papers.spreadsheets import (
    UnreadableFileError,
    Verdict,
    faults_as_verdicts,
    guarded,
    read_rows,
    sheet_columns,
    verdict_copy,
)
from tests.papers.sheets import cells, csv_text, xlsx

ROSTER = sheet_columns("roster")
HEADER = ["姓名", "证件号码", "手机号", "人员类别", "与本地的联系"]
GOOD = ["张三", "11010519491231002X", "15400000001", "失业人员", "户籍"]
BAD = ["李四", "", "15400000002", "失业人员", "户籍"]
SAID = [
    Verdict(2, None, ok=True),
    Verdict(3, "id_number", ok=False, message_zh="证件号码没有填写。"),
    Verdict(3, None, ok=False, message_zh="请核对。"),
]


def test_a_workbook_comes_back_with_the_bad_cell_coloured_and_a_reason_beside() -> None:
    name, copy = verdict_copy(xlsx([HEADER, GOOD, BAD]), "名册.xlsx", SAID, columns=ROSTER)

    assert name == "名册-校验结果.xlsx"
    assert [row[-2:] for row in cells(copy)] == [
        ["校验结果", "校验原因"],
        ["通过", None],
        ["不通过", "证件号码没有填写；请核对"],
    ]
    sheet = load_workbook(io.BytesIO(copy)).worksheets[0]
    assert sheet["B3"].fill.fgColor.rgb == "FFFFD3CE"
    assert sheet["B2"].fill.fill_type is None


def test_a_csv_comes_back_in_its_own_encoding_with_two_columns_more() -> None:
    name, copy = verdict_copy(
        csv_text([HEADER, GOOD, BAD], encoding="gb18030"), "名册.csv", SAID, columns=ROSTER
    )

    lines = copy.decode("gb18030").splitlines()
    assert name == "名册-校验结果.csv"
    assert lines[0].endswith("校验结果,校验原因")
    assert lines[1].endswith("通过,")
    assert lines[2].endswith("不通过,证件号码没有填写；请核对")


def test_the_copy_of_a_mended_copy_replaces_the_old_verdicts_and_colours() -> None:
    for make, name in ((xlsx, "名册.xlsx"), (csv_text, "名册.csv")):
        first_name, first = verdict_copy(make([HEADER, GOOD, BAD]), name, SAID, columns=ROSTER)
        again = [Verdict(2, None, ok=True), Verdict(3, None, ok=True)]
        second_name, second = verdict_copy(first, first_name, again, columns=ROSTER)

        assert second_name == first_name
        sheet = read_rows(second, columns=ROSTER)
        assert sheet.headers[-2:] == ("校验结果", "校验原因")
        assert sheet.headers.count("校验结果") == 1
        assert not any(fault.code == "unknown_column" for fault in sheet.faults)
        if name.endswith("xlsx"):
            page = load_workbook(io.BytesIO(second)).worksheets[0]
            assert page["B3"].fill.fill_type is None
            assert page["F3"].value == "通过"


def test_rows_nobody_judged_say_so_and_title_lines_stay_untouched() -> None:
    source = xlsx([["某校学员名册"], HEADER, GOOD, [], BAD])

    _, copy = verdict_copy(source, "a.xlsx", [Verdict(5, None, ok=True)], columns=ROSTER)

    assert [(row[0], *row[5:]) for row in cells(copy)] == [
        ("某校学员名册", None, None),
        ("姓名", "校验结果", "校验原因"),
        ("张三", "未处理", None),
        (None, None, None),
        ("李四", "通过", None),
    ]


def test_what_is_wrong_with_the_whole_file_stands_in_the_header_row() -> None:
    source = csv_text([HEADER[:-1], GOOD[:-1]])

    sheet = read_rows(source, columns=ROSTER)
    _, copy = verdict_copy(source, "a.csv", faults_as_verdicts(sheet), columns=ROSTER)

    assert "校验原因：缺少“与本地的联系”列" in copy.decode("utf-8-sig").splitlines()[0]
    assert read_rows(copy, columns=ROSTER).faults == sheet.faults


def test_formatting_and_other_sheets_of_the_upload_stay() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(GOOD)
    sheet["A2"].font = Font(bold=True, color="FF00AA00")
    sheet.column_dimensions["A"].width = 33
    book.create_sheet("附注").append(["保留"])
    out = io.BytesIO()
    book.save(out)

    _, copy = verdict_copy(out.getvalue(), "a.xlsx", SAID[:1], columns=ROSTER)

    after = load_workbook(io.BytesIO(copy))
    assert after.worksheets[0]["A2"].font.color.rgb == "FF00AA00"
    assert after.worksheets[0].column_dimensions["A"].width == 33
    assert after["附注"]["A1"].value == "保留"


def test_formulas_come_back_as_text_and_stay_marked_when_sent_again() -> None:
    attack = '=HYPERLINK("http://example.invalid","点我")'
    rows = [HEADER, [attack, *GOOD[1:]]]

    for make, name in ((xlsx, "a.xlsx"), (csv_text, "a.csv")):
        _, copy = verdict_copy(make(rows), name, [], columns=ROSTER)
        (row,) = read_rows(copy, columns=ROSTER).rows
        assert [fault.code for fault in row.faults] == ["formula"]
        if name == "a.xlsx":
            assert load_workbook(io.BytesIO(copy)).worksheets[0]["A2"].data_type == "s"
        else:
            assert "'=HYPERLINK" in copy.decode("utf-8-sig")


def test_a_column_without_a_header_is_not_written_over() -> None:
    _, copy = verdict_copy(xlsx([HEADER, [*GOOD, "留着"]]), "a.xlsx", SAID[:1], columns=ROSTER)

    assert cells(copy)[1][5:] == ["留着", "通过", None]


def test_half_of_an_old_verdict_is_cleared_away() -> None:
    source = csv_text([[*HEADER, "校验原因", "备注"], [*GOOD, "旧话", "好"]])

    _, copy = verdict_copy(source, "a.csv", SAID[:1], columns=ROSTER)

    assert copy.decode("utf-8-sig").splitlines()[1].endswith(",,好,通过,")


def test_bytes_that_are_no_list_cannot_carry_a_verdict() -> None:
    with pytest.raises(UnreadableFileError, match="表头"):
        verdict_copy("甲,乙\n".encode(), "a.csv", [], columns=ROSTER)


def test_a_cell_that_a_program_would_compute_is_guarded_and_numbers_are_not() -> None:
    assert [guarded(text) for text in ("=1", "@x", "-a", "\t1", "＝1", "+8613", "-5", "张三")] == [
        *("'=1", "'@x", "'-a", "'\t1", "'＝1"),
        *("+8613", "-5", "张三"),
    ]


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"])
    | st.sampled_from("=+-@'\"，,;√"),
    max_size=20,
)
PEOPLE = st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=5)


@given(people=PEOPLE, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_reading_a_csv_copy_gives_the_values_that_were_sent(
    people: list[tuple[str, ...]], encoding: str
) -> None:
    assert_values_survive(csv_text([HEADER, *people], encoding=encoding), "a.csv")


@given(people=PEOPLE)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_reading_a_workbook_copy_gives_the_values_that_were_sent(
    people: list[tuple[str, ...]],
) -> None:
    assert_values_survive(xlsx([HEADER, *people]), "a.xlsx")


def assert_values_survive(source: bytes, name: str) -> None:
    before = read_rows(source, columns=ROSTER)
    if not before.rows:
        return
    first_name, first = verdict_copy(source, name, faults_as_verdicts(before), columns=ROSTER)
    second_name, second = verdict_copy(
        first, first_name, faults_as_verdicts(before), columns=ROSTER
    )
    for copy in (first, second):
        after = read_rows(copy, columns=ROSTER)
        assert after.rows == before.rows
        assert after.faults == before.faults
    assert second_name == first_name
    assert read_rows(second, columns=ROSTER).headers == read_rows(first, columns=ROSTER).headers


def test_a_roster_of_a_thousand_reads_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(csv_text([HEADER, *[["甲", f"G{n}", *GOOD[2:]] for n in range(1000)]]))

    assert len(read_rows(path, columns=ROSTER).rows) == 1000
