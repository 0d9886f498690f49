"""Subsidies of older years and of other places: taken in from lists, seen by limits and decisions."""

from subsidy.actions.history.importing import import_history
from subsidy.actions.history.past_imports import PastImport, past_imports
from subsidy.actions.history.taking_back import take_back

__all__ = ["PastImport", "import_history", "past_imports", "take_back"]
