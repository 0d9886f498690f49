"""What a decision asks of other cities is answered yes or no, person by person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from subsidy.rules.checks.across import ELSEWHERE, cross_city_answers
from subsidy.rules.facts import (
    CertificateFacts,
    Facts,
    HeadFacts,
    PastClaim,
    PersonFacts,
    RegisterAnswer,
    TrainingFacts,
)
from subsidy.rules.policy import Pack

STARTS, ENDS = date(2020, 10, 12), date(2020, 10, 23)
THEIRS = PastClaim(
    ref=ELSEWHERE, status="paid", occupation="welder", level="5", ends=date(2020, 12, 31)
)
CLAIM = Facts(
    city="hangzhou",
    track="pass_certificate",
    person=PersonFacts(ref="person:1"),
    training=TrainingFacts(occupation="welder", level="5", starts=STARTS, ends=ENDS),
    certificate=CertificateFacts(kind="pass", issued_on=date(2020, 10, 30)),
    applied_on=date(2020, 11, 9),
    history=(THEIRS,),
)


def test_nobody_is_asked_where_no_other_city_knows_the_person(hangzhou: Pack) -> None:
    own = replace(CLAIM, history=(replace(THEIRS, ref="past:1"),))
    assert cross_city_answers(own, pack=hangzhou, anchor=STARTS) == {}
    assert cross_city_answers(CLAIM, pack=hangzhou, anchor=None) == {}


def test_the_same_occupation_and_level_in_the_year_is_answered_yes(hangzhou: Pack) -> None:
    asked = cross_city_answers(CLAIM, pack=hangzhou, anchor=STARTS)
    assert asked == {"person:1": {"repeat": True, "yearly_count": True, "certificate": False}}


def test_what_does_not_count_there_is_answered_no(hangzhou: Pack) -> None:
    upgrade = replace(CLAIM, history=(replace(THEIRS, counts=False),))
    asked = cross_city_answers(upgrade, pack=hangzhou, anchor=STARTS)
    assert asked == {"person:1": {"repeat": False, "yearly_count": False, "certificate": False}}


def test_a_certificate_that_was_paid_for_there_is_answered_yes(hangzhou: Pack) -> None:
    found = RegisterAnswer(
        register="upgrade_subsidy", answer="found", source=ELSEWHERE, asked_on=STARTS
    )
    claim = replace(CLAIM, person=PersonFacts(ref="person:1", registers=(found,)))
    assert cross_city_answers(claim, pack=hangzhou, anchor=STARTS)["person:1"]["certificate"]


def test_each_head_of_a_programme_is_asked_about_alone(hangzhou: Pack) -> None:
    heads = (
        HeadFacts(ref="line:1", person=PersonFacts(ref="person:7"), history=(THEIRS,)),
        HeadFacts(ref="line:2", person=PersonFacts(ref="person:8")),
    )
    programme = replace(CLAIM, person=PersonFacts(), history=(), heads=heads, certificate=None)
    asked = cross_city_answers(programme, pack=hangzhou, anchor=STARTS)
    assert asked == {"person:7": {"repeat": True, "yearly_count": True}}
