"""The policy pages: a city on a day, two cities side by side, what became of each rule."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from openpyxl import load_workbook

from tests.console.conftest import Person

LogIn = Callable[[str], Person]
COMPARED = "/policy/compare?left=hangzhou&right=cixi&on=2020-10-12"


def row_of(html: str, key: str) -> str:
    """The table row of a key, without its tags."""
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    found = next(row for row in rows if f">{key}<" in row)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_beside_a_value_stands_its_clause_and_document(log_in: LogIn) -> None:
    row = row_of(log_in("clerk").get("/policy"), "project_day_rate")
    assert "¥100.00" in row
    assert "四（二）" in row
    assert "杭人社发〔2020〕43号" in row


def test_every_track_has_an_anchor_that_the_page_leads_to(log_in: LogIn) -> None:
    html = log_in("clerk").get("/policy")
    jumps = re.findall(r'href="#([\w-]+)"', html)
    assert "track-pass_certificate" in jumps
    for target in set(jumps):
        assert html.count(f'id="{target}"') == 1, target


def test_the_page_shows_the_rules_of_the_day_that_is_asked_for(log_in: LogIn) -> None:
    clerk = log_in("clerk")
    assert "routing.hz-linping" in clerk.get("/policy?on=2021-05-01")
    before = row_of(clerk.get("/policy?on=2020-06-30"), "project_day_rate")
    assert "未明确" in before
    assert "2020-07-01" in before
    assert "仅供参考" in clerk.get("/policy?on=2020-06-30")


def test_the_search_box_narrows_the_page_and_keeps_its_words(log_in: LogIn) -> None:
    html = log_in("clerk").get("/policy?q=project_day_cap")
    assert 'value="project_day_cap"' in html
    assert "project_day_rate" not in html
    assert "20 天" in row_of(html, "project_day_cap")
    assert "没有符合的内容" in log_in("clerk").get("/policy?q=nothing-like-it")


def test_what_is_searched_for_is_never_taken_for_markup(log_in: LogIn) -> None:
    for path in ("/policy", "/policy/compare", "/policy/coverage"):
        assert "<b>x</b>" not in log_in("clerk").get(f"{path}?q=<b>x</b>")


def test_unset_values_say_which_clause_leaves_them_open(log_in: LogIn) -> None:
    row = row_of(log_in("clerk").get(f"{COMPARED}&q=payment_approvals"), "payment_approvals")
    assert row.count("未明确") == 2
    assert "两地均未设定" in row


def test_the_comparison_says_in_words_what_differs(log_in: LogIn) -> None:
    html = log_in("leader").get(COMPARED)
    assert "不同" in row_of(html, "groups.rural_transfer")
    assert "办理流程" in row_of(html, "pass_certificate.stages")
    assert "目录已公布 → 已报名" in row_of(html, "pass_certificate.stages")
    assert "仅左侧有" in row_of(html, "project_day_rate")
    assert "无此项" in row_of(html, "project_day_rate")
    assert "仅右侧有" in row_of(html, "groups.paired_region")
    assert "相同" in row_of(html, "yearly_limit")
    assert "四（五）" in row_of(html, "yearly_limit")


def test_the_comparison_can_be_narrowed_to_what_differs(log_in: LogIn) -> None:
    html = log_in("leader").get(f"{COMPARED}&verdict=differs")
    body = html[html.index("<tbody") :]
    assert "yearly_limit<" not in body
    assert "groups.rural_transfer<" in body


def test_a_comparison_without_cities_takes_the_visitors_own_and_another(log_in: LogIn) -> None:
    html = log_in("leader").get("/policy/compare?left=atlantis")
    chosen = re.findall(r'<option value="(\w+)" selected>', html)
    assert chosen[0] == "hangzhou"
    assert chosen[1] != "hangzhou"


def test_the_workbook_holds_the_rows_of_the_comparison(log_in: LogIn) -> None:
    answer = log_in("leader").client.get(f"{COMPARED.replace('compare?', 'compare.xlsx?')}")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    head = next(n for n, row in enumerate(rows) if "对照结果" in row)
    assert head == 3
    keys = {str(row[3]): row for row in rows[head + 1 :]}
    assert keys["yearly_limit"][8] == "相同"
    assert keys["project_day_rate"][4] == "100.00 元"
    assert keys["project_day_rate"][6] == ""
    assert "四（二）" in str(keys["project_day_rate"][5])


def test_the_coverage_page_counts_by_document_and_lists_each_rule(log_in: LogIn) -> None:
    html = log_in("auditor").get("/policy/coverage")
    assert len(set(re.findall(r'<tr id="([\w.-]+)"', html))) == 385
    assert "职业技能等级证书" in html
    found = log_in("auditor").get("/policy/coverage?status=encoded&category=rate&q=HZ-3.2-h")
    assert re.findall(r'<tr id="([\w.-]+)"', found) == ["HZ-3.2-h"]
    assert "certificate_rate_level_4" in found
    assert "中级工1500元" in found


def test_who_has_no_business_with_other_cities_sees_only_the_rules(log_in: LogIn) -> None:
    provider = log_in("provider")
    assert "¥100.00" in provider.get("/policy")
    for path in ("/policy/compare", "/policy/coverage", "/policy/compare.xlsx"):
        assert provider.client.get(path).status_code in (403, 404), path
