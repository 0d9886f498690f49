"""Lists from an office that writes traditional characters: understood, and names left as written."""

from __future__ import annotations

import pytest

from subsidy.papers.spreadsheets import read_rows, sheet_columns
from subsidy.papers.spreadsheets.values import attended
from tests.papers.sheets import csv_text

ROSTER = sheet_columns("roster")
ID_ONE = "11010519491231002X"


def test_headers_and_choices_in_traditional_characters_are_understood_and_names_stay() -> None:
    header = ["姓名", "證件號碼", "手機號碼", "人員類別", "與本地的聯繫", "就業單位"]
    rows = [header, ["張偉", ID_ONE, "15400000001", "失業人員", "戶籍", "長春市機械廠"]]

    sheet = read_rows(csv_text(rows), columns=ROSTER)

    assert sheet.ok, sheet.all_faults
    assert sheet.rows[0].values["category"] == "unemployed"
    assert sheet.rows[0].values["connection"] == "household"
    assert sheet.rows[0].values["name"] == "張偉"
    assert sheet.rows[0].values["employer"] == "長春市機械廠"


@pytest.mark.parametrize(("written", "code"), [("三級", "3"), ("高級技師", "1"), ("五級", "5")])
def test_a_level_in_traditional_characters_is_the_same_level(written: str, code: str) -> None:
    header = ["姓名", "證件號碼", "證書編號", "發證日期", "等級"]
    rows = [header, ["張偉", ID_ONE, "S000033010203000001", "2020-10-30", written]]

    sheet = read_rows(csv_text(rows), columns=sheet_columns("certificates"))

    assert sheet.rows[0].values.get("level") == code, sheet.all_faults


@pytest.mark.parametrize(("mark", "came"), [("請假", False), ("曠課", False), ("√", True)])
def test_a_mark_of_absence_in_traditional_characters_is_one(mark: str, came: bool) -> None:
    [days] = [column for column in sheet_columns("attendance") if column.key == "days"]
    assert attended(mark, column=days) is came
