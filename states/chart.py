"""Compile a declared python-statemachine chart into a table that two engines read.

The chart classes in this room declare *what may happen next*. Running a library machine for every
claim costs about 130 µs and 20 kB each, and cannot be turned into SQL. So the declaration is read once
into plain `Edge` values: the interactive path tests an edge's guards on one row, the bulk path calls the
same guards on the mapped class, which yields SQL conditions. There is one truth and no copy of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from statemachine import State, StateMachine
from statemachine.transition_list import TransitionList

Test = Callable[..., Any]
FAR = date(9999, 12, 31)
"""A date that has not happened: guard columns are never null."""


@dataclass(frozen=True, slots=True)
class Const:
    """Write this value."""

    value: object


@dataclass(frozen=True, slots=True)
class Plus:
    """Add `step` to the column's present value."""

    step: int


@dataclass(frozen=True, slots=True)
class Column:
    """Copy another column of the same row, as it was before the move."""

    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Write the state that the move leaves, to come back to it."""


@dataclass(frozen=True, slots=True)
class Given:
    """Write what the caller of the event gives under this name."""

    name: str


Value = Const | Plus | Column | Source | Given


@dataclass(frozen=True, slots=True)
class Post:
    """One ledger transfer: from one stage of the money to the next, `amount` names a fen column."""

    debit: str
    credit: str
    amount: str


@dataclass(frozen=True, slots=True)
class Tell:
    """One message: `template` under templates/notices, `to` is trainee, provider or office."""

    template: str
    to: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a move writes besides state, version and history. Data, so both engines do the same."""

    sets: Mapping[str, Value] = field(default_factory=dict)
    opens: tuple[tuple[str, str], ...] = ()
    """(window, anchor column): deadlines that start; the anchor `today` is the effective day."""
    closes: tuple[str, ...] = ()
    """Windows that are met by this move; `*` closes every open one."""
    stops: bool = False
    """Stop the clocks of the open deadlines (the applicant's turn)."""
    resumes: bool = False
    """Let stopped clocks run on; their due dates move by the days stopped."""
    tells: tuple[Tell, ...] = ()
    tickets: tuple[str, ...] = ()
    """Exception codes of tickets to open; a ticket of the same code that is open is left alone."""
    posts: tuple[Post, ...] = ()


NOTHING = Effects()


@dataclass(frozen=True, slots=True)
class Guard:
    """One comparison, and whether it must hold (`when`) or must not (`unless`)."""

    test: Test
    expected: bool

    @property
    def name(self) -> str:
        """The name of the rule, as refusals and diagrams print it."""
        name: str = self.test.__name__
        return name if self.expected else f"not {name}"

    def holds(self, row: object, moment: object) -> bool:
        """Test one row in Python."""
        return bool(self.test(row, moment)) is self.expected


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow of a chart."""

    event: str
    source: str
    target: str
    guards: tuple[Guard, ...]
    effects: Effects
    order: int
    """Edges that share source and event are tried in this order; a later one excludes the earlier."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """No edge was open: every guard that failed, or none if the event is unknown in this state."""

    event: str
    source: str
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A compiled chart. `labels` are the Chinese names of the states."""

    name: str
    version: int
    initial: str
    ends: frozenset[str]
    labels: Mapping[str, str]
    edges: Mapping[tuple[str, str], tuple[Edge, ...]]

    def all_edges(self) -> Iterable[Edge]:
        """Yield every edge, in declaration order."""
        for group in self.edges.values():
            yield from group

    def events(self) -> tuple[str, ...]:
        """Return the names of all events, sorted."""
        return tuple(sorted({event for _, event in self.edges}))

    def edges_of(self, event: str) -> tuple[Edge, ...]:
        """Return every edge of one event, sources in declaration order."""
        return tuple(e for e in self.all_edges() if e.event == event)

    def arrows(self) -> dict[str, frozenset[str]]:
        """Return state → states that one move can reach; policy packs are checked against it."""
        found: dict[str, set[str]] = {state: set() for state in self.labels}
        for edge in self.all_edges():
            found[edge.source].add(edge.target)
        return {state: frozenset(targets) for state, targets in found.items()}

    def events_from(self, source: str) -> tuple[str, ...]:
        """Return the events a row in `source` might take, guards aside."""
        return tuple(event for state, event in self.edges if state == source)

    def choose(self, row: Any, event: str, moment: object) -> Edge | Blocked:
        """Return the first edge whose guards all hold for `row`, or say what stood in the way."""
        failed: dict[str, None] = {}
        for edge in self.edges.get((row.state, event), ()):
            wrong = [g.name for g in edge.guards if not g.holds(row, moment)]
            if not wrong:
                return edge
            failed.update(dict.fromkeys(wrong))
        return Blocked(event, row.state, tuple(failed))


class Lifecycle(StateMachine):
    """What the charts of this room declare themselves with.

    An end may be reopened by a decision, so the library's demand for a final state is dropped; which
    states are ends is said to `compile_chart`.
    """

    validate_final_reachability = False


def edge(
    source: State | Iterable[State],
    target: State,
    *,
    when: Iterable[Test] = (),
    unless: Iterable[Test] = (),
    effects: Effects = NOTHING,
) -> TransitionList:
    """Declare one arrow (or one from each of several sources) with its guards and effects."""
    sources = [source] if isinstance(source, State) else list(source)
    arrows = TransitionList()
    for one in sources:
        made = one.to(target, cond=list(when), unless=list(unless))
        for transition in made:
            transition.effects = effects
        arrows = arrows | made
    return arrows


def fork(
    source: State | Iterable[State],
    by: Callable[[str], Test],
    effects: Effects | Callable[[str], Effects],
    *extra: Test,
    unless: Iterable[Test] = (),
    **targets: State,
) -> TransitionList:
    """Declare one arrow to each of several states, open only to the one that `by` names."""
    arrows = TransitionList()
    for name, target in targets.items():
        does = effects if isinstance(effects, Effects) else effects(name)
        arrows = arrows | edge(source, target, when=[by(name), *extra], unless=unless, effects=does)
    return arrows


def one_of(column: str, values: Iterable[str]) -> Test:
    """Return a guard for membership: `in` would be silently False in SQL."""
    wanted = tuple(values)

    def test(row: Any, moment: object) -> Any:
        held = getattr(row, column)
        return held.in_(wanted) if hasattr(held, "in_") else held in wanted

    test.__name__ = f"{column}_is_one_of_{'_'.join(wanted)}"
    return test


def compile_chart(
    machine: type[StateMachine], *, name: str, version: int, ends: Iterable[str]
) -> Chart:
    """Read a declared machine into a `Chart`. Raises ValueError if an end is no state of it."""
    edges: dict[tuple[str, str], list[Edge]] = {}
    labels: dict[str, str] = {}
    order = 0
    for state in machine.states:
        labels[state.id] = str(state.name)
        for arrow in state.transitions:
            if arrow.target is None:
                raise ValueError(f"{name}: an arrow of {state.id} has no target")
            guards = tuple(Guard(c.func, bool(c.expected_value)) for c in arrow.cond)
            group = edges.setdefault((state.id, str(arrow.event)), [])
            group.append(
                Edge(
                    event=str(arrow.event),
                    source=state.id,
                    target=arrow.target.id,
                    guards=guards,
                    effects=getattr(arrow, "effects", NOTHING),
                    order=order,
                )
            )
            order += 1
    unknown = set(ends) - set(labels)
    if unknown:
        raise ValueError(f"{name}: ends that are no states: {', '.join(sorted(unknown))}")
    return Chart(
        name=name,
        version=version,
        initial=machine.initial_state.id,
        ends=frozenset(ends),
        labels=labels,
        edges={key: tuple(group) for key, group in edges.items()},
    )
