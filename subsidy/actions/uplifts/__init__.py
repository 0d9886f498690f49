"""A higher rate for the employees of firms hit by trade friction: asked, decided, taken back (四（一）)."""

from subsidy.actions.uplifts.asking import UpliftForm, ask_uplift, unit_by_code
from subsidy.actions.uplifts.deciding import decide_uplift, withdraw_uplift
from subsidy.actions.uplifts.listing import UpliftRow, uplift_row, uplifts
from subsidy.actions.uplifts.terms import still_open

__all__ = [
    "UpliftForm",
    "UpliftRow",
    "ask_uplift",
    "decide_uplift",
    "still_open",
    "unit_by_code",
    "uplift_row",
    "uplifts",
    "withdraw_uplift",
]
