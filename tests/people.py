"""The named cast of the tests: made-up people, always the same ones."""

from __future__ import annotations

from datetime import date

from subsidy.papers.sample_people import SamplePerson, SampleUnit, sample_person, sample_unit

ZHOU: SamplePerson = sample_person(1, born=date(1985, 3, 14), male=False, region="330106")
"""A woman of working age: the ordinary trainee."""

QIAN: SamplePerson = sample_person(2, born=date(1999, 7, 1), male=True, region="330122")
"""A recent graduate."""

SUN: SamplePerson = sample_person(3, born=date(1958, 1, 20), male=True, region="330102")
"""A man past the pension age."""

LI: SamplePerson = sample_person(4, born=date(1990, 2, 28), male=True, region="220102")
"""A worker from another province."""

SCHOOL: SampleUnit = sample_unit(1)
"""A training provider."""

EMPLOYER: SampleUnit = sample_unit(2)
"""An employer that trains its own people."""
