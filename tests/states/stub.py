"""A claim without a database: what the chart's edges do to it, money included."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from states.chart import FAR, Blocked, Chart, Column, Const, Edge, Given, Plus, Source, Value
from states.claim import CLAIM

FIRST = date(2020, 1, 1)
_STAGES = (
    "listed enrolled filed completed assessed certified applied reviewed approved grant_publicised "
    "payable paying paid"
)
HANGZHOU = {track: _STAGES.split() for track in ("certificate", "pass_certificate")}


@dataclass
class Day:
    """What guards and edges are given."""

    today: date = date(2020, 10, 30)
    given: dict[str, object] = field(
        default_factory=lambda: {
            "certificate_issued": date(2020, 9, 25),
            "applied_on": date(2020, 9, 30),
            "notice_last_day": date(2020, 10, 10),
        }
    )


@dataclass
class StubClaim:
    """The guard columns of a claim, its road, and the ledger of its money."""

    state: str = "listed"
    stages: list[str] = field(default_factory=lambda: HANGZHOU["certificate"])
    early: dict[str, str] = field(default_factory=dict)
    next_stage: str = "enrolled"
    early_stage: str = ""
    resume_to: str = ""
    review_from: str = "applied"
    levels: int = 2
    levels_left: int = 0
    levels_done: int = 0
    blocks: int = 0
    gaps: int = 0
    decision_current: int = 1
    certificate_pending: int = 1
    may_pay: int = 1
    planned_fen: int = 200_000
    reserved_fen: int = 0
    amount_fen: int = 150_000
    approved_fen: int = 0
    file_by: date = FAR
    training_starts: date = FIRST
    training_ends: date = FIRST
    certificate_issued: date = FAR
    applied_on: date = FAR
    notice_last_day: date = FAR
    lapses_after: date = FAR
    ledger: Counter[str] = field(default_factory=Counter)

    def take(self, event: str, day: Day, *, chart: Chart = CLAIM) -> Edge | Blocked:
        """Try an event; where an edge is open, become what it makes of the claim."""
        edge = chart.choose(self, event, day)
        if isinstance(edge, Edge):
            self.go(edge, day)
        return edge

    def go(self, edge: Edge, day: Day) -> None:
        """Take an edge, whatever its guards say."""
        for post in edge.effects.posts:
            amount = getattr(self, post.amount)
            self.ledger[post.debit] -= amount
            self.ledger[post.credit] += amount
        sets = edge.effects.sets.items()
        new = {name: self._value(value, name, day) for name, value in sets}
        for name, value in new.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.state = edge.target
        road = self.stages if self.stages[0] == "listed" else ["listed", *self.stages]
        if edge.target in road:
            self.next_stage = [*road, "end"][road.index(edge.target) + 1]
            self.early_stage = self.early.get(edge.target, "")

    def _value(self, value: Value, column: str, day: Day) -> Any:
        match value:
            case Const(v):
                return v
            case Plus(step):
                return getattr(self, column) + step
            case Column(name):
                return getattr(self, name)
            case Source():
                return self.state
            case Given(name):
                return day.given[name]
