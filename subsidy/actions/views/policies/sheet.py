"""A pack on a day, section by section: documents, people, tracks, values, windows, routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from subsidy.actions.views.policies.lines import (
    SOURCES,
    Line,
    Note,
    dated_line,
    document_name,
    entry_line,
    named,
    words_of,
)
from subsidy.rules.packs.pack import Status
from subsidy.rules.packs.schema import DocumentSpec, WindowSpec
from subsidy.rules.policy import Pack, Track

PEOPLE = ("groups", "connections", "categories", "registers")
OWN_PLACE = {"name", "unit", "enters_at", "stages", "amount", "gates", "windows"}
"""Fields of a track that the sheet shows in a place of their own, or as dated values."""


@dataclass(frozen=True)
class Paper:
    """A document of the pack."""

    id: str
    name: str
    """Its number, else its title."""
    title: str
    rank: str
    status: str
    issued: date | None
    since: date | None
    until: date | None
    clause: str
    loaded: bool
    governs: bool


@dataclass(frozen=True)
class Part:
    """Lines under one heading; `code` names the heading."""

    code: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TrackSheet:
    """One kind of subsidy: its road, who is paid, how much, by when, on which conditions."""

    code: str
    name: str
    unit: str
    road: tuple[Line, ...]
    """One line a state, in order; `means` is the state."""
    parts: tuple[Part, ...]
    """payment, levels, money, windows, gates, and what else the pack says."""

    @property
    def lines(self) -> Iterator[Line]:
        """Every line of the track, the road first."""
        yield from self.road
        for part in self.parts:
            yield from part.lines


@dataclass(frozen=True)
class PolicySheet:
    """A city's rules on one day."""

    city: str
    name: str
    version: str
    on: date
    status: Status
    documents: tuple[Paper, ...]
    people: tuple[Part, ...]
    tracks: tuple[TrackSheet, ...]
    values: tuple[Part, ...]
    """parameters, windows (those of every track), routing."""

    @property
    def lines(self) -> Iterator[Line]:
        """Every line of the sheet."""
        for part in (*self.people, *self.values):
            yield from part.lines
        for track in self.tracks:
            yield from track.lines


def policy_sheet(
    pack: Pack, *, on: date, names: Mapping[str, str] = MappingProxyType({})
) -> PolicySheet:
    """The pack as it stands on a day; `names` holds names of districts and occupations."""
    data = pack.spec.model_dump(exclude_defaults=True)
    return PolicySheet(
        city=pack.city,
        name=pack.name,
        version=pack.version,
        on=on,
        status=pack.status_on(on),
        documents=tuple(_paper(pack, each) for each in pack.documents.values()),
        people=tuple(
            part for kind in PEOPLE if (part := _people(pack, kind, data.get(kind, {}))).lines
        ),
        tracks=tuple(_track(pack, track, on) for track in pack.tracks.values()),
        values=_values(pack, on, names),
    )


def narrowed(sheet: PolicySheet, keep: Callable[[Line], bool]) -> PolicySheet:
    """The sheet with only the lines to keep; parts and tracks without any are left out."""
    tracks = (replace(each, parts=_kept(each.parts, keep)) for each in sheet.tracks)
    return replace(
        sheet,
        people=_kept(sheet.people, keep),
        values=_kept(sheet.values, keep),
        tracks=tuple(track for track in tracks if any(keep(line) for line in track.lines)),
    )


def _kept(parts: tuple[Part, ...], keep: Callable[[Line], bool]) -> tuple[Part, ...]:
    found = (Part(part.code, tuple(filter(keep, part.lines))) for part in parts)
    return tuple(part for part in found if part.lines)


def _paper(pack: Pack, document: DocumentSpec) -> Paper:
    return Paper(
        document.id,
        document_name(pack, document.id),
        document.title,
        document.rank,
        document.status,
        document.issued,
        document.in_force_from,
        document.in_force_until,
        document.clause,
        document.loaded,
        document.id == pack.governing.id,
    )


def _people(pack: Pack, kind: str, entries: dict[str, dict[str, Any]]) -> Part:
    lines = []
    for code, told in entries.items():
        means = str(told.get("name") or told.get("asks") or code)
        left_out = ("name",) if "name" in told else ("asks",)
        lines.append(entry_line(pack, f"{kind}.{code}", told, means=means, leave_out=left_out))
    return Part(kind, tuple(lines))


def _track(pack: Pack, track: Track, on: date) -> TrackSheet:
    data = track.spec.model_dump(exclude_defaults=True)
    code = track.code
    road = tuple(
        entry_line(pack, f"{code}.stages.{each['state']}", each, means=each["state"],
                   leave_out=("state",))
        for each in data["stages"]
    )  # fmt: skip
    dated = [key for key in pack.dated if key.startswith(f"{code}.")]
    levels = [key for key in dated if key.startswith((f"{code}.levels.", f"{code}.pays."))]
    windows = [key for key in dated if key.startswith(f"{code}.windows.")]
    others = [key for key in dated if key not in {*levels, *windows}]
    parts = (
        Part("payment", tuple(dated_line(pack, key, on=on) for key in others)),
        Part("levels", tuple(_routed(pack, key, on) for key in levels)),
        Part("money", _money(pack, track, data.get("amount", {}), on)),
        Part("windows", tuple(_window(pack, track, key, on) for key in windows)),
        Part("gates", tuple(_gates(pack, code, data.get("gates", [])))),
        Part("more", tuple(_more(pack, code, data))),
    )
    return TrackSheet(code, track.name_zh, track.unit, road, tuple(p for p in parts if p.lines))


def _routed(pack: Pack, key: str, on: date) -> Line:
    """Levels and paying offices: the line says for which route."""
    line = dated_line(pack, key, on=on)
    route = pack.spec.routing.routes.get(key.rpartition(".")[2])
    return replace(line, means=f"{line.means}：{route.name}") if route else line


def _window(pack: Pack, track: Track, key: str, on: date) -> Line:
    return _window_line(pack, key, track.spec.windows[key.rpartition(".")[2]], on)


def _window_line(pack: Pack, key: str, window: WindowSpec, on: date) -> Line:
    notes: list[Note] = [(window.direction, (window.anchor,))]
    if window.at_end:
        notes.append(("at_end", tuple(window.at_end)))
    if window.remind_at:
        notes.append(("remind_at", tuple(str(n) for n in window.remind_at)))
    if window.escalate_at:
        notes.append(("escalate_at", tuple(str(n) for n in window.escalate_at)))
    if window.first_day_counts:
        notes.append(("first_day_counts", ("yes",)))
    return dated_line(pack, key, on=on, unit=window.unit, notes=notes)


def _money(pack: Pack, track: Track, amount: dict[str, Any], on: date) -> tuple[Line, ...]:
    """How the amount is made: its words, then every parameter that it names."""
    plain, keyed = [], []
    for name, given in amount.items():
        if isinstance(given, dict) and SOURCES & given.keys():
            plain.append(entry_line(pack, f"{track.code}.amount.{name}", given, means=name))
            continue
        keys = [key for key in _texts(given) if key in pack.dated]
        keyed += keys
        if not keys:
            key = f"{track.code}.amount.{name}"
            plain.append(Line(key=key, means=name, words=words_of(given)))
    lines = (_parameter(pack, key, on) for key in dict.fromkeys(keyed))
    return (*plain, *lines)


def _parameter(pack: Pack, key: str, on: date) -> Line:
    """A parameter; where a clause gives only the least, that least beside it."""
    spec = pack.spec.parameters.get(key)
    if spec is None or spec.floor is None:
        return dated_line(pack, key, on=on)
    floor = spec.floor
    source = f"{document_name(pack, floor.document)} {floor.clause}"
    return dated_line(pack, key, on=on, notes=[("floor", (str(floor.value), source))])


def _precedence(pack: Pack) -> Iterator[Line]:
    for each in pack.spec.precedence:
        given = each.model_dump()
        key = f"precedence.{each.prevails}"
        yield entry_line(pack, key, given, means=each.prevails, leave_out=("prevails",))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _gates(pack: Pack, code: str, gates: list[dict[str, Any]]) -> Iterator[Line]:
    for each in gates:
        yield entry_line(
            pack,
            ".".join(filter(None, (code, "gates", each["gate"], each.get("paper"), each["at"]))),
            each,
            means=str(each.get("name") or f"gates.{each['gate']}"),
            words=(each["effect"],),
            leave_out=("gate", "effect", "name", *(("paper",) if each.get("name") else ())),
        )


def _more(pack: Pack, code: str, data: dict[str, Any]) -> Iterator[Line]:
    """What else the pack says of a track, whatever fields it has."""
    for name, given in data.items():
        if name in OWN_PLACE:
            continue
        key = f"{code}.{name}"
        if isinstance(given, dict) and ("values" in given or _is_dated(given)):
            continue
        sourced = given if isinstance(given, list) else [given]
        if sourced and all(isinstance(item, dict) and SOURCES & item.keys() for item in sourced):
            for item in sourced:
                words = [w for k, v in item.items() if k not in SOURCES for w in words_of(v)]
                left_out = [k for k in item if k not in SOURCES]
                yield entry_line(
                    pack, key, item, means=name, words=named(pack, name, words), leave_out=left_out
                )
        else:
            yield Line(key=key, means=name, words=named(pack, name, words_of(given)))


def _is_dated(given: dict[str, Any]) -> bool:
    return bool(given) and all(isinstance(v, dict) and "values" in v for v in given.values())


def _placed(line: Line, names: Mapping[str, str]) -> Line:
    return replace(line, words=tuple(names.get(word, word) for word in line.words))


def _values(pack: Pack, on: date, names: Mapping[str, str]) -> tuple[Part, ...]:
    tracks = tuple(f"{code}." for code in pack.tracks)
    plain = [key for key in pack.dated if not key.startswith((*tracks, "windows.", "routing."))]
    routes = {code: route.name for code, route in pack.spec.routing.routes.items()}
    routing = []
    for key in pack.dated:
        if key.startswith("routing."):
            line = dated_line(pack, key, on=on)
            place = names.get(key.removeprefix("routing."), line.means)
            words = tuple(routes.get(word, word) for word in line.words)
            routing.append(replace(line, means=place, words=words))
    windows = (_window_line(pack, f"windows.{n}", w, on) for n, w in pack.spec.windows.items())
    parts = (
        Part("precedence", tuple(_precedence(pack))),
        Part("parameters", tuple(_placed(_parameter(pack, key, on), names) for key in plain)),
        Part("windows", tuple(windows)),
        Part("routing", tuple(routing)),
    )
    return tuple(part for part in parts if part.lines)
