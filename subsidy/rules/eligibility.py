"""The ordered, named checks of a claim. All of them run; every failing one is reported."""

from __future__ import annotations

from collections.abc import Callable

from subsidy.rules.checks import limits, papers, people, timing
from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.enrolment import RosterPerson, check_enrolment
from subsidy.rules.checks.filing import check_filing, first_lawful_start_of

__all__ = [
    "CHECKS",
    "RosterPerson",
    "check_claim",
    "check_enrolment",
    "check_filing",
    "first_lawful_start_of",
]

CHECKS: tuple[tuple[str, Callable[[Case, Verdicts], None]], ...] = (
    ("has_place_connection", people.has_place_connection),
    ("belongs_to_a_group", people.belongs_to_a_group),
    ("fits_the_category", people.fits_the_category),
    ("is_old_enough", people.is_old_enough),
    ("registers_agree", people.registers_agree),
    ("within_yearly_limit", limits.within_yearly_limit),
    ("not_subsidised_before", limits.not_subsidised_before),
    ("within_later_total", limits.within_later_total),
    ("not_in_two_classes", limits.not_in_two_classes),
    ("filed_in_time", timing.filed_in_time),
    ("claim_papers", papers.claim_papers),
    ("attended_enough", people.attended_enough),
    ("passed_and_certified", people.passed_and_certified),
    ("certificate_in_time", timing.certificate_in_time),
    ("applied_in_time", timing.applied_in_time),
)


def check_claim(case: Case, out: Verdicts) -> None:
    """Run every check in order."""
    for _, check in CHECKS:
        check(case, out)
