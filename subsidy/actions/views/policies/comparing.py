"""Two cities side by side: the same key on both sides, and what only one of them has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from subsidy.actions.views.policies.lines import Line
from subsidy.actions.views.policies.sheet import Part, PolicySheet, TrackSheet

Verdict = Literal["same", "differs", "only_left", "only_right", "both_open"]
VERDICTS: tuple[Verdict, ...] = ("differs", "only_left", "only_right", "both_open", "same")


@dataclass(frozen=True)
class Pair:
    """One key in two cities; None where a city has no such key."""

    key: str
    left: Line | None
    right: Line | None

    @property
    def means(self) -> str:
        line = self.left or self.right
        return line.means if line else self.key

    @property
    def verdict(self) -> Verdict:
        """Whether both say the same. Two open values say nothing yet."""
        if self.left is None or self.right is None:
            return "only_right" if self.left is None else "only_left"
        if self.left.unset and self.right.unset:
            return "both_open"
        return "same" if self.left.says == self.right.says else "differs"

    @property
    def text(self) -> str:
        """Everything in which a reader may search."""
        return "\n".join(line.text for line in (self.left, self.right) if line)


@dataclass(frozen=True)
class Section:
    """Pairs under one heading; `track` is its code where the heading belongs to a track."""

    code: str
    track: str
    title: str
    """Name of the track in the left city, else in the right one."""
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Comparison:
    """Two cities on one day."""

    left: PolicySheet
    right: PolicySheet
    sections: tuple[Section, ...]

    def count(self, verdict: str) -> int:
        """How many pairs have this verdict."""
        return sum(pair.verdict == verdict for each in self.sections for pair in each.pairs)


def compare(
    left: PolicySheet, right: PolicySheet, *, keep: Callable[[Pair], bool] = lambda pair: True
) -> Comparison:
    """Both sheets by section and track; `keep` chooses among the pairs.

    Which district takes which route is left out: no two cities share a district.
    """
    sections = [
        *_parts(left.people, right.people),
        *_parts(_shared(left), _shared(right)),
    ]
    ours = {track.code: track for track in left.tracks}
    theirs = {track.code: track for track in right.tracks}
    for code in dict.fromkeys([*ours, *theirs]):
        sections += _tracks(code, ours.get(code), theirs.get(code))
    kept = (
        Section(each.code, each.track, each.title, tuple(filter(keep, each.pairs)))
        for each in sections
    )
    return Comparison(left, right, tuple(each for each in kept if each.pairs))


def _shared(sheet: PolicySheet) -> list[Part]:
    return [part for part in sheet.values if part.code != "routing"]


def _tracks(code: str, left: TrackSheet | None, right: TrackSheet | None) -> Iterator[Section]:
    title = left.name if left else right.name if right else code
    yield Section("road", code, title, tuple(_roads(left, right)))
    yield from _parts(left.parts if left else (), right.parts if right else (), code, title)


def _roads(left: TrackSheet | None, right: TrackSheet | None) -> Iterator[Pair]:
    """One pair for the order, so that another order shows even where the stages are the same."""
    lines = [
        Line(key=f"{each.code}.stages", means="road", words=tuple(s.means for s in each.road))
        if each
        else None
        for each in (left, right)
    ]
    units = [
        Line(key=f"{each.code}.unit", means="unit", words=(each.unit,)) if each else None
        for each in (left, right)
    ]
    for ours, theirs in (lines, units):
        line = ours or theirs
        if line:
            yield Pair(line.key, ours, theirs)


def _parts(
    left: Iterable[Part], right: Iterable[Part], track: str = "", title: str = ""
) -> Iterator[Section]:
    ours = {part.code: part.lines for part in left}
    theirs = {part.code: part.lines for part in right}
    for code in dict.fromkeys([*ours, *theirs]):
        pairs = _pairs(ours.get(code, ()), theirs.get(code, ()))
        yield Section(code, track, title, tuple(pairs))


def _pairs(left: Iterable[Line], right: Iterable[Line]) -> Iterator[Pair]:
    ours, theirs = dict(_numbered(left)), dict(_numbered(right))
    for key in dict.fromkeys([*ours, *theirs]):
        yield Pair(key[0], ours.get(key), theirs.get(key))


def _numbered(lines: Iterable[Line]) -> Iterator[tuple[tuple[str, int], Line]]:
    """Lines by key; the few keys with several lines are told apart by their order."""
    seen: Counter[str] = Counter()
    for line in lines:
        yield (line.key, seen[line.key]), line
        seen[line.key] += 1
