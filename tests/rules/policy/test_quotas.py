"""Planned figures of four cities: as printed, each table by itself, placeholders never zero."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.quotas import OverlapError, Quotas, check_quotas
from subsidy.rules.packs.quotas.tables import summed

CONFIG = Path(__file__).parents[3] / "config"
CITIES, FAULTS = check_quotas([CONFIG])
HANGZHOU, CIXI = CITIES["hangzhou"], CITIES["cixi"]
CHANGCHUN, ZHUMADIAN = CITIES["changchun"], CITIES["zhumadian"]


def planned(quotas: Quotas, series: str, name: str) -> tuple[int | None, ...]:
    """The figures of one row."""
    [row] = [row for row in quotas.series[series].rows if row.name == name]
    return row.planned


def test_the_tables_of_all_four_cities_agree_with_their_printed_sums() -> None:
    assert FAULTS == []
    assert set(CITIES) == {"hangzhou", "cixi", "changchun", "zhumadian"}


def test_hangzhou_annex_1_gives_15_districts_167350_for_2020() -> None:
    assert len(HANGZHOU.series["districts"].rows) == 15
    assert HANGZHOU.series["districts"].total("y2020") == 167_350
    assert planned(HANGZHOU, "districts", "萧山区") == (25_400,)
    assert planned(HANGZHOU, "districts", "风景名胜区") == (450,)


def test_hangzhou_annex_2_gives_16_departments_130750_a_year_with_their_tasks() -> None:
    table = HANGZHOU.series["departments"]
    assert len(table.rows) == 16
    assert table.total("year") == 130_750
    assert all(row.task for row in table.rows)
    assert planned(HANGZHOU, "departments", "市应急管理局") == (34_000,)
    assert table.columns[0].counted_years(2021) == (2021, 2021)
    assert table.columns[0].assumed


def test_cixi_annex_1_gives_18_towns_and_certificates_of_four_fifths() -> None:
    assert len(CIXI.series["towns"].rows) == 18
    assert CIXI.series["towns"].total("y2020") == CIXI.series["towns"].total("y2021") == 4_500
    assert CIXI.series["town-certificates"].total("y2020") == 3_600
    for town, holders in zip(
        CIXI.series["towns"].rows, CIXI.series["town-certificates"].rows, strict=True
    ):
        for plan, certificates in zip(town.planned, holders.planned, strict=True):
            assert plan is not None
            assert certificates == plan * 80 // 100, town.name


def test_cixi_annex_2_gives_17_departments_the_28000_of_the_city_alone() -> None:
    table = CIXI.series["departments"]
    assert len(table.rows) == 17
    assert table.total("y2020") == table.total("y2021") == 28_000
    assert planned(CIXI, "departments", "市教育局") == (6_250, 6_250)
    assert CIXI.series["city"].total("year") == 28_000


@pytest.mark.parametrize(
    ("quotas", "series", "figure"),
    [
        (HANGZHOU, "city", 150_000),
        (CIXI, "city", 28_000),
        (CIXI, "apprentices", 500),
        (CHANGCHUN, "three-years", 190_000),
        (CHANGCHUN, "first-year", 61_000),
        (CHANGCHUN, "apprentices", 1_000),
        (ZHUMADIAN, "three-years", 250_000),
        (ZHUMADIAN, "subsidised", 150_000),
        (ZHUMADIAN, "apprentices", 2_000),
    ],
)
def test_each_city_has_its_target(quotas: Quotas, series: str, figure: int) -> None:
    table = quotas.series[series]
    assert [row.planned for row in table.rows] == [(figure,)]
    assert table.clause
    assert table.document in quotas.documents


def test_a_target_of_three_years_is_counted_from_the_first_of_them_on() -> None:
    [column] = CHANGCHUN.series["three-years"].columns
    assert column.counted_years(2020) == (2019, 2020)
    assert column.counted_years(2022) is None
    [first] = CHANGCHUN.series["first-year"].columns
    assert first.counted_years(2020) is None


def test_indicators_are_kept_with_their_clause_and_whether_they_are_a_line_to_reach() -> None:
    told = {
        city: [(str(i.percent), i.at_least, i.approximate) for i in quotas.indicators]
        for city, quotas in CITIES.items()
    }
    assert told["hangzhou"] == [("26", False, True), ("33", False, True)]
    assert told["cixi"] == [("26", True, False), ("31", True, False)]
    assert told["changchun"] == [("25", True, False), ("30", True, False)]
    assert told["zhumadian"][:2] == [("25", True, False), ("30", True, False)]
    assert told["zhumadian"][2] == ("20", True, False)
    assert all(i.clause for quotas in CITIES.values() for i in quotas.indicators)


def test_zhumadians_placeholders_are_shown_as_printed_and_never_as_zero() -> None:
    table = ZHUMADIAN.series["programmes"]
    assert len(table.rows) == 18
    assert len(table.open_rows) == 14
    for row in table.open_rows:
        assert row.planned == (None,)
        assert row.placeholder.startswith("X万人")
        assert row.asked
        assert row.province.startswith("全省")
    assert table.total("total") is None
    assert planned(ZHUMADIAN, "programmes", "农村劳动力转移就业技能培训") == (60_000,)
    assert planned(ZHUMADIAN, "programmes", "贫困劳动力技能提升") == (4_000,)


def test_misprints_of_the_province_stay_and_are_pointed_out() -> None:
    printed = {row.id: (row.province, row.note) for row in ZHUMADIAN.series["programmes"].rows}
    for row in ("home-and-elderly-care", "e-commerce-and-delivery"):
        assert printed[row][0] == "全省75人次"
        assert "疑漏" in printed[row][1]
    assert printed["prisoners"][0] == "全省6.5人次"
    assert "疑漏" in printed["prisoners"][1]
    assert printed["high-risk"] == ("全省18万人次", "")


def test_tables_that_overlap_are_never_added() -> None:
    wanted = [("districts", "y2020"), ("departments", "year")]
    with pytest.raises(OverlapError, match="departments, districts overlap"):
        HANGZHOU.total_of(wanted)
    totals = HANGZHOU.totals()
    assert [totals[key] for key in wanted] == [167_350, 130_750]
    assert CIXI.total_of([("towns", "y2020"), ("towns", "y2021")]) == 9_000
    assert CIXI.total_of([("departments", "y2020"), ("departments", "y2021")]) == 56_000
    with pytest.raises(OverlapError):
        CHANGCHUN.total_of([("three-years", "total"), ("first-year", "y2019")])


def test_every_table_of_one_training_names_the_others() -> None:
    for quotas in CITIES.values():
        for table in quotas.series.values():
            for other in table.overlaps:
                assert table.id in quotas.series[other].overlaps


@given(st.lists(st.none() | st.integers(min_value=0, max_value=10**6)))
def test_a_sum_with_a_placeholder_is_not_settled(figures: list[int | None]) -> None:
    if None in figures:
        assert summed(figures) is None
    else:
        assert summed(figures) == sum(figure or 0 for figure in figures)


@pytest.fixture
def faults_after(tmp_path: Path) -> Callable[[str, str, str], list[Fault]]:
    """The faults of the shipped tables after one text of a file was changed."""

    def check(city: str, old: str, new: str) -> list[Fault]:
        for kind in ("quotas", "divisions"):
            shutil.copytree(CONFIG / kind, tmp_path / kind, dirs_exist_ok=True)
        path = tmp_path / "quotas" / f"{city}.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return check_quotas([tmp_path])[1]

    return check


@pytest.mark.parametrize(
    ("city", "old", "new", "what", "remedy"),
    [
        ("hangzhou", "planned: [6400]", "planned: [6401]", "167350, the rows make 167351",
         "printed table"),
        ("hangzhou", "printed_total: 130750", "printed_total: 130570", "rows make 130750",
         "printed table"),
        ("cixi", "total: 9000", "total: 9900", "prints 9900, the rows make 9000",
         "printed table"),
        ("hangzhou", "division: hz-xihu", "division: hz-nowhere", "'hz-nowhere' is no division",
         "config/divisions/hangzhou.yaml"),
        ("hangzhou", "    clause: 附件1\n", "", "Field required", "Add the key"),
        ("cixi", "document: cx-draft-2020", "document: cx-1999", "'cx-1999' is not listed",
         "documents"),
        ("cixi", "division: cx-zhangqi", "division: cx-longshan", "cx-longshan stands twice",
         "Keep one"),
        ("cixi", "planned: [360, 360]", "planned: [360]", "1 figures for 2 columns",
         "one figure a column"),
        ("zhumadian", "        placeholder: X万人次以上\n", "", "go together", "placeholder"),
        ("zhumadian", "planned: [null]", "planned: [0]", "go together", "null"),
        ("hangzhou", "overlaps: [districts, departments]", "overlaps: [departments]",
         "does not name", "Name each other"),
        ("hangzhou", "overlaps: [districts, departments]", "overlaps: [district]",
         "No other table", "Mend its name"),
        ("hangzhou", "city: hangzhou", "city: ningbo", "The file is named", "same id"),
        ("changchun", "years: [2019, 2021]", "years: [2021, 2019]", "before the first", "Correct"),
        ("hangzhou", "{name: 全市,", "{nam: 全市,", "Extra inputs", "spelling"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_remedy(
    faults_after: Callable[[str, str, str], list[Fault]],
    city: str,
    old: str,
    new: str,
    what: str,
    remedy: str,
) -> None:
    found = faults_after(city, old, new)
    told = [fault for fault in found if what in fault.what]
    assert told, [str(fault) for fault in found]
    assert told[0].file.endswith(f"quotas/{city}.yaml")
    assert told[0].line > 0
    assert remedy in told[0].remedy


SPLIT = """
  - id: split
    name: 市建委任务分解
    by: department_in_division
    decomposes: departments
    clause: 附件2 注
    document: hz-2020-43
    overlaps: [city, districts, departments]
    columns:
      - {id: year, means: 人次/年, measure: person_times, years: [2020, 2021], yearly: true}
    rows:
      - {department: 市建委, division: hz-xihu, planned: [4000]}
      - {department: 市建委, division: hz-xiaoshan, planned: [PART]}

indicators:"""


@pytest.mark.parametrize(("part", "agrees"), [("3000", True), ("2999", False)])
def test_a_department_splits_its_figure_among_the_districts_without_a_rest(
    tmp_path: Path, part: str, agrees: bool
) -> None:
    for kind in ("quotas", "divisions"):
        shutil.copytree(CONFIG / kind, tmp_path / kind)
    path = tmp_path / "quotas" / "hangzhou.yaml"
    text = path.read_text("utf-8").replace("\nindicators:", SPLIT.replace("PART", part), 1)
    for others in ("districts, departments", "city, departments", "city, districts"):
        text = text.replace(f"overlaps: [{others}]", f"overlaps: [{others}, split]", 1)
    path.write_text(text, "utf-8")
    found, faults = check_quotas([tmp_path])
    assert (faults == []) is agrees, [str(fault) for fault in faults]
    if agrees:
        assert planned(found["hangzhou"], "split", "市建委　西湖区") == (4_000,)
    else:
        assert "the districts make [6999], the plan says [7000]" in faults[0].what


def test_the_bureaus_own_file_stands_in_for_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "quotas"
    own.mkdir()
    text = (CONFIG / "quotas" / "changchun.yaml").read_text("utf-8")
    (own / "changchun.yaml").write_text(text.replace("61000", "62000"), "utf-8")
    found, faults = check_quotas([CONFIG, tmp_path])
    assert faults == []
    assert found["changchun"].series["first-year"].total("y2019") == 62_000


def test_zhumadians_settled_figures_stand_with_their_clause() -> None:
    settled = {
        row.clause: row.planned[0]
        for row in ZHUMADIAN.series["programmes"].rows
        if row.planned[0] is not None and row.id != "unemployed"
    }
    assert settled == {"二（一）2": 60_000, "二（一）3": 4_000, "二（一）8": 10_000}
    assert planned(ZHUMADIAN, "programmes", "城镇登记失业人员技能提升培训") == (10_000,)


def test_a_programmes_share_is_kept_with_its_row() -> None:
    shares = {
        row.clause: (str(row.share.percent), row.share.at_least)
        for row in ZHUMADIAN.series["programmes"].rows
        if row.share
    }
    assert shares == {
        "二（一）1": ("80", True),
        "二（一）2": ("50", True),
        "二（一）3": ("60", True),
        "二（一）4": ("50", True),
        "二（一）5": ("80", True),
        "二（一）6": ("80", True),
        "二（一）7": ("40", True),
        "二（一）9": ("60", True),
        "二（一）10": ("50", True),
        "二（一）11": ("80", True),
    }
