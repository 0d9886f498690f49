"""A holiday notice that arrives late: what it moves, counting all running deadlines anew, who is told."""

from subsidy.actions.calendar_change.loads import (
    LoadedNotice,
    loads,
    log_loads,
    may_load,
    open_cities,
)
from subsidy.actions.calendar_change.missing import Missing, watch_missing
from subsidy.actions.calendar_change.previewing import Moved, Preview, preview
from subsidy.actions.calendar_change.rounds import RecountRound, recount_round
from subsidy.actions.calendar_change.year_view import Known, Year, known_now, year_view

__all__ = [
    "Known",
    "LoadedNotice",
    "Missing",
    "Moved",
    "Preview",
    "RecountRound",
    "Year",
    "known_now",
    "loads",
    "log_loads",
    "may_load",
    "open_cities",
    "preview",
    "recount_round",
    "watch_missing",
    "year_view",
]
