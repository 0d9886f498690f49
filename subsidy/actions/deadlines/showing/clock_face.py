"""What a deadline with its clock is made of, as pages, commands and the API show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from subsidy.rules.strips.deadline_strip import Strip


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a clock. `due_after` of a request is the day that was asked for."""

    entry: str
    on: date
    due_before: date
    due_after: date
    actor: str
    """Name of the account, or the mark of a flow."""
    second_person: str
    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """The move of the chart that opened a deadline. Empty where no history row led to it."""

    machine: str
    event: str
    state: str
    """The state it led to."""
    state_name: str
    """That state in Chinese."""
    on: date
    actor: str


@dataclass(frozen=True, slots=True)
class DeadlineClock:
    """One deadline with everything behind it. Days are counted in `unit`: working or calendar days."""

    id: int
    claim_id: int | None
    class_id: int | None
    """Only for a window of the class itself."""
    window: str
    means: str
    status: str
    start: Start
    anchor: str
    """Name of the date fact it counts from, such as training_ends; empty where the pack knows it no more."""
    anchor_on: date
    due_on: date
    """Last day, inclusive; the middle of the range while it is provisional."""
    told_by: date
    final: bool
    low: date
    """Earliest day that the end may turn out to be; `due_on` where it is final."""
    high: date
    ends_if_mended_next_day: date | None
    """While it is stopped: where it would end if it ran on from the next day."""
    calendar_version: str
    lapses: bool
    """Whether its end takes the right away."""
    rule: Said
    at_end: Said
    escalated: int
    """How many steps upwards were taken after the end."""
    clause: str
    document: str
    assumed: str
    unit: str
    total: int
    used: int
    stopped: int
    left: int
    overrun: int
    running: bool
    words: str
    """`已用7个工作日（共10个），暂停2个`; empty for windows that count back."""
    words_en: str
    skipped: tuple[tuple[date, str], ...]
    """Days of rest between the first day and the last, with the reason."""
    closed_on: date | None
    outstanding: bool
    """Missed, and what it waited for has still not been done."""
    entries: tuple[Entry, ...]
    """What happened to the clock, from its start on."""
    strip: Strip | None
    """The days drawn; only while somebody still waits for it."""
    strip_words: Said

    @property
    def current(self) -> bool:
        """Whether somebody still waits for it: it runs, stands still, or is over and undone."""
        return self.status in ("open", "stopped", "shown") or self.outstanding
