"""The page of training targets: every table by itself, placeholders as printed, to be printed too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from subsidy.console.desk import Desk
from tests import builders
from tests.console.conftest import Person

Enter = Callable[[str], Person]


def rows(html: str) -> dict[str, list[str]]:
    """First cell → the others, of every row on the page."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL):
        cells = [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        found[cells[0]] = cells[1:]
    return found


def test_the_page_shows_plan_and_what_was_trained_by_district(log_in: Enter) -> None:
    html = log_in("clerk").get("/quotas?year=2020")
    assert "任务进度" in html
    assert rows(html)["萧山区"][:2] == ["25,400", "3"]
    assert rows(html)["西湖区"][:3] == ["12,200", "0", "0.0%"]
    assert rows(html)["未归属"][1] == "3"  # no department stands on the project
    assert "项目未登记责任部门" in html
    assert "167,350" in html
    assert "130,750" in html
    assert "298,100" not in html  # the two annexes added up


def test_it_says_that_the_year_is_an_assumption_and_the_tables_overlap(log_in: Enter) -> None:
    html = log_in("clerk").get("/quotas")
    assert "暂按培训结束日所在年度" in html
    assert "暂定口径" in html
    assert "不得相加" in html


def test_2021_has_no_split_among_the_districts(log_in: Enter) -> None:
    html = log_in("clerk").get("/quotas?year=2021")
    assert "2020年职业技能提升行动任务分解</h2>" not in html
    assert "全市职业技能提升行动分部门培训计划</h2>" in html


def test_a_year_that_no_table_speaks_of_shows_the_nearest_one(log_in: Enter) -> None:
    for year in ("1999", "x", ""):
        assert "2020 年度" in log_in("clerk").get(f"/quotas?year={year}")


def test_the_menu_leads_there_and_a_training_provider_is_kept_out(log_in: Enter) -> None:
    assert 'href="/quotas"' in log_in("auditor").get("/overview")
    provider = log_in("provider")
    assert provider.client.get("/quotas").status_code == 403
    assert 'href="/quotas"' not in provider.get("/own")


def test_the_page_needs_no_script_and_hides_its_links_on_paper(log_in: Enter) -> None:
    html = log_in("clerk").get("/quotas")
    body = html[html.index("<main") : html.index("</main>")]
    assert "<script" not in body
    assert '<p class="tools">' in body
    css = (Path(__file__).parents[2] / "subsidy/console/static/console.css").read_text("utf-8")
    printed = css[css.index("@media print") :]
    assert ".tools" in printed
    assert "min-width: 0" in printed


def test_a_faulty_file_of_the_bureau_is_named_not_guessed_around(log_in: Enter, desk: Desk) -> None:
    folder = desk.settings.home / "config" / "quotas"
    folder.mkdir(parents=True)
    (folder / "hangzhou.yaml").write_text("city: hangzhou\n", "utf-8")
    html = log_in("clerk").get("/quotas")
    assert "subsidy policy check" in html
    assert "167,350" not in html


def test_placeholders_are_shown_as_the_draft_prints_them(log_in: Enter, desk: Desk) -> None:
    """Zhumadian's figures in the place of Hangzhou's, where somebody can log in."""
    folder = desk.settings.home / "config" / "quotas"
    folder.mkdir(parents=True)
    text = (builders.CONFIG / "quotas" / "zhumadian.yaml").read_text("utf-8")
    (folder / "hangzhou.yaml").write_text(
        text.replace("city: zhumadian", "city: hangzhou", 1), "utf-8"
    )
    told = rows(log_in("clerk").get("/quotas?year=2020"))
    assert told["高危行业安全技能提升"][:3] == ["X万人次", "—", "—"]
    assert "请提出意见：市应急管理局" in told["高危行业安全技能提升"][3]
    assert "全省75人次" in told["现代服务业技能提升（养老、家政）"][3]
    assert told["农村劳动力转移就业技能培训"][:3] == ["60,000", "—", "—"]
