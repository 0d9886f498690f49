"""Deadlines of claims: watched every day, shown with their clocks, extended or waived by two persons."""

from subsidy.actions.deadlines.watching import Watched, watch

__all__ = ["Watched", "watch"]
