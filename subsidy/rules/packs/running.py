"""On which roads a window can run at all: a window of a stage that a road never passes opens for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from subsidy.rules.packs.schema import TrackSpec

Runs = Callable[[TrackSpec, int], bool]
"""Whether a window runs on a track, and on a route of it with so many levels of review (0: unset)."""


class Tracked(Protocol):
    """What is asked of a track."""

    @property
    def spec(self) -> TrackSpec:
        """As the pack has it."""


def _passes(*states: str) -> Runs:
    """The road passes one of these states."""
    return lambda track, levels: any(stage.state in states for stage in track.stages)


def _class_is_filed(track: TrackSpec, levels: int) -> bool:
    return track.through == "class" and _passes("filed")(track, levels)


def _is_sent_back(track: TrackSpec, levels: int) -> bool:
    """Somebody can be asked to correct: a claim that a list approves was handed in by nobody."""
    return _passes("applied", "reviewed")(track, levels)


RUNS: Mapping[str, Runs] = {
    # of a class
    "filing_before_start": _passes("filed"),
    "filing_review": _class_is_filed,
    "uplift_application": lambda track, levels: (
        _class_is_filed(track, levels) and track.amount.uplift != "no"
    ),
    # of a claim
    "certificate_registration": _passes("certified"),
    "application": _passes("applied"),
    "allowance_period": _passes("applied"),
    "review": _passes("approved"),
    "approval": lambda track, levels: levels != 1 and _passes("reviewed")(track, levels),
    "correction": _is_sent_back,
    "notice_posting": _passes("grant_publicised"),
    "publicity": _passes("grant_publicised", "result_publicised"),
    "objection": _passes("grant_publicised", "result_publicised"),
    "payment": _passes("payable"),
    "return_repaired": _passes("paying"),
    "recovery": _passes("paid"),
    "recovery_instalment": _passes("paid"),
}
"""Every window that something opens, and on which roads. A pack may declare no other."""


def runs_on(track: Tracked, window: str, *, levels: int) -> bool:
    """Whether a claim or class of the track can come to stand in the window.

    Raises KeyError for a window that nothing opens: the pack check refuses those.
    """
    return RUNS[window](track.spec, levels)
