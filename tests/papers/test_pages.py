"""Pages to print or publish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from subsidy.papers.annexes import FormError, annex_form, annex_page, form_names
from subsidy.papers.prints import (
    UnmaskedError,
    approval_page,
    public_notice_page,
    public_notice_sheet,
    roster_page,
)
from subsidy.papers.sample_people import sample_person
from tests.papers import pages
from tests.papers.sheets import cells


def test_a_public_notice_shows_list_period_total_and_where_to_object() -> None:
    page = public_notice_page(pages.person_notice())

    assert "2020年11月16日（星期一）至2020年11月20日（星期五）" in page
    assert "13,200.00元" in page
    assert "0571-00000000" in page
    assert page.count("<tr>") == 14
    assert "参照多数地区的做法" in page


def test_a_notice_of_units_counts_heads_and_leaves_out_empty_columns() -> None:
    page = public_notice_page(pages.unit_notice())

    assert "共 93 人" in page
    assert "证件号码" not in page
    assert "等级" not in page


def test_a_notice_of_results_speaks_of_no_money() -> None:
    notice = pages.person_notice()
    lines = tuple(replace(line, amount_fen=None, rate_fen=None) for line in notice.lines)

    page = public_notice_page(replace(notice, kind="result", lines=lines))

    assert "考核评价结果" in page
    assert "元）" not in page


def test_a_notice_with_a_full_id_is_never_made() -> None:
    notice = pages.person_notice()
    number = sample_person(1).id_number
    bare = replace(notice, lines=(replace(notice.lines[0], id_masked=number),))

    for make in (public_notice_page, public_notice_sheet):
        with pytest.raises(UnmaskedError, match="line 1 id_masked") as stopped:
            make(bare)
        assert number not in str(stopped.value)


def test_the_spreadsheet_of_a_notice_has_the_same_list() -> None:
    rows = cells(public_notice_sheet(pages.person_notice()))

    assert rows[0][0] == "某区2020年第四批职业培训补贴拟拨付公示"
    assert rows[4][:3] == ["序号", "姓名或单位", "证件号码（部分隐藏）"]
    money = rows[4].index("补贴金额（元）")
    assert [row[money] for row in rows[5:]] == [1000, 1500, 800] * 4
    assert "人数" not in rows[4], "a column in which nothing stands is left out"


def test_names_in_a_page_are_escaped() -> None:
    notice = pages.notice_of((replace(pages.unit_notice().lines[0], name="<script>甲</script>"),))

    assert "<script>" not in public_notice_page(notice)


def test_the_approval_sheet_writes_the_sum_in_capitals_and_leaves_room_to_sign() -> None:
    page = approval_page(pages.approval())

    assert "人民币壹拾壹万捌仟伍佰元伍角整" in page
    assert "118,500.50" in page
    assert page.count("年　　月　　日") == 2


def test_a_printed_roster_has_a_line_to_sign_for_everybody() -> None:
    page = roster_page(pages.roster(8), nonce="abc")

    assert "共 8 人" in page
    assert '<style nonce="abc">' in page


@pytest.mark.parametrize("name", form_names("hangzhou"))
def test_every_annex_form_prints_all_its_fields_in_order_and_its_copies(name: str) -> None:
    form = annex_form("hangzhou", name)

    page = annex_page("hangzhou", name, {})

    places = [page.index(f">{field.name}<") for field in form.fields]
    assert places == sorted(places)
    assert form.stamp in page
    assert all(f"一份由{copy}留存" in page for copy in form.copies)


def test_annex_four_is_filled_in_from_its_field_names() -> None:
    page = pages.annex("annex_4")

    assert "理论和实操" in page
    assert "HZ-P-2020-0012" in page
    assert "一式两份" in page


def test_a_field_that_the_form_does_not_have_is_named() -> None:
    with pytest.raises(FormError, match="no field '收费标准'"):
        annex_page("hangzhou", "annex_4", {"收费标准": "0"})
    with pytest.raises(FormError, match="no form 'annex_9'"):
        annex_form("hangzhou", "annex_9")
    with pytest.raises(FormError, match="atlantis"):
        annex_form("atlantis", "annex_4")
