"""What every measurement reports, and how it is taken."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable


def peak_rss_mb() -> float:
    """Highest resident memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def seconds_of(work: Callable[[], object]) -> float:
    """Run `work` once; return how many seconds it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values: Iterable[float]) -> float:
    """The middle of the values."""
    return statistics.median(values)
