"""Limits on what anonymous visitors may try: so many times in a while, by address and by subject.

Counted in the memory of one process: a restart forgets, several processes each count for themselves.
Accounts are also locked in the database after failed log-ins.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

KEYS_REMEMBERED = 50_000


@dataclass(frozen=True)
class Limit:
    """At most `times` within `seconds`."""

    times: int
    seconds: int


LOG_IN = Limit(20, 300)
LOOK_UP_BY_ADDRESS = Limit(10, 900)
LOOK_UP_BY_CLAIM = Limit(5, 3600)
OBJECT = Limit(5, 3600)


class Throttle:
    """Remembers when each key was used."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that only grow."""
        self._clock = clock
        self._used: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, what: str, who: str, limit: Limit) -> bool:
        """Count one try; False when it was one too many."""
        now = self._clock()
        with self._lock:
            times = self._used.setdefault((what, who), deque())
            self._used.move_to_end((what, who))
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(self._used) > KEYS_REMEMBERED:
                self._used.popitem(last=False)
            if len(times) >= limit.times:
                return False
            times.append(now)
            return True

    def waits(self, what: str, who: str, limit: Limit) -> int:
        """Whole seconds until the next try is allowed; 0 if it is now. Counts nothing."""
        now = self._clock()
        with self._lock:
            times = self._used.get((what, who))
            recent = [at for at in times or () if at > now - limit.seconds]
            if len(recent) < limit.times:
                return 0
            return max(1, math.ceil(recent[0] + limit.seconds - now))
