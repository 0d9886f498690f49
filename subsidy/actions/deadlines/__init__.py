"""Deadlines of claims: watched every day, shown with their clocks, extended or waived by two persons."""

from subsidy.actions.deadlines.clocks import DeadlineClock, DueSoon, due_within
from subsidy.actions.deadlines.derived import deadlines_of
from subsidy.actions.deadlines.granting import ask_extension, ask_waiver, extend, waive
from subsidy.actions.deadlines.mending import Mended, close_mended_tickets
from subsidy.actions.deadlines.watching import Watched, watch

__all__ = [
    "DeadlineClock",
    "DueSoon",
    "Mended",
    "Watched",
    "ask_extension",
    "ask_waiver",
    "close_mended_tickets",
    "deadlines_of",
    "due_within",
    "extend",
    "waive",
    "watch",
]
