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

__all__ = [
    "LoadedNotice",
    "Missing",
    "Moved",
    "Preview",
    "RecountRound",
    "loads",
    "log_loads",
    "may_load",
    "open_cities",
    "preview",
    "recount_round",
    "watch_missing",
]
