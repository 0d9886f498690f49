"""What both paths are given: who acts and when, and the rules that say how long windows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from subsidy.records.tables.types import micros
from subsidy.rules.clocks import Run

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """One act: the business day it takes effect, the moment it is recorded, who, and what it brings.

    `given` holds the values that an edge's `Given` names, such as `notice_last_day`.
    """

    today: date
    recorded_at: datetime
    actor: str
    note: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    window_batch: int = 0
    """Number of the bulk window, or 0 for an interactive act."""

    @property
    def batch(self) -> int:
        """The seal's handle: a bulk window's number, or the minute as a negative number.

        Writers ask `minutes.batch_of`, which knows whether that minute is still open.
        """
        return self.window_batch or -(micros(self.recorded_at) // MINUTE_US)


class RowsMovedUnderneathError(RuntimeError):
    """Rows changed between two statements of one move; do it again in a new transaction."""


class OtherChartError(RuntimeError):
    """Claims live under another version of the chart than this process knows; it must not move them.

    A migration put a newer chart in force: stop this process and start the version that brought it.
    """

    def __init__(self, claim_id: int, *, found: int, known: int) -> None:
        """Name one such claim and both versions."""
        super().__init__(
            f"claim {claim_id} lives under version {found} of the chart, this process knows version "
            f"{known}: nothing was moved. Restart it with the program that brought version "
            f"{max(found, known)}."
        )


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A deadline about to open, as the pack and the calendar of today make it."""

    rule_id: int
    due_on: date
    told_by: date
    lapses_after: date
    """9999-12-31 unless the end of this window ends the claim and the date is final."""
    next_on: date
    final: bool
    calendar_version: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket about to open."""

    code: str
    queue: str
    blocks: bool
    due_on: date
    clause: str = ""


class DueRules(Protocol):
    """What effects ask of the pack and the calendar; the actions supply it."""

    def window(self, *, road_id: int, window: str, anchor: date) -> OpenWindow | None:
        """Return the window that opens, or None if this road's pack knows none or leaves it unset."""

    def ticket(self, *, code: str, today: date) -> OpenTicket:
        """Return what a ticket of this code looks like today."""

    def resumed(
        self, *, road_id: int, window: str, anchor: date, run: Run, today: date
    ) -> OpenWindow | None:
        """Return the window whose clock runs on today, after everything that happened to it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that was made."""

    subject_id: int
    event: str
    source: str
    target: str
    version: int


@dataclass(frozen=True, slots=True)
class NotMoved:
    """A move that was refused: every guard that failed; none means the state knows no such event."""

    subject_id: int
    event: str
    source: str
    guards: tuple[str, ...]
