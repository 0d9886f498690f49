"""The ordered, named checks of a claim. All of them run; every failing one is reported."""

from __future__ import annotations

from collections.abc import Callable

from subsidy.rules.checks import limits, papers, people, timing
from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.enrolment import RosterPerson, check_enrolment
from subsidy.rules.checks.filing import check_filing, first_lawful_start_of
from subsidy.rules.checks.heads import check_heads

__all__ = [
    "CHECKS",
    "CLAIM_CHECKS",
    "PERSON_CHECKS",
    "RosterPerson",
    "check_claim",
    "check_enrolment",
    "check_filing",
    "first_lawful_start_of",
]

Check = Callable[[Case, Verdicts], None]
PERSON_CHECKS: tuple[tuple[str, Check], ...] = (
    ("has_place_connection", people.has_place_connection),
    ("belongs_to_a_group", people.belongs_to_a_group),
    ("is_for_the_group", people.is_for_the_group),
    ("fits_the_category", people.fits_the_category),
    ("is_old_enough", people.is_old_enough),
    ("registers_agree", people.registers_agree),
    ("within_yearly_limit", limits.within_yearly_limit),
    ("within_own_limit", limits.within_own_limit),
    ("excludes_nothing", limits.excludes_nothing),
    ("not_subsidised_before", limits.not_subsidised_before),
    ("within_later_total", limits.within_later_total),
    ("not_in_two_classes", limits.not_in_two_classes),
    ("passed_and_certified", people.passed_and_certified),
)
"""Asked of the person of a claim, or of each head of a claim with heads."""
CLAIM_CHECKS: tuple[tuple[str, Check], ...] = (
    ("filed_in_time", timing.filed_in_time),
    ("claim_papers", papers.claim_papers),
    ("attended_enough", people.attended_enough),
    ("certificate_in_time", timing.certificate_in_time),
    ("applied_in_time", timing.applied_in_time),
)
CHECKS = (*PERSON_CHECKS, *CLAIM_CHECKS)


def check_claim(case: Case, out: Verdicts) -> None:
    """Run every check in order; heads are judged one by one, so that one never stops the others."""
    if case.track.has_person:
        for _, check in PERSON_CHECKS:
            check(case, out)
    else:
        each = (*(check for _, check in PERSON_CHECKS), papers.personal_papers)
        check_heads(case, out, each)
    for _, check in CLAIM_CHECKS:
        check(case, out)
