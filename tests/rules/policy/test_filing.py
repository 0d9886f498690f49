"""Class filings: papers, working days before the start, term, district."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from subsidy.rules.eligibility import check_filing, first_lawful_start_of
from subsidy.rules.facts import Agreement, ProjectFacts, TrainingFacts
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Finding
from subsidy.rules.workdays import Calendar

CLASS = TrainingFacts(
    ref="class",
    district="hz-shangcheng",
    occupation="delivery-rider",
    starts=date(2020, 10, 12),
    ends=date(2020, 10, 23),
    head_count=40,
    agreement=Agreement(valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31)),
    project=ProjectFacts(
        ref="project", approved_on=date(2020, 8, 3), has_qualification_certificate=False
    ),
    procurement_ref="purchase",
    has_roster=True,
    has_teaching_plan=True,
)
Check = Callable[..., dict[str, Finding]]


@pytest.fixture
def check(hangzhou: Pack, calendar_on: Callable[[date], Calendar]) -> Check:
    def run(training: TrainingFacts, filed_on: date, track: str = "pass_certificate"):  # type: ignore[no-untyped-def]
        found = check_filing(
            training, track=track, pack=hangzhou, filed_on=filed_on, calendar=calendar_on(filed_on)
        )
        return {finding.code: finding for finding in found}

    return run


def test_a_class_of_12_october_2020_may_be_filed_until_25_september(check: Check) -> None:
    assert check(CLASS, date(2020, 9, 25)) == {}


def test_a_class_filed_one_day_late_is_refused_with_the_clause_and_the_first_lawful_start(
    check: Check,
) -> None:
    found = check(CLASS, date(2020, 9, 26))
    assert list(found) == ["E401"]
    late = found["E401"]
    assert (late.effect, late.clause) == ("refuse", "三（三）2（2）①")
    assert late.facts["due"] == date(2020, 9, 25)
    assert late.facts["first_start"] == date(2020, 10, 13)
    assert "2020-10-13" in late.remedy_zh


def test_the_offered_start_is_lawful_and_the_day_before_it_is_not(
    check: Check, hangzhou: Pack, calendar_on: Callable[[date], Calendar]
) -> None:
    filed = date(2020, 9, 29)
    first = first_lawful_start_of(
        track="pass_certificate", pack=hangzhou, filed_on=filed, calendar=calendar_on(filed)
    )
    assert first is not None
    assert check(replace(CLASS, starts=first), filed) == {}
    assert "E401" in check(replace(CLASS, starts=date.fromordinal(first.toordinal() - 1)), filed)


@pytest.mark.parametrize(
    ("change", "code", "effect", "clause"),
    [
        ({"project": None}, "E504", "refuse", "三（三）1（2）"),
        ({"has_roster": False}, "E506", "refuse", "三（三）2（2）①"),
        ({"has_teaching_plan": False}, "E507", "refuse", "三（三）2（2）①"),
        ({"procurement_ref": ""}, "E505", "hold", "三（三）1（2）"),
        ({"agreement": None}, "E503", "hold", ""),
        ({"head_count": 51}, "E516", "warn", ""),
    ],
)
def test_each_missing_paper_is_named(
    check: Check, change: dict[str, object], code: str, effect: str, clause: str
) -> None:
    found = check(replace(CLASS, **change), date(2020, 9, 25))  # type: ignore[arg-type]
    assert list(found) == [code]
    assert (found[code].effect, found[code].clause) == (effect, clause)


def test_a_project_approved_after_the_filing_is_refused(check: Check) -> None:
    late = ProjectFacts(ref="project", approved_on=date(2020, 9, 26))
    assert list(check(replace(CLASS, project=late), date(2020, 9, 25))) == ["E504"]


def test_an_occupation_with_a_qualification_certificate_waits_because_the_rule_is_in_principle(
    check: Check,
) -> None:
    project = ProjectFacts(
        ref="project", approved_on=date(2020, 8, 3), has_qualification_certificate=True
    )
    found = check(replace(CLASS, project=project), date(2020, 9, 25))
    assert found["E212"].effect == "hold"


def test_the_certificate_track_needs_a_signed_agreement(check: Check) -> None:
    found = check(replace(CLASS, agreement=None), date(2020, 9, 25), "certificate")
    assert (found["E503"].effect, found["E503"].clause) == ("refuse", "三（二）")
    ended = Agreement(valid_from=date(2019, 1, 1), valid_until=date(2020, 10, 12))
    assert "E503" in check(replace(CLASS, agreement=ended), date(2020, 9, 25), "certificate")


def test_all_missing_papers_are_named_at_once(check: Check) -> None:
    bare = TrainingFacts(starts=date(2020, 10, 12), district="hz-xihu")
    found = check(bare, date(2020, 10, 9))
    assert {"E401", "E504", "E505", "E506", "E507"} <= set(found)


def test_a_class_after_the_plan_is_refused_and_one_before_it_waits(check: Check) -> None:
    after = replace(CLASS, starts=date(2022, 3, 1))
    assert check(after, date(2022, 1, 10))["E602"].clause == "末段"
    before = replace(CLASS, starts=date(2020, 6, 30))
    assert check(before, date(2020, 6, 1))["E601"].effect == "gap"


def test_a_district_without_a_route_waits(check: Check) -> None:
    assert check(replace(CLASS, district="elsewhere"), date(2020, 9, 25))["E606"].effect == "gap"
    gone = replace(CLASS, district="hz-jianggan", starts=date(2021, 4, 19), agreement=None)
    assert check(gone, date(2021, 4, 1))["E606"].effect == "gap"


def test_while_the_next_year_is_not_published_a_late_filing_waits(check: Check) -> None:
    found = check(replace(CLASS, starts=date(2021, 1, 8)), date(2020, 11, 20))
    assert "E401" not in found
    found = check(replace(CLASS, starts=date(2022, 10, 10)), date(2021, 10, 20))
    assert "E401" not in found


def test_without_a_start_date_nothing_can_be_filed(check: Check) -> None:
    assert list(check(TrainingFacts(), date(2020, 9, 25))) == ["E608"]
