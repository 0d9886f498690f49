"""A holiday notice that arrives late: what it moves, counting all running deadlines anew, who is told.

`previewing` stands apart: it asks public notices, which the nightly steps that count anew stand under.
"""

from subsidy.actions.calendar_change.loads import (
    LoadedNotice,
    loads,
    log_loads,
    may_load,
    open_cities,
)
from subsidy.actions.calendar_change.missing import Missing, watch_missing
from subsidy.actions.calendar_change.rounds import RecountRound, recount_round
from subsidy.actions.calendar_change.year_view import Known, Year, known_now, year_view

__all__ = [
    "Known",
    "LoadedNotice",
    "Missing",
    "RecountRound",
    "Year",
    "known_now",
    "loads",
    "log_loads",
    "may_load",
    "open_cities",
    "recount_round",
    "watch_missing",
    "year_view",
]
