"""Made-up people must pass every check of form and be the same on every run."""

from __future__ import annotations

from datetime import date

from stdnum import luhn
from stdnum.cn import ric, uscc

from subsidy.papers.sample_people import REGIONS, sample_people, sample_person, sample_unit
from tests import people


def test_ids_have_the_check_digit_of_the_standard_and_a_real_birth_date() -> None:
    for person in sample_people(500, seed=7):
        assert person.id_number[-1] == ric.calc_check_digit(person.id_number)
        assert person.id_number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert person.id_number[:6] in REGIONS
        assert int(person.id_number[16]) % 2 == person.male


def test_cards_pass_luhn_and_unit_codes_their_own_check() -> None:
    assert all(luhn.is_valid(person.card) for person in sample_people(500))
    assert all(uscc.is_valid(sample_unit(number).credit_code) for number in range(500))


def test_nobody_in_a_large_cast_shares_a_number_with_another() -> None:
    cast = list(sample_people(20_000, seed=1))

    for trait in ("id_number", "phone", "card"):
        assert len({getattr(person, trait) for person in cast}) == len(cast)


def test_a_person_is_the_same_on_every_run_whoever_else_was_made() -> None:
    assert sample_person(41, seed=2) == list(sample_people(42, seed=2))[41]
    assert sample_person(41, seed=2) != sample_person(41, seed=3)


def test_asked_for_traits_are_given() -> None:
    person = sample_person(5, region="330127", born=date(1970, 2, 28), male=False)

    assert person.id_number.startswith("33012719700228")
    assert not person.male
    assert int(person.id_number[16]) % 2 == 0
    assert people.SUN.male
    assert people.ZHOU.birth_date == date(1985, 3, 14)
