"""One city's rules as the rest of the system asks for them: packs, tracks, roads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

from subsidy.rules.deadlines import Window
from subsidy.rules.exceptions import ExceptionBook
from subsidy.rules.packs.building import ENDED, Level
from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.schema import (
    PERSON_UNITS,
    DocumentSpec,
    PackSpec,
    TrackSpec,
    WindowSpec,
)
from subsidy.rules.packs.values import DatedValues, Value

Status = Literal["in_force", "expired", "draft", "reference"]
BEGINNING = "listed"
"""Every claim begins here, whatever the first stage of its track."""


@dataclass(frozen=True)
class Track:
    """One kind of subsidy in one city: its road, who is paid, from which fund, by when."""

    code: str
    name_zh: str
    unit: str
    """What one claim is about: person, person_month, person_year, pair, class or programme."""
    enters_at: str
    stages: tuple[str, ...]
    """States of the road in order, from `enters_at` to paid (or counted)."""
    spec: TrackSpec
    dated: Mapping[str, DatedValues]
    """The pack's dated values under their full keys."""
    common_windows: Mapping[str, WindowSpec]

    @property
    def needs_certificate(self) -> bool:
        return self.spec.needs_certificate

    def value(self, name: str, *, on: date) -> Value:
        """A value of this track, e.g. `value("payee", on=day)` or `value("pays.district", …)`."""
        return self.dated[f"{self.code}.{name}"].on(on)

    @property
    def has_person(self) -> bool:
        """Whether a claim is about one person; otherwise it has heads, or none."""
        return self.unit in PERSON_UNITS

    @property
    def project_tracks(self) -> tuple[str, ...]:
        """Whose projects its claims may name: its own, for an advance those it is paid ahead of."""
        return tuple(self.spec.of_tracks) if self.spec.kind == "advance" else (self.code,)

    def _latest(self, name: str) -> Value:
        return self.dated[f"{self.code}.{name}"].latest

    @property
    def payee(self) -> Value:
        """Who is paid: organising_unit, trainee or employer; may be unset."""
        return self._latest("payee")

    @property
    def fund(self) -> str:
        """The fund that pays, or "" while it is unset."""
        return self._latest("fund").value or ""

    @property
    def early_application(self) -> bool:
        """Whether an application may come before the certificate is registered."""
        if self.spec.early_application is None:
            return False
        return bool(self._latest("early_application").value)

    def levels(self, route: str, *, on: date | None = None) -> tuple[Level, ...] | None:
        """Review levels of a route in order, the last one approves; None while unset."""
        key = f"levels.{route}"
        value = self._latest(key) if on is None else self.value(key, on=on)
        return None if value.unset else value.value

    @cached_property
    def windows(self) -> dict[str, Window]:
        """The time windows by name, as the newest values give them (length None: unset)."""
        return {name: self._window(name, None) for name in self._window_specs}

    def window(self, name: str, *, on: date) -> Window:
        """The window as it stood on `on` (the day that selects the rules)."""
        return self._window(name, on)

    def window_value(self, name: str, *, on: date) -> Value:
        """The length of a window as a dated value, with its source."""
        return self.dated[self._window_specs[name][0]].on(on)

    def window_means(self, name: str) -> str:
        """What a window is called, in Chinese."""
        return self._window_specs[name][1].means

    @cached_property
    def _window_specs(self) -> dict[str, tuple[str, WindowSpec]]:
        specs = {name: (f"windows.{name}", spec) for name, spec in self.common_windows.items()}
        for name, spec in self.spec.windows.items():
            specs[name] = (f"{self.code}.windows.{name}", spec)
        return specs

    @cached_property
    def _built_windows(self) -> dict[tuple[str, date, bool], Window]:
        return {}

    def _window(self, name: str, on: date | None) -> Window:
        key, spec = self._window_specs[name]
        dated = self.dated[key]
        value = dated.latest if on is None else dated.on(on)
        known = (name, value.since, value.unset)  # before its first value a window is unset
        if known not in self._built_windows:
            self._built_windows[known] = _built(name, spec, value)
        return self._built_windows[known]


def _built(name: str, spec: WindowSpec, value: Value) -> Window:
    return Window(
        name=name,
        n=None if value.unset else value.value,
        unit=spec.unit,
        direction=spec.direction,
        anchor=spec.anchor,
        clause=value.clause,
        document=value.document,
        assumed=value.assumed or spec.anchor_assumed,
        at_end=tuple(spec.at_end),
        remind_at=tuple(spec.remind_at),
        escalate_at=tuple(spec.escalate_at),
        first_day_counts=spec.first_day_counts,
    )


@dataclass(frozen=True)
class Pack:
    """Everything one city's documents and its bureau's settings say."""

    city: str
    name: str
    version: str
    """Hash of the content of pack and settings: comments and layout do not change it."""
    documents: Mapping[str, DocumentSpec]
    tracks: Mapping[str, Track]
    spec: PackSpec
    dated: Mapping[str, DatedValues]
    book: ExceptionBook
    content: str = field(default="", repr=False, compare=False)
    """Pack and settings as JSON text, from which `pack_of_content` builds this pack again."""

    def value(self, key: str, *, on: date) -> Value:
        """What holds for `key` on `on`; unset before its first value.

        Raises KeyError for a key that the pack does not have: mend the caller.
        """
        return self.dated[key].on(on)

    @property
    def governing(self) -> DocumentSpec:
        return self.documents[self.spec.governing_document]

    def governing_of(self, track: str | None) -> DocumentSpec:
        """The document that rules a track: its own, else the one that rules the pack."""
        known = self.tracks.get(track) if track is not None else None
        own = known.spec.governing_document if known is not None else None
        return self.documents[own] if own is not None else self.governing

    def status_on(self, day: date, *, track: str | None = None) -> Status:
        """Status of the governing document on a day: before it starts it authorises nothing."""
        document = self.governing_of(track)
        if document.status in ("draft", "reference"):
            return document.status
        if document.in_force_from is None or day < document.in_force_from:
            return "reference"
        until = document.in_force_until
        return "expired" if until is not None and day >= until else "in_force"

    def may_pay(self, *, anchor: date, track: str | None = None) -> bool:
        """Whether a claim whose rules are selected by `anchor` may ever be paid.

        An expired document still pays its tail: what counts is the anchor, not today.
        """
        return self.status_on(anchor, track=track) == "in_force"

    def unset_keys(self) -> tuple[str, ...]:
        """Keys whose newest value nobody has given yet (values that ended are not open)."""
        return tuple(
            sorted(
                key
                for key, dated in self.dated.items()
                if dated.latest.unset and dated.latest.why != ENDED
            )
        )

    def assumed_keys(self) -> tuple[str, ...]:
        """Keys whose newest value the bureau chose."""
        return tuple(sorted(key for key, dated in self.dated.items() if dated.latest.assumed))


@dataclass(frozen=True)
class Road:
    """One road as the chart walks it: a track on a route."""

    code: str
    """`<track>:<route>`."""
    stages: tuple[str, ...]
    next_stage: Mapping[str, str]
    early: Mapping[str, str]
    """Stage before certificate registration -> stage after it, where that is allowed."""
    levels: int
    """Number of review levels, the last one approves; 0 while unset (claims wait)."""


def road_of(track: Track, route: str) -> Road:
    """The road of a track on a route (`main_city`, `district`)."""
    stages = track.stages
    early: dict[str, str] = {}
    if track.early_application and "certified" in stages:
        at = stages.index("certified")
        early[stages[at - 1]] = stages[at + 1]
    return Road(
        code=f"{track.code}:{route}",
        stages=stages,
        next_stage=dict(pairwise(stages)),
        early=early,
        levels=len(track.levels(route) or ()),
    )


def check_order(
    stages: Sequence[str],
    arrows: Mapping[str, Collection[str]],
    *,
    key: str = "stages",
    file: str = "",
) -> list[Fault]:
    """Whether each stage can follow the one before it on the chart, and the first one `listed`.

    `arrows` maps a state to the states it can move to. Every missing arrow is one fault.
    """
    order = stages if stages[0] == BEGINNING else (BEGINNING, *stages)
    return _missing(pairwise(order), arrows, key=key, file=file)


def _missing(
    pairs: Iterable[tuple[str, str]],
    arrows: Mapping[str, Collection[str]],
    *,
    key: str,
    file: str,
) -> list[Fault]:
    return [
        Fault(
            file,
            0,
            key,
            f"The chart has no arrow {first} -> {second}.",
            "Reorder the stages, or add the arrow to states/claim.py.",
        )
        for first, second in pairs
        if second not in arrows.get(first, ())
    ]


def check_pack_order(pack: Pack, arrows: Mapping[str, Collection[str]]) -> list[Fault]:
    """`check_order` for every track and its early application."""
    faults: list[Fault] = []
    file = f"config/policies/{pack.city}.yaml"
    for code, track in pack.tracks.items():
        key = f"tracks.{code}.stages"
        faults += check_order(track.stages, arrows, key=key, file=file)
        early = road_of(track, next(iter(pack.spec.routing.routes))).early.items()
        faults += _missing(early, arrows, key=f"tracks.{code}.early_application", file=file)
    return faults
