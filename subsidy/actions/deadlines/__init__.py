"""Deadlines of claims: watched every day, shown with their clocks, extended or waived by two persons."""

from subsidy.actions.deadlines.granting import ask_extension, ask_waiver, extend, waive
from subsidy.actions.deadlines.mending import Mended, close_mended_tickets
from subsidy.actions.deadlines.reminding import MOST_AT_ONCE, remind_now
from subsidy.actions.deadlines.showing.clock_face import DeadlineClock
from subsidy.actions.deadlines.showing.clocks import clocks_of
from subsidy.actions.deadlines.showing.derived import deadlines_of
from subsidy.actions.deadlines.watching import Watched, watch

__all__ = [
    "MOST_AT_ONCE",
    "DeadlineClock",
    "Mended",
    "Watched",
    "ask_extension",
    "ask_waiver",
    "clocks_of",
    "close_mended_tickets",
    "deadlines_of",
    "extend",
    "remind_now",
    "waive",
    "watch",
]
