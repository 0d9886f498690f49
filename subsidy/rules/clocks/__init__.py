"""Clocks of windows: stopped for a correction, resumed, extended."""

from subsidy.rules.clocks.counting import Clock, clock, ends_on
from subsidy.rules.clocks.run import RUNNING, Run, Stop, over, run_of

__all__ = ["RUNNING", "Clock", "Run", "Stop", "clock", "ends_on", "over", "run_of"]
