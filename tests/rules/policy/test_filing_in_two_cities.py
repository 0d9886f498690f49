"""Class filings in Changchun and Zhumadian: the end of the term, the catalogue, the notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from subsidy.rules.eligibility import check_filing
from subsidy.rules.facts import ProjectFacts, TrainingFacts
from subsidy.rules.verdict import Finding
from tests.rules.policy.conftest import read_calendar, read_pack

CLASS = TrainingFacts(
    ref="class",
    district="cc-chaoyang",
    occupation="elderly-carer",
    starts=date(2020, 10, 12),
    ends=date(2020, 10, 23),
    head_count=40,
    project=ProjectFacts(ref="project", approved_on=date(2020, 8, 3)),
    has_roster=True,
)
NEW = replace(
    CLASS,
    district="zm-yicheng",
    occupation="delivery-rider",
    project=None,
    starts=date(2020, 2, 25),
)


def found(city: str, training: TrainingFacts, *, filed_on: date) -> dict[str, Finding]:
    pack = read_pack(city, "filled")
    calendar = read_calendar().seen_on(filed_on, city=city)
    findings = check_filing(
        training, track="certificate", pack=pack, filed_on=filed_on, calendar=calendar
    )
    return {finding.code: finding for finding in findings}


def test_a_class_of_changchun_told_of_the_working_day_before_is_in_order() -> None:
    assert found("changchun", CLASS, filed_on=date(2020, 10, 10)) == {}


def test_a_class_of_changchun_told_of_on_its_first_day_is_looked_at_and_not_refused() -> None:
    late = found("changchun", CLASS, filed_on=date(2020, 10, 12))
    assert {code: item.effect for code, item in late.items()} == {"E401": "hold"}


def test_a_class_of_2022_waits_because_only_the_title_ends_changchuns_plan() -> None:
    later = replace(CLASS, starts=date(2022, 1, 4), ends=date(2022, 1, 14))
    findings = found("changchun", later, filed_on=date(2021, 12, 30))
    assert {code: item.effect for code, item in findings.items()} == {"E615": "gap"}
    assert findings["E615"].clause == "标题"


def test_a_course_outside_the_catalogue_of_changchun_is_looked_at() -> None:
    findings = found("changchun", replace(CLASS, project=None), filed_on=date(2020, 9, 25))
    assert {code: item.effect for code, item in findings.items()} == {"E504": "hold"}


def test_a_new_occupation_of_the_state_may_be_filed_from_its_publication_on() -> None:
    assert "E504" not in found("zhumadian", NEW, filed_on=date(2020, 2, 24))
    before = replace(NEW, starts=date(2020, 2, 24))
    assert "E504" in found("zhumadian", before, filed_on=date(2020, 2, 20))
