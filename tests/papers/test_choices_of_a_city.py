"""The lists of a city offer what its own pack names, in its own words, without a change of the sheets."""

from __future__ import annotations

import pytest

from subsidy.intake import columns_for
from subsidy.papers.spreadsheets import read_rows
from subsidy.rules.policy import Pack
from tests.papers.sheets import csv_text
from tests.rules.policy.conftest import read_pack
from tests.tracks.example import example_pack

HEADERS = ["姓名", "证件号码", "手机号", "人员类别", "与本地的联系"]
PERSON = ["甲", "330181198001010011", "13900000000"]


def read(pack: Pack, category: str, connection: str) -> tuple[str, str, list[str]]:
    """What the roster of a city makes of two cells: both values, and its faults."""
    rows = [HEADERS, [*PERSON, category, connection]]
    [row] = read_rows(csv_text(rows), columns=columns_for(pack, "roster")).rows
    faults = [fault.message_zh for fault in row.faults]
    return row.values.get("category", ""), row.values.get("connection", ""), faults


@pytest.mark.parametrize(
    ("category", "connection"),
    [("fisher", "home_port"), ("退捕渔民", "船籍港在本市"), ("退捕漁民", "船籍港在本市 ")],
)
def test_a_new_citys_own_group_and_connection_are_read_by_code_or_name(
    category: str, connection: str
) -> None:
    assert read(example_pack(), category, connection) == ("fisher", "home_port", [])


def test_words_that_every_city_uses_stay_good_where_the_city_has_the_group() -> None:
    assert read(example_pack(), "在职职工", "户籍")[:2] == ("enterprise_employee", "household")


def test_a_group_that_the_city_does_not_have_comes_back_with_those_that_it_has() -> None:
    [fault] = read(example_pack(), "职业农民", "户籍")[2]
    assert "退捕渔民" in fault
    assert "职业农民" not in fault.split("填写其中之一")[1]


def test_a_city_that_calls_the_same_words_by_another_code_gets_its_own_code() -> None:
    assert read(read_pack("cixi", True), "零就业家庭成员", "户籍")[0] == "zero_employment"


def test_two_groups_that_differ_in_brackets_alone_are_told_apart() -> None:
    cixi, hangzhou = read_pack("cixi", True), read_pack("hangzhou", True)
    assert read(cixi, "兩後生", "户籍")[0] == "school_leaver"
    assert read(cixi, "两后生(农村学员)", "户籍")[0] == "school_leaver_rural"
    assert read(hangzhou, "就業困難人員", "户籍")[0] == "hard_to_employ"


def test_a_citys_own_register_is_read_beside_those_that_every_extract_brings() -> None:
    [column] = [c for c in columns_for(example_pack(), "registers") if c.key == "register"]
    assert column.choices["home_port"] == ("船籍港登记",)
    assert {"real_name", "pupil"} <= set(column.choices)
