"""Moving claims along the declared chart: one by one, or set by set, with the same effects."""

from subsidy.records.moves.bulk import move_all
from subsidy.records.moves.interactive import move
from subsidy.records.moves.minutes import batch_of
from subsidy.records.moves.moment import (
    DueRules,
    Moment,
    Moved,
    NotMoved,
    OpenTicket,
    OpenWindow,
    OtherChartError,
    RowsMovedUnderneathError,
)
from subsidy.records.moves.subjects import move_subject

__all__ = [
    "DueRules",
    "Moment",
    "Moved",
    "NotMoved",
    "OpenTicket",
    "OpenWindow",
    "OtherChartError",
    "RowsMovedUnderneathError",
    "batch_of",
    "move",
    "move_all",
    "move_subject",
]
