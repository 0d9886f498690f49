"""Enrolment from a roster: a verdict on every cell, good rows become claims."""

from subsidy.actions.class_work.sheets import RowVerdict, SheetResult
from subsidy.actions.rosters.enrolling import enrol

__all__ = ["RowVerdict", "SheetResult", "enrol"]
