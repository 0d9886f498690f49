"""Offices and remedies as people are told them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from subsidy.rules.packs.contacts import load_contacts, shipped_contacts
from subsidy.rules.packs.divisions import load_divisions
from subsidy.rules.packs.faults import PolicyError

CONFIG = Path(__file__).resolve().parents[3] / "config"
FILE = """
city: hangzhou
court: 法院
mail_domain: example.invalid
offices:
  {office}: {{name: 某局, phone: 0571-00000000, reconsideration_at: 某人民政府}}
"""


@pytest.mark.parametrize("city", sorted(shipped_contacts()))
def test_every_number_is_one_that_no_line_has(city: str) -> None:
    offices = shipped_contacts()[city].offices

    assert city in offices
    assert all(re.fullmatch(r"0\d{3}-0000\d{4}", each.phone) for each in offices.values())


def test_every_division_of_hangzhou_has_an_office_of_its_own() -> None:
    divisions = load_divisions(CONFIG / "divisions" / "hangzhou.yaml").by_id

    assert set(divisions) <= set(shipped_contacts()["hangzhou"].offices)


def test_a_town_is_answered_for_by_its_city() -> None:
    contacts = shipped_contacts()["cixi"]

    assert contacts.office("cx-hushan").name == "慈溪市人力资源和社会保障局"
    assert contacts.mailbox("cx-hushan") == "cixi@cixi-rsj.invalid"


@pytest.mark.parametrize(
    ("on", "clause"), [(date(2020, 11, 17), "第九条"), (date(2024, 1, 1), "第二十条")]
)
def test_a_decision_is_contested_by_the_law_of_its_own_day(on: date, clause: str) -> None:
    contacts = shipped_contacts()["hangzhou"]
    review, court = contacts.remedies(contacts.office("hz-xihu"), on=on)

    assert (review.way, review.at, review.clause) == ("申请行政复议", "西湖区人民政府", clause)
    assert "60日" in review.within
    assert (court.at, court.clause) == ("有管辖权的人民法院", "第四十六条")
    assert "6个月" in court.within


def test_a_city_without_its_own_office_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "hangzhou.yaml"
    path.write_text(FILE.format(office="hz-xihu"), encoding="utf-8")

    with pytest.raises(PolicyError, match="office of hangzhou itself is missing"):
        load_contacts(path, remedies=CONFIG / "remedies.yaml")
