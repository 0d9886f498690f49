"""Facts to measure decisions on: generated people and classes, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from subsidy.rules.facts import (
    Agreement,
    Answer,
    CertificateFacts,
    ClaimStatus,
    Connection,
    Facts,
    GroupProof,
    Level,
    PastClaim,
    PersonFacts,
    ProjectFacts,
    RegisterAnswer,
    TrainingFacts,
    Uplift,
)
from subsidy.rules.workdays import Calendar, working_days_after, working_days_before

CITY = "hangzhou"
TODAY = date(2021, 3, 31)
FIRST_START = date(2020, 9, 7)
CLASS_DAYS = 12
ASKED_ON = date(2021, 3, 1)
LEVELS: tuple[Level, ...] = ("special", "5", "4", "3", "2", "1")
TRADES = ("delivery-rider", "elderly-carer", "domestic-worker", "cook", "electrician")
DAY = timedelta(1)


def claims(calendar: Calendar, *, n: int, seed: int) -> Iterator[Facts]:
    """Facts of `n` claims: both tracks, every level, 0 to 6 past claims, and all kinds of trouble."""
    chance = Random(seed)
    days = _Days(calendar)
    for number in range(n):
        yield _one(chance, days, number)


class _Days:
    """The boundary days of a class, counted once for each start."""

    def __init__(self, calendar: Calendar) -> None:
        """Count on this calendar."""
        self._calendar = calendar
        self._known: dict[date, tuple[date, date]] = {}

    def of(self, starts: date) -> tuple[date, date]:
        """(last lawful day to file, last lawful day to apply) of a class that starts then."""
        if starts not in self._known:
            ends = starts + DAY * (CLASS_DAYS - 1)
            filed = working_days_before(self._calendar, anchor=starts, days=7)
            self._known[starts] = (
                filed.on,
                working_days_after(self._calendar, anchor=ends, days=30).on,
            )
        return self._known[starts]


def _one(chance: Random, days: _Days, number: int) -> Facts:
    by_level = chance.random() < 0.6
    level: Level = chance.choice(LEVELS) if by_level else "none"
    starts = FIRST_START + DAY * chance.randrange(80)
    ends = starts + DAY * (CLASS_DAYS - 1)
    file_by, apply_by = days.of(starts)
    issued = ends + DAY * chance.randrange(1, 10)
    return Facts(
        city=CITY,
        track="certificate" if by_level else "pass_certificate",
        claim=f"c{number}",
        person=_person(chance, starts, by_level=by_level),
        training=TrainingFacts(
            ref=f"class{number // 40}",
            district=chance.choice(("hz-shangcheng", "hz-xiaoshan")),
            occupation=chance.choice(TRADES),
            level=level,
            category="upgrade" if by_level else "employment_skill",
            starts=starts,
            ends=ends,
            filed_on=_near(chance, file_by),
            filing_approved_on=starts - DAY,
            head_count=40,
            planned_days=CLASS_DAYS,
            agreement=Agreement(valid_from=date(2020, 1, 1)),
            project=None if by_level else _project(number),
            procurement_ref="purchase",
            has_roster=True,
            has_teaching_plan=True,
        ),
        certificate=CertificateFacts(
            kind="skill_level" if by_level else "pass",
            level=level,
            issued_on=issued,
            registered_on=issued + DAY * chance.randrange(15),
            reviewed_on=None if chance.random() < 0.02 else issued + DAY * 16,
        ),
        applied_on=_near(chance, apply_by),
        commitment_signed=chance.random() >= 0.01,
        uplift=_uplift(chance, starts) if by_level else None,
        history=tuple(_past(chance, starts, k) for k in range(chance.randrange(7))),
    )


def _near(chance: Random, last: date) -> date:
    """Mostly early, often on the last lawful day, now and then a day too late."""
    kind = chance.random()
    if kind < 0.02:
        return last + DAY
    return last if kind < 0.3 else last - DAY * chance.randrange(1, 12)


def _person(chance: Random, starts: date, *, by_level: bool) -> PersonFacts:
    attended = CLASS_DAYS if chance.random() < 0.7 else chance.randrange(8, CLASS_DAYS + 1)
    group = "enterprise_employee" if by_level else "unemployed"
    return PersonFacts(
        ref="person",
        identity="verified" if chance.random() >= 0.01 else "unverified",
        born_on=date(1990, 3, 2),
        groups=(GroupProof(group=group, proved_on=date(2020, 5, 11)),),
        connections=(Connection(kind="household"),) if chance.random() >= 0.01 else (),
        registers=(
            _answer(chance, "pension", "not_found", "found"),
            _answer(chance, "death", "not_found", "found"),
            _answer(chance, "certificate", "found", "not_found"),
            _answer(chance, "upgrade_subsidy", "not_found", "found"),
        ),
        attended_on=tuple(starts + DAY * k for k in range(attended)),
        assessment="passed" if chance.random() >= 0.02 else "failed",
    )


def _answer(chance: Random, register: str, good: Answer, bad: Answer) -> RegisterAnswer:
    kind = chance.random()
    answer: Answer = bad if kind < 0.01 else "unavailable" if kind < 0.02 else good
    return RegisterAnswer(register=register, answer=answer, source="bench", asked_on=ASKED_ON)


def _project(number: int) -> ProjectFacts:
    return ProjectFacts(
        ref=f"project{number // 400}",
        approved_on=date(2020, 8, 3),
        days=CLASS_DAYS,
        has_qualification_certificate=False,
    )


def _uplift(chance: Random, starts: date) -> Uplift | None:
    kind = chance.random()
    if kind < 0.8:
        return None
    asked = starts if kind < 0.82 else starts - DAY * 3
    approved = None if kind > 0.98 else asked + DAY * 2
    return Uplift(applied_on=asked, approved_on=approved, percent=chance.randrange(10, 32))


def _past(chance: Random, starts: date, k: int) -> PastClaim:
    """A past claim; its class ended before this one began."""
    statuses: tuple[ClaimStatus, ...] = ("paid", "paid", "pending", "rejected", "withdrawn")
    ends = starts - DAY * chance.randrange(20, 700)
    return PastClaim(
        ref=f"p{k}",
        status=chance.choice(statuses),
        occupation=chance.choice(("welder", "florist", "barber", "tailor", chance.choice(TRADES))),
        level=chance.choice((*LEVELS, "none", "none")),
        starts=ends - DAY * 9,
        ends=ends,
        applied_on=ends + DAY * 20,
        order=k,
    )
